# sources of src/queries, in alphabetical order
libpgtend_a_SOURCES += \
	src/queries/explain.c \
	src/queries/explain_check.c \
	src/queries/slow.c
