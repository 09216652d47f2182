/* See core/who.h. */
#include "pgtend/core/who.h"

#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pgtend/core/mem.h"

char *who_user(void)
{
	char buffer[4096];
	struct passwd entry, *found = NULL;
	uid_t uid = getuid();
	char *name = getpwuid_r(uid, &entry, buffer, sizeof buffer, &found) == 0 && found
	                 ? mem_copy(found->pw_name)
	                 : mem_format("%lu", (unsigned long)uid);
	const char *caller = getenv("SUDO_USER");
	if (!caller || strcmp(caller, name) == 0)
		return name;
	char *both = mem_format("%s as %s", caller, name);
	mem_free(name);
	return both;
}

char *who_host(void)
{
	char host[256] = "";
	gethostname(host, sizeof host - 1);
	return mem_copy(host);
}
