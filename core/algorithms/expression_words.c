/* SPDX-License-Identifier: MIT */
/*
 * Words and patterns of OpenSSL's cipher list format: openssl-ciphers(1), checked word by word
 * against the openssl program by the tests. Words for what this table does not hold (anonymous,
 * NULL, RC4, SRP ...) are known and match nothing, so that "!aNULL" is no unknown word.
 */
#include "algorithms/cipher_expression.h"
#include "algorithms/suites_table.h"
#include "base/base.h"

#define BIT(value) (1u << (value))
#define K(name) BIT(OTLS_KX_##name)
#define A(name) BIT(OTLS_AUTH_##name)
#define C(name) BIT(OTLS_CIPHER_##name)
#define M(name) BIT(OTLS_MAC_##name)

/* never set in a suite of the table */
#define ABSENT BIT(31)
#define ABSENT_NULL BIT(30)

#define AES_GCM (C(AES_128_GCM) | C(AES_256_GCM))
#define AES_CCM_8 (C(AES_128_CCM_8) | C(AES_256_CCM_8))
#define AES_CCM (C(AES_128_CCM) | C(AES_256_CCM) | AES_CCM_8)
#define AES_CBC (C(AES_128_CBC) | C(AES_256_CBC))
#define AES_128 (C(AES_128_CBC) | C(AES_128_GCM) | C(AES_128_CCM) | C(AES_128_CCM_8))
#define AES_256 (C(AES_256_CBC) | C(AES_256_GCM) | C(AES_256_CCM) | C(AES_256_CCM_8))
#define CAMELLIA_128 (C(CAMELLIA_128_CBC) | C(CAMELLIA_128_GCM))
#define CAMELLIA_256 (C(CAMELLIA_256_CBC) | C(CAMELLIA_256_GCM))
#define CAMELLIA_CBC (C(CAMELLIA_128_CBC) | C(CAMELLIA_256_CBC))
#define ARIA_GCM (C(ARIA_128_GCM) | C(ARIA_256_GCM))
#define ANY_PSK (K(PSK) | K(ECDHE_PSK) | K(DHE_PSK) | K(RSA_PSK))
#define NOT_NULL (~ABSENT_NULL)

