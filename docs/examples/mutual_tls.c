/* SPDX-License-Identifier: MIT */
/*
 * Both sides present certificates: mutual_tls CA.pem SERVER.pem SERVER.key CLIENT.pem CLIENT.key.
 * The server runs in a thread, the client connects to it, and the server says who came.
 */
#include <omnitls/omnitls.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

/* guide: mutual */
static otls_context *make_context(otls_role role, const char *ca, const char *chain,
                                  const char *key, otls_error *err)
{
    otls_context *context = NULL;
    otls_trust *trust = NULL;
    otls_identity *identity = NULL;
    otls_status status = otls_context_new(&context, NULL, role, err);

    if (status == OTLS_OK)
        status = otls_trust_new(&trust, err);
    if (status == OTLS_OK)
        status = otls_trust_add_file(trust, ca, err);
    if (status == OTLS_OK)
        status = otls_context_set_trust(context, trust, err);
    if (status == OTLS_OK)
        status = otls_identity_from_files(&identity, otls_context_backend(context), chain, key,
                                          NULL, NULL, err);
    if (status == OTLS_OK)
        status = otls_context_add_identity(context, identity, err);
    if (status == OTLS_OK && role == OTLS_SERVER)
        status = otls_context_set_verify_mode(context, OTLS_VERIFY_MODE_REQUIRED, err);
    otls_trust_free(trust);
    otls_identity_free(identity);
    if (status == OTLS_OK)
        return context;
    otls_context_free(context);
    return NULL;
}

/* Greet one client by the name in its certificate. */
static otls_status greet(otls_socket *client, otls_error *err)
{
    const otls_connection *conn = otls_socket_connection(client);
    otls_status status = otls_socket_handshake(client, err);
    char text[512];
    int size;

    if (status != OTLS_OK)
        return status;
    size = snprintf(text, sizeof(text), "welcome, %s\n",
                    otls_certificate_subject(otls_connection_verified_chain(conn, 0)));
    return otls_socket_send_all(client, text, (size_t)size, err);
}

/* guide end */

static void *serve(void *listener)
{
    otls_error err = OTLS_ERROR_INIT;
    otls_socket *client = NULL;
    otls_status status = otls_socket_accept(&client, listener, &err);

    if (status == OTLS_OK)
        status = greet(client, &err);
    if (status != OTLS_OK)
        fprintf(stderr, "server: %s\n", err.text);
    otls_socket_close(client);
    return NULL;
}

static otls_status visit(otls_context *context, uint16_t port, otls_error *err)
{
    otls_socket *sock;
    char text[512];
    size_t count;
    otls_status status;

    (void)snprintf(text, sizeof(text), "%u", port);
    status = otls_connect(&sock, context, "localhost", text, 20000, err);
    if (status != OTLS_OK)
        return status;
    while ((status = otls_socket_recv(sock, text, sizeof(text), &count, err)) == OTLS_OK)
        fwrite(text, 1, count, stdout);
    otls_socket_close(sock);
    return status == OTLS_CLOSED ? OTLS_OK : status;
}

int main(int argc, char **argv)
{
    otls_error err = OTLS_ERROR_INIT;
    otls_context *server, *client;
    otls_socket *listener = NULL;
    otls_status status = OTLS_E_USAGE;
    pthread_t thread;

    if (argc != 6)
        return fprintf(stderr,
                       "usage: mutual_tls CA SERVER.pem SERVER.key CLIENT.pem CLIENT.key\n"),
               1;
    server = make_context(OTLS_SERVER, argv[1], argv[2], argv[3], &err);
    client = make_context(OTLS_CLIENT, argv[1], argv[4], argv[5], &err);
    if (server != NULL && client != NULL)
        status = otls_listen(&listener, server, "localhost", "0", 4, &err);
    if (status == OTLS_OK)
        status = otls_socket_set_timeout(listener, 20000, &err);
    if (status == OTLS_OK && pthread_create(&thread, NULL, serve, listener) == 0) {
        status = visit(client, otls_socket_local_port(listener), &err);
        (void)pthread_join(thread, NULL);
    }
    if (status != OTLS_OK)
        fprintf(stderr, "client: %s\n", err.text);
    otls_socket_close(listener);
    otls_context_free(server);
    otls_context_free(client);
    return status != OTLS_OK;
}
