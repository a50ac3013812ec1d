/* SPDX-License-Identifier: MIT */
/*
 * unwrap client|server ENGINE CERT KEY CA 1.2|1.3 python|omnitls [PORT]
 *
 * The same script as unwrap_peer.py, over one descriptor: plain text, TLS, plain text, TLS, plain
 * text. The last but one argument says who ends TLS. A server prints its port. What the peer says
 * in plain text right behind its close_notify may have been read along.
 */
#include <arpa/inet.h>
#include <omnitls/omnitls.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ROUNDS 2
#define PATIENCE_MS 20000

static char early[256]; /* plain text that came along with the close_notify */
static size_t early_size;

static void fail(const char *what, const char *text)
{
    fprintf(stderr, "unwrap: %s: %s\n", what, text);
    exit(1);
}

static void check(otls_status status, const char *what, const otls_error *err)
{
    if (status != OTLS_OK)
        fail(what, status < OTLS_OK ? err->text : otls_status_name(status));
}

static void say(int fd, const char *text)
{
    if (write(fd, text, strlen(text)) != (ssize_t)strlen(text))
        fail("cannot write", text);
}

static void hear(int fd, const char *text)
{
    const size_t size = strlen(text);
    char got[256];
    size_t have = early_size < size ? early_size : size;

    memcpy(got, early, have);
    memmove(early, early + have, early_size - have);
    early_size -= have;
    while (have < size) {
        const ssize_t count = read(fd, got + have, size - have);

        if (count <= 0)
            fail("plain text ended before", text);
        have += (size_t)count;
    }
    if (memcmp(got, text, size) != 0)
        fail("something else came instead of", text);
}

static void talk(otls_socket *sock, const char *mine, const char *theirs)
{
    otls_error err = OTLS_ERROR_INIT;
    char got[256];
    size_t have = 0, count;

    check(otls_socket_send_all(sock, mine, strlen(mine), &err), "send", &err);
    while (have < strlen(theirs)) {
        check(otls_socket_recv(sock, got + have, strlen(theirs) - have, &count, &err), "recv",
              &err);
        have += count;
    }
    if (memcmp(got, theirs, have) != 0)
        fail("something else came instead of", theirs);
}

/* One round of TLS; the descriptor comes back as the peer's plain text begins. */
static int secret_round(otls_context *context, int fd, bool wait_for_end, const char *mine,
                        const char *theirs)
{
    const bool server = otls_context_role(context) == OTLS_SERVER;
    otls_error err = OTLS_ERROR_INIT;
    const uint8_t *leftover;
    otls_socket *sock = NULL;
    intptr_t back = -1;
    size_t count;
    char byte;

    check(otls_socket_wrap(&sock, context, fd, server ? NULL : "localhost", &err), "wrap", &err);
    check(otls_socket_set_timeout(sock, PATIENCE_MS, &err), "timeout", &err);
    check(otls_socket_handshake(sock, &err), "handshake", &err);
    talk(sock, mine, theirs);
    if (wait_for_end && otls_socket_recv(sock, &byte, 1, &count, &err) != OTLS_CLOSED)
        fail("the end", "is not there");
    check(otls_socket_unwrap(sock, &back, &err), "unwrap", &err);
    leftover = otls_socket_leftover(sock, &early_size);
    if (early_size > sizeof(early))
        fail("leftover", "is too much");
    if (early_size > 0)
        memcpy(early, leftover, early_size);
    otls_socket_close(sock);
    if (back != fd)
        fail("unwrap", "gave another descriptor");
    return (int)back;
}

static otls_context *make_context(char **argv)
{
    otls_error err = OTLS_ERROR_INIT;
    const otls_backend *backend = NULL;
    otls_context *context = NULL;
    otls_identity *identity = NULL;
    otls_trust *trust = NULL;
    const otls_role role = strcmp(argv[1], "server") == 0 ? OTLS_SERVER : OTLS_CLIENT;
    const uint16_t version = strcmp(argv[6], "1.2") == 0 ? OTLS_TLS1_2 : OTLS_TLS1_3;

    check(otls_backend_find(&backend, argv[2], &err), "engine", &err);
    check(otls_context_new(&context, backend, role, &err), "context", &err);
    check(otls_context_set_versions(context, version, version, &err), "version", &err);
    check(otls_identity_from_files(&identity, backend, argv[3], argv[4], NULL, NULL, &err),
          "identity", &err);
    check(otls_context_add_identity(context, identity, &err), "identity", &err);
    check(otls_trust_new(&trust, &err), "trust", &err);
    check(otls_trust_add_file(trust, argv[5], &err), "trust", &err);
    check(otls_context_set_trust(context, trust, &err), "trust", &err);
    if (role == OTLS_SERVER)
        check(otls_context_set_verify_mode(context, OTLS_VERIFY_MODE_REQUIRED, &err), "verify",
              &err);
    otls_identity_free(identity);
    otls_trust_free(trust);
    return context;
}

/* A plain connection on this machine; a server's port is the system's choice. */
static int reach(bool server, const char *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    int peer = fd;

    if (!server) {
        address.sin_port = htons((uint16_t)strtoul(port, NULL, 10));
        if (connect(fd, (const struct sockaddr *)&address, size) != 0)
            fail("cannot connect to", port);
        return fd;
    }
    if (bind(fd, (const struct sockaddr *)&address, size) != 0 || listen(fd, 1) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &size) != 0)
        fail("cannot listen", "on this machine");
    printf("listening on port %u\n", ntohs(address.sin_port));
    fflush(stdout);
    peer = accept(fd, NULL, NULL);
    if (peer < 0)
        fail("nobody", "came");
    close(fd);
    return peer;
}

int main(int argc, char **argv)
{
    const bool server = argc > 1 && strcmp(argv[1], "server") == 0;
    const char *mine = server ? "server" : "client", *theirs = server ? "client" : "server";
    char out[64], in[64];
    otls_context *context;
    int fd;

    if (argc < (server ? 8 : 9))
        fail("usage", "see unwrap.c");
    context = make_context(argv);
    fd = reach(server, argv[argc - 1]);
    for (int i = 0; i < ROUNDS; i++) {
        (void)snprintf(out, sizeof(out), "plain %d from the %s\n", i, mine);
        (void)snprintf(in, sizeof(in), "plain %d from the %s\n", i, theirs);
        say(fd, out);
        hear(fd, in);
        if (early_size != 0)
            fail("more plain text", "than was said");
        (void)snprintf(out, sizeof(out), "secret %d from the %s\n", i, mine);
        (void)snprintf(in, sizeof(in), "secret %d from the %s\n", i, theirs);
        fd = secret_round(context, fd, strcmp(argv[7], "python") == 0, out, in);
    }
    (void)snprintf(out, sizeof(out), "bye from the %s\n", mine);
    (void)snprintf(in, sizeof(in), "bye from the %s\n", theirs);
    say(fd, out);
    hear(fd, in);
    if (shutdown(fd, SHUT_WR) != 0 || read(fd, in, 1) != 0)
        fail("something behind", "the end");
    close(fd);
    otls_context_free(context);
    return 0;
}
