# sources of src/runner, in alphabetical order
libpgtend_a_SOURCES += \
	src/runner/adopt.c \
	src/runner/adopt_alter.c \
	src/runner/adopt_catalog.c \
	src/runner/adopt_judge.c \
	src/runner/adopt_read.c \
	src/runner/adopt_wants.c \
	src/runner/lock.c \
	src/runner/mark.c \
	src/runner/repair.c \
	src/runner/repair_do.c \
	src/runner/run.c \
	src/runner/run_error.c \
	src/runner/run_index.c \
	src/runner/run_lock.c \
	src/runner/run_message.c \
	src/runner/run_progress.c \
	src/runner/run_psql.c \
	src/runner/run_record.c \
	src/runner/run_resume.c \
	src/runner/run_rivals.c \
	src/runner/run_session.c \
	src/runner/run_settle.c \
	src/runner/run_statement.c \
	src/runner/run_statements.c \
	src/runner/run_transactions.c \
	src/runner/run_watched.c
EXTRA_DIST += src/runner/adopt_internal.h src/runner/run_internal.h
