# sources of src/maintain, in alphabetical order
libpgtend_a_SOURCES += \
	src/maintain/vacuum.c
