/* What runs in a sandbox, and where it listens. */
#include "status.h"

#include <string.h>

#include "pgtend/core/mem.h"

static const struct table_column columns[] = {
    {"name", CELL_TEXT, "name", 0, "Server or incident of the sandbox."},
    {"state", CELL_TEXT, "state", 0, "up, or down (also: it died)."},
    {"pid", CELL_ID, "pid", 0, "Its process, as DIR/processes.json has it."},
    {"port", CELL_ID, "port", 0, "Port on 127.0.0.1 and in the socket's name; PGlite has a socket only."},
    {"host", CELL_TEXT, "host", 1, "Folder of its socket."},
    {"log", CELL_TEXT, "log", 2, "File with what it says."},
};
const struct table_shape sandbox_shape = {"sandbox", columns, sizeof columns / sizeof *columns};

static void add_row(
    const struct place *place, struct table *table, const struct processes *processes, const char *name, int port)
{
	const struct process *process = processes_find(processes, name);
	bool is_up = process != NULL && process_is_alive(process);
	int row = table_add_row(table);
	table_set_text(table, row, "name", name);
	table_set_text(table, row, "state", is_up ? "up" : "down");
	if (is_up)
		table_set_int(table, row, "pid", process->pid);
	if (port != 0) {
		table_set_int(table, row, "port", port);
		table_set_text(table, row, "host", place->run);
	}
	char *log = mem_format("%s/log/%s.log", place->folder, name);
	table_set_text(table, row, "log", log);
	mem_free(log);
}

bool status_rows(const struct place *place, struct err *err)
{
	struct processes processes;
	if (!processes_read(place, &processes, err))
		return false;
	struct table *table = table_new(&sandbox_shape);
	add_row(place, table, &processes, "postgres", place->cluster_port);
	add_row(place, table, &processes, "pgbouncer", place->pooler_port);
	if (!place->is_native)
		add_row(place, table, &processes, "pglite", place->tracking_port);
	for (int i = 0; i < processes.count; i++)
		if (processes.v[i].is_incident)
			add_row(place, table, &processes, processes.v[i].name, 0);
	report_rows(place->report, table);
	processes_done(&processes);
	return true;
}

bool sandbox_status(struct loop *loop, const char *folder, struct report *report, struct err *err)
{
	struct place place;
	bool is_ok = place_open(&place, loop, folder, PLACE_READING, report, err) && status_rows(&place, err);
	place_close(&place);
	return is_ok;
}
