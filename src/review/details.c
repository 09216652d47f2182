/* See review/details.h. */
#include "pgtend/review/details.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pgtend/core/mem.h"
#include "pgtend/migrate/folder.h"
#include "pgtend/review/lint.h"
#include "pgtend/migrate/metadata.h"
#include "pgtend/migrate/plan.h"

enum {
	TEXT_MAX = 256 * 1024,
	/* Every pending file before the one that is looked at belongs to the same plan. So many are read while somebody waits for a key. */
	PLAN_FILES_MAX = 200,
};

/* --- the file ------------------------------------------------------------------------------------------- */

static void read_head(int fd, struct migration_text_view *view)
{
	char *text = mem_new(TEXT_MAX + 1);
	size_t length = 0;
	ssize_t n = 1;
	while (length < TEXT_MAX && n > 0) {
		n = read(fd, text + length, TEXT_MAX - length);
		if (n < 0 && errno == EINTR)
			n = 1;
		else if (n > 0)
			length += (size_t)n;
	}
	if (n < 0) {
		view->why_not = mem_format("%s", strerror(errno));
		mem_free(text);
		return;
	}
	view->is_cut = view->bytes > (int64_t)length;
	while (view->is_cut && length > 0 && text[length - 1] != '\n')
		length--;
	/* A NUL would end it silently. */
	for (size_t i = 0; i < length; i++)
		if (text[i] == '\0')
			text[i] = ' ';
	text[length] = '\0';
	view->text = text;
}

void migration_text_view(const char *path, struct migration_text_view *view)
{
	struct stat st;
	memset(view, 0, sizeof *view);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 || fstat(fd, &st) != 0)
		view->why_not = mem_format("%s", strerror(errno));
	else if (!S_ISREG(st.st_mode))
		view->why_not = mem_copy("it is no plain file");
	else {
		view->bytes = st.st_size;
		read_head(fd, view);
	}
	if (fd >= 0)
		close(fd);
}

void migration_text_view_done(struct migration_text_view *view)
{
	mem_free(view->text);
	mem_free(view->why_not);
	memset(view, 0, sizeof *view);
}

/* --- how it would run --------------------------------------------------------------------------------------- */

static char *mode_words(const struct plan *plan, const struct plan_step *step)
{
	int shared = 0;
	for (int i = 0; i < plan->count; i++)
		shared += plan->steps[i].transaction == step->transaction;
	if (step->mode == PLAN_STATEMENTS)
		return mem_format("statement by statement, outside a transaction: %s", step->mode_why ? step->mode_why : "it says so");
	const char *by = step->mode == PLAN_PSQL ? "by psql, " : "";
	if (shared > 1)
		return mem_format("%sin one transaction with all that is pending, its history row in it%s%s", by,
		    step->mode_why ? "; " : "", step->mode_why ? step->mode_why : "");
	return mem_format("%sin a transaction of its own, its history row in it%s%s", by, step->mode_why ? "; " : "",
	    step->mode_why ? step->mode_why : "");
}

static int pending_up_to(const struct ledger *ledger, int file)
{
	int count = 0;
	for (int i = 0; i <= file; i++)
		count += ledger->files[i].row < 0;
	return count;
}

static void say_trouble(struct migration_details *details, const struct err *why)
{
	details->trouble = mem_format("%s%s%s", why->text, why->hint[0] ? "; " : "", why->hint);
}

/* Of the whole plan, because a table that an earlier file makes is new and empty; those of this migration are kept. */
static bool look_at_lint(const struct ledger *ledger, const struct database *database, const struct plan *plan, int file,
    struct session *session, struct migration_details *details, struct err *err)
{
	details->findings = table_new(&lint_shape);
	if (!lint_plan(ledger, database->name, plan, session, details->findings, err))
		return false;
	for (int row = table_rows(details->findings) - 1; row >= 0; row--) {
		const char *name = table_get_text(details->findings, row, "migration");
		if (!name || strcmp(name, ledger->files[file].name) != 0)
			table_remove_row(details->findings, row);
	}
	return true;
}

