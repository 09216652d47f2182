/* ingest.h - what the files of timescale/ that look at arriving rows share: hypertables, their newest chunks, questions to single chunks.
 *
 * A question names one chunk and is answered by an index of it: planning it opens and locks that chunk alone, so a chunk that somebody holds or wants for
 * itself is simply not asked. Chunks that are compressed are not asked either: their rows can only be read by unpacking them.
 */
#ifndef PGTEND_TIMESCALE_INGEST_H
#define PGTEND_TIMESCALE_INGEST_H

#include "internal.h"

enum {
	INGEST_DAYS = 7,      /* earlier days that the last hour is held against */
	INGEST_LEADS = 300,   /* values of a column that an index may begin with, else it is not walked */
	INGEST_SOURCES = 64,  /* sources of a hypertable that are told apart */
	INGEST_CAP = 20000,   /* rows counted of one stretch; more are told from the density of these */
};

/* Seconds with fractions as the server says them; int64 microseconds inside. */
enum ingest_time { INGEST_TIMESTAMPTZ, INGEST_TIMESTAMP, INGEST_DATE, INGEST_UUID, INGEST_INTEGER, INGEST_UNKNOWN };

struct ingest_chunk {
	char *schema, *name;
	int64_t start_us, end_us;
	bool is_compressed, is_locked, is_readable;
	bool has_time;     /* an index begins with the time */
	bool has_source;   /* an index begins with the source and then the time */
	struct words leads; /* other columns that an index has before the time, those with few values first */
};

struct ingest_hypertable {
	int64_t key;
	char *schema, *name, *time_column;
	enum ingest_time time;
	int64_t units_a_second; /* integer time that counts seconds, milliseconds, ... since 1970; 0: of its own kind */
	int64_t integer_now;    /* what its function says */
	bool has_integer_now;
	int64_t now_us;
	int64_t chunk_count;
	int64_t gaps;           /* days without a chunk; negative: integer time */
	struct words gap_days;
	bool knows_source;      /* has the column that tells the source */
	bool is_locked;         /* somebody holds or wants it or one of its chunks for itself */
	struct ingest_chunk *chunks; /* newest first */
	int count;
};

/* Everything of one look. */
struct ingest_look {
	const struct probe_target *target;
	struct session *session;
	const char *source_column; /* NULL: none */
	double least_silence_s, slow_share; /* thresholds ingest_silence_least, ingest_slow_warn */
	const struct table *before; /* the facts of the look before; NULL */
	int64_t before_us;
	bool is_newest_only;       /* neither rates nor silences */
};

/* One source of a hypertable (NULL: all rows together) and what was read of it. */
struct ingest_source {
	char *source;
	bool has_newest, is_newest_bound; /* bound: no row is newer, the newest may be older (its chunk is compressed) */
	int64_t newest_us;
	int64_t newest_floor_us; /* of a bound: the newest row is not older than that, or there is none in that chunk */
	bool has_rate, is_rate_estimated;
	double rows_per_min;
	double usual_rows_per_min;
	int usual_days;
	int seen_days, silent_days; /* earlier days whose same stretch, newest row to now, was looked at; those in which rows came then */
};
struct ingest_sources {
	struct ingest_source *v;
	int count;
	enum missing why; /* nothing could be read because of that */
	const char *note; /* said in words; NULL */
};
void ingest_sources_done(struct ingest_sources *sources);

/* --- ingest_sql.c: questions as text */
struct ingest_fill { const char *name, *value; };
/* Puts values into one of sql/ingest_*.sql as psql does: :"name" an identifier, :'name' a literal, :name as it is. fills end with a NULL name. */
void ingest_fill_sql(struct session *session, struct text *out, const char *sql, const struct ingest_fill *fills);
/* A bound of the time column as SQL; the epoch of q.t in seconds as SQL. Callers free. */
char *ingest_bound(const struct ingest_hypertable *hypertable, int64_t us);
const char *ingest_epoch(const struct ingest_hypertable *hypertable, char buffer[64]);

/* --- ingest_read.c: hypertables and their newest chunks */
struct ingest_hypertables { struct ingest_hypertable *v; int count; };
/* only: SCHEMA.NAME; NULL: all. To be given to ingest_hypertables_done() in either case. */
PGTEND_CHECK bool ingest_read(const struct ingest_look *look, const char *only, struct ingest_hypertables *hypertables, struct err *err);
/* Its chunks anew: one was dropped or taken since. */
PGTEND_CHECK bool ingest_read_again(const struct ingest_look *look, struct ingest_hypertable *hypertable, struct err *err);
void ingest_hypertables_done(struct ingest_hypertables *hypertables);

/* --- ingest_ask.c: rows of one hypertable; false only when the whole look cannot go on. The sources are to be freed in either case */
PGTEND_CHECK bool ingest_ask(const struct ingest_look *look, struct ingest_hypertable *hypertable, struct ingest_sources *sources, struct err *err);

/* --- ingest_rate.c: how many rows came in the last whole hour and in the same hour of earlier days; whether a silence is usual */
PGTEND_CHECK bool ingest_ask_rates(const struct ingest_look *look, const struct ingest_hypertable *hypertable, const char *lead,
                                   bool is_by_source, struct ingest_sources *sources, struct err *err);
PGTEND_CHECK bool ingest_ask_silence(const struct ingest_look *look, const struct ingest_hypertable *hypertable, const char *lead,
                                     bool is_by_source, struct ingest_sources *sources, struct err *err);

/* --- ingest_question.c: one statement over several chunks */
struct ingest_question {
	const struct ingest_look *look;
	const struct ingest_hypertable *hypertable;
	const char *lead;   /* NULL: by the time alone */
	struct text sql;
	int parts;
};
struct ingest_part { const struct ingest_chunk *chunk; const char *source; int piece; int64_t from_us, to_us; int most, leads; };
void ingest_question_add(struct ingest_question *question, const char *sql, const struct ingest_part *part);
/* Asks it and takes it away. */
PGTEND_CHECK bool ingest_question_ask(struct ingest_question *question, struct result **result, struct err *err);
/* Whether its rows may be read, by the index that begins with `lead` (NULL: with the time). */
bool ingest_can_ask(const struct ingest_look *look, const struct ingest_chunk *chunk, const char *lead);

/* In a task, for others of this floor: how old the newest row of one hypertable is at most, in seconds; negative: not known. */
double ingest_newest_age(const struct probe_target *target, struct session *session, const char *schema, const char *name);

/* --- ingest_judge.c */
struct ingest_verdict { const char *verdict; char *cause; };
/* slow_share: fewer rows than that share of what is usual are slow. */
void ingest_judge(const struct ingest_source *source, int64_t now_us, bool has_chunks, double slow_share, struct ingest_verdict *verdict);

#endif
