/* SPDX-License-Identifier: MIT */
/* The module: who GnuTLS is, and what it can do. */
#include "gtls.h"

static otls_status start(otls_error *err)
{
    if (gnutls_check_version("3.7.0") == NULL)
        return otls_backend_fail(err, OTLS_E_BACKEND, 0, GTLS_NAME, 0,
                                 "GnuTLS 3.7.0 or newer is needed, this is %.20s",
                                 gnutls_check_version(NULL));
    const int rc = gnutls_global_init();
    return rc < 0 ? gtls_fail(err, OTLS_E_BACKEND, 0, rc, "GnuTLS does not start") : OTLS_OK;
}

static const char *version(void)
{
    return gnutls_check_version(NULL);
}

static uint32_t version_number(void)
{
    unsigned part[3] = {0, 0, 0};
    size_t i = 0;
    for (const char *at = gnutls_check_version(NULL); *at != '\0' && i < 3; at++) {
        if (*at >= '0' && *at <= '9')
            part[i] = (part[i] * 10 + (unsigned)(*at - '0')) & 0xff;
        else if (*at == '.')
            i++;
        else
            break;
    }
    return part[0] << 24 | part[1] << 16 | part[2] << 8;
}

typedef struct gtls_feature {
    uint8_t support;
    const char *why;
} gtls_feature;

static const gtls_feature features[OTLS_FEATURE_COUNT] = {
    [OTLS_FEATURE_TLS1_0] = {OTLS_YES, "supported"},
    [OTLS_FEATURE_TLS1_1] = {OTLS_YES, "supported"},
    [OTLS_FEATURE_TLS1_2] = {OTLS_YES, "supported"},
    [OTLS_FEATURE_TLS1_3] = {OTLS_YES, "supported"},
    [OTLS_FEATURE_KEY_LOG] = {OTLS_YES, "supported"},
    [OTLS_FEATURE_EARLY_DATA] = {OTLS_YES, "supported"},
    [OTLS_FEATURE_POST_HANDSHAKE_AUTH] = {OTLS_YES, "supported"},
    [OTLS_FEATURE_KEY_UPDATE] =
        {OTLS_PARTLY, "a peer's ninth update in a second ends the connection, as does one that asks for "
                      "ours while our own asks for its"},
    [OTLS_FEATURE_RENEGOTIATION] = {OTLS_YES, "supported"},
    [OTLS_FEATURE_CLIENT_CA_NAMES] = {OTLS_YES, "supported"},
    [OTLS_FEATURE_CLIENT_CA_NAMES_13] = {OTLS_YES, "supported"},
    [OTLS_FEATURE_OCSP_STAPLE_SERVER] = {OTLS_YES, "supported"},
#if GNUTLS_VERSION_NUMBER >= 0x030800 /* GNUTLS_NO_STATUS_REQUEST */
    [OTLS_FEATURE_OCSP_STAPLE_CLIENT] = {OTLS_YES, "supported"},
#else
    [OTLS_FEATURE_OCSP_STAPLE_CLIENT] =
        {OTLS_PARTLY, "GnuTLS before 3.8 asks for a response in every handshake, also with OTLS_OCSP_OFF"},
#endif
    [OTLS_FEATURE_PSK_12] = {OTLS_YES, "supported"},
    [OTLS_FEATURE_PSK_13] = {OTLS_YES, "supported, with SHA-256 suites"},
    [OTLS_FEATURE_SIGN_CALLBACK] = {OTLS_YES, "supported"},
    [OTLS_FEATURE_PKCS12] = {OTLS_YES, "supported"},
    [OTLS_FEATURE_PKCS12_LEGACY] = {OTLS_YES, "supported"},
    [OTLS_FEATURE_EXPORTER] = {OTLS_YES, "supported"},
    [OTLS_FEATURE_TLS_UNIQUE] = {OTLS_YES, "supported"},
    [OTLS_FEATURE_MASTER_SECRET] = {OTLS_YES, "supported"},
    [OTLS_FEATURE_DHE] = {OTLS_YES, "supported, with the groups of RFC 7919"},
    [OTLS_FEATURE_STATIC_RSA] = {OTLS_YES, "supported"},
    [OTLS_FEATURE_GROUP_FFDHE] = {OTLS_YES, "supported"},
    [OTLS_FEATURE_RESUMPTION_12] =
        {OTLS_PARTLY, "a server names a session also with resumption off; clients offer it in vain"},
    [OTLS_FEATURE_RESUMPTION_13] = {OTLS_YES, "supported, with tickets only"},
    [OTLS_FEATURE_SESSION_TICKETS] = {OTLS_YES, "supported"},
    [OTLS_FEATURE_TICKET_KEYS] =
        {OTLS_YES, "supported; tickets issued on resumption are sealed with the key of the ticket "
                   "that was resumed"},
    [OTLS_FEATURE_ENGINE_VERIFIER] = {OTLS_YES, "supported"},
    [OTLS_FEATURE_ASYNC_VERIFY] = {OTLS_YES, "supported, in the first handshake"},
    [OTLS_FEATURE_ALLOCATOR] =
        {OTLS_NO, "gnutls_global_set_mem_functions has been without effect since 3.3"},
    [OTLS_FEATURE_LONG_ALPN] = {OTLS_NO,
                                "GnuTLS takes at most 8 application protocols of at most 32 bytes"},
    [OTLS_FEATURE_ED25519] = {OTLS_YES, "supported"},
    [OTLS_FEATURE_INFO_CALLBACK] = {OTLS_YES, "supported, by core"},
    [OTLS_FEATURE_LONG_CHAINS] = {OTLS_YES, "supported"},
    [OTLS_FEATURE_ALPN_COMMA] = {OTLS_YES, "supported"},
    [OTLS_FEATURE_ACCELERATION] =
        {OTLS_PARTLY, "signatures with RSA keys; AES-GCM, which it does as fast, GnuTLS takes from nobody"},
    [OTLS_FEATURE_UNDERSCORE_NAMES] =
        {OTLS_NO, "GnuTLS servers end the handshake at an underscore in the server name"},
    [OTLS_FEATURE_MESSAGE_CALLBACK] = {OTLS_YES, "supported"},
    [OTLS_FEATURE_LONG_HELLOS] = {OTLS_YES, "supported"},
    [OTLS_FEATURE_COMPRESSION] = {OTLS_NO, "TLS compression was removed in GnuTLS 3.6"},
};

