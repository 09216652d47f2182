#include "stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "golden.h"
#include "pgtend/config/config.h"
#include "pgtend/core/mem.h"

static struct loop *loop;
static struct event_bus *bus;
static struct config *config;
struct fleet *fleet;
struct console *console;

int stage_open(const char *ini, void (*give)(void))
{
	const struct console_options options = { .fleet_name = "atriz" };
	struct err err;

	err_clear(&err);
	loop = loop_new();
	bus = event_bus_new();
	config = config_from_text("/etc/pgtend.ini", ini, &err);
	assert_non_null(config);
	fleet = fleet_new(loop, config, bus, &err);
	assert_non_null(fleet);
	if (give)
		give();
	console = console_new(fleet, &options);
	console->fixed_now_us = GOLDEN_NOW_US;
	console_resize(console, 40, 120);
	return 0;
}

int stage_close(void **state)
{
	(void)state;
	console_free(console);
	fleet_free(fleet);
	config_free(config);
	event_bus_free(bus);
	loop_free(loop);
	return 0;
}

void press(char c)
{
	struct key key = { .code = KEYS_TEXT, .text = { c }, .is_last = true };

	console_mark(console, console_key(console, &key));
}

static void on_key(const struct key *key, void *arg)
{
	(void)arg;
	console_mark(console, console_key(console, key));
}

void type(const char *bytes)
{
	struct keys *keys = keys_new();

	keys_feed(keys, bytes, strlen(bytes), on_key, NULL);
	keys_expire(keys, on_key, NULL);
	keys_free(keys);
}

char *screen(void)
{
	console_draw(console);
	console->stale = STALE_NOTHING;
	return canvas_text(console->canvas);
}

void assert_shows(const char *wanted)
{
	char *text = screen();

	if (!strstr(text, wanted))
		fail_msg("'%s' is not on the screen:\n%s", wanted, text);
	mem_free(text);
}

void assert_hides(const char *unwanted)
{
	char *text = screen();

	if (strstr(text, unwanted))
		fail_msg("'%s' is on the screen:\n%s", unwanted, text);
	mem_free(text);
}

void assert_screen(int rows, int cols, const char *golden)
{
	if (rows)
		console_resize(console, rows, cols);
	console_draw(console);
	console->stale = STALE_NOTHING;
	assert_golden(console->canvas, golden);
}
