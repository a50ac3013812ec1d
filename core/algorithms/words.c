/* SPDX-License-Identifier: MIT */
#include "algorithms/words.h"

#include <string.h>

/* the room a word gets in a report, so that the sentence keeps its end */
#define QUOTE_SIZE 64

static bool is_separator(char c)
{
    return c == ':' || c == ',' || c == ';' || c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool is_joiner(char c)
{
    return c == '-' || c == '_' || c == '+' || c == '.';
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

const char *omni_word_next(const char **cursor, size_t *length)
{
    const char *at = *cursor;
    const char *start;

    while (is_separator(*at))
        at++;
    start = at;
    while (*at != '\0' && !is_separator(*at))
        at++;
    *cursor = at;
    *length = (size_t)(at - start);
    return *length != 0 ? start : NULL;
}

bool omni_word_is(const char *word, size_t length, const char *plain)
{
    for (size_t i = 0; i < length; i++) {
        if (is_joiner(word[i]))
            continue;
        if (*plain == '\0' || lower(word[i]) != *plain)
            return false;
        plain++;
    }
    return *plain == '\0';
}

void omni_word_quote(char *out, size_t size, const char *word, size_t length)
{
    const bool cut = length >= size;
    const size_t kept = cut ? size - 4 : length;

    for (size_t i = 0; i < kept; i++)
        out[i] = word[i] >= 0x20 && word[i] < 0x7f ? word[i] : '?';
    memcpy(out + kept, cut ? "..." : "", cut ? 4 : 1);
}

static int digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (lower(c) >= 'a' && lower(c) <= 'f')
        return lower(c) - 'a' + 10;
    return 16;
}

/* "0x001d" or "29"; 0 is no number of anything here, so it also means "not a number" */
static uint16_t number_of(const char *word, size_t length)
{
    const bool hex = length > 2 && word[0] == '0' && lower(word[1]) == 'x';
    const uint32_t base = hex ? 16 : 10;
    uint32_t value = 0;

    for (size_t i = hex ? 2 : 0; i < length; i++) {
        const uint32_t digit = (uint32_t)digit_value(word[i]);

        if (digit >= base)
            return 0;
        value = value * base + digit;
        if (value > UINT16_MAX)
            return 0;
    }
    return (uint16_t)value;
}

static uint16_t id_of(const char *word, size_t length, const omni_spelling *table, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (omni_word_is(word, length, table[i].text))
            return table[i].id;
    }
    return number_of(word, length);
}

static bool contains(const uint16_t *list, size_t count, uint16_t id)
{
    for (size_t i = 0; i < count; i++) {
        if (list[i] == id)
            return true;
    }
    return false;
}

static otls_status fail_unknown(const char *word, size_t length, const char *what, otls_error *err)
{
    char quote[QUOTE_SIZE];

    omni_word_quote(quote, sizeof(quote), word, length);
    return omni_fail(err, OTLS_E_CONFIG, OTLS_CODE_BAD_LIST, "unknown %s \"%s\"", what, quote);
}

otls_status omni_spellings_parse(const char *names, const omni_spelling *table, size_t table_size,
                                 const char *what, uint16_t *out, size_t capacity, size_t *count,
                                 otls_error *err)
{
    const char *word;
    size_t length;

    *count = 0;
    if (names == NULL)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE, "the list of %ss is NULL", what);
    if (strnlen(names, OMNI_LIST_TEXT_MAX + 1) > OMNI_LIST_TEXT_MAX)
        return omni_fail(err, OTLS_E_CONFIG, OTLS_CODE_LIMIT, "the list of %ss is longer than %d",
                         what, OMNI_LIST_TEXT_MAX);
    while ((word = omni_word_next(&names, &length)) != NULL) {
        const uint16_t id = id_of(word, length, table, table_size);

        if (id == 0)
            return fail_unknown(word, length, what, err);
        if (contains(out, *count, id))
            continue;
        if (*count == capacity)
            return omni_fail(err, OTLS_E_CONFIG, OTLS_CODE_LIMIT, "more than %zu %ss", capacity,
                             what);
        out[(*count)++] = id;
    }
    if (*count == 0)
        return omni_fail(err, OTLS_E_CONFIG, OTLS_CODE_NOTHING_LEFT, "the list of %ss is empty", what);
    return OTLS_OK;
}
