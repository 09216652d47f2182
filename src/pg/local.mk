# sources of src/pg, in alphabetical order
libpgtend_a_SOURCES += \
	src/pg/alone.c \
	src/pg/cancel.c \
	src/pg/client_tool.c \
	src/pg/connect_error.c \
	src/pg/connect_error.h \
	src/pg/copy.c \
	src/pg/copy_in.c \
	src/pg/dump.c \
	src/pg/dump_tools.c \
	src/pg/hosts.c \
	src/pg/knock.c \
	src/pg/pooler.c \
	src/pg/quote.c \
	src/pg/result.c \
	src/pg/result_private.h \
	src/pg/session.c \
	src/pg/session_connect.c \
	src/pg/session_io.c \
	src/pg/session_private.h \
	src/pg/session_request.c \
	src/pg/session_wait.c \
	src/pg/tls.c
