/* SPDX-License-Identifier: MIT */
/* Signature schemes: IANA "TLS SignatureScheme", RFC 8446 section 4.2.3, RFC 8734. */
#include "algorithms/algorithms.h"

#include "algorithms/words.h"
#include "base/base.h"
#include <omnitls/connection.h>

static const uint16_t default_signatures[] = {
    0x0403,                 /* ecdsa_secp256r1_sha256 */
    0x0807,                 /* ed25519 */
    0x0804,                 /* rsa_pss_rsae_sha256 */
    0x0503,                 /* ecdsa_secp384r1_sha384 */
    0x0805,                 /* rsa_pss_rsae_sha384 */
    0x0603,                 /* ecdsa_secp521r1_sha512 */
    0x0806,                 /* rsa_pss_rsae_sha512 */
    0x0809, 0x080a, 0x080b, /* rsa_pss_pss_sha256, 384, 512 */
    0x0401, 0x0501, 0x0601, /* rsa_pkcs1_sha256, 384, 512 */
    0x0808,                 /* ed448 */
};

static const struct {
    uint16_t id;
    const char *name;
} signature_names[] = {
    {0x0201, "rsa_pkcs1_sha1"},
    {0x0203, "ecdsa_sha1"},
    {0x0202, "dsa_sha1"},
    {0x0301, "rsa_pkcs1_sha224"},
    {0x0302, "dsa_sha224"},
    {0x0303, "ecdsa_sha224"},
    {0x0401, "rsa_pkcs1_sha256"},
    {0x0402, "dsa_sha256"},
    {0x0403, "ecdsa_secp256r1_sha256"},
    {0x0501, "rsa_pkcs1_sha384"},
    {0x0502, "dsa_sha384"},
    {0x0503, "ecdsa_secp384r1_sha384"},
    {0x0601, "rsa_pkcs1_sha512"},
    {0x0602, "dsa_sha512"},
    {0x0603, "ecdsa_secp521r1_sha512"},
    {0x0804, "rsa_pss_rsae_sha256"},
    {0x0805, "rsa_pss_rsae_sha384"},
    {0x0806, "rsa_pss_rsae_sha512"},
    {0x0807, "ed25519"},
    {0x0808, "ed448"},
    {0x0809, "rsa_pss_pss_sha256"},
    {0x080a, "rsa_pss_pss_sha384"},
    {0x080b, "rsa_pss_pss_sha512"},
    {0x081a, "ecdsa_brainpoolP256r1tls13_sha256"},
    {0x081b, "ecdsa_brainpoolP384r1tls13_sha384"},
    {0x081c, "ecdsa_brainpoolP512r1tls13_sha512"},
    {0x0904, "mldsa44"},
    {0x0905, "mldsa65"},
    {0x0906, "mldsa87"},
};

/* RFC 8446's, OpenSSL's ("RSA+SHA256") and GnuTLS' ("RSA-PSS-RSAE-SHA256") spellings */
static const omni_spelling signature_spellings[] = {
    {0x0201, "rsapkcs1sha1"},
    {0x0201, "rsasha1"},
    {0x0203, "ecdsasha1"},
    {0x0202, "dsasha1"},
    {0x0301, "rsapkcs1sha224"},
    {0x0301, "rsasha224"},
    {0x0302, "dsasha224"},
    {0x0303, "ecdsasha224"},
    {0x0401, "rsapkcs1sha256"},
    {0x0401, "rsasha256"},
    {0x0402, "dsasha256"},
    {0x0403, "ecdsasecp256r1sha256"},
    {0x0403, "ecdsasha256"},
    {0x0501, "rsapkcs1sha384"},
    {0x0501, "rsasha384"},
    {0x0502, "dsasha384"},
    {0x0503, "ecdsasecp384r1sha384"},
    {0x0503, "ecdsasha384"},
    {0x0601, "rsapkcs1sha512"},
    {0x0601, "rsasha512"},
    {0x0602, "dsasha512"},
    {0x0603, "ecdsasecp521r1sha512"},
    {0x0603, "ecdsasha512"},
    {0x0804, "rsapssrsaesha256"},
    {0x0804, "rsapsssha256"},
    {0x0804, "psssha256"},
    {0x0805, "rsapssrsaesha384"},
    {0x0805, "rsapsssha384"},
    {0x0805, "psssha384"},
    {0x0806, "rsapssrsaesha512"},
    {0x0806, "rsapsssha512"},
    {0x0806, "psssha512"},
    {0x0807, "ed25519"},
    {0x0807, "eddsaed25519"},
    {0x0808, "ed448"},
    {0x0808, "eddsaed448"},
    {0x0809, "rsapsspsssha256"},
    {0x080a, "rsapsspsssha384"},
    {0x080b, "rsapsspsssha512"},
    {0x081a, "ecdsabrainpoolp256r1tls13sha256"},
    {0x081b, "ecdsabrainpoolp384r1tls13sha384"},
    {0x081c, "ecdsabrainpoolp512r1tls13sha512"},
    {0x0904, "mldsa44"},
    {0x0905, "mldsa65"},
    {0x0906, "mldsa87"},
};

otls_status omni_signatures_parse(const char *names, uint16_t *out, size_t capacity, size_t *count,
                                  otls_error *err)
{
    return omni_spellings_parse(names, signature_spellings,
                                OMNI_COUNT(signature_spellings),
                                "signature algorithm", out, capacity, count, err);
}

size_t omni_signatures_default(uint16_t *out, size_t capacity)
{
    const size_t known = OMNI_COUNT(default_signatures);
    const size_t count = known < capacity ? known : capacity;

    for (size_t i = 0; i < count; i++)
        out[i] = default_signatures[i];
    return count;
}

const char *otls_signature_name(uint16_t scheme)
{
    for (size_t i = 0; i < OMNI_COUNT(signature_names); i++) {
        if (signature_names[i].id == scheme)
            return signature_names[i].name;
    }
    return "unknown";
}