static bool look_at_plan(const struct ledger *ledger, const struct database *database, int file, struct session *session,
    struct migration_details *details, struct err *err)
{
	const struct migrate_options options = {.direction = MIGRATE_UP, .to = ledger->files[file].name};
	struct err why = {0};
	struct plan plan;
	if (pending_up_to(ledger, file) > PLAN_FILES_MAX) {
		details->runs = mem_format("`pgtend migrate plan %s` tells: too many are pending before it to look at them here",
		    database->name);
		return true;
	}
	if (!plan_make(ledger, database, &options, &plan, &why)) {
		say_trouble(details, &why);
		plan_done(&plan);
		return true;
	}
	for (int i = 0; i < plan.count; i++)
		if (plan.steps[i].file == file)
			details->runs = mode_words(&plan, &plan.steps[i]);
	for (size_t i = 0; i < plan.warnings.count; i++)
		words_add(&details->warnings, plan.warnings.v[i]);
	bool is_asked = look_at_lint(ledger, database, &plan, file, session, details, err);
	plan_done(&plan);
	return is_asked;
}

/* --- what takes it back -------------------------------------------------------------------------------------- */

static void look_at_down(const struct ledger *ledger, const struct migration_file *file, struct migration_details *details)
{
	const struct dialect_run *how = ledger->dialect->run;
	struct migration_text text = {0};
	struct err why = {0};
	char *path, *whole;
	if (!how || !how->down_text || file->only_by_tool)
		return;
	path = how->down_path ? how->down_path(ledger, file) : mem_copy(file->path);
	if (path && folder_text(path, &whole, &why)) {
		if (how->down_text(ledger, file, whole, &text, &why))
			details->down = strcmp(text.path ? text.path : path, file->path) == 0
			                    ? mem_format("the file from line %d on", text.first_line)
			                    : mem_copy(text.path ? text.path : path);
		mem_free(whole);
	}
	if (!details->down)
		details->down = mem_format("nothing: %s", why.text);
	migration_text_done(&text);
	mem_free(path);
}

/* --- what pgtend wrote down ---------------------------------------------------------------------------------- */

static void copy_record(const struct migration_record *record, struct migration_details *details)
{
	details->has_record = true;
	details->record = (struct migration_record){
	    .action = mem_copy(record->action),
	    .checksum = mem_copy(record->checksum),
	    .mode = mem_copy(record->mode),
	    .ran_us = record->ran_us,
	    .duration_ms = record->duration_ms,
	    .who = mem_copy(record->who),
	    .version = mem_copy(record->version),
	};
}

static void look_at_records(
    const struct ledger *ledger, const char *name, bool is_pending, struct migration_details *details)
{
	for (int i = 0; i < ledger->record_count; i++)
		if (strcmp(ledger->records[i].name, name) == 0) {
			copy_record(&ledger->records[i], details);
			return;
		}
	if (is_pending)
		return;
	if (ledger->is_without_records)
		details->record_why_not = mem_copy("nothing: metadata = no");
	else if (!ledger->record_columns)
		details->record_why_not = mem_copy("nothing: pgtend.migrations is not there, or may not be read");
	else
		details->record_why_not = mem_copy("nothing: its run was another tool's");
}

static int file_named(const struct ledger *ledger, const char *name)
{
	for (int i = 0; i < ledger->migration_count; i++)
		if (strcmp(ledger->files[i].name, name) == 0)
			return i;
	return -1;
}

bool migration_details_read(struct database *database, struct session *session, const char *name,
    struct migration_details *details, struct err *err)
{
	struct ledger ledger;
	memset(details, 0, sizeof *details);
	bool is_read = ledger_read(database, session, &ledger, err);
	if (is_read && ledger.dialect) {
		int file = file_named(&ledger, name);
		details->history = mem_copy(ledger.history);
		if (file >= 0 && ledger.files[file].row < 0)
			is_read = look_at_plan(&ledger, database, file, session, details, err);
		if (file >= 0)
			look_at_down(&ledger, &ledger.files[file], details);
		look_at_records(&ledger, name, file >= 0 && ledger.files[file].row < 0, details);
	}
	ledger_done(&ledger);
	return is_read;
}

void migration_details_done(struct migration_details *details)
{
	mem_free(details->history);
	mem_free(details->runs);
	mem_free(details->down);
	mem_free(details->trouble);
	words_done(&details->warnings);
	table_free(details->findings);
	mem_free((char *)details->record.action);
	mem_free((char *)details->record.checksum);
	mem_free((char *)details->record.mode);
	mem_free((char *)details->record.who);
	mem_free((char *)details->record.version);
	mem_free(details->record_why_not);
	memset(details, 0, sizeof *details);
}
