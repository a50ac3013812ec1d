/* SPDX-License-Identifier: MIT */
/* The peer's chain: taken from the engine, judged by core, and asserted after the handshake. */
#include "connection.h"

#include "alloc.h"
#include "fail.h"

#include <string.h>

void otls_peer_clear(otls_connection *conn)
{
    for (size_t i = 0; i < conn->peer_count; i++)
        otls_certificate_free(conn->peer[i]);
    conn->peer_count = 0;
    otls_verdict_clear(&conn->verdict);
    conn->peer_verified = conn->peer_missing = false;
}

static otls_status refuse(otls_connection *conn, uint32_t flags, uint8_t fitting, uint8_t *alert,
                          const char *text)
{
    otls_verdict *verdict = &conn->verdict;

    verdict->flags = flags;
    verdict->depth = 0;
    verdict->alert = fitting;
    (void)snprintf(verdict->text, sizeof(verdict->text), "%s", text);
    *alert = fitting;
    return OTLS_E_VERIFY;
}

static otls_status keep_chain(otls_connection *conn, const otls_slice *chain, size_t count,
                              uint8_t *alert)
{
    size_t bytes = 0;

    conn->peer_more = count > OTLS_PEER_CHAIN_MAX;
    if (conn->peer_more)
        count = OTLS_PEER_CHAIN_MAX;
    for (size_t i = 0; i < count; i++)
        bytes += chain[i].size;
    if (bytes > OTLS_PEER_CHAIN_BYTES)
        return refuse(conn, OTLS_VERIFY_LIMIT, OTLS_ALERT_BAD_CERTIFICATE, alert,
                      "the peer's certificate chain is too long");
    for (size_t i = 0; i < count; i++) {
        otls_certificate *cert = NULL;
        otls_error why = OTLS_ERROR_INIT;

        if (otls_certificate_from_der(&cert, chain[i].data, chain[i].size, &why) == OTLS_E_NOMEM)
            return refuse(conn, OTLS_VERIFY_LIMIT, OTLS_ALERT_INTERNAL_ERROR, alert,
                          "out of memory");
        if (cert == NULL && i == 0)
            return refuse(conn, OTLS_VERIFY_MALFORMED, OTLS_ALERT_BAD_CERTIFICATE, alert,
                          "the certificate cannot be decoded");
        if (cert != NULL) /* an undecodable extra certificate cannot help the path; leave it out */
            conn->peer[conn->peer_count++] = cert;
    }
    return OTLS_OK;
}

/* Every handshake proves possession of the key by a signature, but for one: RSA key exchange. */
static bool signs(const otls_connection *conn)
{
    const otls_context *context = conn->context;

    for (size_t i = 0; !conn->server && i < context->suite_count; i++)
        if (context->suites[i]->kx == OTLS_KX_RSA)
            return false;
    return true;
}

static otls_status judge(otls_connection *conn, const otls_slice *staple, uint8_t *alert)
{
    const otls_settings *settings = &conn->context->settings;
    otls_verify_request request = {
        .trust = settings->trust,
        .chain = conn->peer,
        .chain_count = conn->peer_count,
        .chain_more = conn->peer_more,
        .backend = conn->context->backend,
        .name = !conn->server && !settings->no_name_check ? &conn->reference : NULL,
        .time = otls_context_now(conn->context),
        .max_depth = settings->verify_depth,
        .security_level = settings->security_level,
    };
    otls_error why = OTLS_ERROR_INIT;

    otls_verify_settings_apply(&settings->verify, conn->server, &request);
    if (signs(conn))
        request.flags |= OTLS_VERIFY_OPTION_SIGNATURE;
    if (otls_verify_chain(&request, &conn->verdict, &why) != OTLS_OK ||
        otls_staple_judge(conn, staple, &why) != OTLS_OK)
        return refuse(conn, OTLS_VERIFY_LIMIT, OTLS_ALERT_INTERNAL_ERROR, alert, why.text);
    return otls_verdict_ask(conn, alert);
}

