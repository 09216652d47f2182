/* Children: output, input, exit statuses, environment, their end with the task that waits for them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/text.h"
#include "pgtend/loop/child.h"
#include "pgtend/loop/task.h"

struct scene {
	struct loop *loop;
	struct text texts[2];
	int status;
	int signal_number;
	int ends;
	/* for child_run() in a task */
	const struct child_spec *spec;
	struct task *task;
	struct err err;
	bool is_run;
	bool is_done;
};

static int scene_begin(void **state)
{
	struct scene *scene = MEM_NEW(struct scene);

	scene->loop = loop_new();
	*state = scene;
	return 0;
}

static int scene_end(void **state)
{
	struct scene *scene = *state;

	loop_free(scene->loop);
	text_done(&scene->texts[0]);
	text_done(&scene->texts[1]);
	mem_free(scene);
	return 0;
}

static void keep(enum child_stream stream, const char *bytes, size_t length, void *arg)
{
	struct scene *scene = arg;

	text_add_n(&scene->texts[stream], bytes, length);
}

static void ended(int status, int signal_number, void *arg)
{
	struct scene *scene = arg;

	scene->status = status;
	scene->signal_number = signal_number;
	scene->ends++;
}

static struct child_spec spec_of(struct scene *scene, const char *const *argv)
{
	return (struct child_spec){
		.argv = argv, .stdout_fd = -1, .stderr_fd = -1, .data_fn = keep, .exit_fn = ended, .arg = scene};
}

static struct child *must_start(struct scene *scene, const struct child_spec *spec)
{
	struct err err = {0};
	struct child *child = child_start(scene->loop, spec, &err);

	if (!child)
		fail_msg("%s", err.text);
	return child;
}

static void run_to_end(struct scene *scene)
{
	while (!scene->ends)
		loop_turn(scene->loop, true);
	assert_int_equal(scene->ends, 1);
}

static void both_streams_and_the_status(void **state)
{
	struct scene *scene = *state;
	/* by /dev/stderr, which a socket in place of the pipe would not allow */
	const char *const argv[] = {"sh", "-c", "echo one; echo two >/dev/stderr; exit 7", NULL};
	struct child_spec spec = spec_of(scene, argv);

	must_start(scene, &spec);
	run_to_end(scene);
	assert_string_equal(text_str(&scene->texts[0]), "one\n");
	assert_string_equal(text_str(&scene->texts[1]), "two\n");
	assert_int_equal(scene->status, 7);
	assert_int_equal(scene->signal_number, 0);
}

static void a_signal_is_128_more(void **state)
{
	struct scene *scene = *state;
	const char *const argv[] = {"sleep", "60", NULL};
	struct child_spec spec = spec_of(scene, argv);
	struct child *child = must_start(scene, &spec);

	assert_int_equal(getpgid(child_pid(child)), child_pid(child));
	child_signal(child, SIGTERM);
	run_to_end(scene);
	assert_int_equal(scene->status, 128 + SIGTERM);
	assert_int_equal(scene->signal_number, SIGTERM);
}

static void all_output_comes_before_the_end(void **state)
{
	struct scene *scene = *state;
	const char *const argv[] = {"sh", "-c", "(sleep 0.2; head -c 300000 /dev/zero | tr '\\0' x) & exit 0", NULL};
	struct child_spec spec = spec_of(scene, argv);

	must_start(scene, &spec);
	run_to_end(scene);
	assert_int_equal(scene->texts[0].length, 300000);
}

static void input_environment_folder(void **state)
{
	struct scene *scene = *state;
	const char *const argv[] = {"sh", "-c", "cat; echo $PGTEND_TEST_A-$HOME; pwd; env | grep -c ^HOME=", NULL};
	const char *const env[] = {"PGTEND_TEST_A=secret", "HOME=/nowhere", NULL};
	struct child_spec spec = spec_of(scene, argv);

	spec.env = env;
	spec.folder = "/";
	spec.stdin_text = "typed\n";
	must_start(scene, &spec);
	run_to_end(scene);
	assert_string_equal(text_str(&scene->texts[0]), "typed\nsecret-/nowhere\n/\n1\n");
}

static void no_input_is_an_empty_one(void **state)
{
	struct scene *scene = *state;
	const char *const argv[] = {"cat", NULL};
	struct child_spec spec = spec_of(scene, argv);

	must_start(scene, &spec);
	run_to_end(scene);
	assert_int_equal(scene->status, 0);
	assert_int_equal(scene->texts[0].length, 0);
}

