/* SPDX-License-Identifier: MIT */
/*
 * The application's say in a verdict: for each certificate, then about the whole. Faults are
 * forgiven only by naming them exactly, so that a callback which accepts one fault does not accept
 * the next.
 */
#include "connection/connection.h"

#include "base/base.h"
#include "connection/peer.h"
#include "verify/verify.h"

#include <stdio.h>

/* The path as it is told: what core put together, else (the engine's verifier) what was sent. */
static const omni_chain *told(const otls_connection *conn)
{
    return conn->verdict.path != NULL ? conn->verdict.path : conn->peer;
}

static size_t path_length(const otls_connection *conn)
{
    return omni_chain_count(told(conn));
}

static const otls_certificate *path_at(const otls_connection *conn, size_t depth)
{
    return told(conn)->at[depth];
}

static uint32_t flags_at(const otls_connection *conn, size_t depth)
{
    const otls_verdict *verdict = &conn->verdict;
    const size_t at = verdict->depth > 0 ? (size_t)verdict->depth : 0;

    if (verdict->path != NULL)
        return verdict->path_flags[depth];
    return depth == (at < omni_chain_count(conn->peer) ? at : 0) ? verdict->flags : 0;
}

/* Say again what is left of the verdict. */
static void report_again(otls_connection *conn, const uint32_t *left, size_t length)
{
    omni_findings findings = {.depth = -1};

    for (size_t depth = 0; depth < length; depth++)
        for (uint32_t flag = 1; flag != 0; flag <<= 1)
            if ((left[depth] & flag) != 0)
                omni_findings_add(&findings, flag, (int32_t)depth, path_at(conn, depth), NULL);
    omni_findings_report(&findings, &conn->verdict);
}

/* From the anchor's end to the leaf, and no further than a refusal, as OpenSSL's users expect. */
static void ask_each(otls_connection *conn)
{
    const omni_verdict_settings *asked = &conn->context->settings.verdict;
    const size_t length = path_length(conn);
    uint32_t left[OMNI_VERIFY_CHAIN_MAX];
    bool changed = false, refused = false;

    for (size_t depth = 0; depth < length; depth++)
        left[depth] = flags_at(conn, depth);
    for (size_t depth = length; depth-- > 0 && !refused;) {
        uint32_t accepted = 0;
        const uint32_t flags = left[depth];
        const otls_status answer =
            asked->verify_certificate(conn, path_at(conn, depth), (int32_t)depth, flags, &accepted,
                                      asked->verify_certificate_user);

        refused = answer != OTLS_OK;
        if (refused)
            left[depth] |= OTLS_VERIFY_REFUSED;
        else if (flags != 0 && accepted == flags)
            left[depth] = 0;
        changed = changed || left[depth] != flags;
    }
    if (!changed)
        return;
    report_again(conn, left, length);
    for (size_t i = 0; i < omni_chain_count(conn->verdict.path); i++)
        conn->verdict.path_flags[i] = left[i];
}

/* YES: always in a first handshake. PARTLY: clients only (backend.h). */
static bool can_wait(const otls_connection *conn)
{
    const otls_support support =
        otls_backend_supports(conn->context->backend, OTLS_FEATURE_ASYNC_VERIFY, NULL);

    if (conn->state != OMNI_STATE_HANDSHAKE)
        return false;
    return support == OTLS_YES ||
           (support == OTLS_PARTLY && !conn->server && conn->native->policy.ask_ocsp == 0);
}

static void replace_verdict(otls_connection *conn, uint32_t flags, const char *text)
{
    otls_verdict *verdict = &conn->verdict;

    verdict->flags = flags;
    verdict->depth = flags != 0 ? 0 : -1;
    verdict->alert = omni_verify_alert(flags);
    omni_verdict_say(verdict, "%s", text);
    if (verdict->path != NULL)
        verdict->path_flags[0] |= flags & OTLS_VERIFY_REFUSED;
}

static void refuse_waiting(otls_connection *conn)
{
    const char *why = NULL;
    char text[192];

    (void)otls_backend_supports(conn->context->backend, OTLS_FEATURE_ASYNC_VERIFY, &why);
    (void)snprintf(text, sizeof(text), "the verify callback wants to wait, %s cannot here: %s",
                   otls_backend_name(conn->context->backend), why != NULL ? why : "");
    replace_verdict(conn, OTLS_VERIFY_REFUSED, text);
    conn->verdict.alert = OTLS_ALERT_INTERNAL_ERROR;
    conn->calls.cannot_wait = true;
}

static otls_status ask_whole(otls_connection *conn)
{
    const omni_verdict_settings *asked = &conn->context->settings.verdict;
    const uint32_t flags = conn->verdict.flags;
    uint32_t accepted = 0;
    const otls_status answer = asked->verify(conn, &conn->verdict, &accepted, asked->verify_user);

    if (answer == OTLS_WANT_ASYNC && can_wait(conn))
        return OTLS_WANT_ASYNC;
    if (answer == OTLS_WANT_ASYNC)
        refuse_waiting(conn);
    else if (answer != OTLS_OK)
        replace_verdict(conn, (flags & ~(uint32_t)OTLS_VERIFY_NOT_CHECKED) | OTLS_VERIFY_REFUSED,
                        "the peer's certificate was refused by the application");
    else if (flags != 0 && accepted == flags && flags != OTLS_VERIFY_NOT_CHECKED)
        replace_verdict(conn, 0, "");
    return OTLS_OK;
}

otls_status omni_verdict_ask(otls_connection *conn, uint8_t *alert)
{
    const omni_verdict_settings *asked = &conn->context->settings.verdict;
    const bool checked = (conn->verdict.flags & OTLS_VERIFY_NOT_CHECKED) == 0;

    if (asked->verify_certificate != NULL && checked)
        ask_each(conn);
    if (asked->verify != NULL)
        OMNI_TRY(ask_whole(conn));
    *alert = conn->verdict.alert;
    return conn->verdict.flags == 0 || (conn->verdict.flags & OTLS_VERIFY_NOT_CHECKED) != 0
               ? OTLS_OK
               : OTLS_E_VERIFY;
}
