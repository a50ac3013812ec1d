/* SPDX-License-Identifier: MIT */
/* IANA numbers against GnuTLS' names. GnuTLS has no public lookup by number, so tables it is. */
#include "gtls.h"

typedef struct gtls_group {
    uint16_t id;
    const char *name;
} gtls_group;

/* RFC 8446 4.2.7, RFC 8422, RFC 7919, draft-ietf-tls-ecdhe-mlkem. */
static const gtls_group groups[] = {
    {0x0013, "SECP192R1"},
    {0x0015, "SECP224R1"},
    {0x0017, "SECP256R1"},
    {0x0018, "SECP384R1"},
    {0x0019, "SECP521R1"},
    {0x001d, "X25519"},
    {0x001e, "X448"},
    {0x0100, "FFDHE2048"},
    {0x0101, "FFDHE3072"},
    {0x0102, "FFDHE4096"},
    {0x0103, "FFDHE6144"},
    {0x0104, "FFDHE8192"},
    {0x11eb, "SECP256R1-MLKEM768"},
    {0x11ec, "X25519-MLKEM768"},
    {0x11ed, "SECP384R1-MLKEM1024"},
};

typedef struct gtls_scheme {
    uint16_t id;
    gnutls_sign_algorithm_t algorithm;
} gtls_scheme;

/* RFC 8446 4.2.3. ECDSA has one number but two entries: TLS 1.2 leaves the curve open. */
static const gtls_scheme schemes[] = {
    {0x0201, GNUTLS_SIGN_RSA_SHA1},
    {0x0203, GNUTLS_SIGN_ECDSA_SHA1},
    {0x0301, GNUTLS_SIGN_RSA_SHA224},
    {0x0303, GNUTLS_SIGN_ECDSA_SHA224},
    {0x0401, GNUTLS_SIGN_RSA_SHA256},
    {0x0403, GNUTLS_SIGN_ECDSA_SHA256},
    {0x0403, GNUTLS_SIGN_ECDSA_SECP256R1_SHA256},
    {0x0501, GNUTLS_SIGN_RSA_SHA384},
    {0x0503, GNUTLS_SIGN_ECDSA_SHA384},
    {0x0503, GNUTLS_SIGN_ECDSA_SECP384R1_SHA384},
    {0x0601, GNUTLS_SIGN_RSA_SHA512},
    {0x0603, GNUTLS_SIGN_ECDSA_SHA512},
    {0x0603, GNUTLS_SIGN_ECDSA_SECP521R1_SHA512},
    {0x0804, GNUTLS_SIGN_RSA_PSS_RSAE_SHA256},
    {0x0805, GNUTLS_SIGN_RSA_PSS_RSAE_SHA384},
    {0x0806, GNUTLS_SIGN_RSA_PSS_RSAE_SHA512},
    {0x0807, GNUTLS_SIGN_EDDSA_ED25519},
    {0x0808, GNUTLS_SIGN_EDDSA_ED448},
    {0x0809, GNUTLS_SIGN_RSA_PSS_SHA256},
    {0x080a, GNUTLS_SIGN_RSA_PSS_SHA384},
    {0x080b, GNUTLS_SIGN_RSA_PSS_SHA512},
};

static const char *const ciphers[] = {
    [OTLS_CIPHER_AES_128_GCM] = "AES-128-GCM",
    [OTLS_CIPHER_AES_256_GCM] = "AES-256-GCM",
    [OTLS_CIPHER_CHACHA20_POLY1305] = "CHACHA20-POLY1305",
    [OTLS_CIPHER_AES_128_CCM] = "AES-128-CCM",
    [OTLS_CIPHER_AES_256_CCM] = "AES-256-CCM",
    [OTLS_CIPHER_AES_128_CCM_8] = "AES-128-CCM-8",
    [OTLS_CIPHER_AES_256_CCM_8] = "AES-256-CCM-8",
    [OTLS_CIPHER_AES_128_CBC] = "AES-128-CBC",
    [OTLS_CIPHER_AES_256_CBC] = "AES-256-CBC",
    [OTLS_CIPHER_CAMELLIA_128_GCM] = "CAMELLIA-128-GCM",
    [OTLS_CIPHER_CAMELLIA_256_GCM] = "CAMELLIA-256-GCM",
    [OTLS_CIPHER_CAMELLIA_128_CBC] = "CAMELLIA-128-CBC",
    [OTLS_CIPHER_CAMELLIA_256_CBC] = "CAMELLIA-256-CBC",
    [OTLS_CIPHER_ARIA_128_GCM] = NULL,
    [OTLS_CIPHER_ARIA_256_GCM] = NULL,
    [OTLS_CIPHER_3DES_CBC] = "3DES-CBC",
};

const char *gtls_cipher_name(const otls_suite *suite)
{
    return suite->cipher < COUNT(ciphers) ? ciphers[suite->cipher] : NULL;
}