static const struct {
    const char *word;
    omni_cipher_pattern pattern;
} words[] = {
    {"ALL", {.cipher = NOT_NULL}},
    {"COMPLEMENTOFALL", {.cipher = ABSENT_NULL}},
    {"COMPLEMENTOFDEFAULT", {.not_default = true}},
    /* key exchange */
    {"kRSA", {.kx = K(RSA)}},
    {"kEDH", {.kx = K(DHE)}},
    {"kDHE", {.kx = K(DHE)}},
    {"DH", {.kx = K(DHE)}},
    {"kEECDH", {.kx = K(ECDHE)}},
    {"kECDHE", {.kx = K(ECDHE)}},
    {"ECDH", {.kx = K(ECDHE)}},
    {"kPSK", {.kx = K(PSK)}},
    {"kRSAPSK", {.kx = K(RSA_PSK)}},
    {"kECDHEPSK", {.kx = K(ECDHE_PSK)}},
    {"kDHEPSK", {.kx = K(DHE_PSK)}},
    {"kSRP", {.kx = ABSENT}},
    {"SRP", {.kx = ABSENT}},
    {"kGOST", {.kx = ABSENT}},
    {"kGOST18", {.kx = ABSENT}},
    {"PSK", {.kx = ANY_PSK}},
    /* authentication */
    {"aRSA", {.auth = A(RSA)}},
    {"aDSS", {.auth = A(DSS)}},
    {"DSS", {.auth = A(DSS)}},
    {"aNULL", {.auth = ABSENT_NULL}},
    {"aECDSA", {.auth = A(ECDSA)}},
    {"ECDSA", {.auth = A(ECDSA)}},
    {"aPSK", {.auth = A(PSK)}},
    {"aSRP", {.auth = ABSENT}},
    {"aGOST", {.auth = ABSENT}},
    {"aGOST01", {.auth = ABSENT}},
    {"aGOST12", {.auth = ABSENT}},
    /* both */
    {"EDH", {.kx = K(DHE), .auth = NOT_NULL}},
    {"DHE", {.kx = K(DHE), .auth = NOT_NULL}},
    {"EECDH", {.kx = K(ECDHE), .auth = NOT_NULL}},
    {"ECDHE", {.kx = K(ECDHE), .auth = NOT_NULL}},
    {"RSA", {.kx = K(RSA), .auth = A(RSA)}},
    {"ADH", {.kx = K(DHE), .auth = ABSENT_NULL}},
    {"AECDH", {.kx = K(ECDHE), .auth = ABSENT_NULL}},
    /* encryption */
    {"3DES", {.cipher = C(3DES_CBC)}},
    {"RC4", {.cipher = ABSENT}},
    {"RC2", {.cipher = ABSENT}},
    {"IDEA", {.cipher = ABSENT}},
    {"SEED", {.cipher = ABSENT}},
    {"GOST", {.cipher = ABSENT}},
    {"eNULL", {.cipher = ABSENT_NULL}},
    {"NULL", {.cipher = ABSENT_NULL}},
    {"AES128", {.cipher = AES_128}},
    {"AES256", {.cipher = AES_256}},
    {"AES", {.cipher = AES_128 | AES_256}},
    {"AESGCM", {.cipher = AES_GCM}},
    {"AESCCM", {.cipher = AES_CCM}},
    {"AESCCM8", {.cipher = AES_CCM_8}},
    {"CAMELLIA128", {.cipher = CAMELLIA_128}},
    {"CAMELLIA256", {.cipher = CAMELLIA_256}},
    {"CAMELLIA", {.cipher = CAMELLIA_128 | CAMELLIA_256}},
    {"CHACHA20", {.cipher = C(CHACHA20_POLY1305)}},
    {"ARIA", {.cipher = ARIA_GCM}},
    {"ARIAGCM", {.cipher = ARIA_GCM}},
    {"ARIA128", {.cipher = C(ARIA_128_GCM)}},
    {"ARIA256", {.cipher = C(ARIA_256_GCM)}},
    {"CBC", {.cipher = C(3DES_CBC) | AES_CBC | CAMELLIA_CBC}},
    /* record digest */
    {"MD5", {.mac = ABSENT}},
    {"SHA1", {.mac = M(SHA1)}},
    {"SHA", {.mac = M(SHA1)}},
    {"SHA256", {.mac = M(SHA256)}},
    {"SHA384", {.mac = M(SHA384)}},
    {"GOST94", {.mac = ABSENT}},
    {"GOST89MAC", {.mac = ABSENT}},
    {"GOST12", {.mac = ABSENT}},
    /* the version a suite came with */
    {"SSLv3", {.version = 0x0300}},
    {"TLSv1", {.version = OTLS_TLS1_0}},
    {"TLSv1.0", {.version = OTLS_TLS1_0}},
    {"TLSv1.2", {.version = OTLS_TLS1_2}},
    /* strength */
    {"LOW", {.classes = OMNI_CLASS_LOW}},
    {"MEDIUM", {.classes = OMNI_CLASS_MEDIUM}},
    {"HIGH", {.classes = OMNI_CLASS_HIGH}},
    {"FIPS", {.cipher = NOT_NULL, .classes = OMNI_CLASS_FIPS}},
    /* older names of two suites */
    {"EDH-DSS-DES-CBC3-SHA", {.kx = K(DHE), .auth = A(DSS), .cipher = C(3DES_CBC), .mac = M(SHA1)}},
    {"EDH-RSA-DES-CBC3-SHA", {.kx = K(DHE), .auth = A(RSA), .cipher = C(3DES_CBC), .mac = M(SHA1)}},
};

