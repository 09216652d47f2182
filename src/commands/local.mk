# sources of src/commands, in alphabetical order
libpgtend_a_SOURCES += \
	src/commands/cmd_audit.c \
	src/commands/cmd_help.c \
	src/commands/cmd_status.c \
	src/commands/cmd_unlock.c \
	src/commands/cmd_version.c \
	src/commands/registry.c
EXTRA_DIST += src/commands/registry.def
