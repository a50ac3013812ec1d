/* SPDX-License-Identifier: MIT */
/*
 * OpenSSL's cipher list format (openssl-ciphers(1)), to the letter: a list of suites in an initial
 * order, each active or not, and rules that act on those a pattern matches:
 *
 *   WORD   activate those not active and put them last     -WORD  deactivate, and put them first
 *   +WORD  put the active ones last                        !WORD  remove for good
 *   @STRENGTH  sort the active ones                        @SECLEVEL=n
 *
 * Every rule is a stable partition of the list; there are at most as many rules as characters.
 */
#include "algorithms/cipher_expression.h"

#include "algorithms/suites_table.h"
#include "algorithms/words.h"
#include "base/base.h"

#define QUOTE_SIZE 100

#define DEFAULT_WORD "DEFAULT"
#define DEFAULT_EXPRESSION "ALL:!COMPLEMENTOFDEFAULT:!eNULL"

typedef enum rule { RULE_ADD, RULE_ORDER, RULE_DELETE, RULE_KILL, RULE_BUMP, RULE_SPECIAL } rule;

typedef struct entry {
    const otls_suite *suite;
    bool active;
} entry;

typedef struct parser {
    entry list[OMNI_SUITE_MAX];
    size_t count;
    const char *expression; /* as given, for reports */
    int level;              /* -1 = not given */
    void (*unknown)(const char *word, size_t length, void *user);
    void *user;
    otls_error *err;
} parser;

/* ---- the list ------------------------------------------------------------------------------ */

/* does `what` move (or remove) this entry? */
static bool acts_on(const entry *item, rule what)
{
    if (what == RULE_ADD)
        return !item->active;
    return what == RULE_KILL || item->active;
}

/* put the picked entries, in their order, before or after the others */
static void join(parser *p, const entry *picked, size_t picked_count, size_t rest_count, rule what)
{
    const bool first = what == RULE_DELETE || what == RULE_BUMP;

    if (what == RULE_KILL) {
        p->count = rest_count;
        return;
    }
    if (first) {
        memmove(p->list + picked_count, p->list, rest_count * sizeof(p->list[0]));
        memcpy(p->list, picked, picked_count * sizeof(p->list[0]));
    } else {
        memcpy(p->list + rest_count, picked, picked_count * sizeof(p->list[0]));
    }
}

/* `strength_bits` 0: any */
static void apply(parser *p, rule what, const omni_cipher_pattern *pattern, unsigned strength_bits)
{
    entry picked[OMNI_SUITE_MAX];
    size_t picked_count = 0;
    size_t rest_count = 0;

    for (size_t i = 0; i < p->count; i++) {
        entry item = p->list[i];
        const bool strong = strength_bits == 0 || item.suite->strength_bits == strength_bits;

        if (!strong || !acts_on(&item, what) || !omni_cipher_pattern_matches(pattern, item.suite)) {
            p->list[rest_count++] = item;
            continue;
        }
        if (what == RULE_ADD || what == RULE_DELETE)
            item.active = what == RULE_ADD;
        picked[picked_count++] = item;
    }
    join(p, picked, picked_count, rest_count, what);
}

/* the strongest active suite weaker than `below`; 0 when there is none */
static unsigned next_strength(const parser *p, unsigned below)
{
    unsigned best = 0;

    for (size_t i = 0; i < p->count; i++) {
        const unsigned bits = p->list[i].suite->strength_bits;

        if (p->list[i].active && bits < below && bits > best)
            best = bits;
    }
    return best;
}

static void sort_by_strength(parser *p)
{
    const omni_cipher_pattern any = {.id = 0};

    for (unsigned bits = next_strength(p, UINT16_MAX); bits != 0; bits = next_strength(p, bits))
        apply(p, RULE_ORDER, &any, bits);
}

#define SET(value) (1u << (value))