static otls_status judge_absent(otls_connection *conn, uint8_t *alert)
{
    conn->peer_missing = true;
    if (conn->server && conn->context->settings.verify_mode != OTLS_VERIFY_MODE_REQUIRED) {
        conn->verdict.flags = OTLS_VERIFY_NOT_CHECKED;
        return OTLS_OK;
    }
    return refuse(conn, OTLS_VERIFY_MISSING,
                  conn->hello_version == OTLS_TLS1_3 ? OTLS_ALERT_CERTIFICATE_REQUIRED
                                                     : OTLS_ALERT_HANDSHAKE_FAILURE,
                  alert, "the peer presented no certificate");
}

otls_status otls_core_verify_peer(otls_core *core, const otls_slice *chain, size_t count,
                                  const otls_slice *staple, uint8_t *alert)
{
    otls_connection *conn = (otls_connection *)(void *)core;

    otls_peer_clear(conn);
    conn->peer_verified = true;
    *alert = OTLS_ALERT_BAD_CERTIFICATE;
    if (count == 0)
        return judge_absent(conn, alert);
    if (!otls_staple_keep(conn, staple))
        return refuse(conn, OTLS_VERIFY_LIMIT, OTLS_ALERT_INTERNAL_ERROR, alert, "out of memory");
    OTLS_TRY(keep_chain(conn, chain, count, alert));
    if (!conn->server && conn->context->settings.no_verify) {
        conn->verdict.flags = OTLS_VERIFY_NOT_CHECKED;
        conn->verdict.depth = -1;
        return otls_verdict_ask(conn, alert);
    }
    return judge(conn, staple, alert);
}

static otls_status outside(otls_connection *conn, otls_error *err, const char *what)
{
    return otls_connection_fail_text(conn, err, OTLS_E_PROTOCOL, OTLS_CODE_OUTSIDE_POLICY,
                                     "%s negotiated %s, which the policy does not allow",
                                     otls_backend_name(conn->context->backend), what);
}

static bool alpn_is_offered(const otls_connection *conn)
{
    const otls_settings *settings = &conn->context->settings;
    const otls_slice chosen = conn->info.alpn;

    if (conn->server) /* core chose: nothing, or the one name */
        return chosen.size == 0 || (chosen.size + 1 == conn->chosen_alpn_size &&
                                    memcmp(conn->chosen_alpn + 1, chosen.data, chosen.size) == 0);
    for (size_t at = 0; at < settings->alpn_size; at += 1u + settings->alpn[at])
        if (settings->alpn[at] == chosen.size &&
            memcmp(settings->alpn + at + 1, chosen.data, chosen.size) == 0)
            return true;
    return chosen.size == 0;
}

/* Whatever an engine did: nothing outside the policy gets through. */
otls_status otls_connection_assert(otls_connection *conn, otls_error *err)
{
    const otls_context *context = conn->context;
    const otls_connection_info *info = &conn->info;
    const bool later = context->settings.calls.post_handshake_auth && info->version == OTLS_TLS1_3;
    const bool must_verify =
        (!conn->server ||
         (context->settings.verify_mode == OTLS_VERIFY_MODE_REQUIRED && !later)) &&
        !otls_psk_authenticated(conn);

    if (info->version < context->lowest || info->version > context->highest)
        return outside(conn, err, otls_version_name(info->version));
    if (!otls_context_allows_suite(context, info->suite))
        return outside(conn, err, otls_suite_name(info->suite));
    if (info->group != 0 && !otls_context_allows_group(context, info->group))
        return outside(conn, err, otls_group_name(info->group));
    if (!alpn_is_offered(conn))
        return outside(conn, err, "an application protocol");
    if (must_verify && !conn->peer_verified)
        return otls_connection_fail_text(conn, err, OTLS_E_VERIFY,
                                         OTLS_CODE_PEER_CERTIFICATE_MISSING,
                                         "%s finished a handshake without a peer certificate",
                                         otls_backend_name(context->backend));
    return OTLS_OK;
}
