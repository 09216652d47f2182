/* core/who.h - who sits before pgtend, and where: for records that others read later. */
#ifndef PGTEND_CORE_WHO_H
#define PGTEND_CORE_WHO_H

/* The user of this machine, "ada"; behind sudo "ada as root". Caller frees. */
char *who_user(void);
/* This machine's name, as it calls itself. Caller frees. */
char *who_host(void);

#endif
