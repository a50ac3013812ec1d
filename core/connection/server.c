/* SPDX-License-Identifier: MIT */
/* The server's decisions, made on the ClientHello before the engine starts. */
#include "connection/connection.h"

#include "base/base.h"
#include "connection/events.h"
#include "connection/fail.h"
#include "connection/handshake.h"
#include "connection/io.h"
#include "connection/messages.h"
#include "connection/peer.h"

#include <string.h>

void omni_plain_alert(otls_connection *conn, uint8_t description)
{
    const uint8_t record[7] = {21, 3, 3, 0, 2, 2, description};

    (void)omni_buffer_append(&conn->out, record, sizeof(record));
    conn->alert_sent = description;
    omni_event_alert(conn, false, true, description);
    (void)omni_io_flush(conn);
}

otls_status omni_refuse_hello(otls_connection *conn, otls_error *err, otls_status status,
                              uint8_t alert, int32_t code, const char *format, ...)
{
    otls_error report = OTLS_ERROR_INIT;
    char text[sizeof(report.text)];
    va_list args;

    va_start(args, format);
    (void)omni_vformat(text, sizeof(text), format, args);
    va_end(args);
    omni_plain_alert(conn, alert);
    omni_fail(&report, status, code, "%s", text);
    report.alert = alert;
    return omni_connection_fail(conn, status, &report, err);
}

static otls_status refuse(otls_connection *conn, otls_error *err, uint8_t alert, int32_t code,
                          const char *text)
{
    return omni_refuse_hello(conn, err, OTLS_E_PROTOCOL, alert, code, "%s", text);
}

/* ---- the hello ---- */

#define ALERT_RECORD 7u

/* A peer that gives up before its hello sends an alert, in plaintext: is this one, or its start? */
static bool may_be_alert(const otls_connection *conn)
{
    static const uint8_t start[5] = {21, 3, 0, 0, 2};
    const uint8_t *at = omni_buffer_front(&conn->in);
    const size_t have = omni_buffer_size(&conn->in);

    for (size_t i = 0; i < have && i < sizeof(start); i++)
        if (i != 2 && at[i] != start[i]) /* any minor version */
            return false;
    return true;
}

static otls_status alert_for_hello(otls_connection *conn, otls_error *err)
{
    conn->alert_received = omni_buffer_front(&conn->in)[6];
    omni_event_alert(conn, true, true, omni_buffer_front(&conn->in)[6]);
    return omni_connection_fail(conn, OTLS_E_ALERT, NULL, err);
}

/* One answer for each way to get the hello wrong. */
static const struct {
    uint8_t alert;
    int32_t code;
    const char *text;
} hello_faults[] = {
    [OMNI_HELLO_NOT_TLS] = {OTLS_ALERT_UNEXPECTED_MESSAGE, OTLS_CODE_NOT_TLS,
                            "the client does not speak TLS"},
    [OMNI_HELLO_BAD] = {OTLS_ALERT_DECODE_ERROR, OTLS_CODE_NONE, "the ClientHello is malformed"},
    [OMNI_HELLO_ILLEGAL] = {OTLS_ALERT_ILLEGAL_PARAMETER, OTLS_CODE_NONE,
                            "the ClientHello holds what it must not hold"},
    [OMNI_HELLO_OVERFLOW] = {OTLS_ALERT_RECORD_OVERFLOW, OTLS_CODE_NONE,
                             "a record of the ClientHello is too long"},
    [OMNI_HELLO_UNEXPECTED] = {OTLS_ALERT_UNEXPECTED_MESSAGE, OTLS_CODE_NONE,
                               "the client sent something else before the end of its ClientHello"},
    [OMNI_HELLO_TOO_MUCH] = {OTLS_ALERT_ILLEGAL_PARAMETER, OTLS_CODE_LIMIT,
                             "the ClientHello is longer, or in more records, than the limit"},
};

static otls_status read_hello(otls_connection *conn, otls_client_hello *hello, otls_error *err)
{
    for (;;) {
        omni_hello_result result = OMNI_HELLO_MORE;
        const size_t have = omni_buffer_size(&conn->in);

        if (have != 0)
            result = omni_client_hello_parse(hello, omni_buffer_front(&conn->in), have);
        if (result == OMNI_HELLO_OK)
            return OTLS_OK;
        if (result == OMNI_HELLO_NOMEM)
            return omni_connection_fail(conn, OTLS_E_NOMEM, NULL, err);
        if (result == OMNI_HELLO_NOT_TLS && may_be_alert(conn)) {
            if (have >= ALERT_RECORD)
                return alert_for_hello(conn, err);
        } else if (result != OMNI_HELLO_MORE) {
            return refuse(conn, err, hello_faults[result].alert, hello_faults[result].code,
                          hello_faults[result].text);
        }
        switch (omni_io_fill(conn)) {
        case OTLS_OK:
            break;
        case OTLS_WANT_READ:
            return OTLS_WANT_READ;
        default:
            return omni_connection_fail(conn, OTLS_E_PROTOCOL, NULL, err);
        }
    }
}

