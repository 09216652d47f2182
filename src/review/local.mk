# sources of src/review, in alphabetical order
libpgtend_a_SOURCES += \
	src/review/details.c \
	src/review/lint.c \
	src/review/lint_allow.c \
	src/review/lint_alter.c \
	src/review/lint_body.c \
	src/review/lint_file.c \
	src/review/lint_make.c \
	src/review/lint_rules.c \
	src/review/lint_take.c \
	src/review/lint_tree.c \
	src/review/lint_type.c \
	src/review/lint_world.c \
	src/review/plan_table.c
EXTRA_DIST += src/review/lint_internal.h
