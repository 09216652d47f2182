/* A fleet of three databases that no server has to answer for. */
#ifndef TESTS_COMMANDS_FIXTURE_H
#define TESTS_COMMANDS_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "pgtend/commands/command.h"
#include "pgtend/core/mem.h"

static struct loop *loop;
static struct config *config;
static struct fleet *fleet;

__attribute__((unused)) static int make_fleet(const char *ini)
{
	struct err err = {0};
	loop = loop_new();
	config = config_from_text("test.ini", ini, &err);
	fleet = config != NULL ? fleet_new(loop, config, NULL, &err) : NULL;
	if (fleet == NULL)
		fprintf(stderr, "# %s\n", err.text);
	return fleet == NULL;
}

__attribute__((unused)) static int drop_fleet(void **state)
{
	(void)state;
	fleet_free(fleet);
	config_free(config);
	loop_free(loop);
	return 0;
}

#define THREE_DATABASES                                                                                                \
	"[database core]\nurl = postgresql://localhost/atriz_core\n"                                                       \
	"[database tracking]\nurl = postgresql://localhost/atriz_tracking\ndepends = core\n"                               \
	"[database shop]\nurl = postgresql://localhost/pshop_db\ndepends = tracking\n"

#endif
