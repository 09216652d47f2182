/* doctor/listener.c - who listens on this machine, as /proc tells it: of others' processes only root is told the owner of a socket. */
#include <arpa/inet.h>
#include <ctype.h>
#include <dirent.h>
#include <ifaddrs.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"
#include "pgtend/core/mem.h"

enum { TCP_LISTEN = 10, MOST_PLACES = 3 };

/* A listening socket of /proc/net. */
struct listening {
	char address[64];  /* numeric, or the path of a socket */
	int port;          /* 0: a Unix socket */
	uint64_t inode;
	pid_t pid;         /* who holds it; 0: not to be seen by us */
};

/* --- processes --------------------------------------------------------------------------------- */

/* "812 (postgres) S ...": the name may hold anything, parentheses too. */
static void read_process(pid_t pid, struct listener *listener)
{
	char *path = mem_format("/proc/%ld/stat", (long)pid), line[512] = "";
	FILE *file = fopen(path, "re");

	if (file && fgets(line, sizeof line, file)) {
		char *open = strchr(line, '('), *end = strrchr(line, ')');

		if (open && end && end > open) {
			size_t length = (size_t)(end - open - 1);

			snprintf(listener->name, sizeof listener->name, "%.*s", (int)(length < sizeof listener->name ? length : sizeof listener->name - 1), open + 1);
			listener->state = end[1] == ' ' ? end[2] : '\0';
		}
	}
	if (file)
		fclose(file);
	mem_free(path);
}

/* The sockets of one process. A forked backend holds its postmaster's, too: the smallest number is the parent's as a rule. */
static void note_sockets(const char *folder, pid_t pid, struct listening *list, size_t count)
{
	DIR *dir = opendir(folder);
	char target[64];
	uint64_t inode;

	for (struct dirent *entry; dir && (entry = readdir(dir));) {
		ssize_t length = readlinkat(dirfd(dir), entry->d_name, target, sizeof target - 1);

		target[length > 0 ? length : 0] = '\0';
		if (sscanf(target, "socket:[%" SCNu64 "]", &inode) != 1)
			continue;
		for (size_t i = 0; i < count; i++)
			if (list[i].inode == inode && (list[i].pid == 0 || pid < list[i].pid))
				list[i].pid = pid;
	}
	if (dir)
		closedir(dir);
}

static void find_owners(struct listening *list, size_t count)
{
	DIR *dir = opendir("/proc");

	for (struct dirent *entry; dir && (entry = readdir(dir));) {
		long pid = isdigit((unsigned char)entry->d_name[0]) ? strtol(entry->d_name, NULL, 10) : 0;

		if (pid <= 0)
			continue;
		char *folder = mem_format("/proc/%ld/fd", pid);

		note_sockets(folder, (pid_t)pid, list, count);
		mem_free(folder);
	}
	if (dir)
		closedir(dir);
}

static struct listener owner_of(const struct listening *one)
{
	struct listener listener = {.pid = one->pid};

	if (one->pid)
		read_process(one->pid, &listener);
	return listener;
}

char *listener_words(const struct listener *listener)
{
	return listener->pid ? mem_format("%s (pid %ld)", listener->name[0] ? listener->name : "a process", (long)listener->pid) : mem_copy("somebody");
}

/* --- sockets ----------------------------------------------------------------------------------- */

static void hex_address(const char *hex, char out[64])
{
	unsigned char bytes[16];
	size_t count = strlen(hex) / 2;

	out[0] = '\0';
	if (count != 4 && count != 16)
		return;
	/* words of four bytes in this machine's order */
	for (size_t word = 0; word < count / 4; word++) {
		char part[9] = "";

		memcpy(part, hex + word * 8, 8);
		uint32_t value = (uint32_t)strtoul(part, NULL, 16);

		memcpy(bytes + word * 4, &value, 4);
	}
	if (!inet_ntop(count == 4 ? AF_INET : AF_INET6, bytes, out, 64))
		out[0] = '\0';
}

static void add(struct listening **list, size_t *count, const struct listening *one)
{
	*list = mem_grow(*list, *count + 1, sizeof **list);
	(*list)[(*count)++] = *one;
}

static void read_tcp(const char *path, struct listening **list, size_t *count)
{
	FILE *file = fopen(path, "re");
	char line[512];

	while (file && fgets(line, sizeof line, file)) {
		struct listening one = {0};
		char hex[40];
		unsigned port, state;

		if (sscanf(line, " %*d: %39[0-9A-F]:%X %*s %X %*s %*s %*s %*s %*s %" SCNu64, hex, &port, &state, &one.inode) != 4 || state != TCP_LISTEN)
			continue;
		hex_address(hex, one.address);
		one.port = (int)port;
		add(list, count, &one);
	}
	if (file)
		fclose(file);
}

