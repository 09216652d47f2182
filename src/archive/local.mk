# sources of src/archive, in alphabetical order
libpgtend_a_SOURCES += \
	src/archive/choose.c \
	src/archive/count.c \
	src/archive/count.h \
	src/archive/digest.c \
	src/archive/encoding.c \
	src/archive/find.c \
	src/archive/form.c \
	src/archive/internal.h \
	src/archive/leftovers.c \
	src/archive/list.c \
	src/archive/manifest.c \
	src/archive/name.c \
	src/archive/place.c \
	src/archive/read.c \
	src/archive/reader.c \
	src/archive/reader.h \
	src/archive/reading.c \
	src/archive/share.c \
	src/archive/stream.c \
	src/archive/stream_gzip.c \
	src/archive/stream_internal.h \
	src/archive/stream_zstd.c \
	src/archive/tar.c \
	src/archive/verify.c
