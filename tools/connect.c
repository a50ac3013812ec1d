/* SPDX-License-Identifier: MIT */
#include "starttls.h"
#include "tool.h"

#define TIMEOUT_SECONDS 10

static int timeout_ms(const tool_options *options)
{
    return 1000 * (options->timeout_s < 0 ? TIMEOUT_SECONDS : options->timeout_s);
}

/* Everything up to data; `*code` is the exit code of a failure. */
static otls_status reach(const tool_options *options, const tool_target *target, otls_socket *sock,
                         tool_early *early, int *code, otls_error *err)
{
    otls_status status = OTLS_OK;

    if (options->servername != NULL)
        status = otls_socket_set_server_name(sock, options->servername, err);
    if (status == OTLS_OK)
        status = otls_socket_set_timeout(sock, timeout_ms(options), err);
    if (status == OTLS_OK)
        status = otls_socket_set_handshake_on_connect(sock, false, err);
    if (status == OTLS_OK)
        status = otls_socket_connect(sock, target->host, target->port, err);
    if (status == OTLS_OK && options->starttls != NULL)
        status = tool_starttls(options->starttls, target->host, otls_socket_fileno(sock),
                               timeout_ms(options), err);
    *code = tool_exit_code(status, false);
    if (status == OTLS_OK) {
        tool_session_load(options, otls_socket_connection(sock));
        status = tool_early_send(early, otls_socket_connection(sock), err);
        if (status == OTLS_OK)
            status = otls_socket_handshake(sock, err);
        if (status < 0)
            tool_session_drop(options, otls_socket_connection(sock));
        *code = tool_exit_code(status, true);
    }
    if (status == OTLS_OK && options->ragged)
        status = otls_connection_set_ragged_eof_ok(otls_socket_connection(sock), true, err);
    return status;
}

static int talk(const tool_options *options, const tool_target *target, otls_socket *sock,
                tool_early *early)
{
    otls_error err = OTLS_ERROR_INIT;
    const otls_backend *backend = otls_context_backend(otls_socket_context(sock));
    int code = TOOL_OK;
    otls_status status = reach(options, target, sock, early, &code, &err);

    if (status == OTLS_OK) {
        if (!options->json)
            tool_summary_print(stderr, backend, otls_socket_connection(sock));
        tool_early_settle(early, otls_socket_connection(sock));
        status = tool_stream(options, sock, early, &err);
        tool_session_save(options, otls_socket_connection(sock));
        code = tool_exit_code(status, false);
    }
    if (options->json)
        (void)tool_json_line(tool_summary_json(backend, otls_socket_connection(sock),
                                               status < OTLS_OK ? &err : NULL),
                             stderr);
    else if (status < OTLS_OK)
        (void)tool_report(options, NULL, &err);
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
    otls_socket *sock = NULL;
    tool_early early;
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
    if (!tool_early_read(options, &early))
        code = TOOL_USAGE;
    else if (otls_socket_new(&sock, context, &err) == OTLS_OK)
        code = talk(options, &target, sock, &early);
    else
        code = tool_report(options, NULL, &err);
    tool_early_free(&early);
    otls_socket_close(sock);
    otls_context_free(context);
    return code;
}