static const struct {
    rule what;
    omni_cipher_pattern pattern;
} before_sort[] = {
    /* ephemeral elliptic curves first, ECDSA before RSA */
    {RULE_ADD, {.kx = SET(OTLS_KX_ECDHE), .auth = SET(OTLS_AUTH_ECDSA)}},
    {RULE_ADD, {.kx = SET(OTLS_KX_ECDHE)}},
    {RULE_DELETE, {.kx = SET(OTLS_KX_ECDHE)}},
    /* AES-GCM, then ChaCha20, then other AES, then the rest */
    {RULE_ADD, {.cipher = SET(OTLS_CIPHER_AES_128_GCM) | SET(OTLS_CIPHER_AES_256_GCM)}},
    {RULE_ADD, {.cipher = SET(OTLS_CIPHER_CHACHA20_POLY1305)}},
    {RULE_ADD,
     {.cipher = SET(OTLS_CIPHER_AES_128_CBC) | SET(OTLS_CIPHER_AES_256_CBC) |
                SET(OTLS_CIPHER_AES_128_CCM) | SET(OTLS_CIPHER_AES_256_CCM) |
                SET(OTLS_CIPHER_AES_128_CCM_8) | SET(OTLS_CIPHER_AES_256_CCM_8)}},
    {RULE_ADD, {.id = 0}},
    /* no forward secrecy: last */
    {RULE_ORDER, {.kx = SET(OTLS_KX_RSA)}},
    {RULE_ORDER, {.kx = SET(OTLS_KX_PSK)}},
};

static const struct {
    rule what;
    omni_cipher_pattern pattern;
} after_sort[] = {
    /* the last bump wins: (EC)DHE with AEAD, (EC)DHE, AEAD, TLS 1.2, the rest */
    {RULE_BUMP, {.version = OTLS_TLS1_2}},
    {RULE_BUMP, {.mac = SET(OTLS_MAC_AEAD)}},
    {RULE_BUMP, {.kx = SET(OTLS_KX_DHE) | SET(OTLS_KX_ECDHE)}},
    {RULE_BUMP, {.kx = SET(OTLS_KX_DHE) | SET(OTLS_KX_ECDHE), .mac = SET(OTLS_MAC_AEAD)}},
    {RULE_DELETE, {.id = 0}},
};

/* all suites up to TLS 1.2, inactive, in OpenSSL's order of preference */
static void arrange(parser *p)
{
    p->count = 0;
    for (size_t i = omni_suites_count; i > 0; i--) {
        if (otls_version_before(omni_suites[i - 1].min_version, OTLS_TLS1_3))
            p->list[p->count++] = (entry){.suite = &omni_suites[i - 1], .active = false};
    }
    for (size_t i = 0; i < OMNI_COUNT(before_sort); i++)
        apply(p, before_sort[i].what, &before_sort[i].pattern, 0);
    sort_by_strength(p);
    for (size_t i = 0; i < OMNI_COUNT(after_sort); i++)
        apply(p, after_sort[i].what, &after_sort[i].pattern, 0);
}

/* ---- the grammar --------------------------------------------------------------------------- */

static bool is_separator(char c)
{
    return c == ':' || c == ' ' || c == ';' || c == ',';
}

static bool is_word_character(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.' || c == '=';
}

static size_t word_length(const char *at)
{
    size_t length = 0;

    while (is_word_character(at[length]))
        length++;
    return length;
}

static const char *skip_item(const char *at)
{
    while (*at != '\0' && !is_separator(*at))
        at++;
    return at;
}

static otls_status malformed(const parser *p, const char *at, const char *what)
{
    char quote[QUOTE_SIZE];

    omni_word_quote(quote, sizeof(quote), at, strlen(at));
    return omni_fail(p->err, OTLS_E_CONFIG, OTLS_CODE_BAD_LIST, "cipher expression: %s at \"%s\"", what,
                     quote);
}

/* STRENGTH or SECLEVEL=n, after the '@' */
static otls_status special(parser *p, const char **cursor)
{
    const char *word = *cursor;
    const size_t length = word_length(word);

    *cursor = skip_item(word + length);
    if (length == 8 && strncmp(word, "STRENGTH", 8) == 0) {
        sort_by_strength(p);
        return OTLS_OK;
    }
    if (length == 10 && strncmp(word, "SECLEVEL=", 9) == 0 && word[9] >= '0' && word[9] <= '5') {
        p->level = word[9] - '0';
        return OTLS_OK;
    }
    return malformed(p, word - 1, "bad command");
}

