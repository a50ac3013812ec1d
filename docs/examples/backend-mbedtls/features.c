/* SPDX-License-Identifier: MIT */
/* What mbed TLS can do; a "no" here and a setter that fails are the same sentence. */
#include "mbed.h"

static const mbed_feature features[OTLS_FEATURE_COUNT] = {
    [OTLS_FEATURE_TLS1_2] = {OTLS_YES, "supported"},
    [OTLS_FEATURE_KEY_LOG] = {OTLS_YES, "supported"},
    [OTLS_FEATURE_RENEGOTIATION] =
        {OTLS_NO, "this module keeps mbed TLS' renegotiation off: it verifies in the middle of a read"},
    [OTLS_FEATURE_CLIENT_CA_NAMES] = {OTLS_YES, "supported"},
    [OTLS_FEATURE_OCSP_STAPLE_SERVER] = {OTLS_NO, "mbed TLS knows no OCSP"},
    [OTLS_FEATURE_OCSP_STAPLE_CLIENT] = {OTLS_NO, "mbed TLS knows no OCSP"},
    [OTLS_FEATURE_PKCS12] = {OTLS_YES, "supported"},
    [OTLS_FEATURE_PKCS12_LEGACY] = {OTLS_NO, "mbed TLS has no RC2"},
    [OTLS_FEATURE_EXPORTER] = {OTLS_YES, "supported"},
    [OTLS_FEATURE_TLS_UNIQUE] = {OTLS_YES, "supported"},
    [OTLS_FEATURE_MASTER_SECRET] = {OTLS_YES, "supported"},
    [OTLS_FEATURE_DHE] = {OTLS_YES, "supported, with the group that core chooses"},
    [OTLS_FEATURE_STATIC_RSA] = {OTLS_YES, "supported"},
    [OTLS_FEATURE_GROUP_FFDHE] = {OTLS_NO, "mbed TLS does not negotiate finite-field groups"},
    [OTLS_FEATURE_GROUP_X25519MLKEM768] = {OTLS_NO, "mbed TLS has no ML-KEM"},
    [OTLS_FEATURE_RESUMPTION_12] = {OTLS_YES, "supported"},
    [OTLS_FEATURE_SESSION_TICKETS] = {OTLS_YES, "supported; a resumption renews no ticket"},
    [OTLS_FEATURE_TICKET_KEYS] = {OTLS_YES, "supported"},
    [OTLS_FEATURE_ENGINE_VERIFIER] =
        {OTLS_NO, "mbed TLS' verifier knows only the system's clock and no purposes"},
    [OTLS_FEATURE_ASYNC_VERIFY] = {OTLS_YES, "supported"},
    [OTLS_FEATURE_ALLOCATOR] = {OTLS_NO, "mbed TLS was built without MBEDTLS_PLATFORM_MEMORY"},
    [OTLS_FEATURE_LONG_ALPN] = {OTLS_YES, "supported"},
    [OTLS_FEATURE_ED25519] = {OTLS_NO, "mbed TLS has no EdDSA"},
    [OTLS_FEATURE_ED448] = {OTLS_NO, "mbed TLS has no EdDSA"},
    [OTLS_FEATURE_INFO_CALLBACK] = {OTLS_YES, "supported, by core"},
    [OTLS_FEATURE_COMPRESSION] = {OTLS_NO, "mbed TLS was built without zlib"},
    [OTLS_FEATURE_ALPN_COMMA] = {OTLS_YES, "supported"},
    [OTLS_FEATURE_UNDERSCORE_NAMES] = {OTLS_YES, "supported"},
    [OTLS_FEATURE_ACCELERATION] = {OTLS_NO, "this module hands its keys to no accelerator"},
    [OTLS_FEATURE_MESSAGE_CALLBACK] = {OTLS_NO, "mbed TLS shows nobody its handshake messages"},
};

/* Compile-time switches of the library that is running, not of the headers. */
static otls_support built(const char *macro, const char *without, const char **why)
{
    const bool has = mbedtls_version_check_feature(macro) == 0;

    *why = has ? "supported" : without;
    return has ? OTLS_YES : OTLS_NO;
}

otls_support mbed_supports(otls_feature feature, const char **why)
{
    const mbed_feature *row = mbed_release_feature(feature);

    if (row != NULL) {
        *why = row->why;
        return row->support;
    }
    switch (feature) {
    case OTLS_FEATURE_TLS1_0:
        return built("MBEDTLS_SSL_PROTO_TLS1", "mbed TLS was built without MBEDTLS_SSL_PROTO_TLS1",
                     why);
    case OTLS_FEATURE_TLS1_1:
        return built("MBEDTLS_SSL_PROTO_TLS1_1",
                     "mbed TLS was built without MBEDTLS_SSL_PROTO_TLS1_1", why);
    case OTLS_FEATURE_GROUP_X448:
        *why = mbed_has_group(0x001e) ? "supported" : "mbed TLS was built without curve448";
        return mbed_has_group(0x001e) ? OTLS_YES : OTLS_NO;
    default:
        break;
    }
    if ((int)feature <= 0 || feature >= OTLS_FEATURE_COUNT || features[feature].why == NULL) {
        *why = "this module was written before that feature";
        return OTLS_NO;
    }
    *why = features[feature].why;
    return features[feature].support;
}
