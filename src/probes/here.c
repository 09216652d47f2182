/* Whether a server runs on this machine. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "pgtend/core/mem.h"
#include "pgtend/probes/here.h"

bool probe_is_here(long long pid, double started_s)
{
	char *path = mem_format("/proc/%lld/stat", pid);
	FILE *file = fopen(path, "re");
	struct timespec up;
	struct timespec now;
	char line[1024] = "";
	unsigned long long ticks = 0;

	mem_free(path);
	if (!file)
		return false;
	bool is_read = fgets(line, sizeof line, file) != NULL;
	fclose(file);
	const char *end = is_read ? strrchr(line, ')') : NULL;

	/* the 22nd field; the name in brackets may hold anything */
	if (!end || !strstr(line, "(postgres)") ||
	    sscanf(end + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu", &ticks) != 1)
		return false;
	clock_gettime(CLOCK_BOOTTIME, &up);
	clock_gettime(CLOCK_REALTIME, &now);
	double begun_s = (double)now.tv_sec - (double)up.tv_sec + (double)ticks / (double)sysconf(_SC_CLK_TCK);

	return fabs(begun_s - started_s) < 5;
}

bool probe_disk_of(const char *folder, int64_t *free_bytes, int64_t *all_bytes)
{
	struct statvfs info;

	if (statvfs(folder, &info) != 0)
		return false;
	*free_bytes = (int64_t)info.f_bavail * (int64_t)info.f_frsize;
	*all_bytes = (int64_t)info.f_blocks * (int64_t)info.f_frsize;
	return true;
}
