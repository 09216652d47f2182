// node-pg-migrate's runner as programs call it.
// vectors DIR...: over folders of one migration each: up, then down. Prints a line for each: what of the table `ran` came by up | what by down;
// "-" where the tool fails. texts DIR...: the text of each that up would send, as JSON. pairs DIR up|down|pending [COUNT]: version 9 with the loader that joins .up.sql and .down.sql.
const { createRequire } = require('node:module');
const { pathToFileURL } = require('node:url');
const { basename } = require('node:path');

async function pairs(runner, dir, what, count) {
	const direction = what === 'down' ? 'down' : 'up';
	const done = await runner({
		databaseUrl: process.env.URL, dir, direction, count: count ? Number(count) : direction === 'up' ? Infinity : 1, migrationsTable: 'pgmigrations', singleTransaction: true,
		dryRun: what === 'pending', migrationLoaderStrategies: [{ extensions: ['.sql'], loader: 'sql' }], logger: { info() {}, warn() {}, error() {}, debug() {} },
	});
	if (what === 'pending')
		for (const { name } of done)
			console.log(name);
}

async function texts(runner, dirs) {
	const all = {};
	for (const dir of dirs) {
		let said = '';
		const log = (text) => (said += text + '\n');
		const logger = { info: log, warn() {}, error() {}, debug: log };
		await runner({ databaseUrl: process.env.URL, dir, direction: 'up', dryRun: true, migrationsTable: `x${basename(dir)}`, logger, verbose: true });
		all[basename(dir)] = /\(UP\) ###\nBEGIN;\n([^]*?)\nINSERT INTO/.exec(said)?.[1];
	}
	console.log(JSON.stringify(all));
}

// A run that failed has ended before its session has: the next would find its lock.
async function unlocked(client) {
	while ((await client.query("select 1 from pg_locks where locktype = 'advisory'")).rowCount > 0)
		;
}

async function main() {
	const load = createRequire(process.env.TREE + '/package.json');
	const tool = await import(pathToFileURL(load.resolve('node-pg-migrate')));
	const runner = typeof tool.runner === 'function' ? tool.runner : (tool.default?.default ?? tool.default);
	if (process.argv[2] === 'pairs')
		return pairs(runner, process.argv[3], process.argv[4], process.argv[5]);
	if (process.argv[2] === 'texts')
		return texts(runner, process.argv.slice(3));
	const { Client } = load('pg');
	const client = new Client({ connectionString: process.env.URL });
	await client.connect();
	const quiet = { info() {}, warn() {}, error() {}, debug() {} };
	for (const dir of process.argv.slice(3)) {
		const seen = [];
		for (const direction of ['up', 'down']) {
			if (seen[0] === '-') {
				seen.push('-');
				continue;
			}
			const options = { databaseUrl: process.env.URL, dir, direction, migrationsTable: `t${basename(dir)}`, count: direction === 'up' ? Infinity : 1, log() {}, logger: quiet, verbose: false };
			try {
				await runner(options);
				const { rows } = await client.query("select coalesce(string_agg(what, '' order by n), '') as all from ran");
				seen.push(rows[0].all);
			} catch {
				seen.push('-');
			}
			await unlocked(client);
			await client.query('truncate ran');
		}
		console.log(`${basename(dir)}|${seen.join('|')}`);
	}
	await client.end();
}
main().catch((error) => {
	console.error(error);
	process.exitCode = 1;
});
