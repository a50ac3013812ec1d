/* SPDX-License-Identifier: MIT */
/*
 * An echo server on libevent: libevent_echo CERT.pem KEY.pem [PORT]. libevent moves ciphertext
 * between the socket and its buffers; the connection is one over memory.
 */
#include <arpa/inet.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <omnitls/omnitls.h>
#include <stdio.h>
#include <stdlib.h>

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

static void drop(struct bufferevent *bev, otls_connection *conn)
{
    otls_connection_free(conn);
    bufferevent_free(bev);
}

/* guide: libevent */
/* From libevent's buffer into the connection, as much as it takes. */
static otls_status feed(otls_connection *conn, struct evbuffer *in, otls_error *err)
{
    const size_t size = evbuffer_get_length(in);
    size_t taken = 0;
    otls_status status = OTLS_OK;

    if (size != 0) {
        status = otls_connection_feed(conn, evbuffer_pullup(in, -1), size, &taken, err);
        (void)evbuffer_drain(in, taken);
    }
    return status;
}

/* What the connection has to say, into libevent's buffer. */
static void send_output(otls_connection *conn, struct bufferevent *bev)
{
    size_t size;
    const uint8_t *data = otls_connection_output(conn, &size);

    if (size != 0 && bufferevent_write(bev, data, size) == 0)
        otls_connection_output_taken(conn, size);
}

/* guide end */

/* Everything that is there to be echoed. */
static otls_status echo(otls_connection *conn, struct bufferevent *bev, otls_error *err)
{
    char data[4096];
    size_t count, written = 0;
    otls_status status;

    while ((status = otls_connection_read(conn, data, sizeof(data), &count, err)) == OTLS_OK) {
        for (size_t at = 0; at < count && status == OTLS_OK; at += written) {
            status = otls_connection_write(conn, data + at, count - at, &written, err);
            send_output(conn, bev); /* makes room for more */
            if (status == OTLS_WANT_WRITE)
                status = OTLS_OK;
        }
        if (status != OTLS_OK)
            break;
    }
    return status;
}

static void on_written(struct bufferevent *bev, void *user)
{
    drop(bev, user);
}

static void on_read(struct bufferevent *bev, void *user)
{
    struct evbuffer *in = bufferevent_get_input(bev);
    otls_connection *conn = user;
    otls_error err = OTLS_ERROR_INIT;
    otls_status status;

    do {
        status = feed(conn, in, &err);
        if (status == OTLS_OK)
            status = echo(conn, bev, &err);
    } while (status == OTLS_WANT_READ && evbuffer_get_length(in) != 0);
    if (status == OTLS_CLOSED)
        (void)otls_connection_shutdown(conn, NULL);
    send_output(conn, bev);
    if (status == OTLS_WANT_READ)
        return;
    if (status < 0)
        fprintf(stderr, "%s\n", err.text);
    /* over: the last words leave first */
    (void)bufferevent_disable(bev, EV_READ);
    if (evbuffer_get_length(bufferevent_get_output(bev)) == 0)
        drop(bev, conn);
    else
        bufferevent_setcb(bev, NULL, on_written, NULL, conn);
}

static void on_event(struct bufferevent *bev, short what, void *user)
{
    (void)what; /* end of file or an error: nobody is there any more */
    drop(bev, user);
}

static void on_client(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *address,
                      int size, void *context)
{
    struct event_base *base = evconnlistener_get_base(listener);
    struct bufferevent *bev = bufferevent_socket_new(base, fd, BEV_OPT_CLOSE_ON_FREE);
    otls_connection *conn = NULL;

    (void)address;
    (void)size;
    if (bev == NULL) {
        (void)evutil_closesocket(fd);
        return;
    }
    if (otls_connection_new_memory(&conn, context, NULL) != OTLS_OK) {
        bufferevent_free(bev);
        return;
    }
    bufferevent_setcb(bev, on_read, NULL, on_event, conn);
    (void)bufferevent_enable(bev, EV_READ | EV_WRITE);
}

static struct evconnlistener *listen_on(struct event_base *base, const char *port, void *context)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)strtoul(port, NULL, 10)),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);
    struct evconnlistener *listener =
        evconnlistener_new_bind(base, on_client, context, LEV_OPT_REUSEABLE | LEV_OPT_CLOSE_ON_FREE,
                                1024, (struct sockaddr *)&address, (int)size);

    if (listener != NULL &&
        getsockname(evconnlistener_get_fd(listener), (struct sockaddr *)&address, &size) == 0) {
        printf("listening on port %u\n", ntohs(address.sin_port));
        fflush(stdout);
    }
    return listener;
}

int main(int argc, char **argv)
{
    otls_error err = OTLS_ERROR_INIT;
    struct event_base *base = event_base_new();
    struct evconnlistener *listener;
    otls_context *context;

    if (argc < 3)
        return fprintf(stderr, "usage: libevent_echo CERT.pem KEY.pem [PORT]\n"), 1;
    context = server_context(argv[1], argv[2], &err);
    if (context == NULL)
        return fprintf(stderr, "%s\n", err.text), 1;
    listener = base != NULL ? listen_on(base, argc > 3 ? argv[3] : "4433", context) : NULL;
    if (listener != NULL) {
        (void)event_base_dispatch(base);
        evconnlistener_free(listener);
    }
    event_base_free(base);
    otls_context_free(context);
    return listener == NULL;
}