static uint8_t classes_of(const otls_suite *suite)
{
    const uint32_t cipher = BIT(suite->cipher);
    const uint8_t strength =
        suite->cipher == OTLS_CIPHER_3DES_CBC ? OMNI_CLASS_MEDIUM : OMNI_CLASS_HIGH;
    const bool fips = (cipher & (AES_GCM | AES_CBC | C(3DES_CBC))) != 0;

    return fips ? (uint8_t)(strength | OMNI_CLASS_FIPS) : strength;
}

/* what OpenSSL keeps out of DEFAULT */
static bool is_not_default(const otls_suite *suite)
{
    const uint32_t rare = AES_CCM | CAMELLIA_128 | CAMELLIA_256 | ARIA_GCM | C(3DES_CBC);

    return suite->auth == OTLS_AUTH_DSS || (BIT(suite->cipher) & rare) != 0;
}

static bool came_with(const otls_suite *suite, uint16_t version)
{
    if (omni_suite_predates_tls(suite))
        return version == 0x0300;
    return version == suite->min_version;
}

static void pattern_of(const otls_suite *suite, omni_cipher_pattern *out)
{
    /* a suite's version is no condition: OpenSSL's "TLSv1.2+AES128-SHA" is AES128-SHA and TLSv1.2
     */
    *out = (omni_cipher_pattern){
        .kx = BIT(suite->kx),
        .auth = BIT(suite->auth),
        .cipher = BIT(suite->cipher),
        .mac = BIT(suite->mac),
        .id = suite->id,
        .classes = classes_of(suite),
        .not_default = is_not_default(suite),
    };
}

bool omni_cipher_word(const char *word, size_t length, omni_cipher_pattern *out)
{
    const otls_suite *suite = omni_suite_find_name(word, length);

    if (suite != NULL && otls_version_before(suite->min_version, OTLS_TLS1_3)) {
        pattern_of(suite, out);
        return true;
    }
    for (size_t i = 0; i < OMNI_COUNT(words); i++) {
        if (strncmp(words[i].word, word, length) == 0 && words[i].word[length] == '\0') {
            *out = words[i].pattern;
            return true;
        }
    }
    return false;
}

/* 0 asks for nothing, so two conditions meet in their common part only when both are there */
static bool narrow(uint32_t *set, uint32_t by)
{
    if (by == 0)
        return true;
    *set = *set != 0 ? *set & by : by;
    return *set != 0;
}

bool omni_cipher_pattern_and(omni_cipher_pattern *pattern, const omni_cipher_pattern *word)
{
    uint32_t classes = pattern->classes;

    if (!narrow(&pattern->kx, word->kx) || !narrow(&pattern->auth, word->auth) ||
        !narrow(&pattern->cipher, word->cipher) || !narrow(&pattern->mac, word->mac) ||
        !narrow(&classes, word->classes))
        return false;
    /* OpenSSL forgets COMPLEMENTOFDEFAULT at the first strength class after it; so do we */
    if (pattern->classes == 0 && word->classes != 0)
        pattern->not_default = false;
    pattern->classes = (uint8_t)classes;
    pattern->not_default = pattern->not_default || word->not_default;
    if (word->id != 0)
        pattern->id = word->id;
    if (word->version == 0)
        return true;
    if (pattern->version != 0 && pattern->version != word->version)
        return false;
    pattern->version = word->version;
    return true;
}

bool omni_cipher_pattern_matches(const omni_cipher_pattern *pattern, const otls_suite *suite)
{
    if (pattern->id != 0 && pattern->id != suite->id)
        return false;
    if (pattern->kx != 0 && (pattern->kx & BIT(suite->kx)) == 0)
        return false;
    if (pattern->auth != 0 && (pattern->auth & BIT(suite->auth)) == 0)
        return false;
    if (pattern->cipher != 0 && (pattern->cipher & BIT(suite->cipher)) == 0)
        return false;
    if (pattern->mac != 0 && (pattern->mac & BIT(suite->mac)) == 0)
        return false;
    if (pattern->version != 0 && !came_with(suite, pattern->version))
        return false;
    if (pattern->classes != 0 && (pattern->classes & classes_of(suite)) == 0)
        return false;
    return !pattern->not_default || is_not_default(suite);
}