/* ---- version, suite and identity ---- */

static bool any_signature(const otls_context *context, const otls_client_hello *hello,
                          const uint16_t *schemes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < context->signature_count; k++)
            if (context->signatures[k] == schemes[i] &&
                (hello->signatures.size == 0 || omni_hello_has(hello->signatures, schemes[i])))
                return true;
    return false;
}

static bool ecdsa_fits(const otls_context *context, const otls_client_hello *hello,
                       uint16_t version, uint16_t curve)
{
    static const uint16_t any[] = {0x0403, 0x0503, 0x0603, 0x0203};
    uint16_t scheme = 0;

    if (otls_version_before(version, OTLS_TLS1_3))
        return any_signature(context, hello, any, 4) &&
               (hello->groups.size == 0 || omni_hello_has(hello->groups, curve));
    if (curve == 0x0017)
        scheme = 0x0403;
    else if (curve == 0x0018)
        scheme = 0x0503;
    else if (curve == 0x0019)
        scheme = 0x0603;
    return scheme != 0 && any_signature(context, hello, &scheme, 1);
}

/* Can the client check a signature made with this leaf's key? (RFC 8446 4.4.2.2, RFC 5246 7.4.2) */
static bool key_fits(const otls_context *context, const otls_client_hello *hello, uint16_t version,
                     const omni_x509 *leaf)
{
    static const uint16_t rsa_new[] = {0x0804, 0x0805, 0x0806};
    static const uint16_t rsa_old[] = {0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601, 0x0201};
    static const uint16_t pss[] = {0x0809, 0x080a, 0x080b};
    static const uint16_t ed25519 = 0x0807, ed448 = 0x0808;

    switch (leaf->key_type) {
    case OMNI_KEY_RSA:
        return version == OTLS_TLS1_3 ? any_signature(context, hello, rsa_new, 3)
                                      : any_signature(context, hello, rsa_old, 7);
    case OMNI_KEY_RSA_PSS:
        return any_signature(context, hello, pss, 3);
    case OMNI_KEY_EC:
        return ecdsa_fits(context, hello, version, leaf->key_group);
    case OMNI_KEY_ED25519:
        return hello->signatures.size != 0 && any_signature(context, hello, &ed25519, 1);
    case OMNI_KEY_ED448:
        return hello->signatures.size != 0 && any_signature(context, hello, &ed448, 1);
    default:
        return false;
    }
}

static bool suite_fits(const otls_suite *suite, uint16_t version, const omni_x509 *leaf)
{
    if (version == OTLS_TLS1_3)
        return suite->min_version == OTLS_TLS1_3;
    if (otls_version_before(version, suite->min_version))
        return false;
    if (leaf->key_type == OMNI_KEY_RSA || leaf->key_type == OMNI_KEY_RSA_PSS)
        return suite->auth == OTLS_AUTH_RSA;
    return suite->auth == OTLS_AUTH_ECDSA;
}

static bool shares_suite(const otls_context *context, const otls_client_hello *hello,
                         uint16_t version, const omni_x509 *leaf)
{
    for (size_t i = 0; i < context->suite_count; i++)
        if (suite_fits(context->suites[i], version, leaf) &&
            omni_hello_has(hello->suites, context->suites[i]->id) &&
            omni_hello_group_fits(context, hello, context->suites[i]))
            return true;
    return false;
}

static bool names_fit(const otls_connection *conn, const omni_x509 *leaf)
{
    return conn->reference.dns != NULL && omni_host_name_matches(leaf, &conn->reference, 0);
}

static const omni_x509 *leaf_of(const otls_connection *conn, size_t at)
{
    return &conn->context->settings.present.identities[at]->chain[0]->x509;
}

/* Can the client use it? That hangs on the kind of its key alone. */
static bool usable(const otls_connection *conn, const otls_client_hello *hello, size_t at)
{
    const omni_x509 *leaf = leaf_of(conn, at);

    return key_fits(conn->context, hello, conn->hello_version, leaf) &&
           shares_suite(conn->context, hello, conn->hello_version, leaf);
}

