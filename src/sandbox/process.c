/* Processes that outlive us: started, written down by pid and start time, found again, ended. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "internal.h"
#include "pgtend/core/json.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"
#include "pgtend/loop/task.h"

enum { POLL_MS = 20, KILL_PATIENCE_MS = 5000, LAST_LINE_BYTES = 2048 };

static void processes_add(struct processes *processes, const struct process *process)
{
	processes->v = mem_grow(processes->v, (size_t)processes->count + 1, sizeof *processes->v);
	processes->v[processes->count] = *process;
	processes->v[processes->count].name = mem_copy(process->name);
	processes->v[processes->count++].boot_id = mem_copy(process->boot_id);
}

static void process_done(struct process *process)
{
	mem_free(process->name);
	mem_free(process->boot_id);
}

static void processes_remove(struct processes *processes, const char *name)
{
	int kept = 0;
	for (int i = 0; i < processes->count; i++) {
		if (strcmp(processes->v[i].name, name) == 0)
			process_done(&processes->v[i]);
		else
			processes->v[kept++] = processes->v[i];
	}
	processes->count = kept;
}

void processes_done(struct processes *processes)
{
	for (int i = 0; i < processes->count; i++)
		process_done(&processes->v[i]);
	mem_free(processes->v);
	*processes = (struct processes){0};
}

bool processes_read(const struct place *place, struct processes *processes, struct err *err)
{
	char *path = place_path(place, "processes.json");
	json_t *array = NULL;
	bool is_ok = true;
	*processes = (struct processes){0};
	if (access(path, F_OK) == 0)
		is_ok = json_read_file(path, &array, err);
	size_t i;
	json_t *item;
	json_array_foreach(array, i, item)
	{
		struct process process = {
		    .name = (char *)(uintptr_t)json_string_value(json_object_get(item, "name")),
		    .pid = (pid_t)json_integer_value(json_object_get(item, "pid")),
		    .start_ticks = (uint64_t)json_integer_value(json_object_get(item, "start_ticks")),
		    .boot_id = (char *)(uintptr_t)json_string_value(json_object_get(item, "boot_id")),
		    .is_incident = json_is_true(json_object_get(item, "is_incident")),
		};
		if (process.name != NULL && process.pid > 1)
			processes_add(processes, &process);
	}
	json_decref(array);
	mem_free(path);
	return is_ok;
}

static bool processes_write(const struct place *place, const struct processes *processes, struct err *err)
{
	json_t *array = json_array();
	for (int i = 0; i < processes->count; i++) {
		const struct process *process = &processes->v[i];
		json_array_append_new(array, json_pack("{s:s, s:I, s:I, s:s?, s:b}", "name", process->name, "pid",
		                                 (json_int_t)process->pid, "start_ticks", (json_int_t)process->start_ticks,
		                                 "boot_id", process->boot_id, "is_incident", process->is_incident));
	}
	char *path = place_path(place, "processes.json");
	bool is_ok = json_write_file(path, array, err);
	mem_free(path);
	json_decref(array);
	return is_ok;
}

const struct process *processes_find(const struct processes *processes, const char *name)
{
	for (int i = 0; i < processes->count; i++)
		if (strcmp(processes->v[i].name, name) == 0)
			return &processes->v[i];
	return NULL;
}

/* A zombie whose parent does not care is as good as gone. */
bool process_is_zombie(pid_t pid)
{
	char path[64];
	char *line;
	size_t length;
	struct err err;
	snprintf(path, sizeof path, "/proc/%ld/stat", (long)pid);
	if (!places_read_file(path, &line, &length, &err))
		return true;
	const char *at = strrchr(line, ')');
	bool is = at != NULL && at[1] == ' ' && at[2] == 'Z';
	mem_free(line);
	return is;
}

