# sources of src/loop, in alphabetical order
libpgtend_a_SOURCES += \
	src/loop/child.c \
	src/loop/child_run.c \
	src/loop/loop.c \
	src/loop/loop_private.h \
	src/loop/orphan.c \
	src/loop/resolve.c \
	src/loop/task.c \
	src/loop/work.c
