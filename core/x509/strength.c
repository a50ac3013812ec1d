/* SPDX-License-Identifier: MIT */
#include "x509/strength.h"

#include "base/base.h"

#include <limits.h>

int omni_strength_of_level(int level)
{
    static const int bits[] = {0, 80, 112, 128, 192, 256};

    return level < 0 ? 0 : bits[level <= 5 ? level : 5];
}

/* NIST SP 800-57 part 1, table 2. */
int omni_strength_of_modulus(unsigned bits)
{
    static const struct {
        unsigned modulus;
        int strength;
    } table[] = {{15360, 256}, {7680, 192}, {3072, 128}, {2048, 112}, {1024, 80}};

    for (size_t i = 0; i < OMNI_COUNT(table); i++)
        if (bits >= table[i].modulus)
            return table[i].strength;
    return 0;
}

unsigned omni_strength_modulus_of(int level)
{
    static const unsigned modulus[] = {1024, 1024, 2048, 3072, 7680, 15360};

    return modulus[level < 0 ? 0 : level <= 5 ? level : 5];
}

int omni_strength_of_key(const omni_x509 *cert)
{
    switch ((omni_key_type)cert->key_type) {
    case OMNI_KEY_RSA:
    case OMNI_KEY_RSA_PSS:
    case OMNI_KEY_DSA:
        return omni_strength_of_modulus(cert->key_bits);
    case OMNI_KEY_EC: /* P-521 counts as 256 */
        return cert->key_bits >= 512 ? 256 : cert->key_bits / 2;
    case OMNI_KEY_ED25519:
        return 128;
    case OMNI_KEY_ED448:
        return 224;
    case OMNI_KEY_UNKNOWN:
        break;
    }
    return -1;
}

/* Half the digest's length; SHA-1 has less than 80 since its collisions. */
int omni_strength_of_hash(uint8_t hash)
{
    switch (hash) {
    case OTLS_SIG_HASH_SHA1:
        return 63;
    case OTLS_SIG_HASH_SHA224:
        return 112;
    case OTLS_SIG_HASH_SHA256:
        return 128;
    case OTLS_SIG_HASH_SHA384:
        return 192;
    default:
        return 256; /* also Ed25519 and Ed448: the key's strength decides */
    }
}

int omni_strength_of_group(uint16_t group)
{
    static const struct {
        uint16_t group, bits;
    } table[] = {
        {0x0013, 96},  {0x0015, 112}, {0x0016, 128}, {0x0017, 128}, {0x0018, 192}, {0x0019, 256},
        {0x001a, 128}, {0x001b, 192}, {0x001c, 256}, {0x001d, 128}, {0x001e, 224}, {0x001f, 128},
        {0x0020, 192}, {0x0021, 256}, {0x0100, 112}, {0x0101, 128}, {0x0102, 152}, {0x0103, 176},
        {0x0104, 192}, {0x11eb, 192}, {0x11ec, 192}, {0x11ed, 256},
    };

    for (size_t i = 0; i < OMNI_COUNT(table); i++)
        if (table[i].group == group)
            return table[i].bits;
    return INT_MAX;
}

/* High byte: the hash of RFC 5246 7.4.1.4.1, or 8 for the schemes of RFC 8446 4.2.3. */
int omni_strength_of_signature(uint16_t scheme)
{
    static const int hashes[] = {0, 0, 63, 112, 128, 192, 256};
    static const int newer[] = {[4] = 128, 192, 256, 128, 224, 128, 192, 256};
    const unsigned high = scheme >> 8, low = scheme & 0xff;

    if (high < OMNI_COUNT(hashes))
        return hashes[high];
    if (high == 8 && low >= 4 && low < OMNI_COUNT(newer))
        return newer[low];
    return INT_MAX;
}

/* As OpenSSL's default security callback, and 64-bit blocks only below level 2 (Sweet32). */
bool omni_suite_allowed(const otls_suite *suite, int level)
{
    if (suite->strength_bits < omni_strength_of_level(level))
        return false;
    if (level >= 2 && suite->cipher == OTLS_CIPHER_3DES_CBC)
        return false;
    if (level >= 4 && suite->mac == OTLS_MAC_SHA1)
        return false;
    return level < 3 || suite->kx == OTLS_KX_ANY || suite->kx == OTLS_KX_ECDHE ||
           suite->kx == OTLS_KX_DHE;
}
