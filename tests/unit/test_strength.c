/* SPDX-License-Identifier: MIT */
/* How strong is it, in bits, and what a security level asks for (docs: OpenSSL's levels). */
#include "x509/strength.h"

#include <criterion/criterion.h>

Test(strength, levels)
{
    static const int bits[] = {0, 80, 112, 128, 192, 256};

    for (int level = 0; level < 6; level++)
        cr_expect_eq(omni_strength_of_level(level), bits[level], "level %d", level);
    cr_expect_eq(omni_strength_of_level(-1), 0);
    cr_expect_eq(omni_strength_of_level(99), 256);
}

/* NIST SP 800-57 part 1, table 2 */
Test(strength, moduli)
{
    static const struct {
        unsigned bits;
        int strength;
    } rows[] = {{512, 0},    {1023, 0},   {1024, 80},  {2047, 80},   {2048, 112},  {3071, 112},
                {3072, 128}, {7679, 128}, {7680, 192}, {15359, 192}, {15360, 256}, {16384, 256}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        cr_expect_eq(omni_strength_of_modulus(rows[i].bits), rows[i].strength, "%u bits",
                     rows[i].bits);
}

Test(strength, keys)
{
    static const struct {
        int type;
        uint16_t bits;
        int strength;
    } rows[] = {
        {OMNI_KEY_RSA, 2048, 112},  {OMNI_KEY_RSA_PSS, 2048, 112}, {OMNI_KEY_DSA, 1024, 80},
        {OMNI_KEY_EC, 192, 96},     {OMNI_KEY_EC, 224, 112},       {OMNI_KEY_EC, 256, 128},
        {OMNI_KEY_EC, 384, 192},    {OMNI_KEY_EC, 521, 256},       {OMNI_KEY_ED25519, 255, 128},
        {OMNI_KEY_ED448, 448, 224}, {OMNI_KEY_UNKNOWN, 4096, -1}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        omni_x509 cert = {.key_bits = rows[i].bits};

        cert.key_type = (__typeof__(cert.key_type))rows[i].type;
        cr_expect_eq(omni_strength_of_key(&cert), rows[i].strength, "type %d, %u bits",
                     rows[i].type, (unsigned)rows[i].bits);
    }
}

Test(strength, hashes)
{
    cr_expect_eq(omni_strength_of_hash(OTLS_SIG_HASH_SHA1), 63);
    cr_expect_eq(omni_strength_of_hash(OTLS_SIG_HASH_SHA224), 112);
    cr_expect_eq(omni_strength_of_hash(OTLS_SIG_HASH_SHA256), 128);
    cr_expect_eq(omni_strength_of_hash(OTLS_SIG_HASH_SHA384), 192);
    cr_expect_eq(omni_strength_of_hash(OTLS_SIG_HASH_SHA512), 256);
}
