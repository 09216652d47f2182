/* config/discover_package.c - which version of a tool from npm a folder's package has. Files are read, nothing is run. */
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "pgtend/config/discover.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"

/* "^8.0.3", ">=7", "9.0.0", "workspace:~6.2": the first number. */
static int major_of(const char *version)
{
	return version ? atoi(version + strcspn(version, "0123456789")) : 0;
}

/* Of the package that is installed there. */
static int installed(const char *place, const char *package)
{
	char *inside = mem_format("node_modules/%s/package.json", package), *path = places_join(place, inside);
	json_t *json = json_load_file(path, 0, NULL);
	int major = major_of(json_string_value(json_object_get(json, "version")));
	json_decref(json);
	mem_free(path);
	mem_free(inside);
	return major;
}

static int asked_for(const char *place, const char *package)
{
	static const char *const groups[] = {"dependencies", "devDependencies"};
	char *path = places_join(place, "package.json");
	json_t *json = json_load_file(path, 0, NULL);
	int major = 0;
	for (size_t i = 0; !major && i < sizeof groups / sizeof groups[0]; i++)
		major = major_of(json_string_value(json_object_get(json_object_get(json, groups[i]), package)));
	json_decref(json);
	mem_free(path);
	return major;
}

int discover_package_major(const char *folder, const char *package)
{
	enum { LEVELS_MAX = 8 };
	char *real = realpath(folder, NULL), *place = mem_copy(real);
	int found = 0, wanted = 0;
	for (int level = 0; place && *place && !found && level < LEVELS_MAX; level++) {
		found = installed(place, package);
		if (!wanted)
			wanted = asked_for(place, package);
		*strrchr(place, '/') = 0;
	}
	mem_free(place);
	free(real);
	return found ? found : wanted;
}
