// Runs one seed that exports a function: default, or named `seed`, called with a Pool of the project's own `pg`.
//
//   seed.mjs FILE             the connection stands in the environment (PGHOST, ..., PGPASSFILE, DATABASE_URL); exit 0 done, 1 failed
//                             PGTEND_FOLDER is where packages are looked for that no folder above the file has
//   seed.mjs --check FILE...  runs nothing; a line "FILE<tab>what is missing<tab>what to do" for each that could not run, exit 1
//
// How a failure reads is written as one line of JSON behind a byte 0x1E on standard error: pgtend makes FILE:LINE of it.
import { spawnSync } from 'node:child_process';
import { readFileSync, realpathSync, writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { inspect } from 'node:util';

const isBun = process.versions.bun !== undefined;
const isTypeScript = (file) => /\.[mc]?ts$/i.test(file);
Error.stackTraceLimit = 50; // the seed's own line stands below those of its libraries
const longest = 1500; // characters of a message; pgtend reads lines of 4000 bytes

// ---- what the seed's own project has ---------------------------------------------------------------------------

function find(file, name) {
	for (const from of [file, `${process.env.PGTEND_FOLDER ?? dirname(file)}/x.js`]) {
		try {
			return createRequire(from).resolve(name);
		} catch {
			// not there: look further
		}
	}
	return null;
}

// null: it can be run. Else what is missing, and what to do about it.
function missing(file) {
	const folder = dirname(file);
	if (isTypeScript(file) && !isBun && !find(file, 'tsx') && !process.features.typescript)
		return [
			`nothing here runs TypeScript: its project has no tsx, bun is not in PATH, and node ${process.version} does not strip types (22.18 does)`,
			`npm install --save-dev tsx in ${folder} or above`,
		];
	const text = readFileSync(file, 'utf8');
	const isModule = /\bexport\b|\bexports\b/.test(text);
	if (isModule && /\bpool\b|['"]pg['"]/i.test(text) && !find(file, 'pg')) return noPg(folder);
	return null;
}

function noPg(folder) {
	return ["its function wants a Pool, and its project has no `pg`", `npm install --save-dev pg in ${folder} or above`];
}

function check(files) {
	let status = 0;
	for (const file of files) {
		const what = missing(realpathSync(file));
		if (what === null) continue;
		status = 1;
		process.stdout.write([file, ...what].map((part) => part.replace(/[\t\r\n]/g, ' ')).join('\t') + '\n');
	}
	process.exitCode = status;
}

// ---- how a failure reads -------------------------------------------------------------------------------------------

// {file, line, column} of one line of a stack, or null.
function frame(line) {
	const found = /(?:^|[\s(])((?:file:\/\/)?\/.*?):(\d+)(?::(\d+)(?:: ERROR: .*)?)?\)?$/.exec(line.trim());
	if (found === null) return null;
	let file = found[1].replace(/\?.*$/, '');
	try {
		if (file.startsWith('file://')) file = fileURLToPath(file);
	} catch {
		return null;
	}
	return { file, line: Number(found[2]), column: Number(found[3] ?? 0) };
}

// The seed's own line, else the nearest one of its project.
function place(error, file) {
	const frames = String(error?.stack ?? '').split('\n').map(frame).filter((found) => found !== null);
	const own = frames.find((found) => found.file === file);
	if (own) return own;
	const inside = error?.errors?.[0]?.position; // what bun says of a file that it cannot read
	if (inside?.file === file) return inside;
	return frames.find((found) => !/\/node_modules\//.test(found.file) && found.file !== fileURLToPath(import.meta.url)) ?? null;
}

function words(error) {
	if (error === null || typeof error !== 'object') return typeof error === 'string' ? error : inspect(error);
	let text = String(error.message ?? '');
	const first = error.errors?.[0]; // an AggregateError says nothing itself
	if (first !== undefined && (text === '' || first.position)) text = words(first);
	if (text === '') text = error.name ?? error.constructor?.name ?? 'an error without words';
	// esbuild: "Transform failed with 1 error:\nFILE:2:9: ERROR: Unexpected"
	text = /^\S.*:\d+:\d+: ERROR: (.*)$/m.exec(text)?.[1] ?? text;
	if (typeof error.detail === 'string' && error.detail !== '') text += `: ${error.detail}`;
	if (error.cause !== undefined) text += `: ${words(error.cause)}`;
	return text;
}

// node 20 does not tell where a file is wrong that it cannot read; it does when it is asked only that.
function syntaxPlace(error, file) {
	if (!(error instanceof SyntaxError) || isBun || isTypeScript(file)) return null;
	const { stderr } = spawnSync(process.execPath, ['--check', file], { encoding: 'utf8', env: { PATH: process.env.PATH } });
	const found = frame(String(stderr ?? '').split('\n').find((line) => frame(line)?.file === file) ?? '');
	return found && { ...found, column: 0 };
}

function hintFor(error) {
	const text = String(error?.message ?? '');
	if (/does not provide an export named/.test(text) && !isBun)
		return 'a type is imported with `import type`, or install tsx in the project: node only strips types';
	if (error?.code === 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX' || error?.code === 'ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING')
		return 'node only strips types: install tsx in the project';
	if (/op-level await/.test(text) && !isBun) return 'call it .mts, or write "type": "module" into the package.json above it';
	if (error?.code === 'ERR_MODULE_NOT_FOUND' || error?.code === 'MODULE_NOT_FOUND') return 'npm install in its project';
	return typeof error?.hint === 'string' ? error.hint : undefined;
}

function tell(verdict) {
	const line = Buffer.from(`\n\x1e${JSON.stringify({ ...verdict, message: verdict.message.slice(0, longest) })}\n`);
	for (let at = 0; at < line.length; ) {
		try {
			at += writeSync(2, line, at);
		} catch (error) {
			if (error.code !== 'EAGAIN') return;
		}
	}
}

let file; // the seed's, links resolved
let state = 'loading'; // running, script, over
let pools = null;

function fail(error, known = {}) {
	if (state === 'over') return;
	state = 'over';
	const at = known.place ?? place(error, file) ?? syntaxPlace(error, file);
	let message = known.message ?? words(error);
	if (at && at.file && at.file !== file) message += ` (at ${relative(dirname(file), at.file)}:${at.line})`;
	const isOwn = at && (!at.file || at.file === file);
	const sqlstate = /^[0-9A-Z]{5}$/.test(error?.code) ? error.code : undefined;
	tell({ line: isOwn ? at.line : 0, column: isOwn ? at.column : 0, message, hint: known.hint ?? hintFor(error), sqlstate });
	process.exit(1);
}

// ---- the pool -----------------------------------------------------------------------------------------------------

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// libpq's meaning of PGSSLMODE, in the order in which libpq tries: what `pg` makes of the same word differs from version to version.
function sslChoices() {
	const read = (name) => (process.env[name] ? readFileSync(process.env[name], 'utf8') : undefined);
	const keys = { cert: read('PGSSLCERT'), key: read('PGSSLKEY') };
	const hasRoot = Boolean(process.env.PGSSLROOTCERT) && process.env.PGSSLROOTCERT !== 'system';
	const ca = hasRoot ? read('PGSSLROOTCERT') : undefined;
	const unchecked = { ...keys, rejectUnauthorized: false };
	const anyName = { ...keys, ca, checkServerIdentity: () => undefined };
	switch (process.env.PGSSLMODE) {
		case 'disable': return [false];
		case 'allow': return [false, unchecked];
		case 'require': return [hasRoot ? anyName : unchecked];
		case 'verify-ca': return [anyName];
		case 'verify-full': return [{ ...keys, ca }];
		default: return process.env.PGHOST?.startsWith('/') ? [false] : [unchecked, false];
	}
}

function passwordOf(url) {
	const found = /^postgresql:\/\/[^:@/]*:([^@/]*)@/.exec(url ?? '');
	return found ? decodeURIComponent(found[1]) : undefined; // undefined: pg looks into PGPASSFILE
}

const refusesEncryption = (error) => /does not support SSL|no encryption|SSL off|SSL on|SSL encryption/.test(String(error?.message));

// A pool that reaches the server, and what became of its clients' transactions.
async function openPool(pg) {
	const env = process.env;
	const hosts = (env.PGHOST ?? 'localhost').split(','), ports = (env.PGPORT ?? '5432').split(',');
	const password = passwordOf(env.DATABASE_URL);
	let last;
	for (let i = 0; i < hosts.length; i++) {
		for (const ssl of sslChoices()) {
			const pool = new pg.Pool({
				host: hosts[i], port: Number(ports[i] ?? ports[0]), user: env.PGUSER, database: env.PGDATABASE, password, ssl,
				application_name: env.PGAPPNAME,
			});
			const clients = new Map(); // client -> the last ReadyForQuery: I idle, T in a transaction, E in a failed one
			pool.on('error', (error) => process.stderr.write(`the connection was lost: ${error.message}\n`));
			pool.on('connect', (client) => {
				clients.set(client, 'I');
				client.connection?.on?.('readyForQuery', (message) => clients.set(client, message.status));
			});
			pool.on('remove', (client) => clients.delete(client));
			try {
				(await pool.connect()).release();
				return { pool, clients };
			} catch (error) {
				last = error;
				await pool.end().catch(() => undefined);
				if (!refusesEncryption(error)) break;
			}
		}
	}
	throw Object.assign(new Error(`cannot connect: ${words(last)}`), { stack: '', code: last?.code });
}

// Newer versions of pg have these names with an underscore, and warn, in the seed's name, of who asks for those without.
const inner = (client, name) => (`_${name}` in client ? client[`_${name}`] : client[name]);
const isAtWork = (client) => Boolean(inner(client, 'activeQuery')) || inner(client, 'queryQueue')?.length > 0 || client._sentQueryQueue?.length > 0;
const openTransaction = ({ clients }) => [...clients.values()].some((status) => status !== 'I');

// The function has returned: nothing of its work may be cut off or lost without a word.
async function settle({ pool, clients }) {
	let quiet = 0;
	while (quiet < 10 && ([...clients.keys()].some(isAtWork) || pool.waitingCount > 0)) {
		quiet = [...clients.keys()].some(isAtWork) ? 0 : quiet + 1; // waiting for clients that nobody gives back
		await sleep(20);
	}
	if (state === 'over') return;
	if (openTransaction({ clients }))
		return fail(null, { message: 'begins a transaction and never commits it: the server rolls it back', place: {} });
	const kept = pool.totalCount - pool.idleCount;
	if (pool.waitingCount > 0)
		return fail(null, { message: `${pool.waitingCount} queries got no client: ${kept} were taken by pool.connect() and never released`, place: {} });
	if (kept > 0) {
		process.stderr.write(`${kept} client${kept > 1 ? 's' : ''} of pool.connect() ${kept > 1 ? 'were' : 'was'} never released\n`);
		await Promise.all([...clients.keys()].map((client) => client.end().catch(() => undefined)));
		return;
	}
	if (!pool.ended && !pool.ending) await pool.end();
}

// ---- the seed ----------------------------------------------------------------------------------------------------

// As modules written for either system, or compiled from one to the other, export it.
function functionOf(module) {
	const inner = module.default;
	return [inner, inner?.default, module.seed, inner?.seed].find((candidate) => typeof candidate === 'function');
}

function exportsNothing(module) {
	const inner = module.default;
	const isEmpty = inner === undefined || (typeof inner === 'object' && inner !== null && Object.keys(inner).length === 0);
	return isEmpty && Object.keys(module).every((name) => ['default', 'module.exports', '__esModule'].includes(name));
}

function watch() {
	process.on('uncaughtException', (error) => fail(error));
	process.on('unhandledRejection', (error) => fail(error));
	process.on('beforeExit', () => {
		if (state === 'running' || state === 'loading')
			fail(null, { message: 'waits for a promise that nothing settles any more', place: {} });
	});
	const leave = process.exit;
	process.exit = (code) => {
		if (state !== 'over' && state !== 'script' && Number(code ?? process.exitCode ?? 0) === 0) {
			const isBusy = pools && ([...pools.clients.keys()].some(isAtWork) || pools.pool.waitingCount > 0);
			if (isBusy || (pools && openTransaction(pools)))
				fail(new Error('calls process.exit() while its queries still run'));
			state = 'over';
		} else if (state === 'running') {
			fail(new Error(`calls process.exit(${code ?? process.exitCode})`));
		}
		return leave.call(process, code);
	};
}

// What a node without tsx says of files that tsx reads.
const needsTsx = (error) =>
	['ERR_UNKNOWN_FILE_EXTENSION', 'ERR_REQUIRE_ESM'].includes(error?.code) ||
	/outside a module|Unexpected token 'export'/.test(String(error?.message));

// The project's own tsx reads TypeScript, and whatever else this node by itself does not; it costs a fifth of a second.
async function load() {
	const tsx = isBun ? null : find(file, 'tsx');
	const url = pathToFileURL(file).href;
	if (!isTypeScript(file)) {
		try {
			return await import(url);
		} catch (error) {
			if (!tsx || !needsTsx(error)) throw error;
		}
	}
	const lack = tsx ? null : missing(file);
	if (lack) return fail(null, { message: lack[0], hint: lack[1], place: {} });
	if (tsx) await import(pathToFileURL(tsx).href);
	return import(isTypeScript(file) ? url : `${url}?tsx`);
}

async function run(path) {
	file = realpathSync(path);
	watch();
	// another tool may have been told by these what the command line of its own program holds
	process.argv = [process.argv[0], file];
	try {
		const module = await load();
		if (state === 'over') return;
		const seed = functionOf(module);
		if (!seed && exportsNothing(module)) {
			state = 'script'; // its import was its run; node ends when it has nothing left to do
			return;
		}
		if (!seed)
			return fail(null, { message: 'exports neither a default function nor one named seed', place: {} });
		const pg = find(file, 'pg');
		if (!pg && seed.length > 0) return fail(null, { message: noPg(dirname(file))[0], hint: noPg(dirname(file))[1], place: {} });
		if (pg) pools = await openPool(createRequire(file)(pg));
		state = 'running';
		await seed(pools?.pool);
		if (pools) await settle(pools);
	} catch (error) {
		fail(error);
		return;
	}
	if (state === 'over') return;
	state = 'over';
	// what the seed itself still holds open (a pool of its own module) must not hold pgtend
	setTimeout(() => process.exit(), 1000).unref();
}

const [first, ...rest] = process.argv.slice(2);
if (first === '--check') check(rest);
else if (first !== undefined) await run(first);
else {
	process.stderr.write(`usage: ${basename(fileURLToPath(import.meta.url))} [--check] FILE...\n`);
	process.exitCode = 2;
}