static void read_unix(struct listening **list, size_t *count)
{
	FILE *file = fopen("/proc/net/unix", "re");
	char line[512];

	while (file && fgets(line, sizeof line, file)) {
		struct listening one = {0};
		unsigned flags;
		char path[256];

		/* bit 16 of the flags: it listens */
		if (sscanf(line, "%*s %*s %*s %X %*s %*s %" SCNu64 " %255s", &flags, &one.inode, path) != 3 || !(flags & 0x10000) || strlen(path) >= sizeof one.address)
			continue;
		snprintf(one.address, sizeof one.address, "%.63s", path);
		add(list, count, &one);
	}
	if (file)
		fclose(file);
}

static struct listening *read_all(size_t *count)
{
	struct listening *list = NULL;

	*count = 0;
	read_tcp("/proc/net/tcp", &list, count);
	read_tcp("/proc/net/tcp6", &list, count);
	read_unix(&list, count);
	find_owners(list, *count);
	return list;
}

/* --- asking ------------------------------------------------------------------------------------ */

static bool is_any(const char *address)
{
	return strcmp(address, "0.0.0.0") == 0 || strcmp(address, "::") == 0;
}

static bool is_interface(const char *address)
{
	struct ifaddrs *all = NULL;
	bool is_found = false;

	if (getifaddrs(&all) != 0)
		return false;
	for (const struct ifaddrs *one = all; one && !is_found; one = one->ifa_next) {
		char text[64] = "";
		int family = one->ifa_addr ? one->ifa_addr->sa_family : 0;

		if (family == AF_INET)
			inet_ntop(family, &((const struct sockaddr_in *)(const void *)one->ifa_addr)->sin_addr, text, sizeof text);
		else if (family == AF_INET6)
			inet_ntop(family, &((const struct sockaddr_in6 *)(const void *)one->ifa_addr)->sin6_addr, text, sizeof text);
		is_found = strcmp(text, address) == 0;
	}
	freeifaddrs(all);
	return is_found;
}

bool listener_is_here(const char *address)
{
	return address[0] == '/' || address[0] == '@' || text_starts_with(address, "127.") || strcmp(address, "::1") == 0 || is_interface(address);
}

static bool is_at(const struct listening *one, const char *address, const char *port, const char *path)
{
	if (one->port == 0)
		return strcmp(one->address, path) == 0;
	return one->port == atoi(port) && (strcmp(one->address, address) == 0 || is_any(one->address));
}

bool listener_find(const char *address, const char *port, struct listener *listener)
{
	size_t count;
	bool is_found = false;

	*listener = (struct listener){0};
	if (!listener_is_here(address))
		return false;
	struct listening *list = read_all(&count);
	char *path = mem_format("%s/.s.PGSQL.%s", address, port);

	for (size_t i = 0; i < count && !is_found; i++) {
		is_found = is_at(&list[i], address, port, path);
		if (is_found)
			*listener = owner_of(&list[i]);
	}
	mem_free(path);
	mem_free(list);
	return is_found;
}

/* By its program where we may see it, else by where it listens. */
static bool seems_ours(const struct listening *one, const struct listener *owner)
{
	if (owner->pid)
		return strcmp(owner->name, "postgres") == 0 || strcmp(owner->name, "pgbouncer") == 0;
	return one->port == 0 ? strstr(one->address, "/.s.PGSQL.") != NULL : one->port == 5432 || one->port == 6432;
}

void listener_others(struct words *places)
{
	size_t count;
	struct listening *list = read_all(&count);

	for (size_t i = 0; i < count && places->count < MOST_PLACES; i++) {
		struct listener owner = owner_of(&list[i]);

		if (list[i].port == 0 && !strstr(list[i].address, "/.s.PGSQL."))
			continue;
		if (!seems_ours(&list[i], &owner))
			continue;
		char *by = owner.pid ? mem_format(" (%s, pid %ld)", owner.name, (long)owner.pid) : mem_copy("");
		char *place = list[i].port == 0 ? mem_format("socket %s%s", list[i].address, by)
			: mem_format(strchr(list[i].address, ':') ? "[%s]:%d%s" : "%s:%d%s", list[i].address, list[i].port, by);

		if (!words_has(places, place))
			words_add(places, place);
		mem_free(place);
		mem_free(by);
	}
	mem_free(list);
}
