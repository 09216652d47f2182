/* pg/dump_tools.c - which pg_dump, and where: on this machine, or behind a prefix that leads into a container. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/loop/child.h"
#include "pgtend/pg/client_tool.h"
#include "pgtend/pg/dump.h"

bool dump_tools_find(int server_major, struct dump_tools *tools, struct err *err)
{
	memset(tools, 0, sizeof *tools);
	if (client_tool_find("pg_dump", server_major, &tools->pg_dump, &tools->major, err) &&
	    client_tool_find("pg_restore", tools->major, &tools->pg_restore, NULL, err)) {
		tools->version = client_tool_version(tools->pg_dump);
		return true;
	}
	dump_tools_done(tools);
	return false;
}

void dump_tools_done(struct dump_tools *tools)
{
	mem_free(tools->pg_dump);
	mem_free(tools->pg_restore);
	mem_free(tools->version);
	words_done(&tools->client);
	memset(tools, 0, sizeof *tools);
}

/* ---- asking -------------------------------------------------------------------- */

/* "pg_dump (PostgreSQL) 15.20 (Debian 15.20-0+deb12u1)": 15; 0: it says something else. */
static int major_of(const char *version)
{
	const char *number = strstr(version, "(PostgreSQL) ");
	return number != NULL ? atoi(number + strlen("(PostgreSQL) ")) : 0;
}

/* What `PREFIX pg_dump --version` says. false: it cannot be run; *why, when it was started and failed, is what it said. */
static bool ask_version(struct loop *loop, const struct words *client, const char *pg_dump, char **version, char **why, struct err *err)
{
	struct words argv = {0};
	struct text out = {0}, errors = {0};
	int status = 0;
	for (size_t i = 0; i < client->count; i++)
		words_add(&argv, client->v[i]);
	words_add(&argv, pg_dump);
	words_add(&argv, "--version");
	words_take(&argv, NULL);
	struct child_spec spec = {.argv = (const char *const *)argv.v, .stdout_fd = -1, .stderr_fd = -1};
	bool ok = child_run(loop, &spec, &status, &out, &errors, err);
	if (ok && (status != 0 || major_of(text_str(&out)) == 0)) {
		const char *said = errors.length > 0 ? text_str(&errors) : text_str(&out);
		mem_free(*why);
		*why = mem_format("%.*s (status %d)", (int)strcspn(said, "\n"), said, status);
		ok = false;
	} else if (ok) {
		*version = mem_copy_n(text_str(&out), strcspn(text_str(&out), "\n"));
	}
	argv.count--;
	words_done(&argv);
	text_done(&out);
	text_done(&errors);
	return ok;
}

/* ---- behind a prefix -------------------------------------------------------------- */

static bool say_too_old(const struct dump_tools *tools, int server_major, struct err *err)
{
	char *prefix = words_join(&tools->client, " ");
	err_set(err, ERR_FAILED, "key client: `%s` leads to %s, which cannot dump a server of version %d", prefix, tools->version,
	    server_major);
	mem_free(prefix);
	return err_hint(err, "install postgresql-client-%d there", server_major);
}

static bool say_none(const struct dump_tools *tools, int server_major, const char *why, struct err *err)
{
	char *prefix = words_join(&tools->client, " ");
	err_set(err, ERR_FAILED, "key client: `%s pg_dump` cannot be run: %s", prefix, why);
	mem_free(prefix);
	return err_hint(err, "install postgresql-client-%d there, or take the key away", server_major);
}

/* The folder of the version first: what PATH has may be the distribution's wrapper, which chooses a version by the clusters that it finds. */
static bool find_there(struct loop *loop, int server_major, struct dump_tools *tools, struct err *err)
{
	char *why = NULL;
	tools->pg_dump = mem_format("/usr/lib/postgresql/%d/bin/pg_dump", server_major);
	bool ok = ask_version(loop, &tools->client, tools->pg_dump, &tools->version, &why, err);
	if (!ok && why != NULL) {
		mem_free(tools->pg_dump);
		tools->pg_dump = mem_copy("pg_dump");
		ok = ask_version(loop, &tools->client, tools->pg_dump, &tools->version, &why, err);
	}
	if (!ok && why != NULL)
		say_none(tools, server_major, why, err);
	mem_free(why);
	tools->major = ok ? major_of(tools->version) : 0;
	return ok && (tools->major >= server_major || say_too_old(tools, server_major, err));
}

static void find_restore(struct dump_tools *tools)
{
	struct err ignored;
	if (client_tool_find("pg_restore", tools->major, &tools->pg_restore, NULL, &ignored))
		return;
	tools->is_restore_in_client = true;
	tools->pg_restore = dump_tools_other(tools, "pg_restore", &ignored);
}

bool dump_tools_find_in(
    struct loop *loop, const struct words *client, int server_major, struct dump_tools *tools, struct err *err)
{
	if (client == NULL || client->count == 0)
		return dump_tools_find(server_major, tools, err);
	memset(tools, 0, sizeof *tools);
	for (size_t i = 0; i < client->count; i++)
		words_add(&tools->client, client->v[i]);
	if (!find_there(loop, server_major, tools, err)) {
		dump_tools_done(tools);
		return false;
	}
	find_restore(tools);
	return true;
}

/* ---- the others ----------------------------------------------------------------------- */

char *dump_tools_other(const struct dump_tools *tools, const char *name, struct err *err)
{
	const char *slash = strrchr(tools->pg_dump, '/');
	char *path = NULL;
	if (tools->client.count > 0)
		return slash != NULL ? mem_format("%.*s/%s", (int)(slash - tools->pg_dump), tools->pg_dump, name) : mem_copy(name);
	return client_tool_find(name, tools->major, &path, NULL, err) ? path : NULL;
}

void dump_tools_add_restore(const struct dump_tools *tools, struct words *argv)
{
	for (size_t i = 0; tools->is_restore_in_client && i < tools->client.count; i++)
		words_add(argv, tools->client.v[i]);
	words_add(argv, tools->pg_restore);
}
