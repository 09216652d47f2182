/* The list of words of core/text.h, and the nearest word. */
#include <stdlib.h>
#include <string.h>

#include "pgtend/core/mem.h"
#include "pgtend/core/text.h"

void words_take(struct words *words, char *word)
{
	/* the room doubles when the count is a power of two, so that no capacity needs a field */
	if ((words->count & (words->count - 1)) == 0)
		words->v = mem_grow(words->v, words->count ? words->count * 2 : 1, sizeof *words->v);
	words->v[words->count++] = word;
}

void words_add(struct words *words, const char *word)
{
	words_take(words, mem_copy(word));
}

bool words_has(const struct words *words, const char *word)
{
	for (size_t i = 0; i < words->count; i++)
		if (strcmp(words->v[i], word) == 0)
			return true;
	return false;
}

void words_split(struct words *words, const char *s, const char *separators)
{
	static const char blanks[] = " \t\r\n\f\v";

	for (;;) {
		size_t length = strcspn(s, separators);
		const char *from = s + strspn(s, blanks);
		const char *to = s + length;

		while (to > from && strchr(blanks, to[-1]))
			to--;
		if (to > from)
			words_take(words, mem_copy_n(from, (size_t)(to - from)));
		if (!s[length])
			return;
		s += length + 1;
	}
}

char *words_join(const struct words *words, const char *separator)
{
	struct text text = {0};

	for (size_t i = 0; i < words->count; i++) {
		if (i)
			text_add(&text, separator);
		text_add(&text, words->v[i]);
	}
	return text_take(&text);
}

static int compare_words(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void words_sort(struct words *words)
{
	if (words->count > 1)
		qsort(words->v, words->count, sizeof *words->v, compare_words);
}

void words_done(struct words *words)
{
	for (size_t i = 0; i < words->count; i++)
		mem_free(words->v[i]);
	mem_free(words->v);
	memset(words, 0, sizeof *words);
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Edit distance in which two swapped neighbours count once: the commonest slip of the fingers. `rows` holds three rows of b. */
static size_t edit_distance(const char *a, const char *b, size_t *rows)
{
	size_t b_length = strlen(b);
	size_t *before = rows, *above = rows + b_length + 1, *row = above + b_length + 1;

	for (size_t j = 0; j <= b_length; j++)
		row[j] = j;
	for (size_t i = 1; a[i - 1]; i++) {
		size_t *oldest = before;

		before = above;
		above = row;
		row = oldest;
		row[0] = i;
		for (size_t j = 1; j <= b_length; j++) {
			row[j] = least(above[j - 1] + (a[i - 1] != b[j - 1]), least(above[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = least(row[j], before[j - 2] + 1);
		}
	}
	return row[b_length];
}

const char *text_nearest(const char *word, const char *const *candidates, size_t count)
{
	size_t length = strlen(word);
	size_t allowed = length / 3 > 0 ? length / 3 : 1;
	const char *nearest = NULL;

	for (size_t i = 0; i < count; i++) {
		size_t other = strlen(candidates[i]);

		if (other > length + allowed || length > other + allowed)
			continue;
		size_t *rows = mem_grow(NULL, 3 * (other + 1), sizeof *rows);
		size_t distance = edit_distance(word, candidates[i], rows);

		mem_free(rows);
		if (distance <= allowed) {
			/* the first of equals stays: the next one must be nearer */
			nearest = candidates[i];
			if (distance == 0)
				break;
			allowed = distance - 1;
		}
	}
	return nearest;
}