static otls_support present(bool has, const char **why)
{
    *why = has ? "supported" : "the GnuTLS that is running was built without it";
    return has ? OTLS_YES : OTLS_NO;
}

static otls_support supports(otls_feature feature, const char **why)
{
    const char *ignored;
    if (why == NULL)
        why = &ignored;
    switch (feature) {
    case OTLS_FEATURE_GROUP_X448:
        return present(gtls_has_group(0x001e), why);
    case OTLS_FEATURE_GROUP_X25519MLKEM768:
        return present(gtls_has_group(0x11ec), why);
    case OTLS_FEATURE_ED448:
        return present(gtls_has_signature(0x0808), why);
    default:
        break;
    }
    if ((int)feature <= 0 || feature >= OTLS_FEATURE_COUNT || features[feature].why == NULL) {
        *why = "no such feature";
        return OTLS_NO;
    }
    *why = features[feature].why;
    return (otls_support)features[feature].support;
}

OTLS_BACKEND_EXPORT const otls_backend_module OTLS_BACKEND_SYMBOL = {
    .magic = OTLS_BACKEND_MAGIC,
    .abi_major = OTLS_BACKEND_ABI_MAJOR,
    .abi_minor = OTLS_BACKEND_ABI_MINOR,
    .size = sizeof(otls_backend_module),
    .name = GTLS_NAME,
    .description = "GnuTLS",
    .built_version = GNUTLS_VERSION,
    .start = start,
    .version = version,
    .version_number = version_number,
    .supports = supports,
    .crypto = &gtls_crypto_ops,
    .context = &gtls_context_ops,
    .connection = &gtls_connection_ops,
    .certificate = &gtls_certificate_ops,
};
