/* follow PATH FORM MAJOR FROM CHUNK: writes FROM's bytes to PATH, CHUNK at a time, while the dump is read back; then says what was found, as JSON.
 * With CHUNK 0 it stops in the middle, and drops the reading. FROM "-": PATH is whole already. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pgtend/archive/reading.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"
#include "pgtend/loop/task.h"

struct follow {
	struct loop *loop;
	char **words;
	int status;
};

/* At most twenty pauses: what matters is that the reader comes to the end of what there is. */
static void write_slowly(const char *path, const char *bytes, size_t length, size_t chunk, size_t end)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	size_t pauses = 0;

	for (size_t at = 0; at < end; at += chunk) {
		size_t now = length - at < chunk ? length - at : chunk;

		if (write(fd, bytes + at, now) != (ssize_t)now)
			exit(9);
		if (pauses++ < 20)
			task_sleep(10);
	}
	close(fd);
}

static int print(const struct archive_contents *contents)
{
	json_t *found = json_pack("{s:I, s:I, s:I, s:I, s:O*, s:O*, s:s}", "size", (json_int_t)contents->size_bytes, "entries",
		(json_int_t)contents->entries, "tables", (json_int_t)contents->tables, "rows", (json_int_t)contents->rows, "counts", contents->counts,
		"files", contents->files, "sha256", contents->sha256);

	json_dumpf(found, stdout, JSON_SORT_KEYS);
	putchar('\n');
	json_decref(found);
	return 0;
}

static void run(void *arg)
{
	struct follow *follow = arg;
	struct archive archive = {.path = follow->words[1]};
	struct dump_tools tools;
	struct archive_contents contents;
	struct report report = {0};
	struct err err = {0};
	char *bytes = NULL;
	size_t length = 0, chunk = (size_t)atol(follow->words[5]);
	bool grows = strcmp(follow->words[4], "-") != 0;

	follow->status = 1;
	for (int i = 0; i <= ARCHIVE_DIRECTORY; i++)
		if (strcmp(archive_form_word((enum archive_form)i), follow->words[2]) == 0)
			archive.form = (enum archive_form)i;
	if (!dump_tools_find(atoi(follow->words[3]), &tools, &err) ||
		(grows && (!places_read_file(follow->words[4], &bytes, &length, &err) || !places_write_file(archive.path, "", 0, &err)))) {
		fprintf(stderr, "%s\n", err.text);
		return;
	}
	struct archive_reading *reading = archive_reading_start(follow->loop, &archive, &tools, grows, &err);

	if (reading && grows)
		write_slowly(archive.path, bytes, length, chunk ? chunk : 4096, chunk ? length : length / 2);
	if (reading && grows && !chunk) {
		archive_reading_drop(reading);
		follow->status = 0;
		puts("dropped");
	} else if (reading) {
		if (grows)
			archive_reading_written(reading);
		if (archive_reading_wait(reading, &contents, &report, &err)) {
			follow->status = print(&contents);
			archive_contents_done(&contents);
		}
	}
	if (follow->status)
		fprintf(stderr, "%s\n", err.text);
	mem_free(bytes);
	dump_tools_done(&tools);
	report_done(&report);
}

static void stop(void *arg)
{
	struct follow *follow = arg;

	loop_stop(follow->loop);
}

int main(int argc, char **argv)
{
	struct follow follow = {loop_new(), argv, 2};

	if (argc == 6) {
		task_start(follow.loop, run, stop, &follow);
		loop_run(follow.loop);
	}
	loop_free(follow.loop);
	return follow.status;
}