/* The first that bears the asked name, of those that stand under this hash and before `best`. */
static size_t first_named(const otls_connection *conn, const otls_client_hello *hello,
                          uint64_t hash, size_t best)
{
    const omni_index *names = &conn->context->servers.names;
    omni_index_cursor cursor = omni_index_look(names, hash);
    uint32_t at;

    while ((at = omni_index_next(names, &cursor)) != OMNI_INDEX_END)
        if (at < best && names_fit(conn, leaf_of(conn, at)) && usable(conn, hello, at))
            best = at;
    return best;
}

/* The first identity that the client can use; one that bears the asked name wins over others. */
static size_t choose_identity(const otls_connection *conn, const otls_client_hello *hello)
{
    const omni_server_natives *servers = &conn->context->servers;
    const char *const dns = conn->reference.dns;
    size_t best = OMNI_NO_SERVER;

    if (dns != NULL && servers->count > 1) {
        best = first_named(conn, hello, omni_server_name_hash(servers, dns), best);
        best = first_named(conn, hello, omni_server_wildcard_hash(servers, dns), best);
    }
    /* kinds come in the order of their first: with pre-shared keys only there are none */
    for (size_t i = 0; best == OMNI_NO_SERVER && i < servers->kind_count; i++)
        if (usable(conn, hello, servers->kinds[i]))
            best = servers->kinds[i];
    return best;
}

static otls_status keep_server_name(otls_connection *conn, const otls_client_hello *hello,
                                    otls_error *err)
{
    const otls_backend *backend = conn->context->backend;
    const otls_slice name = hello->server_name;
    omni_reference_name reference = {0};
    char asked[256] = "", text[256];

    if (name.data == NULL || conn->host != NULL) /* asked again after a pause */
        return OTLS_OK;
    if (memchr(name.data, '_', name.size) != NULL &&
        otls_backend_supports(backend, OTLS_FEATURE_UNDERSCORE_NAMES, NULL) == OTLS_NO)
        return omni_refuse_hello(conn, err, OTLS_E_UNSUPPORTED, OTLS_ALERT_UNRECOGNIZED_NAME,
                                 OTLS_CODE_NONE, "%s takes no server name with an underscore (%s): %.*s",
                                 otls_backend_name(backend),
                                 otls_feature_name(OTLS_FEATURE_UNDERSCORE_NAMES), (int)name.size,
                                 (const char *)name.data);
    /* a name that is none, or too long for one, matches no certificate; that is not the handshake's
     * end */
    if (name.size < sizeof(asked))
        memcpy(asked, name.data, name.size);
    if (name.size >= sizeof(asked) ||
        omni_reference_name_parse(&reference, asked, text, NULL) != OTLS_OK)
        reference = (omni_reference_name){0};
    return omni_host_keep(conn, (const char *)name.data, name.size, &reference, text)
               ? OTLS_OK
               : omni_connection_fail(conn, OTLS_E_NOMEM, NULL, err);
}

/*
 * Bytes of the hello are in the transcript: an engine that cannot take all of them cannot be given fewer.
 * It would call the hello malformed, and blame the client.
 */
static otls_status check_length(otls_connection *conn, const otls_client_hello *hello,
                                otls_error *err)
{
    const otls_backend *backend = conn->context->backend;
    const size_t suites = hello->suites.size / 2;

    if ((suites <= OMNI_HELLO_SHORT_SUITES && hello->size <= OMNI_HELLO_SHORT) ||
        otls_backend_supports(backend, OTLS_FEATURE_LONG_HELLOS, NULL) != OTLS_NO)
        return OTLS_OK;
    return omni_refuse_hello(conn, err, OTLS_E_UNSUPPORTED, OTLS_ALERT_ILLEGAL_PARAMETER,
                             OTLS_CODE_LIMIT,
                             "%s takes no ClientHello with %zu cipher suites and %zu bytes (%s)",
                             otls_backend_name(backend), suites, hello->size,
                             otls_feature_name(OTLS_FEATURE_LONG_HELLOS));
}

/* The identity that the client can use; else one that a pre-shared key makes up for. */
static size_t choose_server(const otls_connection *conn, const otls_client_hello *hello)
{
    const otls_context *context = conn->context;
    size_t chosen = choose_identity(conn, hello);

    if (chosen == OMNI_NO_SERVER && context->servers.count != 0 &&
        omni_psk_fits(context, hello, conn->hello_version))
        chosen = 0;
    return chosen;
}

/* Would another list of groups have done? */
static bool lacks_group(const otls_connection *conn, const otls_client_hello *hello)
{
    otls_client_hello any = *hello;

    any.groups = (otls_slice){NULL, 0};
    return choose_server(conn, &any) != OMNI_NO_SERVER;
}

static otls_status refuse_no_group(otls_connection *conn, otls_error *err, uint8_t alert)
{
    return refuse(conn, err, alert, OTLS_CODE_NO_SHARED_GROUP,
                  "client and server share no group for the key exchange");
}