static void one_that_does_not_read_its_input(void **state)
{
	struct scene *scene = *state;
	const char *const argv[] = {"true", NULL};
	struct child_spec spec = spec_of(scene, argv);
	char *much = mem_new(1000001);

	memset(much, 'x', 1000000);
	spec.stdin_text = much;
	must_start(scene, &spec);
	mem_free(much); /* the child has its copy */
	run_to_end(scene);
	assert_int_equal(scene->status, 0);
}

static void output_into_a_file(void **state)
{
	struct scene *scene = *state;
	const char *const argv[] = {"sh", "-c", "echo into; echo beside >&2", NULL};
	struct child_spec spec = spec_of(scene, argv);
	FILE *file = tmpfile();
	char line[64] = "";

	spec.stdout_fd = fileno(file);
	must_start(scene, &spec);
	run_to_end(scene);
	rewind(file);
	assert_non_null(fgets(line, sizeof line, file));
	assert_string_equal(line, "into\n");
	assert_string_equal(text_str(&scene->texts[1]), "beside\n");
	fclose(file);
}

static void input_from_a_file(void **state)
{
	struct scene *scene = *state;
	const char *const argv[] = {"cat", NULL};
	struct child_spec spec = spec_of(scene, argv);
	FILE *file = tmpfile();

	fputs("from a file\n", file);
	rewind(file);
	spec.stdin_fd = fileno(file);
	spec.has_stdin = true;
	must_start(scene, &spec);
	run_to_end(scene);
	assert_string_equal(text_str(&scene->texts[0]), "from a file\n");
	fclose(file);
}

static void failures_are_worded(void **state)
{
	struct scene *scene = *state;
	const char *const unknown[] = {"pgtend-no-such-program", NULL};
	const char *const known[] = {"true", NULL};
	const char *const folder[] = {"/tmp", NULL};
	struct err err = {0};
	struct child_spec spec = spec_of(scene, unknown);

	assert_null(child_start(scene->loop, &spec, &err));
	assert_string_equal(err.text, "pgtend-no-such-program: not found in PATH");
	spec.argv = known;
	spec.folder = "/nowhere/at/all";
	assert_null(child_start(scene->loop, &spec, &err));
	assert_string_equal(err.text, "true: cannot start in /nowhere/at/all: no such folder");
	spec.argv = folder;
	spec.folder = NULL;
	assert_null(child_start(scene->loop, &spec, &err));
	assert_string_equal(err.text, "/tmp: cannot start: permission denied");
	assert_int_equal(scene->ends, 0);
}

/* What whoever started this test left open for its children. */
static int count_inheritable(void)
{
	int count = 0;

	for (int fd = 3; fd < 1024; fd++) {
		int flags = fcntl(fd, F_GETFD);

		count += flags >= 0 && !(flags & FD_CLOEXEC);
	}
	return count;
}

static void descriptors_and_signals_are_not_inherited(void **state)
{
	struct scene *scene = *state;
	const char *const argv[] = {"sh", "-c", "ls /proc/self/fd | wc -l; grep -E '^Sig(Blk|Ign)' /proc/self/status", NULL};
	struct child_spec spec = spec_of(scene, argv);
	sigset_t term;

	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	sigprocmask(SIG_BLOCK, &term, NULL);
	must_start(scene, &spec);
	sigprocmask(SIG_UNBLOCK, &term, NULL);
	run_to_end(scene);
	int descriptors = 0;
	unsigned long long blocked = 1, ignored = 1;

	assert_int_equal(sscanf(text_str(&scene->texts[0]), "%d SigBlk: %llx SigIgn: %llx", &descriptors, &blocked, &ignored), 3);
	/* 0, 1, 2 and the folder that ls reads */
	assert_int_equal(descriptors, 4 + count_inheritable());
	assert_int_equal(blocked, 0);
	/* 32 and 33 are libc's own: nobody can set them, and who started the test may have left them ignored */
	assert_int_equal(ignored & ~0x180000000ULL, 0);
}

static void as_another_user(void **state)
{
	struct scene *scene = *state;
	const char *const argv[] = {"sh", "-c", "id -u; id -g; id -G", NULL};
	struct child_spec spec = spec_of(scene, argv);

	if (getuid() != 0)
		skip();
	spec.has_user = true;
	spec.uid = 65534;
	spec.gid = 65533;
	must_start(scene, &spec);
	run_to_end(scene);
	assert_string_equal(text_str(&scene->texts[0]), "65534\n65533\n65533\n");
}

static void start_ticks_name_a_process(void **state)
{
	struct scene *scene = *state;
	const char *const argv[] = {"sleep", "60", NULL};
	struct child_spec spec = spec_of(scene, argv);
	struct child *child = must_start(scene, &spec);
	uint64_t ticks = child_start_ticks(child_pid(child));

	assert_true(ticks > 0);
	assert_true(ticks >= child_start_ticks(getpid()));
	assert_int_equal(child_start_ticks(child_pid(child)), ticks);
	assert_int_equal(child_start_ticks(0), 0);
	child_signal(child, SIGKILL);
	run_to_end(scene);
}

