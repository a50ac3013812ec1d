/* SPDX-License-Identifier: MIT */
/* "Did you mean ...?" */
#include "tool.h"

#include <string.h>

#define WORD_MAX 32u

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* How many letters must be changed, added, dropped or swapped with their neighbour. */
static size_t distance(const char *a, const char *b)
{
    size_t rows[3][WORD_MAX + 1];
    const size_t size_a = strlen(a), size_b = strlen(b);

    if (size_a > WORD_MAX || size_b > WORD_MAX)
        return WORD_MAX;
    for (size_t k = 0; k <= size_b; k++)
        rows[0][k] = k;
    for (size_t i = 1; i <= size_a; i++) {
        size_t *row = rows[i % 3];
        const size_t *above = rows[(i + 2) % 3], *before = rows[(i + 1) % 3];

        row[0] = i;
        for (size_t k = 1; k <= size_b; k++) {
            row[k] = least(least(above[k], row[k - 1]) + 1, above[k - 1] + (a[i - 1] != b[k - 1]));
            if (i > 1 && k > 1 && a[i - 1] == b[k - 2] && a[i - 2] == b[k - 1])
                row[k] = least(row[k], before[k - 2] + 1);
        }
    }
    return rows[size_a % 3][size_b];
}

void tool_suggestion_start(tool_suggestion *s, const char *word)
{
    const size_t size = strlen(word);

    /* of a short word less may be wrong; `best` is the first distance that is too far */
    *s = (tool_suggestion){.word = word, .best = size > 7 ? 4 : size > 5 ? 3 : 2};
}

void tool_suggestion_try(tool_suggestion *s, const char *candidate)
{
    const size_t size = strlen(s->word);
    const bool begun = size >= 3 && strncmp(s->word, candidate, size) == 0;
    const size_t away = begun ? 1 : distance(s->word, candidate);

    if (away < s->best && away < size) {
        s->found = candidate;
        s->best = away;
    }
}
