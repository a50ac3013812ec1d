/* SPDX-License-Identifier: MIT */
/* First cause wins; a failed connection keeps failing with it. */
#include "connection/fail.h"

#include "base/base.h"
#include "connection/connection.h"
#include "connection/events.h"
#include "connection/io.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static int32_t verdict_code(const otls_connection *conn)
{
    if (conn->peer_missing)
        return OTLS_CODE_PEER_CERTIFICATE_MISSING;
    if ((conn->verdict.flags & OTLS_VERIFY_NAME_MISMATCH) == 0)
        return OTLS_CODE_NONE;
    return conn->reference.dns != NULL ? OTLS_CODE_HOST_MISMATCH : OTLS_CODE_ADDRESS_MISMATCH;
}

static void cause_verdict(const otls_connection *conn, otls_error *report)
{
    const otls_verdict *verdict = &conn->verdict;

    if (conn->no_verdict != OTLS_OK) { /* nothing is known about the peer, or it is another than before */
        omni_fail(report, conn->no_verdict,
                  conn->no_verdict == OTLS_E_PROTOCOL ? OTLS_CODE_RENEGOTIATION : OTLS_CODE_NONE, "%s",
                  omni_verdict_text(verdict));
        report->alert = verdict->alert;
        return;
    }
    omni_fail(report, conn->calls.cannot_wait ? OTLS_E_UNSUPPORTED : OTLS_E_VERIFY,
              verdict_code(conn), "%s", omni_verdict_text(verdict));
    report->verify_flags = verdict->flags;
    report->verify_depth = verdict->depth;
    report->alert = verdict->alert;
}

/* No room for what came or goes is core's own lack, or the system's: memory in both. */
static void cause_system(int error, const char *what, otls_error *report)
{
    if (error == ENOMEM)
        (void)omni_fail_nomem(report);
    else
        (void)omni_fail_system(report, OTLS_CODE_NONE, error, what);
}

/* The engines report a broken transport in their own ways, some as success: core was there. */
static bool cause_transport(const otls_connection *conn, otls_error *report)
{
    const bool open = conn->state == OMNI_STATE_OPEN;

    if (conn->said == OTLS_E_TRUNCATED)
        omni_fail(report, OTLS_E_TRUNCATED, OTLS_CODE_NONE,
                  open ? "the peer ended the connection without close_notify"
                       : "the peer ended the connection during the handshake");
    else if (conn->said == OTLS_E_IO)
        cause_system(conn->read_errno, "reading from the peer", report);
    else if (conn->said == OTLS_E_PROTOCOL) /* core's own, see io.c */
        omni_fail(report, OTLS_E_PROTOCOL, OTLS_CODE_LIMIT,
                  "the peer sends records for ever, and no end of its handshake");
    else if (conn->write_said < 0)
        cause_system(conn->write_errno, "writing to the peer", report);
    else
        return false;
    return true;
}

static void cause_alert(int16_t alert, otls_error *report)
{
    /* the engine may have taken what it could not read for no TLS at all: an alert is TLS */
    const int32_t code = report->code == OTLS_CODE_NOT_TLS ? OTLS_CODE_NONE : report->code;

    omni_fail(report, OTLS_E_ALERT, code, "the peer sent the alert %s (%d)",
              otls_alert_name(alert), alert);
    report->alert = alert;
    report->alert_received = 1;
}

/* The engine could not read it, so it has not reported it. */
static void cause_plain_alert(otls_connection *conn, int16_t alert, otls_error *report)
{
    cause_alert(alert, report);
    omni_event_alert(conn, true, true, (uint8_t)alert);
}

static void cause_missing(otls_error *report)
{
    const int32_t alert = report->alert;

    omni_fail(report, OTLS_E_VERIFY, OTLS_CODE_PEER_CERTIFICATE_MISSING,
              "the peer presented no certificate");
    report->verify_flags = OTLS_VERIFY_MISSING;
    report->verify_depth = 0;
    report->alert = alert;
}

