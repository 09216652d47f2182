# sources of src/core, in alphabetical order
libpgtend_a_SOURCES += \
	src/core/err.c \
	src/core/event.c \
	src/core/json.c \
	src/core/mem.c \
	src/core/oid_map.c \
	src/core/places.c \
	src/core/report.c \
	src/core/table.c \
	src/core/table_parse.c \
	src/core/table_text.c \
	src/core/text.c \
	src/core/units.c \
	src/core/units_parse.c \
	src/core/who.c \
	src/core/width.c \
	src/core/words.c
