# sources of src/fresh, in alphabetical order
libpgtend_a_SOURCES += \
	src/fresh/beside.c \
	src/fresh/beside.h \
	src/fresh/build.c \
	src/fresh/clone.c \
	src/fresh/copy.c \
	src/fresh/digest.c \
	src/fresh/expected.c \
	src/fresh/expected_internal.h \
	src/fresh/expected_lite.c \
	src/fresh/expected_snapshot.c \
	src/fresh/fill.c \
	src/fresh/list.c \
	src/fresh/prune.c \
	src/fresh/reset.c \
	src/fresh/rewind.c \
	src/fresh/snapshot.c \
	src/fresh/snapshot_internal.h \
	src/fresh/way.c
