# sources of src/scratch, in alphabetical order
libpgtend_a_SOURCES += \
	src/scratch/clients.c \
	src/scratch/scratch.c \
	src/scratch/swap.c \
	src/scratch/sweep.c
