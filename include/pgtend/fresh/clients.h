/* fresh/clients.h - stands in scratch/clients.h now, so that lower floors have it too. */
#include "pgtend/scratch/clients.h"
