/* SPDX-License-Identifier: MIT */
/*
 * A client and a server in one thread, with no socket between them: memory_pair CA.pem CERT.pem
 * KEY.pem. The application carries the bytes, so that any transport or event loop will do.
 */
#include <omnitls/omnitls.h>
#include <stdio.h>
#include <string.h>

/* What one side has to say, to the other. */
static otls_status carry(otls_connection *from, otls_connection *to, otls_error *err)
{
    for (;;) {
        size_t size, taken;
        const uint8_t *data = otls_connection_output(from, &size);
        otls_status status;

        if (size == 0)
            return OTLS_OK;
        status = otls_connection_feed(to, data, size, &taken, err);
        if (status != OTLS_OK || taken == 0)
            return status;
        otls_connection_output_taken(from, taken);
    }
}

static otls_status shake_hands(otls_connection *client, otls_connection *server, otls_error *err)
{
    otls_status c = OTLS_WANT_READ, s = OTLS_WANT_READ;

    while (c != OTLS_OK || s != OTLS_OK) {
        c = otls_connection_handshake(client, err);
        if (c >= OTLS_OK)
            c = carry(client, server, err) < 0 ? OTLS_E_IO : c;
        if (c < 0)
            return c;
        s = otls_connection_handshake(server, err);
        if (s >= OTLS_OK)
            s = carry(server, client, err) < 0 ? OTLS_E_IO : s;
        if (s < 0)
            return s;
    }
    return OTLS_OK;
}

static otls_status talk(otls_connection *client, otls_connection *server, otls_error *err)
{
    char text[64];
    size_t count;
    otls_status status = otls_connection_write(client, "hello", 5, &count, err);

    if (status == OTLS_OK)
        status = carry(client, server, err);
    if (status == OTLS_OK)
        status = otls_connection_read(server, text, sizeof(text), &count, err);
    if (status == OTLS_OK)
        printf("the server reads \"%.*s\" over %s with %s\n", (int)count, text,
               otls_version_name(otls_connection_version(server)),
               otls_suite_name(otls_connection_suite(server)));
    if (status == OTLS_OK)
        status = otls_connection_shutdown(client, err);
    if (status == OTLS_OK)
        status = carry(client, server, err);
    if (status == OTLS_OK)
        status = otls_connection_read(server, text, sizeof(text), &count, err);
    return status == OTLS_CLOSED ? OTLS_OK : status;
}

static otls_status make(otls_context *contexts[2], otls_connection *conns[2], char **argv,
                        otls_error *err)
{
    otls_trust *trust = NULL;
    otls_identity *identity = NULL;
    otls_status status = otls_context_new(&contexts[0], NULL, OTLS_CLIENT, err);

    if (status == OTLS_OK)
        status = otls_context_new(&contexts[1], NULL, OTLS_SERVER, err);
    if (status == OTLS_OK)
        status = otls_trust_new(&trust, err);
    if (status == OTLS_OK)
        status = otls_trust_add_file(trust, argv[1], err);
    if (status == OTLS_OK)
        status = otls_context_set_trust(contexts[0], trust, err);
    if (status == OTLS_OK)
        status = otls_identity_from_files(&identity, otls_context_backend(contexts[1]), argv[2],
                                          argv[3], NULL, NULL, err);
    if (status == OTLS_OK)
        status = otls_context_add_identity(contexts[1], identity, err);
    otls_trust_free(trust);
    otls_identity_free(identity);
    for (int i = 0; i < 2 && status == OTLS_OK; i++)
        status = otls_connection_new_memory(&conns[i], contexts[i], err);
    return status == OTLS_OK ? otls_connection_set_server_name(conns[0], "localhost", err) : status;
}

int main(int argc, char **argv)
{
    otls_error err = OTLS_ERROR_INIT;
    otls_context *contexts[2] = {NULL, NULL};
    otls_connection *conns[2] = {NULL, NULL};
    otls_status status;

    if (argc != 4)
        return fprintf(stderr, "usage: memory_pair CA.pem CERT.pem KEY.pem\n"), 1;
    status = make(contexts, conns, argv, &err);
    if (status == OTLS_OK)
        status = shake_hands(conns[0], conns[1], &err);
    if (status == OTLS_OK)
        status = talk(conns[0], conns[1], &err);
    if (status != OTLS_OK)
        fprintf(stderr, "%s\n", err.text);
    for (int i = 0; i < 2; i++) {
        otls_connection_free(conns[i]);
        otls_context_free(contexts[i]);
    }
    return status != OTLS_OK;
}
