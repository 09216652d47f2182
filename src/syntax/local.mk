# sources of src/syntax, in alphabetical order
libpgtend_a_SOURCES += \
	src/syntax/parse.c \
	src/syntax/statements.c
