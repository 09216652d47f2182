# sources of src/probes, in alphabetical order
libpgtend_a_SOURCES += \
	src/probes/collect.c \
	src/probes/collector.c \
	src/probes/round.c
