/* See fleet_live.h. */
#include "fleet_live.h"

#include <stdio.h>

#include "pgtend/loop/task.h"

/* Of one program there is one. */
static struct fleet_live live = {.status = 1};
static struct loop *loop;
static void (*work)(struct fleet_live *live);

void fleet_live_say(const struct err *err)
{
	printf("error %d: %s\n", (int)err->kind, err->text);
	if (err->hint[0])
		printf("hint: %s\n", err->hint);
}

static void run_task(void *arg)
{
	(void)arg;
	work(&live);
}

static void ended(void *arg)
{
	(void)arg;
	loop_stop(loop);
}

static bool find(struct config *config, const char *name, struct event_bus *bus, struct err *err)
{
	live.fleet = config ? fleet_new(loop, config, bus, err) : NULL;
	if (live.fleet)
		live.database = name ? fleet_find(live.fleet, name, err) : live.fleet->databases[0];
	return live.database != NULL;
}

int fleet_live_run(struct config *config, const struct err *err, const char *name, char **words, int count, void (*run)(struct fleet_live *live))
{
	struct event_bus *bus = event_bus_new();
	struct err trouble = *err;
	loop = loop_new();
	live.words = words;
	live.count = count;
	work = run;
	if (find(config, name, bus, &trouble)) {
		task_start(loop, run_task, ended, NULL);
		loop_run(loop);
	} else {
		fleet_live_say(&trouble);
		live.status = 2;
	}
	if (live.fleet)
		fleet_free(live.fleet);
	if (config)
		config_free(config);
	event_bus_free(bus);
	loop_free(loop);
	return live.status;
}

int fleet_live_main(int argc, char **argv, int least, void (*run)(struct fleet_live *live))
{
	struct err err = {0};
	if (argc < 3 + least)
		return 2;
	struct config_options options = {.file = argv[1]};
	struct config *config = config_load(&options, &err);
	return fleet_live_run(config, &err, argv[2], argv + 3, argc - 3, run);
}
