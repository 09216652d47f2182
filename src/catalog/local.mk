# sources of src/catalog, in alphabetical order
libpgtend_a_SOURCES += \
	src/catalog/catalog.c \
	src/catalog/catalog_internal.h \
	src/catalog/compare.c \
	src/catalog/digest.c \
	src/catalog/load.c \
	src/catalog/tell.c
