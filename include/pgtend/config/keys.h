/* config/keys.h - the one table of configuration keys.
 *
 * Feeds the parser, its errors (nearest key), pgtend.ini(5), the template that `init` writes.
 */
#ifndef PGTEND_CONFIG_KEYS_H
#define PGTEND_CONFIG_KEYS_H

enum section_kind { SECTION_PGTEND, SECTION_DATABASE, SECTION_SERVER, SECTION_POOLER, SECTION_THRESHOLD, SECTION_RUNNER, SECTION_ALIAS, SECTION_KINDS };
enum key_type { KEY_TEXT, KEY_INT, KEY_BOOL, KEY_DURATION, KEY_BYTES, KEY_PATH, KEY_WORDS, KEY_CHOICE, KEY_COMMAND, KEY_SECRET,
	KEY_REFERENCE, KEY_LINES /* these two may be given several times; each is one value */ };

struct config_key {
	enum section_kind section;
	const char *name;
	enum key_type type;
	const char *choices;   /* KEY_CHOICE: "development|staging|production"; KEY_INT: "1..65535", least and most */
	const char *otherwise; /* default as text; NULL: not set */
	const char *doc;       /* one or two sentences with the unit */
};

extern const struct config_key config_keys[];
extern const int config_key_count;
/* "pgtend", "database", ... */
const char *config_section_word(enum section_kind kind);

#endif
