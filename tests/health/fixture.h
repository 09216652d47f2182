/* fixture.h - a fleet with a tracking database whose facts are made by hand, and what the engine says of it. */
#ifndef PGTEND_TESTS_HEALTH_FIXTURE_H
#define PGTEND_TESTS_HEALTH_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/units.h"
#include "pgtend/health/health.h"
#include "pgtend/timescale/shapes.h"

struct fixture {
	struct loop *loop;
	struct config *config;
	struct fleet *fleet;
	struct database *tracking;
	struct health health;
	struct table *chunks, *policies, *aggregates, *ingest;
};

static inline struct table *put(struct facts *facts, const struct table_shape *shape)
{
	struct table *table = table_new(shape);
	facts_put(facts, table, 1);
	return table;
}

static inline int setup_with(void **state, const char *more)
{
	static struct fixture fixture;
	struct err err = {0};
	char ini[512];
	fixture = (struct fixture){.loop = loop_new()};
	snprintf(ini, sizeof ini, "[database tracking]\nurl = postgresql://u@127.0.0.1:5999/atriz_tracking\n%s", more);
	fixture.config = config_from_text("pgtend.ini", ini, &err);
	assert_non_null(fixture.config);
	fixture.fleet = fleet_new(fixture.loop, fixture.config, NULL, &err);
	assert_non_null(fixture.fleet);
	fixture.tracking = fixture.fleet->databases[0];
	fixture.tracking->has_timescaledb = true;
	fixture.tracking->server->is_known = true;
	fixture.tracking->response_ms = 1;
	fixture.chunks = put(&fixture.tracking->facts[FACT_CHUNKS], &chunks_shape);
	fixture.policies = put(&fixture.tracking->facts[FACT_POLICIES], &policies_shape);
	fixture.aggregates = put(&fixture.tracking->facts[FACT_AGGREGATES], &aggregates_shape);
	fixture.ingest = put(&fixture.tracking->facts[FACT_INGEST], &ingest_shape);
	*state = &fixture;
	return 0;
}

static inline int setup(void **state)
{
	return setup_with(state, "");
}

static inline int setup_expecting(void **state)
{
	return setup_with(state, "retention = 30 days\n");
}

static inline int setup_patient(void **state)
{
	return setup_with(state, "[threshold]\nretention_late_warn = 1d\nretention_late_crit = 2d\nhysteresis = 50%\n");
}

static inline int teardown(void **state)
{
	struct fixture *fixture = *state;
	health_done(&fixture->health);
	fleet_free(fixture->fleet);
	config_free(fixture->config);
	loop_free(fixture->loop);
	return 0;
}

static inline enum verdict checked(struct fixture *f, const char *check)
{
	health_done(&f->health);
	health_check_run(f->fleet, f->tracking, health_check_find(check), &f->health);
	return f->health.verdict;
}

static inline const char *reason(const struct fixture *f)
{
	return f->health.reasons.count > 0 ? f->health.reasons.v[0] : "";
}

static inline int hypertable(struct fixture *f, const char *name)
{
	int row = table_add_row(f->chunks);
	table_set_text(f->chunks, row, "schema", "public");
	table_set_text(f->chunks, row, "name", name);
	table_set_text(f->chunks, row, "kind", "hypertable");
	table_set_int(f->chunks, row, "chunks", 31);
	table_set_text(f->chunks, row, "verdict", "ok");
	table_set_real(f->chunks, row, "late_s", 0);
	table_set_int(f->chunks, row, "late_chunks", 0);
	table_set_int(f->chunks, row, "late_bytes", 0);
	table_set_real(f->chunks, row, "drop_after_s", 30 * 86400);
	table_set_int(f->chunks, row, "retention_job_id", 1000);
	table_set_text(f->chunks, row, "compress_verdict", "no policy");
	return row;
}

static inline int job(struct fixture *f, int64_t id, const char *kind, const char *state)
{
	int row = table_add_row(f->policies);
	table_set_int(f->policies, row, "job_id", id);
	table_set_text(f->policies, row, "kind", kind);
	table_set_text(f->policies, row, "schema", "public");
	table_set_text(f->policies, row, "name", "events");
	table_set_text(f->policies, row, "state", state);
	table_set_real(f->policies, row, "schedule_s", 86400);
	table_set_int(f->policies, row, "consecutive_failures", 0);
	return row;
}

static inline void late(struct fixture *f, int row, double seconds)
{
	table_set_text(f->chunks, row, "verdict", "late");
	table_set_real(f->chunks, row, "late_s", seconds);
	table_set_int(f->chunks, row, "late_chunks", 3);
	table_set_int(f->chunks, row, "late_bytes", 5 << 20);
	table_set_text(f->chunks, row, "cause", "job 1000 is paused");
	table_set_text(f->chunks, row, "mend", "pgtend jobs resume tracking 1000");
}


static inline int rows_of(struct fixture *f, const char *source, const char *verdict, double lag_s, const char *cause)
{
	int row = table_add_row(f->ingest);
	table_set_text(f->ingest, row, "schema", "public");
	table_set_text(f->ingest, row, "name", "events");
	table_set_text(f->ingest, row, "source", source);
	table_set_text(f->ingest, row, "verdict", verdict);
	table_set_text(f->ingest, row, "cause", cause);
	table_set_real(f->ingest, row, "lag_s", lag_s);
	return row;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

#endif