const char *gtls_kx_name(const otls_suite *suite)
{
    switch (suite->kx) {
    case OTLS_KX_ECDHE:
        return suite->auth == OTLS_AUTH_ECDSA ? "ECDHE-ECDSA"
               : suite->auth == OTLS_AUTH_RSA ? "ECDHE-RSA"
                                              : NULL;
    case OTLS_KX_DHE:
        return suite->auth == OTLS_AUTH_RSA ? "DHE-RSA" : NULL;
    case OTLS_KX_RSA:
        return "RSA";
    case OTLS_KX_PSK:
        return "PSK";
    case OTLS_KX_ECDHE_PSK:
        return "ECDHE-PSK";
    case OTLS_KX_DHE_PSK:
        return "DHE-PSK";
    case OTLS_KX_RSA_PSK:
        return "RSA-PSK";
    default:
        return NULL;
    }
}

const char *gtls_mac_name(const otls_suite *suite)
{
    static const char *const macs[] = {"AEAD", "SHA1", "SHA256", "SHA384"};
    return suite->mac < COUNT(macs) ? macs[suite->mac] : NULL;
}

bool gtls_has_suite(const otls_suite *suite)
{
    unsigned char id[2];
    if (gtls_cipher_name(suite) == NULL || gtls_mac_name(suite) == NULL)
        return false;
    if (otls_version_before(suite->min_version, OTLS_TLS1_3) && gtls_kx_name(suite) == NULL)
        return false;
    for (size_t i = 0; gnutls_cipher_suite_info(i, id, NULL, NULL, NULL, NULL) != NULL; i++)
        if (((id[0] << 8) | id[1]) == suite->id)
            return true;
    return false;
}

const char *gtls_group_name(uint16_t group)
{
    for (size_t i = 0; i < COUNT(groups); i++)
        if (groups[i].id == group)
            return gnutls_group_get_id(groups[i].name) != GNUTLS_GROUP_INVALID ? groups[i].name
                                                                               : NULL;
    return NULL;
}

bool gtls_has_group(uint16_t group)
{
    return gtls_group_name(group) != NULL;
}

gnutls_sign_algorithm_t gtls_signature(uint16_t scheme, unsigned n)
{
    for (size_t i = 0; i < COUNT(schemes); i++)
        if (schemes[i].id == scheme && n-- == 0)
            return gnutls_sign_get_name(schemes[i].algorithm) != NULL ? schemes[i].algorithm
                                                                      : GNUTLS_SIGN_UNKNOWN;
    return GNUTLS_SIGN_UNKNOWN;
}

bool gtls_has_signature(uint16_t scheme)
{
    return gtls_signature(scheme, 0) != GNUTLS_SIGN_UNKNOWN;
}

uint16_t gtls_signature_iana(gnutls_sign_algorithm_t algorithm)
{
    for (size_t i = 0; i < COUNT(schemes); i++)
        if (schemes[i].algorithm == algorithm)
            return schemes[i].id;
    return 0;
}

uint16_t gtls_session_group(gnutls_session_t session)
{
    const char *name = gnutls_group_get_name(gnutls_group_get(session));
    for (size_t i = 0; name != NULL && i < COUNT(groups); i++)
        if (strcmp(groups[i].name, name) == 0)
            return groups[i].id;
    return 0;
}

uint16_t gtls_session_version(gnutls_session_t session)
{
    switch (gnutls_protocol_get_version(session)) {
    case GNUTLS_TLS1_0:
        return OTLS_TLS1_0;
    case GNUTLS_TLS1_1:
        return OTLS_TLS1_1;
    case GNUTLS_TLS1_2:
        return OTLS_TLS1_2;
    case GNUTLS_TLS1_3:
        return OTLS_TLS1_3;
    default:
        return 0;
    }
}

uint16_t gtls_session_suite(gnutls_session_t session)
{
    const bool tls13 = gnutls_protocol_get_version(session) == GNUTLS_TLS1_3;
    const gnutls_kx_algorithm_t kx = gnutls_kx_get(session);
    const gnutls_cipher_algorithm_t cipher = gnutls_cipher_get(session);
    const gnutls_mac_algorithm_t mac = gnutls_mac_get(session);
    unsigned char id[2];
    gnutls_kx_algorithm_t row_kx;
    gnutls_cipher_algorithm_t row_cipher;
    gnutls_mac_algorithm_t row_mac;
    gnutls_protocol_t row_version;
    for (size_t i = 0;
         gnutls_cipher_suite_info(i, id, &row_kx, &row_cipher, &row_mac, &row_version) != NULL;
         i++) {
        if (row_cipher != cipher || row_mac != mac || (row_version == GNUTLS_TLS1_3) != tls13)
            continue;
        /* A TLS 1.3 suite names no key exchange, but the session reports one. */
        if (tls13 || row_kx == kx)
            return (uint16_t)((id[0] << 8) | id[1]);
    }
    return 0;
}
