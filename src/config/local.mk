# sources of src/config, in alphabetical order
libpgtend_a_SOURCES += \
	src/config/archive_rule.c \
	src/config/config.c \
	src/config/config_check.c \
	src/config/config_connect.c \
	src/config/config_find.c \
	src/config/config_internal.h \
	src/config/config_read.c \
	src/config/config_value.c \
	src/config/conninfo.c \
	src/config/conninfo_child.c \
	src/config/conninfo_internal.h \
	src/config/discover.c \
	src/config/discover_compose.c \
	src/config/discover_dialect.c \
	src/config/discover_drizzle.c \
	src/config/discover_env.c \
	src/config/discover_internal.h \
	src/config/discover_match.c \
	src/config/discover_runner.c \
	src/config/discover_package.c \
	src/config/discover_scan.c \
	src/config/discover_write.c \
	src/config/dotenv.c \
	src/config/dotenv_internal.h \
	src/config/env_look.c \
	src/config/ini.c \
	src/config/keys.c \
	src/config/reference.c \
	src/config/trust.c \
	src/config/weakness.c
