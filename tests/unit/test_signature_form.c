/* SPDX-License-Identifier: MIT */
/* The one form of a signature: RFC 3279 2.2.3, RFC 8032 5.1.7 and 5.2.7. */
#include "der_make.h"
#include "x509/parts.h"
#include "x509/public_key.h"
#include "x509/signature_form.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *signature;
    bool ok;
} ecdsa[] = {
    {"30{02{01}02{7f}}", true},    {"30{02{0080}02{01}}", true},    {"30{02{00}02{01}}", false},
    {"30{02{01}02{00}}", false},   {"30{02{80}02{01}}", false},     {"30{02{01}02{ff}}", false},
    {"30{02{0001}02{01}}", false}, {"30{02{01}02{01}}00", false},   {"30{02{01}02{01}0500}", false},
    {"30{02{01}}", false},         {"30810602010102 01 01", false}, {"31{02{01}02{01}}", false},
    {"30{02{}02{01}}", false},
};

static bool good(const otls_signature_algorithm *algorithm, otls_slice signature)
{
    return omni_signature_form(algorithm, signature, NULL) == OTLS_OK;
}

Test(signature_form, pss)
{
    otls_signature_algorithm algorithm = {
        .kind = OTLS_SIG_RSA_PSS, .hash = OTLS_SIG_HASH_SHA256, .mgf_hash = OTLS_SIG_HASH_SHA256};
    const otls_slice any = {.data = (const uint8_t *)"any", .size = 3};

    cr_expect_eq(omni_signature_form(&algorithm, any, NULL), OTLS_OK);
    algorithm.mgf_hash = OTLS_SIG_HASH_SHA1;
    cr_expect_eq(omni_signature_form(&algorithm, any, NULL), OTLS_E_UNSUPPORTED);
}

/* ---- key and signature --------------------------------------------------------------------- */

#define PSS(hash_, mask, salt)                                                                     \
    {                                                                                              \
        .kind = OTLS_SIG_RSA_PSS, .hash = OTLS_SIG_HASH_##hash_, .mgf_hash = OTLS_SIG_HASH_##mask, \
        .salt_length = (salt)                                                                      \
    }

/* RFC 4055 1.2, 3.3; no key makes a signature of another kind. */
static const struct {
    uint8_t key;
    otls_signature_algorithm bound, algorithm;
    otls_status wanted;
} fits[] = {
    {OMNI_KEY_RSA, {.kind = 0}, {.kind = OTLS_SIG_RSA_PKCS1}, OTLS_OK},
    {OMNI_KEY_RSA, {.kind = 0}, PSS(SHA256, SHA256, 0), OTLS_OK},
    {OMNI_KEY_RSA, {.kind = 0}, {.kind = OTLS_SIG_ECDSA}, OTLS_E_VERIFY},
    {OMNI_KEY_EC, {.kind = 0}, {.kind = OTLS_SIG_RSA_PKCS1}, OTLS_E_VERIFY},
    {OMNI_KEY_ED25519, {.kind = 0}, {.kind = OTLS_SIG_ED448}, OTLS_E_VERIFY},
    {OMNI_KEY_ED448, {.kind = 0}, {.kind = OTLS_SIG_ED25519}, OTLS_E_VERIFY},
    {OMNI_KEY_DSA, {.kind = 0}, {.kind = OTLS_SIG_RSA_PKCS1}, OTLS_E_UNSUPPORTED},
    {OMNI_KEY_UNKNOWN, {.kind = 0}, {.kind = OTLS_SIG_RSA_PKCS1}, OTLS_E_UNSUPPORTED},
    {OMNI_KEY_RSA_PSS, {.kind = 0}, PSS(SHA512, SHA512, 7), OTLS_OK},
    {OMNI_KEY_RSA_PSS, {.kind = 0}, {.kind = OTLS_SIG_RSA_PKCS1}, OTLS_E_VERIFY},
    {OMNI_KEY_RSA_PSS, PSS(SHA256, SHA256, 32), PSS(SHA256, SHA256, 32), OTLS_OK},
    {OMNI_KEY_RSA_PSS, PSS(SHA256, SHA256, 32), PSS(SHA256, SHA256, 33), OTLS_OK},
    {OMNI_KEY_RSA_PSS, PSS(SHA256, SHA256, 32), PSS(SHA256, SHA256, 31), OTLS_E_VERIFY},
    {OMNI_KEY_RSA_PSS, PSS(SHA256, SHA256, 32), PSS(SHA384, SHA384, 32), OTLS_E_VERIFY},
    {OMNI_KEY_RSA_PSS, PSS(SHA256, SHA1, 32), PSS(SHA256, SHA256, 32), OTLS_E_VERIFY},
    {OMNI_KEY_RSA_PSS, PSS(NONE, NONE, 0), PSS(SHA256, SHA256, 32), OTLS_E_UNSUPPORTED},
};

