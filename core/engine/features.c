/* SPDX-License-Identifier: MIT */
#include <omnitls/engine.h>

static const char *const feature_names[OTLS_FEATURE_COUNT] = {
    [OTLS_FEATURE_TLS1_0] = "tls1.0",
    [OTLS_FEATURE_TLS1_1] = "tls1.1",
    [OTLS_FEATURE_TLS1_2] = "tls1.2",
    [OTLS_FEATURE_TLS1_3] = "tls1.3",
    [OTLS_FEATURE_KEY_LOG] = "key-log",
    [OTLS_FEATURE_EARLY_DATA] = "early-data",
    [OTLS_FEATURE_POST_HANDSHAKE_AUTH] = "post-handshake-auth",
    [OTLS_FEATURE_KEY_UPDATE] = "key-update",
    [OTLS_FEATURE_RENEGOTIATION] = "renegotiation",
    [OTLS_FEATURE_CLIENT_CA_NAMES] = "client-ca-names",
    [OTLS_FEATURE_CLIENT_CA_NAMES_13] = "client-ca-names-1.3",
    [OTLS_FEATURE_OCSP_STAPLE_SERVER] = "ocsp-staple-server",
    [OTLS_FEATURE_OCSP_STAPLE_CLIENT] = "ocsp-staple-client",
    [OTLS_FEATURE_PSK_12] = "psk-1.2",
    [OTLS_FEATURE_PSK_13] = "psk-1.3",
    [OTLS_FEATURE_SIGN_CALLBACK] = "sign-callback",
    [OTLS_FEATURE_PKCS12] = "pkcs12",
    [OTLS_FEATURE_PKCS12_LEGACY] = "pkcs12-legacy",
    [OTLS_FEATURE_EXPORTER] = "exporter",
    [OTLS_FEATURE_TLS_UNIQUE] = "tls-unique",
    [OTLS_FEATURE_MASTER_SECRET] = "master-secret",
    [OTLS_FEATURE_DHE] = "dhe",
    [OTLS_FEATURE_STATIC_RSA] = "static-rsa",
    [OTLS_FEATURE_GROUP_X448] = "group-x448",
    [OTLS_FEATURE_GROUP_FFDHE] = "group-ffdhe",
    [OTLS_FEATURE_GROUP_X25519MLKEM768] = "group-x25519mlkem768",
    [OTLS_FEATURE_RESUMPTION_12] = "resumption-1.2",
    [OTLS_FEATURE_RESUMPTION_13] = "resumption-1.3",
    [OTLS_FEATURE_SESSION_TICKETS] = "session-tickets",
    [OTLS_FEATURE_TICKET_KEYS] = "ticket-keys",
    [OTLS_FEATURE_ENGINE_VERIFIER] = "engine-verifier",
    [OTLS_FEATURE_ASYNC_VERIFY] = "async-verify",
    [OTLS_FEATURE_ALLOCATOR] = "allocator",
    [OTLS_FEATURE_LONG_ALPN] = "long-alpn",
    [OTLS_FEATURE_ED25519] = "ed25519",
    [OTLS_FEATURE_ED448] = "ed448",
    [OTLS_FEATURE_INFO_CALLBACK] = "info-callback",
    [OTLS_FEATURE_COMPRESSION] = "compression",
    [OTLS_FEATURE_ALPN_COMMA] = "alpn-comma",
    [OTLS_FEATURE_LONG_CHAINS] = "long-chains",
    [OTLS_FEATURE_UNDERSCORE_NAMES] = "underscore-names",
    [OTLS_FEATURE_MESSAGE_CALLBACK] = "message-callback",
    [OTLS_FEATURE_LONG_HELLOS] = "long-hellos",
    [OTLS_FEATURE_ACCELERATION] = "acceleration",
};

const char *otls_feature_name(otls_feature feature)
{
    const int value = (int)feature;

    return value > 0 && value < OTLS_FEATURE_COUNT ? feature_names[value] : NULL;
}
