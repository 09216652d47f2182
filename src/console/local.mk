# sources of src/console, in alphabetical order
libpgtend_a_SOURCES += \
	src/console/console.c \
	src/console/console_command.c \
	src/console/console_data.c \
	src/console/console_draw.c \
	src/console/console_keys.c \
	src/console/console_run.c \
	src/console/console_title.c \
	src/console/details.c \
	src/console/help.c \
	src/console/list.c \
	src/console/list_draw.c \
	src/console/migration.c \
	src/console/overlay.c \
	src/console/pane.c \
	src/console/pane_activity.c \
	src/console/pane_chunks.c \
	src/console/pane_chunks_foot.c \
	src/console/pane_chunks_internal.h \
	src/console/pane_chunks_list.c \
	src/console/pane_chunks_words.c \
	src/console/pane_chunks_words.h \
	src/console/pane_chunks_wrong.c \
	src/console/pane_fleet.c \
	src/console/pane_jobs.c \
	src/console/pane_migrations.c \
	src/console/pane_tables.c \
	src/console/panes.c \
	src/console/question.c \
	src/console/records.c \
	src/console/timeline.c \
	src/console/timeline.h
