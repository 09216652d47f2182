# sources of src/lifecycle, in alphabetical order
libpgtend_a_SOURCES += \
	src/lifecycle/connect.c \
	src/lifecycle/create.c \
	src/lifecycle/create_extensions.c \
	src/lifecycle/create_form.c \
	src/lifecycle/create_internal.h \
	src/lifecycle/create_look.c \
	src/lifecycle/create_needs.c \
	src/lifecycle/create_notes.c \
	src/lifecycle/drop.c \
	src/lifecycle/drop_internal.h \
	src/lifecycle/drop_look.c \
	src/lifecycle/drop_preview.c \
	src/lifecycle/lifecycle_internal.h
