# sources of src/catalog, in alphabetical order
libpgtend_a_SOURCES += \
	src/catalog/catalog_internal.h \
	src/catalog/digest.c
