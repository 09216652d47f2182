# sources of src/ui, in alphabetical order
libpgtend_a_SOURCES += \
	src/ui/canvas.c \
	src/ui/chart.c \
	src/ui/chart_strip.c \
	src/ui/edit.c \
	src/ui/keys.c \
	src/ui/layout.c \
	src/ui/prompt.c \
	src/ui/prompt_draw.c \
	src/ui/prompt_history.c \
	src/ui/prompt_search.c \
	src/ui/screen.c \
	src/ui/theme.c
