/* SPDX-License-Identifier: MIT */
/* omnitls cert: certificates for people, as JSON, or as PEM. */
#include "tool.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TIMEOUT_SECONDS 10

/* One certificate, in the form asked for; false when there was no memory. */
static bool show(const tool_options *options, const otls_certificate *cert, bool first)
{
    otls_error err = OTLS_ERROR_INIT;
    char *text = NULL;
    otls_status status;

    if (options->json)
        status = otls_certificate_json(cert, &text, &err);
    else if (options->pem)
        status = otls_certificate_pem(cert, &text, &err);
    else
        status = otls_certificate_text(cert, &text, &err);
    if (status != OTLS_OK) {
        (void)tool_report(options, NULL, &err);
        return false;
    }
    if (!options->json && !options->pem && !first)
        printf("\n");
    printf("%s%s", text, text[0] == '\0' || text[strlen(text) - 1] != '\n' ? "\n" : "");
    otls_string_free(text);
    return true;
}

static int show_file(const tool_options *options)
{
    otls_error err = OTLS_ERROR_INIT;
    otls_certificate **list = NULL;
    bool good = true;
    size_t count = 0;

    if (otls_certificate_list_from_file(&list, &count, options->target, &err) != OTLS_OK) {
        (void)tool_report(options, NULL, &err);
        return TOOL_USAGE; /* a file is no network */
    }
    for (size_t i = 0; i < count && good; i++)
        good = show(options, list[i], i == 0);
    otls_certificate_list_free(list, count);
    return good ? TOOL_OK : TOOL_USAGE;
}

/* The chain is all that is wanted: nothing is verified, and nothing is sent. */
static int show_chain(const tool_options *options, const tool_target *target, otls_socket *sock)
{
    const int seconds = options->timeout_s < 0 ? TIMEOUT_SECONDS : options->timeout_s;
    otls_error err = OTLS_ERROR_INIT;
    const otls_connection *conn;
    otls_status status = otls_socket_set_timeout(sock, 1000 * seconds, &err);
    size_t count;

    if (status == OTLS_OK && options->servername != NULL)
        status = otls_socket_set_server_name(sock, options->servername, &err);
    if (status == OTLS_OK)
        status = otls_socket_connect(sock, target->host, target->port, &err);
    if (status != OTLS_OK) {
        (void)tool_report(options, NULL, &err);
        return tool_exit_code(status, otls_socket_connection(sock) != NULL);
    }
    conn = otls_socket_connection(sock);
    count = otls_connection_peer_chain_count(conn);
    for (size_t i = 0; i < count; i++)
        if (!show(options, otls_connection_peer_chain(conn, i), i == 0))
            return TOOL_USAGE;
    return TOOL_OK;
}

static int show_server(const tool_options *options, const tool_target *target)
{
    tool_options unverified = *options;
    const otls_backend *backend = NULL;
    otls_error err = OTLS_ERROR_INIT;
    otls_socket *sock = NULL;
    otls_context *context;
    int code = TOOL_OK;

    unverified.verify = "none";
    if (otls_backend_find(&backend, options->backend, &err) != OTLS_OK)
        return tool_report(options, options->backend == NULL ? NULL : "backend", &err);
    context = tool_context(&unverified, backend, OTLS_CLIENT, &code);
    if (context == NULL)
        return code;
    if (otls_socket_new(&sock, context, &err) == OTLS_OK)
        code = show_chain(options, target, sock);
    else
        code = tool_report(options, NULL, &err);
    otls_socket_close(sock);
    otls_context_free(context);
    return code;
}

int tool_cert(const tool_options *options)
{
    tool_target target;

    if (options->json && options->pem) {
        tool_complain(options, "--json and --pem exclude each other");
        return TOOL_USAGE;
    }
    /* what exists is a file; what has a port is a server; the rest was meant as a file */
    if (access(options->target, F_OK) != 0 &&
        tool_target_parse(&target, options->target, false, NULL) == NULL)
        return show_server(options, &target);
    return show_file(options);
}