/* NULL: not to be had; then the ticks alone must do. Caller frees. */
static char *boot_id(void)
{
	char *bytes = NULL;
	size_t length;
	struct err err;
	if (places_read_file("/proc/sys/kernel/random/boot_id", &bytes, &length, &err))
		bytes[strcspn(bytes, "\n")] = '\0';
	return bytes;
}

static bool is_of_this_boot(const struct process *process)
{
	char *now = boot_id();
	bool is = now == NULL || process->boot_id == NULL || strcmp(now, process->boot_id) == 0;
	mem_free(now);
	return is;
}

bool process_is_alive(const struct process *process)
{
	return process->start_ticks != 0 && child_start_ticks(process->pid) == process->start_ticks &&
	       !process_is_zombie(process->pid) && is_of_this_boot(process);
}

bool process_is_running(const struct place *place, const char *name)
{
	struct processes processes;
	struct err err;
	if (!processes_read(place, &processes, &err))
		return false;
	const struct process *process = processes_find(&processes, name);
	bool is = process != NULL && process_is_alive(process);
	processes_done(&processes);
	return is;
}

static char *log_path(const struct place *place, const char *name)
{
	return mem_format("%s/log/%s.log", place->folder, name);
}

static bool write_down(const struct place *place, const char *name, pid_t pid, bool is_incident, struct err *err)
{
	struct processes processes;
	if (!processes_read(place, &processes, err))
		return false;
	processes_remove(&processes, name);
	char *boot = boot_id();
	const struct process process = {.name = (char *)(uintptr_t)name,
	    .pid = pid,
	    .start_ticks = child_start_ticks(pid),
	    .boot_id = boot,
	    .is_incident = is_incident};
	processes_add(&processes, &process);
	mem_free(boot);
	bool is_ok = processes_write(place, &processes, err);
	processes_done(&processes);
	return is_ok;
}

/* The command as the servers' user runs it. Behind a folder that this user cannot enter setpriv changes the user, because it can leave one capability. */
struct dressed {
	const char **argv;
	char *uid, *gid;
};

static void dress(const struct place *place, const char *const *argv, struct dressed *dressed)
{
	static const char *const caps[] = {"--clear-groups", "--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"};
	size_t count = 0, at = 0;
	*dressed = (struct dressed){0};
	while (argv[count] != NULL)
		count++;
	dressed->argv = mem_grow(NULL, count + 7, sizeof *dressed->argv);
	if (place->needs_search) {
		dressed->uid = mem_format("--reuid=%lu", (unsigned long)place->uid);
		dressed->gid = mem_format("--regid=%lu", (unsigned long)place->gid);
		dressed->argv[at++] = "setpriv";
		dressed->argv[at++] = dressed->uid;
		dressed->argv[at++] = dressed->gid;
		for (size_t i = 0; i < sizeof caps / sizeof *caps; i++)
			dressed->argv[at++] = caps[i];
	}
	memcpy(dressed->argv + at, argv, sizeof *argv * (count + 1));
}

static void undress(struct dressed *dressed)
{
	mem_free(dressed->argv);
	mem_free(dressed->uid);
	mem_free(dressed->gid);
}

bool process_start(const struct place *place, const char *name, const char *const *argv, const char *const *env,
    bool is_incident, struct err *err)
{
	char *path = log_path(place, name);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	bool is_ok = fd >= 0;
	if (!is_ok) {
		err_set(err, ERR_FAILED, "%s: %s", path, strerror(errno));
	} else {
		struct dressed dressed;
		dress(place, argv, &dressed);
		const struct child_spec spec = {
		    .argv = dressed.argv,
		    .env = env,
		    .folder = "/",
		    .stdout_fd = fd,
		    .stderr_fd = fd,
		    .uid = place->uid,
		    .gid = place->gid,
		    .has_user = place->user_name != NULL && !place->needs_search,
		    .is_detached = true,
		};
		struct child *child = child_start(place->loop, &spec, err);
		is_ok = child != NULL;
		if (is_ok) {
			is_ok = write_down(place, name, child_pid(child), is_incident, err);
			if (!is_ok) /* what is not written down could never be ended */
				child_signal(child, SIGKILL);
			child_forget(child);
		}
		undress(&dressed);
		close(fd);
	}
	mem_free(path);
	return is_ok;
}

