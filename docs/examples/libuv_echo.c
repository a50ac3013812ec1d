/* SPDX-License-Identifier: MIT */
/*
 * An echo server on libuv: libuv_echo CERT.pem KEY.pem [PORT]. libuv reads and writes ciphertext;
 * the connection is one over memory, fed from the read callback and drained into write requests.
 */
#include <omnitls/omnitls.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

typedef struct client {
    uv_tcp_t tcp; /* first: the handle is the client */
    otls_connection *conn;
    char input[16384];
} client;

typedef struct sending {
    uv_write_t request; /* first */
    bool last;
    char data[];
} sending;

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

static void on_closed(uv_handle_t *handle)
{
    client *c = (client *)(void *)handle;

    otls_connection_free(c->conn);
    free(c);
}

static void drop(client *c)
{
    if (!uv_is_closing((uv_handle_t *)(void *)&c->tcp))
        uv_close((uv_handle_t *)(void *)&c->tcp, on_closed);
}

static void on_sent(uv_write_t *request, int status)
{
    sending *s = (sending *)(void *)request;
    client *c = (client *)(void *)request->handle;

    if (status < 0 || s->last)
        drop(c);
    free(s);
}

/* What the connection has to say; after the last of it the client is dropped. */
static void send_output(client *c, bool last)
{
    size_t size;
    const uint8_t *data = otls_connection_output(c->conn, &size);
    sending *s;
    uv_buf_t buffer;

    if (size == 0 && !last)
        return;
    s = size != 0 ? malloc(sizeof(*s) + size) : NULL;
    if (s == NULL) {
        drop(c);
        return;
    }
    s->last = last;
    memcpy(s->data, data, size);
    otls_connection_output_taken(c->conn, size);
    buffer = uv_buf_init(s->data, (unsigned)size);
    if (uv_write(&s->request, (uv_stream_t *)(void *)&c->tcp, &buffer, 1, on_sent) != 0) {
        free(s);
        drop(c);
    }
}

/* Everything that is there to be echoed. */
static otls_status echo(client *c, otls_error *err)
{
    char data[4096];
    size_t count, written = 0;
    otls_status status;

    while ((status = otls_connection_read(c->conn, data, sizeof(data), &count, err)) == OTLS_OK) {
        for (size_t at = 0; at < count && status == OTLS_OK; at += written) {
            status = otls_connection_write(c->conn, data + at, count - at, &written, err);
            if (status == OTLS_WANT_WRITE) {
                send_output(c, false); /* makes room for more */
                status = OTLS_OK;
            }
        }
        if (status != OTLS_OK)
            break;
    }
    return status;
}

/* guide: libuv */
static otls_status take(client *c, const char *data, size_t size, otls_error *err)
{
    otls_status status = OTLS_WANT_READ;
    size_t taken;

    while (size != 0 && status == OTLS_WANT_READ) {
        status = otls_connection_feed(c->conn, data, size, &taken, err);
        data += taken;
        size -= taken;
        if (status == OTLS_OK)
            status = echo(c, err);
    }
    return status;
}

static void on_read(uv_stream_t *stream, ssize_t size, const uv_buf_t *buffer)
{
    client *c = (client *)(void *)stream;
    otls_error err = OTLS_ERROR_INIT;
    otls_status status;

    if (size < 0) { /* end of file or an error: nobody is there any more */
        drop(c);
        return;
    }
    status = take(c, buffer->base, (size_t)size, &err);
    if (status == OTLS_WANT_READ) {
        send_output(c, false);
        return;
    }
    if (status == OTLS_CLOSED)
        (void)otls_connection_shutdown(c->conn, NULL);
    else
        fprintf(stderr, "%s\n", err.text);
    (void)uv_read_stop(stream);
    send_output(c, true);
}

/* guide end */

static void give_buffer(uv_handle_t *handle, size_t wanted, uv_buf_t *buffer)
{
    client *c = (client *)(void *)handle;

    (void)wanted;
    *buffer = uv_buf_init(c->input, sizeof(c->input));
}

static void on_client(uv_stream_t *listener, int status)
{
    client *c = status == 0 ? calloc(1, sizeof(*c)) : NULL;

    if (c == NULL || uv_tcp_init(listener->loop, &c->tcp) != 0) {
        free(c);
        return;
    }
    if (uv_accept(listener, (uv_stream_t *)(void *)&c->tcp) != 0 ||
        otls_connection_new_memory(&c->conn, listener->data, NULL) != OTLS_OK ||
        uv_read_start((uv_stream_t *)(void *)&c->tcp, give_buffer, on_read) != 0)
        drop(c);
}

static int listen_on(uv_tcp_t *listener, const char *port)
{
    struct sockaddr_in address;
    int size = sizeof(address);
    int result = uv_ip4_addr("127.0.0.1", atoi(port), &address);

    if (result == 0)
        result = uv_tcp_init(uv_default_loop(), listener);
    if (result == 0)
        result = uv_tcp_bind(listener, (const struct sockaddr *)&address, 0);
    if (result == 0)
        result = uv_listen((uv_stream_t *)(void *)listener, 1024, on_client);
    if (result == 0)
        result = uv_tcp_getsockname(listener, (struct sockaddr *)&address, &size);
    if (result == 0) {
        printf("listening on port %u\n", ntohs(address.sin_port));
        fflush(stdout);
    }
    return result;
}

int main(int argc, char **argv)
{
    otls_error err = OTLS_ERROR_INIT;
    uv_tcp_t listener;
    int result;

    if (argc < 3)
        return fprintf(stderr, "usage: libuv_echo CERT.pem KEY.pem [PORT]\n"), 1;
    listener.data = server_context(argv[1], argv[2], &err);
    if (listener.data == NULL)
        return fprintf(stderr, "%s\n", err.text), 1;
    result = listen_on(&listener, argc > 3 ? argv[3] : "4433");
    if (result == 0)
        result = uv_run(uv_default_loop(), UV_RUN_DEFAULT);
    else
        fprintf(stderr, "cannot listen: %s\n", uv_strerror(result));
    otls_context_free(listener.data);
    return result != 0;
}
