/* SPDX-License-Identifier: MIT */
/*
 * An echo server for one client after the other: echo_server CERT.pem KEY.pem [PORT].
 * One that serves many at once needs an event loop around otls_connection; see the other examples.
 */
#include <omnitls/omnitls.h>
#include <stdio.h>
#include <stdlib.h>

static int complain(const otls_error *err)
{
    fprintf(stderr, "%s\n", err->text);
    return 1;
}

/* guide: server */
static otls_context *server_context(const char *chain, const char *key, otls_error *err)
{
    otls_context *context = NULL;
    otls_identity *identity = NULL;
    otls_status status = otls_context_new(&context, NULL, OTLS_SERVER, err);

    if (status == OTLS_OK)
        status = otls_identity_from_files(&identity, otls_context_backend(context), chain, key,
                                          NULL, NULL, err);
    if (status == OTLS_OK)
        status = otls_context_add_identity(context, identity, err);
    otls_identity_free(identity);
    if (status == OTLS_OK)
        return context;
    otls_context_free(context);
    return NULL;
}

/* Until the client says close_notify, or something goes wrong. */
static otls_status echo(otls_socket *client, otls_error *err)
{
    char buffer[16384];
    size_t count = 0;
    otls_status status;

    for (;;) {
        status = otls_socket_recv(client, buffer, sizeof(buffer), &count, err);
        if (status == OTLS_OK)
            status = otls_socket_send_all(client, buffer, count, err);
        if (status != OTLS_OK)
            return status;
    }
}

static void serve_one(otls_socket *client)
{
    otls_error err = OTLS_ERROR_INIT;
    otls_status status = otls_socket_set_timeout(client, 10000, &err);

    if (status == OTLS_OK)
        status = echo(client, &err);
    if (status < OTLS_OK)
        (void)complain(&err); /* one client's trouble is not the server's */
    otls_socket_close(client);
}

/* guide end */

int main(int argc, char **argv)
{
    otls_error err = OTLS_ERROR_INIT;
    otls_socket *listener = NULL;
    otls_context *context;

    if (argc < 3) {
        fprintf(stderr, "usage: echo_server CERT.pem KEY.pem [PORT]\n");
        return 1;
    }
    context = server_context(argv[1], argv[2], &err);
    if (context == NULL)
        return complain(&err);
    if (otls_listen(&listener, context, "localhost", argc > 3 ? argv[3] : "4433", 16, &err) !=
        OTLS_OK) {
        otls_context_free(context);
        return complain(&err);
    }
    printf("listening on port %u\n", otls_socket_local_port(listener));
    fflush(stdout);
    for (;;) {
        otls_socket *client = NULL;

        if (otls_socket_accept(&client, listener, &err) != OTLS_OK)
            break;
        serve_one(client);
    }
    otls_socket_close(listener);
    otls_context_free(context);
    return complain(&err);
}
