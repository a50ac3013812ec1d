/* SPDX-License-Identifier: MIT */
/* The OpenSSL module: what it is, what it can do. */
#include "ossl.h"
#if OSSL_AT_LEAST_3
#include <openssl/provider.h>
#endif

static otls_status start(otls_error *err)
{
    const unsigned long running = OpenSSL_version_num() >> 28;
    if (running != OPENSSL_VERSION_NUMBER >> 28)
        return otls_backend_fail(err, OTLS_E_BACKEND, OTLS_CODE_NONE, OSSL_NAME, 0,
                                 "built for OpenSSL %lu, but OpenSSL %lu is running",
                                 OPENSSL_VERSION_NUMBER >> 28, running);
    /* The policy decides, not openssl.cnf, which would be read here. */
    if (OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG, NULL) != 1)
        return ossl_fail(err, OTLS_E_BACKEND, OTLS_CODE_NONE, "OpenSSL cannot be started");
    /* Sessions carry application data (session.c); copying them fails until an index was made. */
    if (SSL_SESSION_get_ex_new_index(0, NULL, NULL, NULL, NULL) < 0)
        return ossl_fail(err, OTLS_E_NOMEM, OTLS_CODE_NONE, "no memory to start OpenSSL");
    ERR_clear_error();
    return OTLS_OK;
}

#if OSSL_AT_LEAST_3
#define BUILT_VERSION OPENSSL_VERSION_STR
#else
/* OpenSSL 1.1.1 says its version only with its date behind it, and in a number: 0x101011PPf. */
static const char versions[][8] = {
    "1.1.1",  "1.1.1a", "1.1.1b", "1.1.1c", "1.1.1d", "1.1.1e", "1.1.1f", "1.1.1g", "1.1.1h",
    "1.1.1i", "1.1.1j", "1.1.1k", "1.1.1l", "1.1.1m", "1.1.1n", "1.1.1o", "1.1.1p", "1.1.1q",
    "1.1.1r", "1.1.1s", "1.1.1t", "1.1.1u", "1.1.1v", "1.1.1w", "1.1.1x", "1.1.1y", "1.1.1z",
};
#define LETTERS (COUNT(versions))
#define VERSION_AT(number)                                                                         \
    versions[((number) >> 4 & 0xff) < LETTERS ? (number) >> 4 & 0xff : LETTERS - 1]
#define BUILT_VERSION VERSION_AT(OPENSSL_VERSION_NUMBER)
#endif

static const char *version(void)
{
#if OSSL_AT_LEAST_3
    return OpenSSL_version(OPENSSL_VERSION_STRING);
#else
    return VERSION_AT(OpenSSL_version_num());
#endif
}

static uint32_t version_number(void)
{
    const unsigned long number = OpenSSL_version_num(); /* 0xMNNFFPPS; since 3.0 0xMNN00PPS */
    const unsigned long major = number >> 28;
    const unsigned long minor = (number >> 20) & 0xff;
    const unsigned long patch = major >= 3 ? (number >> 4) & 0xff : (number >> 12) & 0xff;
    return (uint32_t)(major << 24 | minor << 16 | patch << 8);
}

/* Everything not listed here works. */
static const struct {
    otls_feature feature;
    otls_support support;
    const char *why;
} limits[] = {
#if OSSL_AT_LEAST_3
    {OTLS_FEATURE_TLS1_0, OTLS_PARTLY, "OpenSSL 3 wants security level 0 for TLS 1.0"},
    {OTLS_FEATURE_TLS1_1, OTLS_PARTLY, "OpenSSL 3 wants security level 0 for TLS 1.1"},
    {OTLS_FEATURE_ASYNC_VERIFY, OTLS_PARTLY,
     "OpenSSL can suspend only clients, and not while they wait for a TLS 1.2 OCSP response"},
#else
    {OTLS_FEATURE_ASYNC_VERIFY, OTLS_NO, "OpenSSL 1.1.1 cannot suspend the verification"},
    {OTLS_FEATURE_SIGN_CALLBACK, OTLS_NO, "OpenSSL 1.1.1 has no providers"},
#endif
    {OTLS_FEATURE_ALLOCATOR, OTLS_NO, "OpenSSL's allocator is set once, by the application"},
    {OTLS_FEATURE_ACCELERATION, OTLS_NO, "OpenSSL computes with libcrypto already"},
    {OTLS_FEATURE_COMPRESSION, OTLS_NO, "TLS compression is unsafe and always off"},
};

static bool has_legacy_algorithms(void)
{
#if OSSL_AT_LEAST_3
    OSSL_LIB_CTX *library = OSSL_LIB_CTX_new();
    OSSL_PROVIDER *legacy = library != NULL ? OSSL_PROVIDER_load(library, "legacy") : NULL;
    if (legacy != NULL)
        (void)OSSL_PROVIDER_unload(legacy);
    OSSL_LIB_CTX_free(library);
    ERR_clear_error();
    return legacy != NULL;
#else
    return true;
#endif
}

/* What depends on the library that is running. */
static bool running_has(otls_feature feature, const char **why)
{
    switch (feature) {
    case OTLS_FEATURE_GROUP_X448:
        *why = "this OpenSSL lacks X448";
        return ossl_has_group(0x001e);
    case OTLS_FEATURE_GROUP_FFDHE:
        *why = "this OpenSSL lacks the groups of RFC 7919";
        return ossl_has_group(0x0100);
    case OTLS_FEATURE_GROUP_X25519MLKEM768:
        *why = "X25519MLKEM768 needs OpenSSL 3.5";
        return ossl_has_group(0x11ec);
    case OTLS_FEATURE_ED25519:
        *why = "this OpenSSL lacks Ed25519";
        return ossl_has_signature(0x0807);
    case OTLS_FEATURE_ED448:
        *why = "this OpenSSL lacks Ed448";
        return ossl_has_signature(0x0808);
    case OTLS_FEATURE_PKCS12_LEGACY:
        *why = "OpenSSL's legacy provider is not installed";
        return has_legacy_algorithms();
    default:
        return true;
    }
}

static otls_support supports(otls_feature feature, const char **why)
{
    const char *reason = "not a feature";
    *why = NULL;
    if ((int)feature <= 0 || feature >= OTLS_FEATURE_COUNT || !running_has(feature, &reason)) {
        *why = reason;
        return OTLS_NO;
    }
    for (size_t i = 0; i < COUNT(limits); i++) {
        if (limits[i].feature == feature) {
            *why = limits[i].why;
            return limits[i].support;
        }
    }
    return OTLS_YES;
}

extern const otls_backend_module OTLS_BACKEND_SYMBOL;

OTLS_BACKEND_EXPORT const otls_backend_module OTLS_BACKEND_SYMBOL = {
    .magic = OTLS_BACKEND_MAGIC,
    .abi_major = OTLS_BACKEND_ABI_MAJOR,
    .abi_minor = OTLS_BACKEND_ABI_MINOR,
    .size = sizeof(otls_backend_module),
    .name = OSSL_NAME,
    .description = "OpenSSL: every feature of omnitls, the reference engine",
    .built_version = BUILT_VERSION,
    .start = start,
    .version = version,
    .version_number = version_number,
    .supports = supports,
    .crypto = &ossl_crypto_ops,
    .context = &ossl_context_ops,
    .connection = &ossl_connection_ops,
    .certificate = &ossl_certificate_ops,
};
