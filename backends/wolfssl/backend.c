/* SPDX-License-Identifier: MIT */
/* What this backend is and what wolfSSL, as built, can do. */
#include "wolf.h"

static otls_status start(otls_error *err)
{
    const int result = wolfSSL_Init();

    if (!wolf_acceleration_start())
        return wolf_error(err, OTLS_E_NOMEM, OTLS_CODE_NONE, 0, "no lock is left");
    if (!wolf_threads_start())
        return wolf_error(err, OTLS_E_NOMEM, OTLS_CODE_NONE, 0, "no thread-specific key is left");
    return result == WOLFSSL_SUCCESS ? OTLS_OK
                                     : wolf_error(err, OTLS_E_BACKEND, OTLS_CODE_NONE, result,
                                                  "wolfSSL cannot be initialised");
}

static const char *version(void)
{
    return wolfSSL_lib_version();
}

static uint32_t version_number(void)
{
    /* 0x05005004: major in the top byte, minor and patch in three digits each */
    const uint32_t hex = wolfSSL_lib_version_hex();
    return (hex >> 24) << 24 | ((hex >> 12) & 0xff) << 16 | (hex & 0xff) << 8;
}

/* One line per feature that is not a plain yes. */
static const struct {
    otls_feature feature;
    otls_support support;
    const char *why;
} limits[] = {
    {OTLS_FEATURE_ENGINE_VERIFIER, OTLS_NO,
     "wolfSSL's verifier knows only the system's clock and no purposes"},
#ifndef WOLFSSL_POST_HANDSHAKE_AUTH
    {OTLS_FEATURE_POST_HANDSHAKE_AUTH, OTLS_NO,
     "wolfSSL was built without WOLFSSL_POST_HANDSHAKE_AUTH"},
#else
    {OTLS_FEATURE_POST_HANDSHAKE_AUTH, OTLS_PARTLY,
     "once per connection: wolfSSL counts an authentication into the transcript of the next one"},
#endif
#ifndef HAVE_CURVE448
    {OTLS_FEATURE_GROUP_X448, OTLS_NO, "wolfSSL was built without HAVE_CURVE448"},
#endif
#ifndef WOLFSSL_ALLOW_TLSV10
    {OTLS_FEATURE_TLS1_0, OTLS_NO, "wolfSSL was built without WOLFSSL_ALLOW_TLSV10"},
#endif
#ifdef NO_OLD_TLS
    {OTLS_FEATURE_TLS1_1, OTLS_NO, "wolfSSL was built with NO_OLD_TLS"},
#endif
#if !WOLF_KEY_LOG
    {OTLS_FEATURE_KEY_LOG, OTLS_NO, "wolfSSL was built without HAVE_SECRET_CALLBACK"},
#endif
#ifndef WOLFSSL_EARLY_DATA
    {OTLS_FEATURE_EARLY_DATA, OTLS_NO, "wolfSSL was built without WOLFSSL_EARLY_DATA"},
#else
    {OTLS_FEATURE_EARLY_DATA, OTLS_NO, "wolfSSL has no callback that could refuse the early data of a ticket that was used before"},
#endif
#ifndef HAVE_SECURE_RENEGOTIATION
    {OTLS_FEATURE_RENEGOTIATION, OTLS_NO, "wolfSSL was built without HAVE_SECURE_RENEGOTIATION"},
#else
    {OTLS_FEATURE_RENEGOTIATION, OTLS_NO, "omnitls' module does not call wolfSSL's renegotiation"},
#endif
    {OTLS_FEATURE_LONG_CHAINS, OTLS_NO,
     "wolfSSL is built for nine certificates (MAX_CHAIN_DEPTH) in a message of 18 KB"},
    {OTLS_FEATURE_LONG_HELLOS, OTLS_NO,
     "wolfSSL servers take 150 cipher suites (WOLFSSL_MAX_SUITE_SZ) and 18 KB (MAX_HANDSHAKE_SZ), clients "
     "send a hello in one record, however long"},
    {OTLS_FEATURE_CLIENT_CA_NAMES, OTLS_PARTLY,
     "wolfSSL servers send names, but clients get no encoding of those they were sent"},
#if WOLF_CA_NAMES_13
    {OTLS_FEATURE_CLIENT_CA_NAMES_13, OTLS_PARTLY,
     "wolfSSL servers send names, but clients get no encoding of those they were sent"},
#else
    {OTLS_FEATURE_CLIENT_CA_NAMES_13, OTLS_NO,
     "wolfSSL does not implement certificate_authorities in TLS 1.3"},
#endif
    {OTLS_FEATURE_OCSP_STAPLE_SERVER, OTLS_NO,
     "wolfSSL staples only what it has checked against trusted authorities of its own"},
#if WOLF_SHOWS_STAPLES
    {OTLS_FEATURE_OCSP_STAPLE_CLIENT, OTLS_PARTLY,
     "with TLS 1.3 as the lowest version: wolfSSL judges a response of TLS 1.2 itself, by authorities of "
     "its own"},
#else
    {OTLS_FEATURE_OCSP_STAPLE_CLIENT, OTLS_NO,
     "wolfSSL was built without ATOMIC_USER or HAVE_CERTIFICATE_STATUS_REQUEST"},
#endif
#ifndef HAVE_PK_CALLBACKS
    {OTLS_FEATURE_SIGN_CALLBACK, OTLS_NO, "wolfSSL was built without HAVE_PK_CALLBACKS"},
#endif
#if !WOLF_ACCELERATION && defined(HAVE_PK_CALLBACKS)
    {OTLS_FEATURE_ACCELERATION, OTLS_PARTLY,
     "signatures with RSA keys; AES-GCM not: wolfSSL was built without WOLF_CRYPTO_CB, or for one thread"},
#elif !WOLF_ACCELERATION
    {OTLS_FEATURE_ACCELERATION, OTLS_NO,
     "wolfSSL was built without WOLF_CRYPTO_CB and HAVE_PK_CALLBACKS"},
#elif !defined(HAVE_PK_CALLBACKS)
    {OTLS_FEATURE_ACCELERATION, OTLS_PARTLY,
     "AES-GCM; signatures not: wolfSSL was built without HAVE_PK_CALLBACKS"},
#endif
#ifndef WC_RC2
    {OTLS_FEATURE_PKCS12_LEGACY, OTLS_NO, "wolfSSL was built without WC_RC2"},
#endif
#ifndef WOLFSSL_STATIC_RSA
    {OTLS_FEATURE_STATIC_RSA, OTLS_NO, "wolfSSL was built without WOLFSSL_STATIC_RSA"},
#endif
#if !WOLF_MLKEM
    {OTLS_FEATURE_GROUP_X25519MLKEM768, OTLS_NO, "wolfSSL was built without ML-KEM"},
#endif
    {OTLS_FEATURE_PSK_12, OTLS_PARTLY,
     "without ECDHE; a client that offers a TLS 1.3 key as well cannot fall back to TLS 1.2"},
    {OTLS_FEATURE_KEY_UPDATE, OTLS_PARTLY, "wolfSSL always asks the peer to update too"},
    {OTLS_FEATURE_RESUMPTION_12, OTLS_PARTLY,
     "a client that allows TLS 1.3 offers no TLS 1.2 session: wolfSSL would not offer TLS 1.3 with it"},
    {OTLS_FEATURE_RESUMPTION_13, OTLS_PARTLY,
     "by ticket only; the handshake fails when the server has gone back to TLS 1.2; after some 250 in a row a "
     "server makes a full one"},
    {OTLS_FEATURE_GROUP_FFDHE, OTLS_PARTLY, "ffdhe2048 and ffdhe3072 only"},
    {OTLS_FEATURE_SESSION_TICKETS, OTLS_PARTLY,
     "a TLS 1.2 client resumes by session id only: wolfSSL fails when a ticket is not accepted"},
    {OTLS_FEATURE_ASYNC_VERIFY, OTLS_NO, "wolfSSL's verify callback cannot be suspended"},
    {OTLS_FEATURE_ALLOCATOR, OTLS_NO, "wolfSSL's allocator is one for the whole process"},
    {OTLS_FEATURE_ALPN_COMMA, OTLS_NO,
     "wolfSSL keeps a client's names as a list separated by commas"},
#ifndef ATOMIC_USER
    {OTLS_FEATURE_MESSAGE_CALLBACK, OTLS_PARTLY,
     "without the messages that TLS 1.3 encrypts: wolfSSL was built without ATOMIC_USER"},
#endif
    {OTLS_FEATURE_COMPRESSION, OTLS_NO, "wolfSSL was built without TLS compression"},
};

static otls_support supports(otls_feature feature, const char **why)
{
    for (size_t i = 0; i < COUNT(limits); i++) {
        if (limits[i].feature == feature) {
            if (why != NULL)
                *why = limits[i].why;
            return limits[i].support;
        }
    }
    return feature >= OTLS_FEATURE_TLS1_0 && feature < OTLS_FEATURE_COUNT ? OTLS_YES : OTLS_NO;
}

OTLS_BACKEND_EXPORT const otls_backend_module OTLS_BACKEND_SYMBOL = {
    .magic = OTLS_BACKEND_MAGIC,
    .abi_major = OTLS_BACKEND_ABI_MAJOR,
    .abi_minor = OTLS_BACKEND_ABI_MINOR,
    .size = sizeof(otls_backend_module),
    .name = WOLF_NAME,
    .description = "wolfSSL, a small TLS library for embedded systems",
    .built_version = LIBWOLFSSL_VERSION_STRING,
    .start = start,
    .version = version,
    .version_number = version_number,
    .supports = supports,
    .crypto = &wolf_crypto_ops,
    .context = &wolf_context_ops,
    .connection = &wolf_connection_ops,
};
