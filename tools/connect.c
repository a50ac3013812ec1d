/* SPDX-License-Identifier: MIT */
#include "starttls.h"
#include "tool.h"
#include "trace.h"

#include <errno.h>
#include <stdlib.h>

#define TIMEOUT_SECONDS 10

/** One connection, from its name to its end. */
typedef struct visit {
    const tool_options *options;
    const tool_target *target;
    otls_socket *sock;
    tool_early early;
    tool_trace *trace;
} visit;

static int timeout_ms(const tool_options *options)
{
    return 1000 * (options->timeout_s < 0 ? TIMEOUT_SECONDS : options->timeout_s);
}

/* the resolver's time has no parts of a millisecond */
static double without_lookup(double both, double lookup)
{
    return lookup <= 0 ? both : both > lookup ? both - lookup : 0;
}

static otls_status dial(const visit *v, double *clock, otls_error *err)
{
    const tool_options *options = v->options;
    otls_status status = OTLS_OK;

    if (options->servername != NULL)
        status = otls_socket_set_server_name(v->sock, options->servername, err);
    if (status == OTLS_OK)
        status = otls_socket_set_timeout(v->sock, timeout_ms(options), err);
    if (status == OTLS_OK)
        status = otls_socket_set_handshake_on_connect(v->sock, false, err);
    if (status == OTLS_OK)
        status = otls_socket_connect(v->sock, v->target->host, v->target->port, err);
    v->trace->lookup_ms = (double)otls_socket_lookup_ms(v->sock);
    v->trace->connect_ms = without_lookup(tool_lap_ms(clock), v->trace->lookup_ms);
    if (status != OTLS_OK || options->starttls == NULL)
        return status;
    status = tool_starttls(options->starttls, v->target->host, otls_socket_fileno(v->sock),
                           timeout_ms(options), err);
    v->trace->starttls_ms = tool_lap_ms(clock);
    return status;
}

static otls_status shake(visit *v, double *clock, otls_error *err)
{
    otls_connection *conn = otls_socket_connection(v->sock);
    otls_status status = tool_trace_watch(v->trace, conn, err);

    tool_session_load(v->options, conn);
    if (status == OTLS_OK)
        status = tool_early_send(&v->early, conn, err);
    if (status == OTLS_OK)
        status = otls_socket_handshake(v->sock, err);
    if (status < 0)
        tool_session_drop(v->options, conn);
    v->trace->handshake_ms = tool_lap_ms(clock);
    v->trace->done = true;
    return status;
}

/* Everything up to data; `*code` is the exit code of a failure. */
static otls_status reach(visit *v, int *code, otls_error *err)
{
    double clock = 0;
    otls_status status;

    (void)tool_lap_ms(&clock);
    tool_trace_note(v->trace, "connecting to %s port %s", v->target->host, v->target->port);
    status = dial(v, &clock, err);
    *code = tool_exit_code(status, false);
    if (status == OTLS_OK) {
        tool_trace_note(v->trace, "looked up in %.0f ms, connected in %.1f ms", v->trace->lookup_ms,
                        v->trace->connect_ms);
        status = shake(v, &clock, err);
        *code = tool_exit_code(status, true);
    }
    if (status == OTLS_OK && v->options->ragged)
        status = otls_connection_set_ragged_eof_ok(otls_socket_connection(v->sock), true, err);
    return status;
}

static int talk(visit *v)
{
    const tool_options *options = v->options;
    otls_error err = OTLS_ERROR_INIT;
    const otls_backend *backend = otls_context_backend(otls_socket_context(v->sock));
    int code = TOOL_OK;
    otls_status status = reach(v, &code, &err);
    const otls_connection *conn = otls_socket_connection(v->sock);

    if (status == OTLS_OK) {
        if (!options->json) {
            tool_summary_print(stderr, backend, conn);
            tool_glance_print(stderr, options, v->trace, v->sock);
        }
        tool_early_settle(&v->early, conn);
        status = tool_stream(options, v->sock, &v->early, &err);
        tool_session_save(options, conn);
        code = tool_exit_code(status, false);
    }
    tool_trace_note(v->trace, "%llu bytes sent, %llu received",
                    (unsigned long long)v->trace->sent, (unsigned long long)v->trace->received);
    if (options->json) {
        json_t *summary = tool_summary_json(backend, conn, status < OTLS_OK ? &err : NULL);

        tool_glance_json(summary, options, v->trace, conn);
        (void)tool_json_line(summary, stderr);
    } else if (status < OTLS_OK && !(status == OTLS_E_USAGE && err.system_error == EPIPE)) {
        /* who reads the output may stop */
        (void)tool_report_peer(options, conn, &err);
    }
    return code;
}

static int visit_with(const tool_options *options, const tool_target *target,
                      otls_context *context)
{
    visit v = {.options = options, .target = target, .trace = tool_trace_new(options)};
    otls_error err = OTLS_ERROR_INIT;
    int code = TOOL_USAGE;

    if (v.trace == NULL)
        tool_complain(options, "out of memory");
    else if (tool_early_read(options, &v.early))
        code = otls_socket_new(&v.sock, context, &err) == OTLS_OK ? talk(&v)
                                                                 : tool_report(options, NULL, &err);
    tool_early_free(&v.early);
    otls_socket_close(v.sock);
    free(v.trace); /* behind the connection, which is watched until its end */
    return code;
}

int tool_connect(const tool_options *options)
{
    tool_target target;
    const char *wrong =
        tool_target_parse(&target, options->target, false, tool_default_port(options));
    otls_error err = OTLS_ERROR_INIT;
    const otls_backend *backend = NULL;
    otls_context *context;
    int code = TOOL_OK;

    if (wrong != NULL) {
        tool_complain(options, "\"%s\" %s", options->target, wrong);
        return TOOL_USAGE;
    }
    if (otls_backend_find(&backend, options->backend, &err) != OTLS_OK)
        return tool_report(options, options->backend == NULL ? NULL : "backend", &err);
    context = tool_context(options, backend, OTLS_CLIENT, &code);
    if (context == NULL)
        return code;
    code = visit_with(options, &target, context);
    otls_context_free(context);
    return code;
}
