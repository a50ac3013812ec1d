/* SPDX-License-Identifier: MIT */
/* IANA numbers of suites, groups and signature schemes, in the words of the wolfSSL we were built
 * for. */
#include "wolf.h"

const char *wolf_suite_name(uint16_t id)
{
    const char *name = wolfSSL_get_cipher_name_from_suite((byte)(id >> 8), (byte)(id & 0xff));
    return name == NULL || strcmp(name, "None") == 0 ? NULL : name;
}

bool wolf_has_suite(const otls_suite *suite)
{
    /* wolfSSL's client takes the key of ECDHE_PSK for one on its last curve and fails on X25519 */
    return suite->kx != OTLS_KX_ECDHE_PSK && wolf_suite_name(suite->id) != NULL;
}

static const struct {
    uint16_t id;
    const char *name;   /* for wolfSSL_CTX_set1_curves_list, NULL = it does not know it */
    const char *answer; /* from wolfSSL_get_curve_name */
} groups[] = {
#ifdef HAVE_CURVE25519
    {WOLFSSL_ECC_X25519, "X25519", "X25519"},
#endif
#ifdef HAVE_CURVE448
    {WOLFSSL_ECC_X448, "X448", "X448"},
#endif
#if defined(HAVE_ECC) && (!defined(NO_ECC256) || defined(HAVE_ALL_CURVES))
    {WOLFSSL_ECC_SECP256R1, "P-256", "SECP256R1"},
#endif
#if defined(HAVE_ECC) && (defined(HAVE_ECC384) || defined(HAVE_ALL_CURVES))
    {WOLFSSL_ECC_SECP384R1, "P-384", "SECP384R1"},
#endif
#if defined(HAVE_ECC) && (defined(HAVE_ECC521) || defined(HAVE_ALL_CURVES))
    {WOLFSSL_ECC_SECP521R1, "P-521", "SECP521R1"},
#endif
#if WOLF_MLKEM
    {WOLFSSL_X25519MLKEM768, NULL, "X25519MLKEM768"},
#endif
#ifdef HAVE_FFDHE_2048
    {WOLFSSL_FFDHE_2048, NULL, "FFDHE_2048"},
#endif
#ifdef HAVE_FFDHE_3072
    {WOLFSSL_FFDHE_3072, NULL, "FFDHE_3072"},
#endif
#ifdef HAVE_FFDHE_4096
    {WOLFSSL_FFDHE_4096, NULL, "FFDHE_4096"},
#endif
};

bool wolf_has_group(uint16_t group)
{
    for (size_t i = 0; i < COUNT(groups); i++)
        if (groups[i].id == group)
            return true;
    return false;
}

uint16_t wolf_group_of(const char *curve_name)
{
    for (size_t i = 0; curve_name != NULL && i < COUNT(groups); i++)
        if (strcmp(groups[i].answer, curve_name) == 0)
            return groups[i].id;
    return 0;
}

static const struct {
    uint16_t scheme;
    const char *name;
} schemes[] = {
    {0x0403, "ECDSA+SHA256"},   {0x0503, "ECDSA+SHA384"},   {0x0603, "ECDSA+SHA512"},
#ifdef HAVE_ED25519
    {0x0807, "ED25519"},
#endif
#ifdef HAVE_ED448
    {0x0808, "ED448"},
#endif
    {0x0804, "RSA-PSS+SHA256"}, {0x0805, "RSA-PSS+SHA384"}, {0x0806, "RSA-PSS+SHA512"},
    {0x0401, "RSA+SHA256"},     {0x0501, "RSA+SHA384"},     {0x0601, "RSA+SHA512"},
#if !defined(NO_SHA) && (!defined(NO_OLD_TLS) || defined(WOLFSSL_ALLOW_TLS_SHA1))
    {0x0203, "ECDSA+SHA1"},     {0x0201, "RSA+SHA1"},
#endif
};

const char *wolf_signature_name(uint16_t scheme)
{
    for (size_t i = 0; i < COUNT(schemes); i++)
        if (schemes[i].scheme == scheme)
            return schemes[i].name;
    return NULL;
}

bool wolf_has_signature(uint16_t scheme)
{
    return wolf_signature_name(scheme) != NULL;
}

const char *wolf_group_name(uint16_t group)
{
    for (size_t i = 0; i < COUNT(groups); i++)
        if (groups[i].id == group)
            return groups[i].name;
    return NULL;
}
