/* config/keys.c - the one table of configuration keys, by section, in the order of pgtend.ini(5). */
#include "pgtend/config/keys.h"

#include <stddef.h>

#define SSL_MODES "disable|allow|prefer|require|verify-ca|verify-full"
#define ENVIRONMENTS "development|test|staging|production"

/* clang-format off */
#define PGTEND(name, type, choices, otherwise, doc) { SECTION_PGTEND, name, type, choices, otherwise, doc }
#define DATABASE(name, type, choices, otherwise, doc) { SECTION_DATABASE, name, type, choices, otherwise, doc }
#define SERVER(name, type, choices, otherwise, doc) { SECTION_SERVER, name, type, choices, otherwise, doc }
#define POOLER(name, type, choices, otherwise, doc) { SECTION_POOLER, name, type, choices, otherwise, doc }
/* clang-format on */

const struct config_key config_keys[] = {
    /* --- [pgtend]: the console, and defaults for every database ---------------------------------- */
    PGTEND("refresh", KEY_DURATION, NULL, "2s",
        "How often the console asks the servers for new numbers. A question that is still running at the next turn is "
        "not asked again."),
    PGTEND("color", KEY_CHOICE, "auto|always|never", "auto",
        "Colours on the screen and in tables. With auto: when the terminal has them and NO_COLOR is not set. Colour "
        "never carries meaning alone."),
    PGTEND("theme", KEY_CHOICE, "default|light|plain", "default",
        "The colours of the console: for dark terminals, for light ones, or bold and reverse only."),
    PGTEND("ascii", KEY_BOOL, NULL, "no", "Draws borders and bars with - | = # only, whatever the locale says."),
    PGTEND("mouse", KEY_BOOL, NULL, "yes",
        "Takes mouse clicks and the wheel. With no, the terminal's own selection works as ever."),
    PGTEND("max_sessions", KEY_INT, "1..64", "4",
        "The most sessions that pgtend opens on one server for its questions; each running action has one more."),
    PGTEND("pgbin", KEY_PATH, NULL, NULL,
        "Folder of pg_dump, pg_restore, psql. Otherwise $PGTEND_PGBIN, the usual folders of each major version, and "
        "PATH are searched for one that fits the server."),
    PGTEND("audit", KEY_PATH, NULL, NULL,
        "The audit log, one JSON line for each action. Otherwise $XDG_STATE_HOME/pgtend/audit.jsonl."),
    PGTEND("backup_dir", KEY_PATH, NULL, "backups", "Folder of the backups, DATABASE/DATABASE-STAMP.* in it."),
    PGTEND(
        "keep", KEY_DURATION, NULL, NULL, "How long a backup is kept before `prune` may remove it: 7d, 4 weeks. Not set: for ever."),
    PGTEND("keep_min", KEY_INT, "0..100000", "3", "So many verified backups of a database stay, however old they are; at least one does."),
    PGTEND("backup_form", KEY_CHOICE, "auto|file|directory", "auto",
        "Whether a backup is one file or a folder, which several connections can write at once (`backup --jobs`). With auto a folder "
        "where it is quicker: a large database, no table of which is most of it, and three connections or more."),
    PGTEND("backup_passwords", KEY_BOOL, NULL, "no",
        "Whether the roles beside a backup (ID.globals.sql) have their passwords, as hashes. That takes a superuser."),
    PGTEND("after_backup", KEY_COMMAND, NULL, NULL,
        "A command to run after each good backup, without a shell: %p is its path, %m that of its manifest, %f its file "
        "name, %d the database's name, %% a per cent sign. `backup due` runs it again where it failed."),
    PGTEND("after_backup_timeout", KEY_DURATION, NULL, "6h",
        "How long after_backup may run; then it is ended, and has failed. 0 sets no limit: one that hangs is then never tried again."),
    PGTEND("pgbackrest", KEY_COMMAND, NULL, NULL,
        "pgBackRest as it is to be run where the server's data or its repository is: pgbackrest, sudo -n -u postgres pgbackrest, "
        "docker exec -u postgres NAME pgbackrest, ssh db1 pgbackrest. Otherwise the one in PATH, as the owner of the server's data, "
        "when the server is this machine's."),
    PGTEND("pgbackrest_config", KEY_PATH, NULL, NULL,
        "pgBackRest's configuration, there. Otherwise the file that archive_command names, else pgBackRest's own place."),
    PGTEND("maintain_budget", KEY_DURATION, NULL, NULL,
        "How long `maintain`, `vacuum`, `analyze`, `reindex` and `archive` may work on one database: after it no further table is begun, and what is left "
        "is named (exit status 3). --budget overrides it. Not set: until all is done."),
    PGTEND("monitoring", KEY_COMMAND, NULL, NULL,
        "A command that ends with status 0 when what watches these databases answers, without a shell: curl -fsS https://HOST/health. "
        "`preflight` runs it."),
    PGTEND(
        "environment", KEY_CHOICE, ENVIRONMENTS, NULL, "The environment of every database that does not say its own."),
    PGTEND("env_file", KEY_PATH, NULL, NULL, "A .env file whose variables every section may name as ${NAME}."),
    PGTEND("metadata", KEY_BOOL, NULL, "yes",
        "Whether pgtend may keep its own records (checksums, durations, who ran what) in a schema `pgtend` inside the "
        "databases."),
    PGTEND("lock_timeout", KEY_DURATION, NULL, "5s",
        "How long an action waits for a lock before it gives up. 0 waits for ever."),
    PGTEND(
        "statement_timeout", KEY_DURATION, NULL, "0", "How long one statement of an action may run. 0 sets no limit."),
    PGTEND(
        "connect_timeout", KEY_DURATION, NULL, "10s", "How long resolving a name and connecting to one host may take."),

    /* --- [database NAME] ------------------------------------------------------------------------- */
    DATABASE("url", KEY_SECRET, NULL, NULL,
        "How to connect: postgresql://user@host:port/dbname or host=... dbname=.... The keys beside it override its "
        "parts. Name a variable of a .env file rather than writing a password here: url = ${DATABASE_URL}."),
    DATABASE("host", KEY_TEXT, NULL, NULL, "Host name, address, or the folder of a Unix socket."),
    DATABASE("port", KEY_INT, "1..65535", NULL, "Port of the server."),
    DATABASE("dbname", KEY_TEXT, NULL, NULL,
        "The database's name in the server. Without url, service and this key it is the section's name."),
    DATABASE("user", KEY_TEXT, NULL, NULL, "Role to connect as."),
    DATABASE("password", KEY_SECRET, NULL, NULL,
        "Its password. A .env file, passfile or ~/.pgpass is a better place; a pgtend.ini that holds one and that "
        "others may read is warned of."),
    DATABASE("sslmode", KEY_CHOICE, SSL_MODES, NULL, "As libpq has it."),
    DATABASE("sslrootcert", KEY_PATH, NULL, NULL, "Certificates that the server's one must come from."),
    DATABASE("sslcert", KEY_PATH, NULL, NULL, "Our certificate."),
    DATABASE("sslkey", KEY_PATH, NULL, NULL, "The key of our certificate."),
    DATABASE("gssencmode", KEY_CHOICE, "disable|prefer|require", "disable", "GSSAPI encryption."),
    DATABASE("passfile", KEY_PATH, NULL, NULL, "A passfile to look in, instead of ~/.pgpass."),
    DATABASE("service", KEY_TEXT, NULL, NULL, "A service of pg_service.conf that gives what is not said here."),
    DATABASE("server", KEY_TEXT, NULL, NULL,
        "The [server] that it lies on: what neither url nor the keys here say is taken from there."),
    DATABASE("pooler", KEY_TEXT, NULL, NULL,
        "The [pooler] that the address leads through, or, when it has no section, its mode: transaction, session or "
        "statement. Without it pgtend finds out at connect."),
    DATABASE("pool_size", KEY_INT, "1..100000", NULL,
        "How many server connections that pool has for this database. With 1, migrations are sent as one message."),
    DATABASE("applications", KEY_TEXT, NULL, NULL,
        "How many connections each application's own pool may have here: api:20, worker:10. The names are those that they give as "
        "application_name. `pools applications` and `check pools` hold what they have against it."),
    DATABASE("direct", KEY_SECRET, NULL, NULL,
        "The address without the pooler, for migrations, backups and locks: a URI, or only what differs, as host=db1 "
        "port=5432."),
    DATABASE("env_file", KEY_PATH, NULL, NULL, "The .env file whose variables this section names as ${NAME}."),
    DATABASE("environment", KEY_CHOICE, ENVIRONMENTS, NULL,
        "What may be done here: in production seed and clean are refused, other actions ask for more. Otherwise "
        "NODE_ENV of its .env file, else development."),
    DATABASE(
        "depends", KEY_WORDS, NULL, NULL, "Databases (section names) that are migrated and seeded before this one."),
    DATABASE("migrations", KEY_PATH, NULL, NULL, "Folder of the migration files."),
    DATABASE("dialect", KEY_CHOICE, "node-pg-migrate|drizzle|drizzle-v1|plain|dbmate|golang-migrate", NULL,
        "Whose migrations they are. Otherwise the folder and the history table tell."),
    DATABASE("migrations_schema", KEY_TEXT, NULL, NULL, "Schema of the history table. Otherwise the dialect's own."),
    DATABASE("migrations_table", KEY_TEXT, NULL, NULL,
        "Name of the history table. Otherwise the dialect's own (pgmigrations, __drizzle_migrations, "
        "schema_migrations)."),
    DATABASE("migrations_names", KEY_CHOICE, "file|stem|number|title", NULL,
        "How the history of a runner of your own (dialect plain) names a migration: 002_users.sql (file), 002_users "
        "(stem), 002 (number) or users (title). Its rows tell it; only a table without rows may need this."),
    DATABASE("migrations_checksum", KEY_CHOICE, "sha256|sha1|md5|none", NULL,
        "What such a history has in its column of checksums: of the file's bytes, in lower-case hexadecimal. Its rows "
        "tell it; only a table without rows may need this."),
    DATABASE("migrations_loader", KEY_CHOICE, "sql|legacySql", NULL,
        "What NAME.up.sql and NAME.down.sql are for your node-pg-migrate: one migration (sql, which its version 9 can be "
        "told) or two (legacySql). Otherwise one where the folder holds nothing but pairs; else neither runs."),
    DATABASE("transaction", KEY_CHOICE, "file|all", NULL,
        "In which transactions migrations run: with file one for each, with all one for all that are pending, as far as none "
        "stands between that cannot run in a transaction. Otherwise as the tool's command line does it: all for "
        "node-pg-migrate and Drizzle, file for the others. A script that calls node-pg-migrate's runner without "
        "singleTransaction means file."),
    DATABASE("search_path", KEY_WORDS, NULL, "public",
        "Schemas in which migrations run, as node-pg-migrate's option `schema` has it; nothing else is looked up "
        "there. For the other tools it is set only when it is said here."),
    DATABASE("metadata", KEY_BOOL, NULL, "yes",
        "Whether pgtend may keep its own records of migrations in a schema `pgtend` in this database (tables migrations, "
        "migration_progress, migration_runs), which the first run makes, clean and counts leave out and whose tables other roles read "
        "when its owner grants it. With no, and where the role may not or the schema belongs to somebody who is not trusted, what ran "
        "is not known; nothing fails."),
    DATABASE("rehearse_on", KEY_TEXT, NULL, NULL,
        "The [server] on which `migrate rehearse` makes its scratch database. Otherwise the database's own server."),
    DATABASE("seeds", KEY_PATH, NULL, NULL,
        "Folder of the seed files; those of its subfolder that is called as the environment follow."),
    DATABASE("keep_tables", KEY_WORDS, NULL, NULL, "Tables ([SCHEMA.]NAME) that `clean` leaves alone."),
    DATABASE("reference", KEY_REFERENCE, NULL, NULL,
        "A column whose values stand in another database, so that no foreign key can hold it: vehicles.user_id -> core.users.id "
        "([SCHEMA.]TABLE.COLUMN -> DATABASE.[SCHEMA.]TABLE.COLUMN, where DATABASE is a section). `orphans` looks for rows whose "
        "target is gone. The key may be given several times."),
    DATABASE("allow_destructive", KEY_BOOL, NULL, "no",
        "In production: with yes, and an `unlock` that has not run out, actions that destroy may be confirmed."),
    DATABASE("lock_timeout", KEY_DURATION, NULL, "5s",
        "How long an action waits for a lock before it gives up. 0 waits for ever."),
    DATABASE(
        "statement_timeout", KEY_DURATION, NULL, "0", "How long one statement of an action may run. 0 sets no limit."),
    DATABASE("connect_timeout", KEY_DURATION, NULL, "10s",
        "How long resolving the name and connecting to one host may take."),
    DATABASE(
        "backup", KEY_CHOICE, "daily|weekly|none", "none",
        "How often a backup is due, by days of UTC: `backup due` takes it, `check backups` misses it. With none, none is missed."),
    DATABASE("backup_dir", KEY_PATH, NULL, "backups", "Folder of the backups, DATABASE/DATABASE-STAMP.* in it."),
    DATABASE(
        "keep", KEY_DURATION, NULL, NULL, "How long a backup is kept before `prune` may remove it: 7d, 4 weeks. Not set: for ever."),
    DATABASE("keep_min", KEY_INT, "0..100000", "3", "So many verified backups stay, however old they are; at least one does."),
    DATABASE("backup_form", KEY_CHOICE, "auto|file|directory", "auto",
        "Whether a backup is one file or a folder, which several connections can write at once (`backup --jobs`). With auto a folder "
        "where it is quicker: a large database, no table of which is most of it, and three connections or more."),
    DATABASE("backup_passwords", KEY_BOOL, NULL, "no",
        "Whether the roles beside a backup (ID.globals.sql) have their passwords, as hashes. That takes a superuser."),
    DATABASE("after_backup", KEY_COMMAND, NULL, NULL,
        "A command to run after each good backup, without a shell: %p is its path, %m that of its manifest, %f its file "
        "name, %d the database's name, %% a per cent sign. `backup due` runs it again where it failed."),
    DATABASE("after_backup_timeout", KEY_DURATION, NULL, "6h",
        "How long after_backup may run; then it is ended, and has failed. 0 sets no limit: one that hangs is then never tried again."),
    DATABASE("maintain_budget", KEY_DURATION, NULL, NULL,
        "How long `maintain`, `vacuum`, `analyze`, `reindex` and `archive` may work on this database: after it no further table is begun, and what is left "
        "is named (exit status 3). --budget overrides it. Not set: until all is done."),
    DATABASE("reindex_bloat", KEY_INT, "5..95", "40",
        "From how many per cent of waste, by estimate, `reindex` and `maintain weekly` build an index anew; one that is invalid always, one that wastes "
        "less than reindex_least never."),
    DATABASE("reindex_least", KEY_BYTES, NULL, "16MB", "The least waste for which an index is built anew."),
    DATABASE("archive", KEY_LINES, NULL, NULL,
        "[SCHEMA.]TABLE.COLUMN AGE [to FILE]: rows whose COLUMN (a date or a time) is older than AGE are taken out of TABLE by `archive` and `maintain "
        "weekly`, in batches; rows that other tables still refer to stay. With `to FILE` each batch stands on the disk before it is gone from the "
        "database: CSV where the name says .csv, else COPY's text, compressed by .gz or .zst; every run writes a file of its own, with its time in "
        "the name. In production `maintain weekly` does it only with allow_destructive = yes."),
    DATABASE("archive_batch", KEY_INT, "1..100000", "5000", "The most rows of one batch of `archive`; wide rows make smaller ones."),
    DATABASE("archive_pause", KEY_DURATION, NULL, "100ms", "How long `archive` rests between two batches."),
    DATABASE("client", KEY_COMMAND, NULL, NULL,
        "Words put before pg_dump, psql and the like, for servers in containers: docker exec -i NAME."),
    DATABASE("pgbackrest", KEY_COMMAND, NULL, NULL,
        "pgBackRest as it is to be run where the server's data or its repository is: pgbackrest, sudo -n -u postgres pgbackrest, "
        "docker exec -u postgres NAME pgbackrest, ssh db1 pgbackrest. Otherwise the one in PATH, as the owner of the server's data, "
        "when the server is this machine's."),
    DATABASE("pgbackrest_config", KEY_PATH, NULL, NULL,
        "pgBackRest's configuration, there. Otherwise the file that archive_command names, else pgBackRest's own place."),
    DATABASE("pgbackrest_stanza", KEY_TEXT, NULL, NULL,
        "pgBackRest's name for the server. Otherwise the one that archive_command names."),
    DATABASE("owner", KEY_TEXT, NULL, NULL, "Role that owns the database when `create` makes it."),
    DATABASE("template", KEY_TEXT, NULL, NULL,
        "Template that `create` copies. Otherwise template1, or template0 where another encoding or locale is asked for."),
    DATABASE("templates", KEY_BOOL, NULL, "yes",
        "Whether `reset` keeps template databases (one for each state of the working tree) and a spare clone beside this one, from which it comes "
        "back at once. Never in production. They cost room: see templates_keep and templates_disk."),
    DATABASE("templates_keep", KEY_INT, "1..100", "2", "The most templates that are kept of this database; the oldest go first."),
    DATABASE("templates_disk", KEY_BYTES, NULL, "8GB",
        "The most room that templates and spares of this database may take; the oldest go first, and a database that is larger gets none."),
    DATABASE("template_max_age", KEY_DURATION, NULL, "1d",
        "The age from which a template is built anew though nothing has changed, because seeds may say now(). 0 sets no limit; without seeds there "
        "is none."),
    DATABASE("reset_inputs", KEY_WORDS, NULL, NULL,
        "More files and folders that seeds or migrations read, from the folder of pgtend.ini: when one of them changes, `reset` builds anew. The "
        "folders of migrations and seeds always count."),
    DATABASE("encoding", KEY_TEXT, NULL, "UTF8", "Encoding that `create` gives it."),
    DATABASE("locale", KEY_TEXT, NULL, NULL, "Locale that `create` gives it. Otherwise the template's."),
    DATABASE("locale_provider", KEY_CHOICE, "libc|icu|builtin", NULL,
        "Whose locale that is. Otherwise the template's, or icu where icu_locale is set. icu takes PostgreSQL 15, builtin 17."),
    DATABASE("icu_locale", KEY_TEXT, NULL, NULL, "ICU's locale that `create` gives it: und, en, es-MX."),
    DATABASE("tablespace", KEY_TEXT, NULL, NULL, "Tablespace in which `create` puts it. Otherwise the template's."),
    DATABASE("connection_limit", KEY_INT, "-1..2147483647", NULL,
        "How many connections `create` lets it have at the same time, superusers apart; -1: any number."),
    DATABASE("timezone", KEY_TEXT, NULL, "UTC", "Time zone that `create` sets for the database."),
    DATABASE("extensions", KEY_WORDS, NULL, NULL, "Extensions that `create` adds, in this order: timescaledb, vector."),
    DATABASE("retention", KEY_DURATION, NULL, NULL,
        "How long raw time-series data should be kept: a policy that says otherwise is shown. Otherwise the policy in "
        "the database is taken at its word."),
    DATABASE("expected_ratio", KEY_INT, "1..10000", NULL,
        "How many times smaller compressed chunks should be: 10. Where they are not, the likely reason is told."),
    DATABASE("source_column", KEY_TEXT, NULL, NULL,
        "Column of hypertables that tells who sent a row, so that one source falling silent is seen: app_source. An index must "
        "begin with it and then the time."),

    /* --- [server NAME] --------------------------------------------------------------------------- */
    SERVER("url", KEY_SECRET, NULL, NULL, "How to connect, without a database. The keys beside it override its parts."),
    SERVER("host", KEY_TEXT, NULL, NULL, "Host name, address, or the folder of a Unix socket."),
    SERVER("port", KEY_INT, "1..65535", NULL, "Port of the server."),
    SERVER("user", KEY_TEXT, NULL, NULL, "Role to connect as."),
    SERVER("password", KEY_SECRET, NULL, NULL, "Its password. A .env file, passfile or ~/.pgpass is a better place."),
    SERVER("sslmode", KEY_CHOICE, SSL_MODES, NULL, "As libpq has it."),
    SERVER("sslrootcert", KEY_PATH, NULL, NULL, "Certificates that the server's one must come from."),
    SERVER("sslcert", KEY_PATH, NULL, NULL, "Our certificate."),
    SERVER("sslkey", KEY_PATH, NULL, NULL, "The key of our certificate."),
    SERVER("passfile", KEY_PATH, NULL, NULL, "A passfile to look in, instead of ~/.pgpass."),
    SERVER("service", KEY_TEXT, NULL, NULL, "A service of pg_service.conf that gives what is not said here."),
    SERVER("env_file", KEY_PATH, NULL, NULL, "The .env file whose variables this section names as ${NAME}."),
    SERVER("environment", KEY_CHOICE, ENVIRONMENTS, NULL,
        "The environment of every database on it that does not say its own."),
    SERVER(
        "max_sessions", KEY_INT, "1..64", "4", "The most sessions that pgtend opens on this server for its questions."),
    SERVER("client", KEY_COMMAND, NULL, NULL,
        "Words put before pg_dump, psql and the like, for servers in containers: docker exec -i NAME."),
    SERVER("pgbackrest", KEY_COMMAND, NULL, NULL,
        "pgBackRest as it is to be run where the server's data or its repository is: pgbackrest, sudo -n -u postgres pgbackrest, "
        "docker exec -u postgres NAME pgbackrest, ssh db1 pgbackrest. Otherwise the one in PATH, as the owner of the server's data, "
        "when the server is this machine's."),
    SERVER("pgbackrest_config", KEY_PATH, NULL, NULL,
        "pgBackRest's configuration, there. Otherwise the file that archive_command names, else pgBackRest's own place."),
    SERVER("pgbackrest_stanza", KEY_TEXT, NULL, NULL,
        "pgBackRest's name for the server. Otherwise the one that archive_command names."),

    /* --- [pooler NAME] --------------------------------------------------------------------------- */
    POOLER("url", KEY_SECRET, NULL, NULL,
        "How to reach PgBouncer's admin console. The keys beside it override its parts."),
    POOLER("host", KEY_TEXT, NULL, NULL, "Host name, address, or the folder of a Unix socket."),
    POOLER("port", KEY_INT, "1..65535", NULL, "Port of PgBouncer: 6432 as a rule."),
    POOLER("user", KEY_TEXT, NULL, NULL, "A user of its admin_users or stats_users."),
    POOLER("password", KEY_SECRET, NULL, NULL,
        "The user's password. A .env file, passfile or ~/.pgpass is a better place."),
    POOLER("dbname", KEY_TEXT, NULL, "pgbouncer", "The admin console's name."),
    POOLER("sslmode", KEY_CHOICE, SSL_MODES, NULL, "As libpq has it."),
    POOLER("sslrootcert", KEY_PATH, NULL, NULL, "Certificates that PgBouncer's one must come from."),
    POOLER("passfile", KEY_PATH, NULL, NULL, "A passfile to look in, instead of ~/.pgpass."),
    POOLER("service", KEY_TEXT, NULL, NULL, "A service of pg_service.conf that gives what is not said here."),
    POOLER("env_file", KEY_PATH, NULL, NULL, "The .env file whose variables this section names as ${NAME}."),
    POOLER("connect_timeout", KEY_DURATION, NULL, "10s",
        "How long resolving the name and connecting to one host may take."),
    POOLER("for", KEY_WORDS, NULL, NULL,
        "Databases (section names) whose address leads through it, beside those that name it by `pooler`."),
};
const int config_key_count = (int)(sizeof config_keys / sizeof config_keys[0]);

const char *config_section_word(enum section_kind kind)
{
	static const char *const words[SECTION_KINDS] = {
	    [SECTION_PGTEND] = "pgtend",
	    [SECTION_DATABASE] = "database",
	    [SECTION_SERVER] = "server",
	    [SECTION_POOLER] = "pooler",
	    [SECTION_THRESHOLD] = "threshold",
	    [SECTION_RUNNER] = "runner",
	    [SECTION_ALIAS] = "alias",
	};
	return words[kind];
}
