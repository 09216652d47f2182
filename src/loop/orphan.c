/* See loop/orphan.h. */
#include "pgtend/loop/orphan.h"

#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "pgtend/core/mem.h"
#include "pgtend/loop/child.h"
#include "pgtend/loop/task.h"

enum { WAIT_MS = 5000, LOOK_MS = 50, NOTES_BYTES = 4096 };

static void own_host(char host[256])
{
	if (gethostname(host, 256) != 0)
		strcpy(host, "localhost");
	host[255] = '\0';
}

void orphan_note(int fd, const char *who, pid_t pid, bool is_first)
{
	char host[256];
	own_host(host);
	char *line = mem_format("%s %ld %llu %s\n", who, (long)pid, (unsigned long long)child_start_ticks(pid), host);
	ssize_t written = 0;
	if (!is_first || (ftruncate(fd, 0) == 0 && lseek(fd, 0, SEEK_SET) == 0))
		written = write(fd, line, strlen(line));
	(void)written;
	mem_free(line);
}

bool orphan_read(int fd, const char *who, long *pid, unsigned long long *ticks, char host[256])
{
	char notes[NOTES_BYTES], name[64], place[256];
	ssize_t length = pread(fd, notes, sizeof notes - 1, 0);
	bool is_found = false;
	notes[length > 0 ? length : 0] = '\0';
	for (const char *line = notes; *line != '\0'; line += strcspn(line, "\n"), line += *line == '\n') {
		long a_pid;
		unsigned long long a_ticks;
		if (sscanf(line, "%63s %ld %llu %255s", name, &a_pid, &a_ticks, place) != 4 || strcmp(name, who) != 0)
			continue;
		is_found = true;
		*pid = a_pid;
		*ticks = a_ticks;
		if (host != NULL)
			memcpy(host, place, 256);
	}
	return is_found;
}

/* With those it started itself (the workers of pg_dump --jobs, which do not all end with it): each child of ours leads a group. */
static void signal_group(pid_t pid, int signal_number)
{
	kill(getpgid(pid) == pid ? -pid : pid, signal_number);
}

static bool is_running(int fd, const char *who, long *pid, unsigned long long *ticks)
{
	char host[256], here[256];
	own_host(here);
	return orphan_read(fd, who, pid, ticks, host) && strcmp(host, here) == 0 && *pid > 1 && *ticks != 0 &&
	       child_start_ticks((pid_t)*pid) == *ticks;
}

bool orphan_runs(int fd, const char *who)
{
	long pid = 0;
	unsigned long long ticks = 0;
	return is_running(fd, who, &pid, &ticks);
}

pid_t orphan_end(int fd, const char *who)
{
	long pid = 0;
	unsigned long long ticks = 0;
	if (!is_running(fd, who, &pid, &ticks))
		return 0;
	signal_group((pid_t)pid, SIGTERM);
	signal_group((pid_t)pid, SIGCONT); /* one that is stopped hears it then */
	task_shield();
	for (int waited = 0; waited < WAIT_MS && child_start_ticks((pid_t)pid) == ticks; waited += LOOK_MS)
		task_sleep(LOOK_MS);
	task_unshield();
	if (child_start_ticks((pid_t)pid) == ticks)
		signal_group((pid_t)pid, SIGKILL);
	return (pid_t)pid;
}
