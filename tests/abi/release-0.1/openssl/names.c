/* SPDX-License-Identifier: MIT */
/** @file names.c IANA numbers of groups and signature schemes, in OpenSSL's words. */
#include "ossl.h"

static const struct {
    uint16_t id;
    int nid; /* 0: OpenSSL has none */
    const char *name;
} groups[] = {
    {0x0017, NID_X9_62_prime256v1, "P-256"},
    {0x0018, NID_secp384r1, "P-384"},
    {0x0019, NID_secp521r1, "P-521"},
    {0x001a, NID_brainpoolP256r1, "brainpoolP256r1"},
    {0x001b, NID_brainpoolP384r1, "brainpoolP384r1"},
    {0x001c, NID_brainpoolP512r1, "brainpoolP512r1"},
    {0x001d, NID_X25519, "X25519"},
    {0x001e, NID_X448, "X448"},
    {0x001f, 0, "brainpoolP256r1tls13"},
    {0x0020, 0, "brainpoolP384r1tls13"},
    {0x0021, 0, "brainpoolP512r1tls13"},
    {0x0100, NID_ffdhe2048, "ffdhe2048"},
    {0x0101, NID_ffdhe3072, "ffdhe3072"},
    {0x0102, NID_ffdhe4096, "ffdhe4096"},
    {0x0103, NID_ffdhe6144, "ffdhe6144"},
    {0x0104, NID_ffdhe8192, "ffdhe8192"},
    {0x11eb, 0, "SecP256r1MLKEM768"},
    {0x11ec, 0, "X25519MLKEM768"},
    {0x11ed, 0, "SecP384r1MLKEM1024"},
};

static const struct {
    uint16_t id;
    int type; /* as SSL_get_peer_signature_type_nid tells it */
    int hash;
    const char *name;
} signatures[] = {
    {0x0201, EVP_PKEY_RSA, NID_sha1, "RSA+SHA1"},
    {0x0203, EVP_PKEY_EC, NID_sha1, "ECDSA+SHA1"},
    {0x0301, EVP_PKEY_RSA, NID_sha224, "RSA+SHA224"},
    {0x0303, EVP_PKEY_EC, NID_sha224, "ECDSA+SHA224"},
    {0x0401, EVP_PKEY_RSA, NID_sha256, "rsa_pkcs1_sha256"},
    {0x0403, EVP_PKEY_EC, NID_sha256, "ecdsa_secp256r1_sha256"},
    {0x0501, EVP_PKEY_RSA, NID_sha384, "rsa_pkcs1_sha384"},
    {0x0503, EVP_PKEY_EC, NID_sha384, "ecdsa_secp384r1_sha384"},
    {0x0601, EVP_PKEY_RSA, NID_sha512, "rsa_pkcs1_sha512"},
    {0x0603, EVP_PKEY_EC, NID_sha512, "ecdsa_secp521r1_sha512"},
    {0x0804, EVP_PKEY_RSA_PSS, NID_sha256, "rsa_pss_rsae_sha256"},
    {0x0805, EVP_PKEY_RSA_PSS, NID_sha384, "rsa_pss_rsae_sha384"},
    {0x0806, EVP_PKEY_RSA_PSS, NID_sha512, "rsa_pss_rsae_sha512"},
    {0x0807, EVP_PKEY_ED25519, NID_undef, "ed25519"},
    {0x0808, EVP_PKEY_ED448, NID_undef, "ed448"},
    {0x0809, EVP_PKEY_RSA_PSS, NID_sha256, "rsa_pss_pss_sha256"},
    {0x080a, EVP_PKEY_RSA_PSS, NID_sha384, "rsa_pss_pss_sha384"},
    {0x080b, EVP_PKEY_RSA_PSS, NID_sha512, "rsa_pss_pss_sha512"},
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

const char *ossl_group_name(uint16_t group)
{
    for (size_t i = 0; i < COUNT(groups); i++)
        if (groups[i].id == group)
            return groups[i].name;
    return NULL;
}

uint16_t ossl_group_of_nid(int nid)
{
    /* Groups without a NID of their own come as TLSEXT_nid_unknown with the number in it. */
    if ((nid & TLSEXT_nid_unknown) != 0)
        return (uint16_t)(nid & 0xffff);
    for (size_t i = 0; i < COUNT(groups); i++)
        if (nid != 0 && groups[i].nid == nid)
            return groups[i].id;
    return 0;
}

const char *ossl_signature_name(uint16_t scheme)
{
    for (size_t i = 0; i < COUNT(signatures); i++)
        if (signatures[i].id == scheme)
            return signatures[i].name;
    return NULL;
}

uint16_t ossl_signature_of_nids(int type, int hash, bool pss_key)
{
    for (size_t i = 0; i < COUNT(signatures); i++) {
        if (signatures[i].type != type)
            continue;
        if (type == EVP_PKEY_ED25519 || type == EVP_PKEY_ED448)
            return signatures[i].id;
        if (signatures[i].hash == hash &&
            (type != EVP_PKEY_RSA_PSS || !pss_key || signatures[i].id >= 0x0809))
            return signatures[i].id;
    }
    return 0;
}
