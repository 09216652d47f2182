/* DIR/pgtend.ini: the fleet as pgtend sees it. */
#include "internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"

struct fleet_row {
	const char *name, *dbname, *backup;
	const char *references[2]; /* to another database, where no foreign key can hold them */
};
static const struct fleet_row rows[] = {
    {"core", "atriz_core", "daily", {NULL}},
    {"tracking", "atriz_tracking", "weekly", {NULL}},
    {"atriz", "atriz_db", "daily", {"user_profiles.user_id -> core.users.id"}},
    {"mextrack", "mextrack_db", "daily", {"drivers.user_id -> core.users.id", "vehicles.user_id -> core.users.id"}},
    {"pshop", "pshop_db", "daily", {"orders.user_id -> core.users.id"}},
};
enum { ROWS = sizeof rows / sizeof *rows, TRACKING = 1 };

static void add_database(struct text *ini, const struct place *place, int i)
{
	const struct fleet_row *row = &rows[i];
	bool is_pglite = i == TRACKING && !place->is_native;
	text_addf(ini, "\n[database %s]\nserver = %s\ndbname = %s\nmigrations = migrations/%s\ntransaction = file\nseeds = seeds/%s\n",
	    row->name, is_pglite ? "pglite" : "main", row->dbname, row->name, row->name);
	if (i > 0)
		text_add(ini, "depends = core\n");
	for (int k = 0; k < 2 && row->references[k] != NULL; k++)
		text_addf(ini, "reference = %s\n", row->references[k]);
	if (i == TRACKING)
		text_add(ini, "source_column = app_source\n");
	if (is_pglite)
		text_add(ini, "# One session in all, behind PgBouncer: it cannot be dumped, and it is made anew at every up.\n"
		              "pooler = transaction\npool_size = 1\nbackup = none\n");
	else
		text_addf(ini, "backup = %s\n", row->backup);
}

bool files_write_ini(const struct place *place, struct err *err)
{
	struct text ini = {0};
	text_addf(&ini,
	    "# The sandbox fleet. Written by pgtend sandbox up; written again when a port had to change.\n"
	    "# Sockets ask for no password: their folder is open to one user only. From other programs:\n"
	    "#   psql 'host=%s port=%d user=postgres dbname=atriz_core'\n"
	    "#   psql 'host=127.0.0.1 port=%d user=postgres dbname=atriz_core'   PostgreSQL, with the password of the file "
	    ".pgtend-sandbox\n"
	    "#   psql 'host=127.0.0.1 port=%d user=postgres dbname=pgbouncer'    PgBouncer, with the same one\n"
	    "\n[pgtend]\nenvironment = development\nbackup_dir = backups\n"
	    "\n[server main]\nhost = %s\nport = %d\nuser = postgres\n",
	    place->run, place->cluster_port, place->cluster_port, place->pooler_port, place->run, place->cluster_port);
	if (!place->is_native)
		text_addf(&ini, "\n[server pglite]\nhost = %s\nport = %d\nuser = postgres\nsslmode = disable\n", place->run,
		    place->pooler_port);
	text_addf(&ini, "\n[pooler main]\nhost = %s\nport = %d\nuser = pgtend_stats\n%s", place->run, place->pooler_port,
	    place->is_native ? "" : "for = tracking\n");
	for (int i = 0; i < ROWS; i++)
		add_database(&ini, place, i);
	/* five minutes without a point, or an hour with few, would be a finding in every sandbox that is left alone */
	text_add(&ini, "\n[threshold]\n"
	               "# Points arrive here only while pgtend sandbox load runs, and when up brings the fleet to the present: hours\n"
	               "# without any are usual. Where points should never stop, leave these lines out: the defaults are for that.\n"
	               "ingest_silent_warn = 12h\ningest_silent_crit = 2d\ningest_silence_least = 12h\ningest_slow_warn = 0%\n");
	char *path = place_path(place, "pgtend.ini");
	bool is_ok = places_write_file(path, text_str(&ini), ini.length, err);
	mem_free(path);
	text_done(&ini);
	return is_ok;
}