Test(signature_form, key)
{
    const otls_slice any = {.data = (const uint8_t *)"any", .size = 3};

    for (size_t i = 0; i < sizeof(fits) / sizeof(fits[0]); i++) {
        const omni_x509 signer = {
            .key_type = fits[i].key, .key_bits = 24, .key_signs = fits[i].bound};

        cr_expect_eq(omni_signature_fits(&signer, &fits[i].algorithm, any, NULL), fits[i].wanted,
                     "row %zu", i);
    }
}

/* RFC 8017 8.2.2: as many octets as the modulus; SEC 1 4.1.4: below the order, 256 bits of P-256's. */
Test(signature_form, of_its_key)
{
    static const char order[] = "00ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
    static const char below[] = "00ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632550";
    const char *const rows[][2] = {{below, below}, {order, below}, {below, order}};
    const otls_signature_algorithm rsa = {.kind = OTLS_SIG_RSA_PKCS1},
                                   ecdsa_algorithm = {.kind = OTLS_SIG_ECDSA};
    omni_x509 signer = {.key_type = OMNI_KEY_RSA};
    uint8_t der[128] = {0};

    for (unsigned bits = 17; bits <= 33; bits++) {
        signer.key_bits = (uint16_t)bits;
        cr_expect_eq(omni_signature_fits(&signer, &rsa, (otls_slice){der, 3}, NULL),
                     bits <= 24 ? OTLS_OK : OTLS_E_VERIFY, "%u bits", bits);
        cr_expect_eq(omni_signature_fits(&signer, &rsa, (otls_slice){der, 4}, NULL),
                     bits > 24 && bits <= 32 ? OTLS_OK : OTLS_E_VERIFY, "%u bits", bits);
    }
    signer = (omni_x509){.key_type = OMNI_KEY_EC, .key_bits = 256, .key_group = 23};
    for (size_t i = 0; i < 3; i++) {
        char text[256];
        size_t size;

        snprintf(text, sizeof(text), "30{02{%s}02{%s}}", rows[i][0], rows[i][1]);
        size = der_make(text, der, sizeof(der));
        cr_expect_eq(omni_signature_fits(&signer, &ecdsa_algorithm, (otls_slice){der, size}, NULL),
                     i == 0 ? OTLS_OK : OTLS_E_VERIFY, "row %zu", i);
    }
}

#define RSA_BITS "03{00 30{ 02{00c1} 02{010001} }}"
#define OTHER_BITS "03{00 30{ 02{00c3} 02{010001} }}"
#define PLAIN "30{ 06{2a864886f70d010101} 0500 }"
#define BARE_PSS "30{ 06{2a864886f70d01010a} }"
#define BOUND_PSS "30{ 06{2a864886f70d01010a} 30{} }"

/* SHA-256 for both and 32, written with and without NULL; SHA-256 for the digest alone. */
#define SHA256_BARE "30{ 06{608648016503040201} }"
#define SHA256_NULL "30{ 06{608648016503040201} 0500 }"
#define MGF1(hash) "30{ 06{2a864886f70d010108} " hash " }"
#define BOUND_256(hash)                                                                            \
    "30{ 06{2a864886f70d01010a} 30{ a0{" hash "} a1{" MGF1(hash) "} a2{ 02{20} } } }"
#define BOUND_MIXED "30{ 06{2a864886f70d01010a} 30{ a0{" SHA256_BARE "} a2{ 02{20} } } }"

/* The certificate's key, an engine's, and whether they are one: for an engine that knows RSASSA-PSS
 * keys, and for one that calls them rsaEncryption. */