static void a_forgotten_child_goes_on(void **state)
{
	struct scene *scene = *state;
	const char *const argv[] = {"sleep", "60", NULL};
	struct child_spec spec = spec_of(scene, argv);

	spec.is_detached = true;
	struct child *child = must_start(scene, &spec);
	pid_t pid = child_pid(child);

	child_forget(child);
	loop_turn(scene->loop, false);
	loop_free(scene->loop);
	scene->loop = loop_new();
	assert_int_equal(kill(pid, 0), 0);
	assert_int_equal(scene->ends, 0);
	kill(pid, SIGKILL);
}

/* --- in a task ---------------------------------------------------------------- */

static void run_spec(void *arg)
{
	struct scene *scene = arg;

	scene->is_run = child_run(scene->loop, scene->spec, &scene->status, &scene->texts[0], &scene->texts[1], &scene->err);
}

static void run_done(void *arg)
{
	struct scene *scene = arg;

	scene->is_done = true;
}

static void run_in_task(struct scene *scene, const struct child_spec *spec)
{
	scene->spec = spec;
	scene->task = task_start(scene->loop, run_spec, run_done, scene);
	while (!scene->is_done)
		loop_turn(scene->loop, true);
}

static void run_collects(void **state)
{
	struct scene *scene = *state;
	const char *const argv[] = {"sh", "-c", "echo out; echo err >&2; exit 3", NULL};
	struct child_spec spec = {.argv = argv, .stdout_fd = -1, .stderr_fd = -1};

	run_in_task(scene, &spec);
	assert_true(scene->is_run);
	assert_int_equal(scene->status, 3);
	assert_string_equal(text_str(&scene->texts[0]), "out\n");
	assert_string_equal(text_str(&scene->texts[1]), "err\n");
}

static void run_keeps_the_first_megabyte(void **state)
{
	struct scene *scene = *state;
	const char *const argv[] = {"sh", "-c", "echo first; head -c 3000000 /dev/zero", NULL};
	struct child_spec spec = {.argv = argv, .stdout_fd = -1, .stderr_fd = -1};

	run_in_task(scene, &spec);
	assert_true(scene->is_run);
	assert_int_equal(scene->texts[0].length, 1024 * 1024);
	assert_memory_equal(scene->texts[0].s, "first\n", 6);
}

static void cancel_at_first_output(enum child_stream stream, const char *bytes, size_t length, void *arg)
{
	struct scene *scene = arg;

	(void)stream;
	(void)bytes;
	(void)length;
	task_cancel(scene->task);
}

static void cancelling_ends_the_child(void **state)
{
	struct scene *scene = *state;
	const char *const argv[] = {"sh", "-c", "echo $$; sleep 60 & wait", NULL};
	struct child_spec spec = {
		.argv = argv, .stdout_fd = -1, .stderr_fd = -1, .data_fn = cancel_at_first_output, .arg = scene};

	int64_t before = loop_now_ms(scene->loop);

	run_in_task(scene, &spec);
	assert_false(scene->is_run);
	assert_int_equal(scene->err.kind, ERR_CANCELLED);
	/* the sleep holds the pipe too: only with the whole group gone it ends before the SIGKILL */
	assert_true(loop_now_ms(scene->loop) - before < 4500);
}

static void run_words_what_cannot_start(void **state)
{
	struct scene *scene = *state;
	const char *const argv[] = {"pgtend-no-such-program", NULL};
	struct child_spec spec = {.argv = argv, .stdout_fd = -1, .stderr_fd = -1};

	run_in_task(scene, &spec);
	assert_false(scene->is_run);
	assert_string_equal(scene->err.text, "pgtend-no-such-program: not found in PATH");
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, scene_begin, scene_end)
	const struct CMUnitTest tests[] = {
		TEST(both_streams_and_the_status),
		TEST(a_signal_is_128_more),
		TEST(all_output_comes_before_the_end),
		TEST(input_environment_folder),
		TEST(no_input_is_an_empty_one),
		TEST(one_that_does_not_read_its_input),
		TEST(output_into_a_file),
		TEST(input_from_a_file),
		TEST(failures_are_worded),
		TEST(descriptors_and_signals_are_not_inherited),
		TEST(as_another_user),
		TEST(start_ticks_name_a_process),
		TEST(a_forgotten_child_goes_on),
		TEST(run_collects),
		TEST(run_keeps_the_first_megabyte),
		TEST(cancelling_ends_the_child),
		TEST(run_words_what_cannot_start),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	alarm(60);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
