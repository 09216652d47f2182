/* npm trees for the sandbox: made once, kept in the cache under the hash of what they are made of. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "internal.h"
#include "pgtend/core/mem.h"
#include "pgtend/core/places.h"
#include "pgtend/core/units.h"

enum { NODE_LEAST_MAJOR = 20, HASH_LETTERS = 16 };
static const char *const tree_files[] = {"package.json", "package-lock.json", "server.mjs"};
enum { TREE_FILES = sizeof tree_files / sizeof *tree_files };

/* Where the cache is, for a user who must be able to read it. */
static char *cache_folder(const struct place *place)
{
	struct err err;
	char *folder = places_cache("npm");
	if (!place_is_reachable(place, folder, &err)) {
		mem_free(folder);
		folder = mem_copy("/var/cache/pgtend/npm");
	}
	return folder;
}

static bool hash_files(const char *source, char hash[HASH_LETTERS + 1], struct err *err)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned length = 0;
	bool is_ok = context != NULL && EVP_DigestInit_ex(context, EVP_sha256(), NULL);
	for (int i = 0; is_ok && i < TREE_FILES; i++) {
		char *path = places_join(source, tree_files[i]);
		char *bytes = NULL;
		size_t size = 0;
		if (access(path, F_OK) == 0 || i == 0)
			is_ok = places_read_file(path, &bytes, &size, err);
		is_ok = is_ok && EVP_DigestUpdate(context, bytes, size);
		mem_free(bytes);
		mem_free(path);
	}
	is_ok = is_ok && EVP_DigestFinal_ex(context, digest, &length);
	EVP_MD_CTX_free(context);
	for (int i = 0; is_ok && i < HASH_LETTERS / 2; i++)
		snprintf(hash + 2 * i, 3, "%02x", digest[i]);
	return is_ok;
}

static bool copy_files(const char *source, const char *target, struct err *err)
{
	bool is_ok = true;
	for (int i = 0; is_ok && i < TREE_FILES; i++) {
		char *from = places_join(source, tree_files[i]);
		char *to = places_join(target, tree_files[i]);
		char *bytes;
		size_t length;
		if (access(from, F_OK) == 0) {
			is_ok = places_read_file(from, &bytes, &length, err) && places_write_file(to, bytes, length, err);
			if (is_ok)
				mem_free(bytes);
			if (is_ok && chmod(to, 0644) != 0)
				is_ok = err_set(err, ERR_FAILED, "%s: %s", to, strerror(errno));
		}
		mem_free(from);
		mem_free(to);
	}
	return is_ok;
}

/* As ourselves, not as the servers' user: the cache is ours. */
static bool run_npm(const struct place *place, const char *folder, struct err *err)
{
	static const char *const argv[] = {
	    "npm", "ci", "--omit=peer", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", NULL};
	struct place ours = *place;
	ours.user_name = NULL;
	if (place_run(&ours, argv, NULL, folder, NULL, err))
		return true;
	if (err->kind == ERR_CANCELLED)
		return false;
	return err_hint(err, "npm brings TimescaleDB for the sandbox; on Debian: apt-get install nodejs npm");
}

static bool make_tree(const struct place *place, const char *source, const char *target, struct err *err)
{
	char *part = mem_format("%s.%ld.part", target, (long)getpid());
	mode_t before = umask(022);
	/* readable by the servers' user */
	bool is_ok = share_make_folders(part, 0755, err) && copy_files(source, part, err);
	if (is_ok) {
		report_step(place->report, "npm: fetching what %s names", strrchr(source, '/') + 1);
		is_ok = run_npm(place, part, err);
	}
	/* another pgtend may have been quicker: its tree is the same */
	if (is_ok && rename(part, target) != 0 && errno != EEXIST && errno != ENOTEMPTY)
		is_ok = err_set(err, ERR_FAILED, "cannot rename %s: %s", part, strerror(errno));
	umask(before);
	struct err unimportant;
	if (access(part, F_OK) == 0 && !remove_tree(part, &unimportant))
		report_log(place->report, "%s stays behind", part);
	mem_free(part);
	return is_ok;
}

bool npm_tree(const struct place *place, const char *program, const char *name, char **path, struct err *err)
{
	char *relative = mem_format("sandbox/%s", name);
	char *source = places_share(program, relative);
	char hash[HASH_LETTERS + 1];
	bool is_ok = hash_files(source, hash, err);
	if (is_ok) {
		char *cache = cache_folder(place);
		char *target = mem_format("%s/%s-%s", cache, name, hash);
		is_ok = access(target, F_OK) == 0 || make_tree(place, source, target, err);
		if (is_ok)
			*path = target;
		else
			mem_free(target);
		mem_free(cache);
	}
	mem_free(source);
	mem_free(relative);
	return is_ok;
}

static int node_major(const struct place *place)
{
	static const char *const argv[] = {"node", "--version", NULL};
	struct text out = {0};
	struct err err;
	int major = 0;
	if (place_run(place, argv, NULL, NULL, &out, &err) && text_str(&out)[0] == 'v')
		major = (int)strtol(text_str(&out) + 1, NULL, 10);
	text_done(&out);
	return major;
}

bool npm_node(const struct place *place, const char *program, char **path, struct err *err)
{
	if (node_major(place) >= NODE_LEAST_MAJOR) {
		*path = mem_copy("node");
		return true;
	}
	char *tree;
	if (!npm_tree(place, program, "node", &tree, err))
		return false;
	static const char *const machines[] = {"x64", "arm64"};
	*path = NULL;
	for (size_t i = 0; i < sizeof machines / sizeof *machines && *path == NULL; i++) {
		char *binary = mem_format("%s/node_modules/node-linux-%s/bin/node", tree, machines[i]);
		if (access(binary, X_OK) == 0)
			*path = binary;
		else
			mem_free(binary);
	}
	mem_free(tree);
	return *path != NULL ||
	       err_set(err, ERR_FAILED, "node %d or newer is needed; npm has none for this machine", NODE_LEAST_MAJOR);
}
