// Drizzle's own migrator on URL and FOLDER. `up` runs it. `pending` runs it too, but its COMMIT becomes a ROLLBACK, and what it would
// have written into its history is printed: hash, created_at and, since 1.0, the name.
const load = require('node:module').createRequire(process.env.TREE + '/package.json');
const { drizzle } = load('drizzle-orm/node-postgres');
const { migrate } = load('drizzle-orm/node-postgres/migrator');
const { Client } = load('pg');

async function main() {
	const client = new Client({ connectionString: process.env.URL });
	await client.connect();
	if (process.argv[2] === 'pending') {
		const query = client.query.bind(client);
		client.query = (config, values, ...rest) => {
			const text = typeof config === 'string' ? config : config.text;
			if (text.toLowerCase().startsWith('insert into "' + (process.env.SCHEMA ?? 'drizzle').toLowerCase() + '".'))
				console.log((values ?? config.values).join(' '));
			if (!/^\s*commit\s*$/i.test(text))
				return query(config, values, ...rest);
			return query(typeof config === 'string' ? 'rollback' : { ...config, text: 'rollback' }, values, ...rest);
		};
	}
	try {
		await migrate(drizzle({ client }), { migrationsFolder: process.env.FOLDER, migrationsSchema: process.env.SCHEMA, migrationsTable: process.env.TABLE });
	} finally {
		await client.end();
	}
}
main().catch((error) => {
	console.error(error.cause ? `${error.message}: ${error.cause.message}` : error.message);
	process.exitCode = 1;
});
