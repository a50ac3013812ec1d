/* SPDX-License-Identifier: MIT */
/* omnitls cert: certificates for people, as JSON, or as PEM. */
#include "inspect.h"
#include "tool.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TIMEOUT_SECONDS 10

/* Beside what every command says of a certificate, what Python's getpeercert() says. */
static bool show_json(const tool_options *options, const otls_backend *backend,
                      const otls_certificate *cert)
{
    otls_error err = OTLS_ERROR_INIT;
    char *text = NULL;
    json_t *object;

    if (otls_certificate_json(cert, &text, &err) != OTLS_OK) {
        (void)tool_report(options, NULL, &err);
        return false;
    }
    object = tool_certificate_json(backend, cert);
    json_object_set_new(object, "getpeercert", json_loads(text, 0, NULL));
    otls_string_free(text);
    return tool_json_line(object, stdout);
}

static bool show_certificate(const tool_options *options, const otls_backend *backend,
                             const otls_certificate *cert)
{
    otls_error err = OTLS_ERROR_INIT;
    char *text = NULL, hex[129], pin[64];
    otls_status status;

    if (options->json)
        return show_json(options, backend, cert);
    status = options->pem ? otls_certificate_pem(cert, &text, &err)
                          : otls_certificate_text(cert, &text, &err);
    if (status != OTLS_OK) {
        (void)tool_report(options, NULL, &err);
        return false;
    }
    printf("%s%s", text, text[0] == '\0' || text[strlen(text) - 1] != '\n' ? "\n" : "");
    otls_string_free(text);
    if (options->pem)
        return true;
    if (tool_fingerprint(hex, backend, cert, OTLS_HASH_SHA256))
        printf("SHA-256 fingerprint: %s\n", hex);
    if (tool_fingerprint(hex, backend, cert, OTLS_HASH_SHA1))
        printf("SHA-1 fingerprint: %s\n", hex);
    if (tool_memory(otls_certificate_pin(cert, backend, pin, NULL)) == OTLS_OK)
        printf("Pin (SHA-256 of the public key): %s\n", pin);
    return true;
}

/* Keys and requests: who asks, for which names, and the key. */
static bool show_other(const tool_options *options, const otls_backend *backend,
                       tool_object_kind kind, const otls_certificate *cert)
{
    static const char *const titles[] = {[TOOL_OBJECT_REQUEST] = "certificate request",
                                         [TOOL_OBJECT_KEY] = "private key",
                                         [TOOL_OBJECT_PUBLIC_KEY] = "public key"};
    const char *curve = otls_certificate_key_curve(cert);
    char pin[64] = "";

    (void)tool_memory(otls_certificate_pin(cert, backend, pin, NULL));
    if (options->json)
        return tool_json_line(tool_key_json(backend, cert, titles[kind]), stdout);
    printf("This is a %s\n", titles[kind]);
    if (kind == TOOL_OBJECT_REQUEST)
        printf("Subject: %s\n", tool_text(otls_certificate_subject(cert)));
    printf("Public key: %s, %u bits%s%s\n", otls_certificate_key_type(cert),
           otls_certificate_key_bits(cert), curve != NULL ? ", " : "", curve != NULL ? curve : "");
    for (size_t i = 0; i < otls_certificate_san_count(cert); i++) {
        char *text = NULL;

        if (tool_memory(otls_certificate_san_text(cert, i, &text, NULL)) == OTLS_OK)
            printf("%s    %s\n", i == 0 ? "Subject alternative names:\n" : "", text);
        otls_string_free(text);
    }
    printf("Pin (SHA-256 of the public key): %s\n", pin);
    return true;
}

bool tool_show(const tool_options *options, const otls_backend *backend, tool_object_kind kind,
               const otls_certificate *cert, bool first)
{
    if (options->pem && kind != TOOL_OBJECT_CERTIFICATE)
        return true; /* nobody wants a private key on a terminal */
    if (!options->json && !options->pem && !first)
        printf("\n");
    return kind == TOOL_OBJECT_CERTIFICATE ? show_certificate(options, backend, cert)
                                           : show_other(options, backend, kind, cert);
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
        if (!tool_show(options, otls_context_backend(otls_socket_context(sock)),
                       TOOL_OBJECT_CERTIFICATE, otls_connection_peer_chain(conn, i), i == 0))
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

/* What exists is a file, and so is what looks like one; what has a port, or can be a host, is a server. */
static bool is_server(const char *text, tool_target *target)
{
    static const char *const ends[] = {".pem", ".crt", ".cer", ".der", ".key", ".csr",
                                       ".p12", ".pfx", ".req", ".pub"};
    const size_t size = strlen(text);

    if (strcmp(text, "-") == 0 || access(text, F_OK) == 0)
        return false;
    if (strstr(text, "://") == NULL && strrchr(text, ':') == NULL &&
        (strchr(text, '/') != NULL || (strchr(text, '.') == NULL && strcmp(text, "localhost") != 0)))
        return false;
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
        if (size > 4 && strcmp(text + size - 4, ends[i]) == 0)
            return false;
    return tool_target_parse(target, text, false, "443") == NULL;
}

int tool_cert(const tool_options *options)
{
    tool_target target;

    if (options->json && options->pem) {
        tool_complain(options, "--json and --pem exclude each other");
        return TOOL_USAGE;
    }
    if (is_server(options->target, &target))
        return show_server(options, &target);
    return tool_inspect(options);
}
