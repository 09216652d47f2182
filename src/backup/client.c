/* See client.h. */
#include "client.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "pgtend/config/trust.h"
#include "pgtend/core/mem.h"

bool client_tools(struct fleet *fleet, const struct database *database, struct dump_tools *tools, struct err *err)
{
	struct words client = {0};
	const char *command = section_text(database->section, "client");
	bool ok = command == NULL || trust_allows_command(fleet->config, database->section, "client", err);
	if (ok && command != NULL)
		words_split(&client, command, " \t");
	ok = ok && dump_tools_find_in(fleet->loop, &client, database->server->version_num / 10000, tools, err);
	words_done(&client);
	return ok;
}

/* What one question gives, by the psql that lies beside pg_dump. */
static bool ask(struct fleet *fleet, const struct database *database, const struct dump_tools *tools, const char *sql, char answer[64], struct err *err)
{
	char *psql = dump_tools_other(tools, "psql", err);
	int fd = psql != NULL ? memfd_create("answer", MFD_CLOEXEC) : -1;
	if (fd < 0) {
		mem_free(psql);
		return err_set(err, ERR_FAILED, "psql cannot be run");
	}
	struct words argv = {0};
	struct report quiet = {0};
	words_take(&argv, psql);
	words_add(&argv, "-XAtq");
	words_take(&argv, mem_format("--command=%s", sql));
	struct dump_run run = {.loop = fleet->loop,
	    .info = database->direct != NULL ? database->direct : database->info,
	    .application = "pgtend backup",
	    .argv = &argv,
	    .client = &tools->client,
	    .stdout_fd = fd,
	    .disk = "memory",
	    .report = &quiet};
	bool ok = dump_run(&run, NULL, err);
	ssize_t length = ok ? pread(fd, answer, 63, 0) : 0;
	answer[length > 0 ? length : 0] = '\0';
	answer[strcspn(answer, "\r\n")] = '\0';
	close(fd);
	report_done(&quiet);
	words_done(&argv);
	return ok;
}

bool client_check_server(
    struct fleet *fleet, const struct database *database, const struct dump_tools *tools, const char *system_identifier, struct err *err)
{
	char answer[64];
	if (tools->client.count == 0 || strcmp(system_identifier, "unknown") == 0)
		return true;
	if (!ask(fleet, database, tools, "select system_identifier from pg_catalog.pg_control_system()", answer, err))
		return err_prefix(err, "key client");
	if (strcmp(answer, system_identifier) == 0)
		return true;
	char *prefix = words_join(&tools->client, " ");
	err_set(err, ERR_FAILED, "key client: `%s` reaches another server than pgtend does (system identifier %s, not %s)", prefix, answer,
	    system_identifier);
	mem_free(prefix);
	return err_hint(err, "the prefix must lead to where the server of [database %s] runs", database->name);
}
