/* fresh/clients.h - stands in scratch/clients.h now, so that lower floors have it too. */
#ifndef PGTEND_FRESH_CLIENTS_H
#define PGTEND_FRESH_CLIENTS_H

#include "pgtend/scratch/clients.h"

#endif