static const struct {
    uint8_t type;
    const char *certificate, *engine;
    bool same, plain;
} same[] = {
    {OMNI_KEY_RSA, PLAIN RSA_BITS, PLAIN RSA_BITS, true, true},
    {OMNI_KEY_RSA, PLAIN RSA_BITS, PLAIN OTHER_BITS, false, false},
    {OMNI_KEY_RSA, PLAIN RSA_BITS, BOUND_PSS RSA_BITS, false, false},
    {OMNI_KEY_RSA_PSS, BARE_PSS RSA_BITS, BARE_PSS RSA_BITS, true, true},
    {OMNI_KEY_RSA_PSS, BARE_PSS RSA_BITS, PLAIN RSA_BITS, false, true},
    {OMNI_KEY_RSA_PSS, BOUND_PSS RSA_BITS, PLAIN RSA_BITS, false, true},
    {OMNI_KEY_RSA_PSS, BOUND_PSS RSA_BITS, BARE_PSS RSA_BITS, false, false},
    {OMNI_KEY_RSA_PSS, BARE_PSS RSA_BITS, PLAIN OTHER_BITS, false, false},
    {OMNI_KEY_RSA_PSS, BARE_PSS RSA_BITS, "30{ 06{2b6570} }" RSA_BITS, false, false},
    {OMNI_KEY_RSA_PSS, BARE_PSS RSA_BITS, PLAIN RSA_BITS "0500", false, false},
    {OMNI_KEY_RSA_PSS, BOUND_256(SHA256_NULL) RSA_BITS, BOUND_256(SHA256_BARE) RSA_BITS, true,
     true},
    {OMNI_KEY_RSA_PSS, BOUND_256(SHA256_NULL) RSA_BITS, BOUND_MIXED RSA_BITS, false, false},
};

static size_t make_key(const char *content, uint8_t *out, size_t capacity)
{
    char whole[1024];

    cr_assert_lt(snprintf(whole, sizeof(whole), "30{%s}", content), (int)sizeof(whole));
    return der_make(whole, out, capacity);
}

Test(signature_form, whose_key)
{
    for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
        uint8_t mine[256], other[256];
        const otls_slice spki = {.data = mine,
                                 .size = make_key(same[i].certificate, mine, sizeof(mine))};
        const otls_slice engine = {.data = other,
                                   .size = make_key(same[i].engine, other, sizeof(other))};
        omni_x509 cert = {.spki = spki};
        omni_der inside;

        cr_assert(omni_der_only(spki, OMNI_DER_SEQUENCE, &inside));
        cr_assert_null(omni_x509_key(&cert, inside), "row %zu", i);
        cr_assert_eq(cert.key_type, same[i].type, "row %zu", i);
        cr_expect_eq(omni_public_key_is(&cert, engine, false), same[i].same, "row %zu", i);
        cr_expect_eq(omni_public_key_is(&cert, engine, true), same[i].plain, "row %zu", i);
    }
}

Test(signature_form, ecdsa)
{
    const otls_signature_algorithm algorithm = {.kind = OTLS_SIG_ECDSA};

    for (size_t i = 0; i < sizeof(ecdsa) / sizeof(ecdsa[0]); i++) {
        uint8_t der[64];
        const otls_slice signature = {.data = der,
                                      .size = der_make(ecdsa[i].signature, der, sizeof(der))};

        cr_expect_eq(good(&algorithm, signature), ecdsa[i].ok, "row %zu", i);
    }
}

/* The orders of the groups, RFC 8032 5.1 and 5.2, as a person reads them. */
static void expect_edwards(uint8_t kind, const char *order, size_t half)
{
    const otls_signature_algorithm algorithm = {.kind = kind};
    uint8_t big[57], bytes[2 * 57 + 1] = {0};
    otls_slice signature = {.data = bytes, .size = 2 * half};

    cr_assert_eq(der_make(order, big, sizeof(big)), half);
    for (size_t i = 0; i < half; i++)
        bytes[half + i] = big[half - 1 - i];
    cr_expect_not(good(&algorithm, signature), "S = L");
    bytes[half]--; /* both orders are odd */
    cr_expect(good(&algorithm, signature), "S = L - 1");
    bytes[half] = (uint8_t)(bytes[half] + 2);
    cr_expect_not(good(&algorithm, signature), "S = L + 1");
    memset(bytes, 0, sizeof(bytes));
    cr_expect(good(&algorithm, signature), "S = 0");
    bytes[2 * half - 1] = 0x80;
    cr_expect_not(good(&algorithm, signature), "S has its highest bit");
    bytes[2 * half - 1] = 0;
    signature.size = 2 * half - 1;
    cr_expect_not(good(&algorithm, signature), "short");
    signature.size = 2 * half + 1;
    cr_expect_not(good(&algorithm, signature), "long");
    signature.size = 0;
    cr_expect_not(good(&algorithm, signature), "empty");
}

Test(signature_form, ed25519)
{
    expect_edwards(OTLS_SIG_ED25519,
                   "10000000000000000000000000000000"
                   "14def9dea2f79cd65812631a5cf5d3ed",
                   32);
}

Test(signature_form, ed448)
{
    expect_edwards(OTLS_SIG_ED448,
                   "003fffffffffffffffffffffffffffffffffffffffffffffffffffffff"
                   "7cca23e9c44edb49aed63690216cc2728dc58f552378c292ab5844f3",
                   57);
}
