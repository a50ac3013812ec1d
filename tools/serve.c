/* SPDX-License-Identifier: MIT */
/* One thread, one poll loop, many clients. What a client does is in serve_client.c. */
#include "serve.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CLIENTS_MAX 4096
#define ACCEPTS_PER_TURN 64
/* descriptors or memory ran out: leave the newcomers where they are for so long */
#define PAUSE_MS 100
#define LISTEN_DEFAULT "localhost:4433"

typedef struct server {
    const tool_options *options;
    otls_socket *listener;
    int signals;
    int64_t listen_again; /* 0 = now */
    bool done;
    int code;
    client *clients[CLIENTS_MAX];
    size_t count;
    struct pollfd items[CLIENTS_MAX + 2]; /* signals, listener, clients in order */
} server;

/* Accepting failed. Nothing here may end the server: it gets better when a client leaves. One that serves
 * but one has none that could. */
static void accept_failed(server *s, const otls_error *err)
{
    if (s->options->once) {
        s->code = tool_report(s->options, NULL, err);
        s->done = true;
    } else if (s->listen_again == 0 && !s->options->json) {
        tool_complain(s->options, "%s", err->text);
    }
    s->listen_again = serve_now_ms() + PAUSE_MS;
}

static void accept_clients(server *s)
{
    for (int i = 0; i < ACCEPTS_PER_TURN && s->count < CLIENTS_MAX && s->listener != NULL; i++) {
        otls_error err = OTLS_ERROR_INIT;
        otls_socket *sock = NULL;
        otls_status status = otls_socket_accept(&sock, s->listener, &err);
        client *newcomer;

        if (status > OTLS_OK) {
            s->listen_again = 0;
            return;
        }
        if (status < OTLS_OK) {
            accept_failed(s, &err);
            return;
        }
        newcomer = client_new(s->options, sock);
        if (newcomer == NULL && s->options->once) {
            otls_error none = {.size = sizeof(none), .status = OTLS_E_NOMEM, .alert = -1, .text = "out of memory"};

            accept_failed(s, &none);
            return;
        }
        if (newcomer == NULL)
            continue;
        s->clients[s->count++] = newcomer;
        if (s->options->once) {
            otls_socket_close(s->listener);
            s->listener = NULL;
        }
    }
}

static void remove_client(server *s, size_t index)
{
    client *c = s->clients[index];

    if (s->options->once) {
        s->code = client_code(c);
        s->done = true;
    }
    client_free(c);
    s->clients[index] = s->clients[--s->count];
}

/* What to wait for; the ms to wait at most. */
static int prepare(server *s)
{
    int64_t now = serve_now_ms();
    int64_t until = INT64_MAX;
    bool again = false;
    bool listening = s->listener != NULL && s->count < CLIENTS_MAX && now >= s->listen_again;

    s->items[0] = (struct pollfd){.fd = s->signals, .events = POLLIN};
    s->items[1] = (struct pollfd){.fd = listening ? (int)otls_socket_fileno(s->listener) : -1,
                                  .events = POLLIN};
    if (s->listener != NULL && now < s->listen_again)
        until = s->listen_again;
    for (size_t i = 0; i < s->count; i++) {
        int64_t deadline = client_deadline(s->clients[i]);

        s->items[i + 2] = (struct pollfd){.fd = client_fileno(s->clients[i]),
                                          .events = client_events(s->clients[i], &again)};
        until = deadline < until ? deadline : until;
    }
    if (again)
        return 0;
    if (until == INT64_MAX)
        return -1;
    until -= now;
    return until < 0 ? 0 : until > INT_MAX ? INT_MAX : (int)until;
}

static void run_clients(server *s)
{
    int64_t now = serve_now_ms();

    /* from the end, because a removed client's place is taken by the last one */
    for (size_t i = s->count; i-- > 0;) {
        short revents = s->items[i + 2].revents;
        bool ignored = false;
        client *c = s->clients[i];

        (void)client_events(c, &ignored);
        if (revents == 0 && !ignored && now < client_deadline(c))
            continue;
        if (!client_run(c, revents))
            remove_client(s, i);
    }
}