static void copy_native(otls_error *report, const otls_error *engine)
{
    if (engine == NULL)
        return;
    report->native = engine->native;
    report->backend = engine->backend;
    memcpy(report->native_text, engine->native_text, sizeof(report->native_text));
}

/* Which of all that is known is the cause? */
static void find_cause(otls_connection *conn, otls_status status, const otls_error *engine,
                       otls_error *report)
{
    const int16_t plain = status == OTLS_E_PROTOCOL ? omni_alert_in_plaintext(conn) : -1;
    const bool refused = conn->peer_verified && conn->verdict.flags != 0 &&
                         (conn->verdict.flags & OTLS_VERIFY_NOT_CHECKED) == 0;
    bool broken = false;

    if (engine != NULL)
        *report = *engine;
    else
        omni_fail(report, status, OTLS_CODE_NONE,
                  status == OTLS_E_NOMEM ? "out of memory" : "the connection failed");
    report->status = status;
    if (refused)
        cause_verdict(conn, report);
    else if (conn->alert_received >= 0)
        cause_alert(conn->alert_received, report);
    else if (plain >= 0)
        cause_plain_alert(conn, plain, report);
    else if (report->code == OTLS_CODE_PEER_CERTIFICATE_MISSING)
        cause_missing(report);
    else if (status != OTLS_E_VERIFY)
        broken = cause_transport(conn, report);
    if (report->alert < 0 && conn->alert_sent >= 0 && !broken)
        report->alert = conn->alert_sent;
    if (report->text[0] == '\0' && report->status == OTLS_E_NOMEM)
        (void)snprintf(report->text, sizeof(report->text), "out of memory");
    else if (report->text[0] == '\0')
        (void)snprintf(report->text, sizeof(report->text), "%s",
                       omni_sentence(report->code, report->alert));
    copy_native(report, engine);
}

otls_status omni_connection_fail(otls_connection *conn, otls_status status,
                                 const otls_error *engine_error, otls_error *err)
{
    otls_error report = OTLS_ERROR_INIT;

    if (conn->state == OMNI_STATE_FAILED)
        return omni_connection_fail_again(conn, err);
    find_cause(conn, omni_status_is_failure(status) ? status : OTLS_E_INTERNAL,
               status < 0 ? engine_error : NULL, &report);
    conn->state = OMNI_STATE_FAILED;
    conn->failure_status = (otls_status)report.status;
    omni_event_state(conn);
    conn->failure = omni_memdup(&report, sizeof(report));
    (void)omni_io_flush(conn); /* the alert, if the transport still takes it */
    omni_error_give(err, &report);
    return conn->failure_status;
}

otls_status omni_connection_fail_text(otls_connection *conn, otls_error *err, otls_status status,
                                      int32_t code, const char *format, ...)
{
    otls_error report = OTLS_ERROR_INIT;
    char text[sizeof(report.text)];
    va_list args;

    va_start(args, format);
    (void)omni_vformat(text, sizeof(text), format, args);
    va_end(args);
    omni_fail(&report, status, code, "%s", text);
    return omni_connection_fail(conn, status, &report, err);
}

otls_status omni_connection_not_done(otls_connection *conn, otls_status status, const otls_error *engine_error,
                                     otls_error *err)
{
    if (status == OTLS_WANT_READ && conn->said == OTLS_WANT_READ && conn->write_said == OTLS_OK)
        return OTLS_WANT_READ;
    return omni_connection_fail(conn, status, status < 0 ? engine_error : NULL, err); /* if the stream ended: that */
}

otls_status omni_connection_fail_again(const otls_connection *conn, otls_error *err)
{
    if (conn->failure == NULL)
        return omni_fail(err, conn->failure_status, OTLS_CODE_NONE,
                         "the connection failed earlier");
    omni_error_give(err, conn->failure);
    return conn->failure_status;
}

otls_status omni_connection_open(const otls_connection *conn, otls_error *err)
{
    if (conn->state == OMNI_STATE_FAILED)
        return omni_connection_fail_again(conn, err);
    return conn->state == OMNI_STATE_OPEN
               ? OTLS_OK
               : omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NOT_YET, "the handshake is not done");
}