static otls_status refuse_none_fits(otls_connection *conn, const otls_client_hello *hello,
                                    otls_error *err)
{
    if (lacks_group(conn, hello))
        return refuse_no_group(conn, err, OTLS_ALERT_HANDSHAKE_FAILURE);
    return refuse(conn, err, OTLS_ALERT_HANDSHAKE_FAILURE, OTLS_CODE_NO_SHARED_SUITE,
                  "client and server share no cipher suite or signature algorithm");
}

/* Every key exchange of TLS 1.3 that we do has a group: RFC 8446 4.2.7, 9.2. */
static otls_status choose_group(otls_connection *conn, const otls_client_hello *hello, otls_error *err)
{
    const bool old = otls_version_before(conn->hello_version, OTLS_TLS1_3);

    conn->chosen_group = omni_hello_group(conn->context, hello, conn->hello_version);
    conn->no_curves = old && omni_hello_lacks_curve(conn->context, hello);
    if (old || conn->chosen_group != 0)
        return OTLS_OK;
    return refuse_no_group(conn, err,
                           hello->groups.size == 0 ? OTLS_ALERT_MISSING_EXTENSION
                                                   : OTLS_ALERT_HANDSHAKE_FAILURE);
}

static otls_status start(otls_connection *conn, size_t chosen, otls_error *err)
{
    otls_error why = OTLS_ERROR_INIT;
    const omni_native *native;
    otls_status status = omni_context_server(conn->context, chosen, &native, &why);

    if (status != OTLS_OK)
        return omni_refuse_hello(conn, err, status, OTLS_ALERT_INTERNAL_ERROR, why.code, "%s",
                                 why.text);
    status = omni_engine_start(conn, native, err);
    omni_native_free(native);
    return status;
}

/** TLS_FALLBACK_SCSV: the client has tried a higher version before (RFC 7507). */
#define FALLBACK_SUITE 0x5600u

/* It would not have come down to this one, had nobody been in between. */
static otls_status check_fallback(otls_connection *conn, const otls_client_hello *hello,
                                  otls_error *err)
{
    if (!otls_version_before(conn->hello_version, conn->context->highest) ||
        !omni_hello_has(hello->suites, FALLBACK_SUITE))
        return OTLS_OK;
    return refuse(conn, err, OTLS_ALERT_INAPPROPRIATE_FALLBACK, OTLS_CODE_NO_SHARED_VERSION,
                  "the client was brought down to a version below the highest that both have");
}

static otls_status decide(otls_connection *conn, const otls_client_hello *hello, otls_error *err)
{
    size_t chosen = OMNI_NO_SERVER;

    OMNI_TRY(check_length(conn, hello, err));
    OMNI_TRY(keep_server_name(conn, hello, err));
    OMNI_TRY(omni_hello_ask(conn, hello, &chosen, err));
    conn->hello_version =
        omni_hello_version(hello, conn->context->lowest, conn->context->highest);
    omni_session_hello(conn, hello);
    if (conn->hello_version == 0)
        return refuse(conn, err, OTLS_ALERT_PROTOCOL_VERSION, OTLS_CODE_NO_SHARED_VERSION,
                      "client and server share no TLS version");
    OMNI_TRY(check_fallback(conn, hello, err));
    OMNI_TRY(omni_hello_choose_alpn(conn, hello, err));
    if (conn->context->servers.count == 0)
        return refuse(conn, err, OTLS_ALERT_HANDSHAKE_FAILURE, OTLS_CODE_NO_IDENTITY,
                      "the server has no identity");
    if (chosen == OMNI_NO_SERVER)
        chosen = choose_server(conn, hello);
    if (chosen == OMNI_NO_SERVER)
        return refuse_none_fits(conn, hello, err);
    OMNI_TRY(choose_group(conn, hello, err));
    if (omni_shared_keep(conn, hello) != OTLS_OK)
        return omni_connection_fail(conn, OTLS_E_NOMEM, NULL, err);
    omni_hello_reframe(&conn->in, hello);
    return start(conn, chosen, err);
}

otls_status omni_server_start(otls_connection *conn, otls_error *err)
{
    otls_client_hello hello;
    otls_status status = omni_messages_begin(conn);

    if (status != OTLS_OK)
        return omni_connection_fail(conn, status, NULL, err);
    status = read_hello(conn, &hello, err);

    if (status != OTLS_OK)
        return status;
    omni_messages_hello(conn, omni_buffer_front(&conn->in), omni_buffer_size(&conn->in));
    status = decide(conn, &hello, err);
    omni_client_hello_clear(&hello);
    return status;
}
