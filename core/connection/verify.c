/* SPDX-License-Identifier: MIT */
/* The peer's chain: taken from the engine, judged by core. */
#include "connection/connection.h"

#include "base/base.h"
#include "connection/peer.h"
#include "trust/trust.h"

#include <string.h>

void omni_peer_clear(otls_connection *conn)
{
    omni_chain_free(conn->peer);
    conn->peer = NULL;
    omni_verdict_clear(&conn->verdict);
    conn->peer_verified = conn->peer_missing = conn->peer_refused = false;
    conn->no_verdict = OTLS_OK;
    omni_certificate_message_drop(conn);
}

otls_status omni_peer_refuse(otls_connection *conn, uint32_t flags, uint8_t fitting, uint8_t *alert,
                             const char *text)
{
    otls_verdict *verdict = &conn->verdict;

    verdict->flags = flags;
    verdict->depth = 0;
    verdict->alert = fitting;
    verdict->rule = verdict->advice = NULL;
    omni_verdict_say(verdict, "%s", text);
    *alert = fitting;
    return OTLS_E_VERIFY;
}

otls_status omni_peer_unjudged(otls_connection *conn, otls_status why, uint8_t *alert, const char *text)
{
    conn->no_verdict = why;
    return omni_peer_refuse(conn, OTLS_VERIFY_LIMIT, OTLS_ALERT_INTERNAL_ERROR, alert, text);
}

/* The chain as it was presented, as the verifier wants it. */
typedef struct presented {
    const otls_certificate
        *at[OMNI_PEER_CHAIN_MAX]; /* NULL: undecodable. Borrowed from the peer's */
    size_t count, bytes;
} presented;

/* A reference; NULL where it is undecodable. False: no memory. */
static bool decode(const otls_trust *trust, otls_slice der, const otls_certificate **out)
{
    otls_certificate *cert = NULL;
    otls_error why = OTLS_ERROR_INIT;
    otls_status status = OTLS_OK;

    *out = trust != NULL ? omni_trust_known_certificate(trust, der) : NULL;
    if (*out == NULL) {
        status = otls_certificate_from_der(&cert, der.data, der.size, &why);
        *out = cert;
    }
    return status != OTLS_E_NOMEM;
}

