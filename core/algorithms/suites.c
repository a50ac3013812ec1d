/* SPDX-License-Identifier: MIT */
#include "algorithms/algorithms.h"

#include "algorithms/suites_table.h"
#include "algorithms/words.h"
#include "base/base.h"

static const uint16_t safe_suites[] = {
    0x1301, 0x1302, 0x1303, /* TLS 1.3: AES-128-GCM, AES-256-GCM, ChaCha20-Poly1305 */
    0xc02b, 0xc02f,         /* ECDHE-{ECDSA,RSA}-AES128-GCM-SHA256 */
    0xc02c, 0xc030,         /* ECDHE-{ECDSA,RSA}-AES256-GCM-SHA384 */
    0xcca9, 0xcca8,         /* ECDHE-{ECDSA,RSA}-CHACHA20-POLY1305 */
};

const otls_suite *omni_suite_find(uint16_t id)
{
    size_t low = 0;
    size_t high = omni_suites_count;

    while (low < high) {
        const size_t middle = low + (high - low) / 2;

        if (omni_suites[middle].id == id)
            return &omni_suites[middle];
        if (omni_suites[middle].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

bool omni_suite_predates_tls(const otls_suite *suite)
{
    /* CBC with HMAC-SHA1 came with SSL 3.0, unless the key exchange is an elliptic curve one */
    return suite->min_version == OTLS_TLS1_0 && suite->mac == OTLS_MAC_SHA1 &&
           suite->kx != OTLS_KX_ECDHE && suite->kx != OTLS_KX_ECDHE_PSK;
}

static bool name_is(const char *name, const char *word, size_t length)
{
    return strncmp(name, word, length) == 0 && name[length] == '\0';
}

const otls_suite *omni_suite_find_name(const char *name, size_t length)
{
    if (length == 0)
        return NULL;
    for (size_t i = 0; i < omni_suites_count; i++) {
        const otls_suite *suite = &omni_suites[i];

        if (name_is(suite->name, name, length) || name_is(suite->iana, name, length))
            return suite;
    }
    return NULL;
}

const otls_suite *omni_suite_table(size_t *count)
{
    *count = omni_suites_count;
    return omni_suites;
}

size_t omni_suites_default(const otls_suite **out, size_t capacity)
{
    const size_t known = OMNI_COUNT(safe_suites);
    const size_t count = known < capacity ? known : capacity;

    for (size_t i = 0; i < count; i++)
        out[i] = omni_suite_find(safe_suites[i]);
    return count;
}

static bool holds(const otls_suite **list, size_t count, const otls_suite *suite)
{
    for (size_t i = 0; i < count; i++) {
        if (list[i] == suite)
            return true;
    }
    return false;
}

static otls_status fail_not_tls13(const char *word, size_t length, const otls_suite *suite,
                                  otls_error *err)
{
    char quote[64];

    omni_word_quote(quote, sizeof(quote), word, length);
    return omni_fail(
        err, OTLS_E_CONFIG, OTLS_CODE_BAD_LIST,
        suite == NULL ? "unknown TLS 1.3 suite \"%s\"" : "\"%s\" is not a TLS 1.3 suite", quote);
}

otls_status omni_ciphers13_parse(const char *names, const otls_suite **out, size_t capacity,
                                 size_t *count, otls_error *err)
{
    const char *word;
    size_t length;

    *count = 0;
    if (names == NULL)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE, "the list of TLS 1.3 suites is NULL");
    if (strnlen(names, OMNI_LIST_TEXT_MAX + 1) > OMNI_LIST_TEXT_MAX)
        return omni_fail(err, OTLS_E_CONFIG, OTLS_CODE_LIMIT,
                         "the list of TLS 1.3 suites is longer than %d", OMNI_LIST_TEXT_MAX);
    while ((word = omni_word_next(&names, &length)) != NULL) {
        const otls_suite *suite = omni_suite_find_name(word, length);

        if (suite == NULL || suite->min_version != OTLS_TLS1_3)
            return fail_not_tls13(word, length, suite, err);
        if (holds(out, *count, suite))
            continue;
        if (*count == capacity)
            return omni_fail(err, OTLS_E_CONFIG, OTLS_CODE_LIMIT, "more than %zu TLS 1.3 suites",
                             capacity);
        out[(*count)++] = suite;
    }
    return OTLS_OK;
}

bool omni_suite_is_psk(const otls_suite *suite)
{
    return suite->kx == OTLS_KX_PSK || suite->kx == OTLS_KX_ECDHE_PSK ||
           suite->kx == OTLS_KX_DHE_PSK || suite->kx == OTLS_KX_RSA_PSK;
}
