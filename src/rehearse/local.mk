# sources of src/rehearse, in alphabetical order
libpgtend_a_SOURCES += \
	src/rehearse/record.c \
	src/rehearse/rehearse.c \
	src/rehearse/rehearse_fill.c \
	src/rehearse/rehearse_judge.c \
	src/rehearse/rehearse_measure.c \
	src/rehearse/rehearse_relations.c \
	src/rehearse/rehearse_sample.c \
	src/rehearse/rehearse_table.c
EXTRA_DIST += src/rehearse/rehearse_internal.h src/rehearse/rehearse_measure.h