/* Decode what is permitted; of anything else only the size is known. False: no memory. */
static bool keep_chain(otls_connection *conn, const otls_slice *chain,
                       const omni_verify_request *request, presented *sent)
{
    const otls_certificate *readable[OMNI_PEER_CHAIN_MAX];
    size_t count = 0;
    bool good = true;

    if (!omni_verify_permitted(request))
        return true;
    for (size_t i = 0; i < sent->count && good; i++) {
        good = decode(request->trust, chain[i], &sent->at[i]);
        if (sent->at[i] != NULL)
            readable[count++] = sent->at[i];
    }
    good = good && omni_chain_new(&conn->peer, readable, count);
    while (count > 0)
        otls_certificate_free(readable[--count]); /* the chain has references of its own */
    return good;
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

static void make_request(const otls_connection *conn, const presented *sent,
                         omni_verify_request *request)
{
    const omni_settings *settings = &conn->context->settings;

    *request = (omni_verify_request){
        .chain = sent->at,
        .chain_count = sent->count,
        .chain_bytes = sent->bytes,
        .backend = conn->context->backend,
        .name = !conn->server && !settings->verdict.no_name_check ? &conn->reference : NULL,
        .time = omni_context_now(conn->context),
    };
    omni_verdict_settings_apply(&settings->verdict, conn->server, request);
    /* callbacks are shown the verdict; who asks for policies may look later */
    request->tell_policies = settings->verdict.verify != NULL ||
                             settings->verdict.verify_certificate != NULL ||
                             omni_verify_asks_policies(request);
    if (signs(conn))
        request->flags |= OTLS_VERIFY_OPTION_SIGNATURE;
}

/* An engine that has none fails later, each in its own way, or cannot even read the certificate. */
static otls_status judge_leaf_key(otls_connection *conn, const otls_certificate *leaf, otls_error *err)
{
    const otls_backend *backend = conn->context->backend;
    const unsigned before = omni_backend_unanswered(backend);
    omni_findings findings = {.depth = -1};

    if (omni_public_key_usable(backend, &leaf->x509))
        return OTLS_OK;
    if (omni_backend_unanswered(backend) != before)
        return omni_fail_nomem(err);
    (void)snprintf(findings.unsupported, sizeof(findings.unsupported),
                   "has a key (%.15s) that %.14s cannot use in a handshake",
                   otls_certificate_key_type(leaf), otls_backend_name(backend));
    omni_findings_add(&findings, OTLS_VERIFY_UNSUPPORTED, 0, leaf, NULL);
    omni_findings_join(&findings, &conn->verdict);
    return OTLS_OK;
}

static bool any_undecodable(const omni_verify_request *request)
{
    if (!omni_verify_permitted(request))
        return false;
    for (size_t i = 0; i < request->chain_count; i++)
        if (request->chain[i] == NULL)
            return true;
    return false;
}

static otls_status judge(otls_connection *conn, const omni_verify_request *request,
                         const otls_slice *staple, uint8_t *alert)
{
    otls_error why = OTLS_ERROR_INIT;
    otls_status status;

    if (omni_verify_presented(request, &conn->verdict)) { /* not the application's to forgive */
        if (conn->server && any_undecodable(request))
            conn->verdict.alert = OTLS_ALERT_DECODE_ERROR; /* all that an OpenSSL server can send */
        *alert = conn->verdict.alert;
        return OTLS_E_VERIFY;
    }
    if (!conn->server && conn->context->settings.verdict.no_verify) {
        conn->verdict.flags = OTLS_VERIFY_NOT_CHECKED;
        return omni_verdict_ask(conn, alert);
    }
    status = omni_verify_chain(request, &conn->verdict, &why);
    if (status == OTLS_OK)
        status = omni_staple_judge(conn, staple, &why);
    if (status == OTLS_OK)
        status = judge_leaf_key(conn, request->chain[0], &why);
    if (status != OTLS_OK)
        return omni_peer_unjudged(conn, status, alert, why.text);
    return omni_verdict_ask(conn, alert);
}

static otls_status judge_absent(otls_connection *conn, uint8_t *alert)
{
    conn->peer_missing = true;
    if (conn->server && conn->context->settings.verdict.verify_mode != OTLS_VERIFY_MODE_REQUIRED) {
        conn->verdict.flags = OTLS_VERIFY_NOT_CHECKED;
        return OTLS_OK;
    }
    return omni_peer_refuse(conn, OTLS_VERIFY_MISSING,
                            conn->hello_version == OTLS_TLS1_3 ? OTLS_ALERT_CERTIFICATE_REQUIRED
                                                               : OTLS_ALERT_HANDSHAKE_FAILURE,
                            alert, "the peer presented no certificate");
}

bool omni_peer_is(const otls_connection *conn, const otls_slice *chain, size_t count)
{
    const otls_slice known = conn->peer->at[0]->x509.der;

    return count != 0 && chain[0].size == known.size && memcmp(chain[0].data, known.data, known.size) == 0;
}

/* Two handshakes of one connection with two peers are an attack's means (RFC 7627 1), whoever both are. */
static otls_status refuse_another(otls_connection *conn, uint8_t *alert)
{
    conn->no_verdict = OTLS_E_PROTOCOL;
    return omni_peer_refuse(conn, OTLS_VERIFY_REFUSED, OTLS_ALERT_ILLEGAL_PARAMETER, alert,
                            OMNI_ANOTHER_PEER);
}

static otls_status verify_peer(otls_connection *conn, const otls_slice *chain, size_t count,
                               const otls_slice *staple, uint8_t *alert)
{
    presented sent = {.count = count};
    omni_verify_request request;

    if (conn->renegotiating && conn->peer != NULL && !omni_peer_is(conn, chain, count))
        return refuse_another(conn, alert);
    omni_peer_clear(conn);
    conn->calls.peer_heard = true;
    conn->peer_verified = true;
    *alert = OTLS_ALERT_BAD_CERTIFICATE;
    if (count == 0)
        return judge_absent(conn, alert);
    for (size_t i = 0; i < count; i++)
        sent.bytes += chain[i].size;
    make_request(conn, &sent, &request);
    if (!omni_staple_keep(conn, staple) || !keep_chain(conn, chain, &request, &sent))
        return omni_peer_unjudged(conn, OTLS_E_NOMEM, alert, "out of memory");
    return judge(conn, &request, staple, alert);
}

otls_status omni_core_verify_peer(otls_core *core, const otls_slice *chain, size_t count,
                                  const otls_slice *staple, uint8_t *alert)
{
    otls_connection *conn = omni_connection_of(core);
    const bool was_short = omni_os_memory_short(); /* the engine may ask because it could not read */
    const otls_status status = verify_peer(conn, chain, count, staple, alert);

    if (was_short)
        omni_os_memory_set(true);
    conn->peer_refused = status != OTLS_OK;
    return status;
}