/* one word, or several joined by '+' that must all hold */
static otls_status selection(parser *p, const char **cursor, rule what)
{
    omni_cipher_pattern pattern = {.id = 0};
    omni_cipher_pattern word;
    const char *at = *cursor;
    bool more = true;

    while (more) {
        const size_t length = word_length(at);
        const bool is_known = omni_cipher_word(at, length, &word);

        if (length == 0)
            return malformed(p, at, "a word is missing");
        if (!is_known && p->unknown != NULL)
            p->unknown(at, length, p->user);
        at += length;
        if (!is_known || !omni_cipher_pattern_and(&pattern, &word)) {
            *cursor = skip_item(at);
            return OTLS_OK;
        }
        more = *at == '+';
        if (more)
            at++;
    }
    apply(p, what, &pattern, 0);
    *cursor = at;
    return OTLS_OK;
}

static rule rule_of(char c)
{
    switch (c) {
    case '-':
        return RULE_DELETE;
    case '+':
        return RULE_ORDER;
    case '!':
        return RULE_KILL;
    case '@':
        return RULE_SPECIAL;
    default:
        return RULE_ADD;
    }
}

static otls_status run(parser *p, const char *at)
{
    while (*at != '\0') {
        const rule what = rule_of(*at);

        if (is_separator(*at)) {
            at++;
            continue;
        }
        if (what != RULE_ADD)
            at++;
        if (what == RULE_SPECIAL)
            OMNI_TRY(special(p, &at));
        else
            OMNI_TRY(selection(p, &at, what));
    }
    return OTLS_OK;
}

/* Suite B replaces the whole expression (RFC 6460); longer words first, OpenSSL compares prefixes
 */
static const char *suite_b(const char *expression)
{
    static const struct {
        const char *word;
        const char *meaning;
    } words[] = {
        {"SUITEB128ONLY", "ECDHE-ECDSA-AES128-GCM-SHA256"},
        {"SUITEB128C2", "ECDHE-ECDSA-AES256-GCM-SHA384"},
        {"SUITEB128", "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384"},
        {"SUITEB192", "ECDHE-ECDSA-AES256-GCM-SHA384"},
    };

    for (size_t i = 0; i < OMNI_COUNT(words); i++) {
        if (strncmp(expression, words[i].word, strlen(words[i].word)) == 0)
            return words[i].meaning;
    }
    return expression;
}

static otls_status evaluate(parser *p)
{
    const char *at = suite_b(p->expression);

    arrange(p);
    if (strncmp(at, DEFAULT_WORD, strlen(DEFAULT_WORD)) == 0) {
        OMNI_TRY(run(p, DEFAULT_EXPRESSION));
        at += strlen(DEFAULT_WORD);
    }
    return run(p, at);
}

static otls_status deliver(const parser *p, const otls_suite **out, size_t capacity, size_t *count)
{
    char quote[QUOTE_SIZE];

    for (size_t i = 0; i < p->count; i++) {
        if (!p->list[i].active)
            continue;
        if (*count == capacity) {
            *count = 0;
            return omni_fail(p->err, OTLS_E_CONFIG, OTLS_CODE_LIMIT,
                             "the cipher expression selects more than %zu suites", capacity);
        }
        out[(*count)++] = p->list[i].suite;
    }
    if (*count != 0)
        return OTLS_OK;
    omni_word_quote(quote, sizeof(quote), p->expression, strlen(p->expression));
    return omni_fail(p->err, OTLS_E_CONFIG, OTLS_CODE_NO_SUITE_LEFT,
                     "the cipher expression \"%s\" selects no usable suite", quote);
}

otls_status omni_ciphers_parse(const char *expression, const otls_suite **out, size_t capacity,
                               size_t *count, int *security_level,
                               void (*unknown)(const char *word, size_t length, void *user),
                               void *user, otls_error *err)
{
    parser p = {
        .expression = expression, .level = -1, .unknown = unknown, .user = user, .err = err};

    *count = 0;
    if (expression == NULL)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE, "the cipher expression is NULL");
    if (strnlen(expression, OMNI_LIST_TEXT_MAX + 1) > OMNI_LIST_TEXT_MAX)
        return omni_fail(err, OTLS_E_CONFIG, OTLS_CODE_LIMIT,
                         "the cipher expression is longer than %d bytes", OMNI_LIST_TEXT_MAX);
    OMNI_TRY(evaluate(&p));
    OMNI_TRY(deliver(&p, out, capacity, count));
    if (p.level >= 0 && security_level != NULL)
        *security_level = p.level;
    return OTLS_OK;
}
