/* SPDX-License-Identifier: MIT */
#include "algorithms/suites_table.h"
#include "base/base.h"
#include <omnitls/suite.h>

#include <string.h>

/* what OpenSSL calls the parts of a suite (openssl ciphers -v, and its object short names) */
static const char *const kx_names[] = {
    [OTLS_KX_ANY] = "any",        [OTLS_KX_ECDHE] = "ECDH",     [OTLS_KX_DHE] = "DH",
    [OTLS_KX_RSA] = "RSA",        [OTLS_KX_PSK] = "PSK",        [OTLS_KX_ECDHE_PSK] = "ECDHEPSK",
    [OTLS_KX_DHE_PSK] = "DHEPSK", [OTLS_KX_RSA_PSK] = "RSAPSK",
};

static const char *const auth_names[] = {
    [OTLS_AUTH_ANY] = "any", [OTLS_AUTH_ECDSA] = "ECDSA", [OTLS_AUTH_RSA] = "RSA",
    [OTLS_AUTH_PSK] = "PSK", [OTLS_AUTH_DSS] = "DSS",
};

static const char *const mac_names[] = {
    [OTLS_MAC_AEAD] = "AEAD",
    [OTLS_MAC_SHA1] = "SHA1",
    [OTLS_MAC_SHA256] = "SHA256",
    [OTLS_MAC_SHA384] = "SHA384",
};

static const char *const digest_names[] = {
    [OTLS_MAC_AEAD] = NULL,
    [OTLS_MAC_SHA1] = "sha1",
    [OTLS_MAC_SHA256] = "sha256",
    [OTLS_MAC_SHA384] = "sha384",
};

static const struct {
    const char *encryption;
    const char *symmetric;
} cipher_names[] = {
    [OTLS_CIPHER_AES_128_GCM] = {"AESGCM", "aes-128-gcm"},
    [OTLS_CIPHER_AES_256_GCM] = {"AESGCM", "aes-256-gcm"},
    [OTLS_CIPHER_CHACHA20_POLY1305] = {"CHACHA20/POLY1305", "chacha20-poly1305"},
    [OTLS_CIPHER_AES_128_CCM] = {"AESCCM", "aes-128-ccm"},
    [OTLS_CIPHER_AES_256_CCM] = {"AESCCM", "aes-256-ccm"},
    [OTLS_CIPHER_AES_128_CCM_8] = {"AESCCM8", "aes-128-ccm"},
    [OTLS_CIPHER_AES_256_CCM_8] = {"AESCCM8", "aes-256-ccm"},
    [OTLS_CIPHER_AES_128_CBC] = {"AES", "aes-128-cbc"},
    [OTLS_CIPHER_AES_256_CBC] = {"AES", "aes-256-cbc"},
    [OTLS_CIPHER_CAMELLIA_128_GCM] = {"CamelliaGCM", "camellia-128-gcm"},
    [OTLS_CIPHER_CAMELLIA_256_GCM] = {"CamelliaGCM", "camellia-256-gcm"},
    [OTLS_CIPHER_CAMELLIA_128_CBC] = {"Camellia", "camellia-128-cbc"},
    [OTLS_CIPHER_CAMELLIA_256_CBC] = {"Camellia", "camellia-256-cbc"},
    [OTLS_CIPHER_ARIA_128_GCM] = {"ARIAGCM", "aria-128-gcm"},
    [OTLS_CIPHER_ARIA_256_GCM] = {"ARIAGCM", "aria-256-gcm"},
    [OTLS_CIPHER_3DES_CBC] = {"3DES", "des-ede3-cbc"},
};

static const char *protocol_of(const otls_suite *suite)
{
    if (suite->min_version == OTLS_TLS1_3)
        return "TLSv1.3";
    if (suite->min_version == OTLS_TLS1_2)
        return "TLSv1.2";
    return omni_suite_predates_tls(suite) ? "SSLv3" : "TLSv1";
}

static void describe(const otls_suite *suite, otls_suite_info *info)
{
    *info = (otls_suite_info){
        .id = suite->id,
        .min_version = suite->min_version,
        .strength_bits = suite->strength_bits,
        .algorithm_bits = suite->algorithm_bits,
        .aead = suite->mac == OTLS_MAC_AEAD,
        .name = suite->name,
        .iana = suite->iana,
        .protocol = protocol_of(suite),
        .kx = kx_names[suite->kx],
        .auth = auth_names[suite->auth],
        .encryption = cipher_names[suite->cipher].encryption,
        .mac = mac_names[suite->mac],
        .symmetric = cipher_names[suite->cipher].symmetric,
        .digest = digest_names[suite->mac],
        .prf = suite->prf == OTLS_HASH_SHA384 ? "sha384" : "sha256",
    };
}

otls_status otls_suite_describe(uint16_t id, otls_suite_info *info, otls_error *err)
{
    const otls_suite *suite = omni_suite_find(id);
    otls_suite_info all;
    uint32_t size;

    if (info == NULL || info->size < sizeof(info->size))
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE,
                         "otls_suite_info is NULL or its size is not set");
    if (suite == NULL)
        return omni_fail(err, OTLS_E_CONFIG, OTLS_CODE_NONE, "unknown suite 0x%04x", id);
    describe(suite, &all);
    /* an older caller's struct is shorter, a newer one's longer: fill what both know */
    size = info->size;
    all.size = size;
    memcpy(info, &all, size < sizeof(all) ? size : sizeof(all));
    return OTLS_OK;
}
