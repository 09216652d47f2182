# sources of src/lifecycle, in alphabetical order
libpgtend_a_SOURCES += \
	src/lifecycle/create.c \
	src/lifecycle/create_extensions.c \
	src/lifecycle/create_form.c \
	src/lifecycle/create_internal.h \
	src/lifecycle/create_look.c \
	src/lifecycle/create_needs.c \
	src/lifecycle/create_notes.c