static char *last_line(const char *path)
{
	char *bytes;
	size_t length;
	struct err err;
	if (!places_read_file(path, &bytes, &length, &err))
		return mem_copy("");
	while (length > 0 && (bytes[length - 1] == '\n' || bytes[length - 1] == ' '))
		bytes[--length] = '\0';
	size_t from = length > LAST_LINE_BYTES ? length - LAST_LINE_BYTES : 0;
	const char *line = strrchr(bytes + from, '\n');
	char *visible = text_visible(line != NULL ? line + 1 : bytes + from);
	mem_free(bytes);
	return visible;
}

bool process_still_runs(const struct place *place, const char *name, struct err *err)
{
	if (process_is_running(place, name))
		return true;
	char *path = log_path(place, name);
	char *line = last_line(path);
	err_set(err, ERR_FAILED, "%s ended: %s", name, *line != '\0' ? line : "it said nothing");
	err_hint(err, "%s", path);
	mem_free(line);
	mem_free(path);
	return false;
}

static bool wait_gone(const struct process *process, int patience_ms)
{
	for (int waited = 0; process_is_alive(process); waited += POLL_MS) {
		if (waited >= patience_ms)
			return false;
		task_sleep(POLL_MS);
	}
	return true;
}

bool process_end(const struct place *place, const char *name, int signal_number, int patience_ms, struct err *err)
{
	struct processes processes;
	if (!processes_read(place, &processes, err))
		return false;
	const struct process *process = processes_find(&processes, name);
	bool is_ok = true;
	if (process != NULL && process_is_alive(process)) {
		task_shield();
		/* politely to itself; by force to its group, of which it was made the leader */
		if (kill(process->pid, signal_number) != 0 && errno != ESRCH)
			is_ok = err_set(err, ERR_FAILED, "cannot end %s (pid %ld): %s", name, (long)process->pid, strerror(errno));
		if (is_ok && !wait_gone(process, patience_ms)) {
			kill(-process->pid, SIGKILL);
			if (!wait_gone(process, KILL_PATIENCE_MS))
				is_ok = err_set(err, ERR_FAILED, "%s (pid %ld) does not end", name, (long)process->pid);
		}
		task_unshield();
	}
	if (is_ok && process != NULL) {
		processes_remove(&processes, name);
		is_ok = processes_write(place, &processes, err);
	}
	processes_done(&processes);
	return is_ok;
}

bool place_run(const struct place *place, const char *const *argv, const char *const *env, const char *folder,
    struct text *out, struct err *err)
{
	struct text errors = {0};
	int status = 0;
	struct dressed dressed;
	dress(place, argv, &dressed);
	const struct child_spec spec = {
	    .argv = dressed.argv,
	    .env = env,
	    .folder = folder != NULL ? folder : "/",
	    .stdout_fd = -1,
	    .stderr_fd = -1,
	    .uid = place->uid,
	    .gid = place->gid,
	    .has_user = place->user_name != NULL && !place->needs_search,
	};
	bool is_ok = child_run(place->loop, &spec, &status, out, &errors, err);
	undress(&dressed);
	if (is_ok && status != 0) {
		while (errors.length > 0 && errors.s[errors.length - 1] == '\n')
			errors.s[--errors.length] = '\0';
		const char *line = errors.length > 0 ? strrchr(errors.s, '\n') : NULL;
		char *visible = text_visible(line != NULL ? line + 1 : text_str(&errors));
		is_ok = err_set(err, ERR_FAILED, "%s ended with status %d: %s", argv[0], status, visible);
		mem_free(visible);
	}
	text_done(&errors);
	return is_ok;
}