static void loop(server *s)
{
    while (!s->done) {
        int wait_ms = prepare(s);

        if (poll(s->items, (nfds_t)(s->count + 2), wait_ms) < 0) {
            if (errno == EINTR || errno == EAGAIN || errno == ENOMEM)
                continue;
            tool_complain(s->options, "cannot wait for clients: %s", strerror(errno));
            s->code = TOOL_NETWORK;
            return;
        }
        if (s->items[0].revents != 0)
            return; /* asked to end: that is an orderly end */
        run_clients(s);
        if (s->items[1].revents != 0)
            accept_clients(s);
    }
}

static const char *listen_text(const tool_options *options)
{
    return options->listen == NULL ? LISTEN_DEFAULT : options->listen;
}

const char *serve_where(const tool_options *options, tool_target *out)
{
    return tool_target_parse(out, listen_text(options), true, NULL);
}

/* "HOST:PORT" under which a client finds us. */
static void put_target(const tool_target *where, unsigned port, char *out, size_t size)
{
    const char *host = where->host;

    if (host[0] == '\0' || strcmp(host, "0.0.0.0") == 0 || strcmp(host, "::") == 0)
        host = "localhost";
    (void)snprintf(out, size, strchr(host, ':') != NULL ? "[%s]:%u" : "%s:%u", host, port);
}

static bool announce(const tool_options *options, const otls_context *context,
                     const tool_target *where, const otls_socket *listener)
{
    char address[64] = "?", at[sizeof(where->host) + 16];
    uint16_t port = 0;

    (void)otls_socket_local_address(listener, address, sizeof(address), &port, NULL);
    put_target(where, port, at, sizeof(at));
    if (!serve_say_throwaway(options, context, at))
        return false;
    if (options->json)
        return tool_json_line(
            json_pack("{s:s, s:s, s:i}", "event", "listening", "address", address, "port", port),
            stdout);
    printf(strchr(address, ':') != NULL ? "listening on [%s]:%u\n" : "listening on %s:%u\n",
           address, port);
    return fflush(stdout) == 0;
}

static int listen_on(const tool_options *options, otls_context *context, const tool_target *where,
                     otls_socket **out)
{
    otls_error err = OTLS_ERROR_INIT;
    otls_status status =
        otls_listen(out, context, where->host[0] == '\0' ? NULL : where->host, where->port, 0, &err);

    if (status == OTLS_OK)
        status = otls_socket_set_blocking(*out, false, &err);
    return status == OTLS_OK ? TOOL_OK : tool_report(options, "listen", &err);
}

static int serve(const tool_options *options, const otls_context *context,
                 const tool_target *where, otls_socket *listener)
{
    server *s = calloc(1, sizeof(*s));
    int code;

    if (s == NULL) {
        tool_complain(options, "out of memory");
        otls_socket_close(listener);
        return TOOL_USAGE;
    }
    s->options = options;
    s->listener = listener;
    s->signals = tool_signals_open();
    if (s->signals < 0 || !announce(options, context, where, listener)) {
        tool_complain(options, "cannot start: %s", strerror(errno));
        s->code = TOOL_USAGE;
    } else {
        loop(s);
    }
    while (s->count > 0)
        client_free(s->clients[--s->count]);
    otls_socket_close(s->listener);
    code = s->code;
    free(s);
    return code;
}

int tool_serve(const tool_options *options)
{
    otls_error err = OTLS_ERROR_INIT;
    const otls_backend *backend = NULL;
    otls_socket *listener = NULL;
    otls_context *context;
    tool_target where;
    int code = TOOL_OK;
    const char *const wrong = serve_where(options, &where);

    if (wrong != NULL) {
        tool_complain(options, "--listen: \"%s\" %s", listen_text(options), wrong);
        return TOOL_USAGE;
    }
    if (otls_backend_find(&backend, options->backend, &err) != OTLS_OK)
        return tool_report(options, options->backend == NULL ? NULL : "backend", &err);
    context = tool_context(options, backend, OTLS_SERVER, &code);
    if (context == NULL)
        return code;
    code = listen_on(options, context, &where, &listener);
    if (code == TOOL_OK)
        code = serve(options, context, &where, listener);
    otls_context_free(context);
    return code;
}
