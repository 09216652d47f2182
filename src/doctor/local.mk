# sources of src/doctor, in alphabetical order
libpgtend_a_SOURCES += \
	src/doctor/extension.c \
	src/doctor/inside.c \
	src/doctor/internal.h \
	src/doctor/listener.c \
	src/doctor/login.c \
	src/doctor/pooler.c \
	src/doctor/reach.c \
	src/doctor/vitals.c \
	src/doctor/vitals.h \
	src/doctor/vitals_tables.c \
	src/doctor/walk.c
