/* SPDX-License-Identifier: MIT */
/*
 * Names with several addresses (RFC 8305): in which order they are tried, that a silent one holds nobody up, and that
 * of all attempts one is left. The resolver and connect are the program's own functions, which the linker takes for the
 * C library's: they answer what a case says, and write down who was called.
 */
#include <criterion/criterion.h>

#include "conformance/pair.h"

#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define SEEN __attribute__((visibility("default")))
#define MOST 40

#ifdef __GLIBC__
typedef __CONST_SOCKADDR_ARG address_in;
#else
typedef const struct sockaddr *address_in;
#endif

/** What becomes of an attempt; 127.0.0.N and ::N are the N-th of these. */
typedef enum fate { REFUSED = 1, SILENT, AT_ONCE, INTERRUPTED, ANSWERED } fate;

static struct {
    struct addrinfo list[MOST];
    struct sockaddr_storage addresses[MOST];
    size_t count;
    in_port_t answering, full; /* ports of listeners, in the network's order */
    char tried[1024];           /* "4:127.0.0.2 6:::1 " */
    int fds[MOST];
    size_t attempts;
} net;

SEEN int getaddrinfo(const char *restrict host, const char *restrict port, const struct addrinfo *restrict hints,
                     struct addrinfo **restrict list)
{
    (void)host, (void)port, (void)hints;
    *list = net.list;
    return 0;
}

SEEN void freeaddrinfo(struct addrinfo *list)
{
    cr_assert_eq(list, net.list);
}

static int real_connect(int fd, const void *address, socklen_t size)
{
    int (*const real)(int, const void *, socklen_t) =
        (int (*)(int, const void *, socklen_t))(uintptr_t)dlsym(RTLD_NEXT, "connect");

    return real(fd, address, size);
}

static int really(int fd, in_port_t port)
{
    const struct sockaddr_in to = {
        .sin_family = AF_INET, .sin_port = port, .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};

    return real_connect(fd, &to, sizeof(to));
}

SEEN int connect(int fd, address_in address, socklen_t size)
{
    struct sockaddr_storage to = {0};
    char text[INET6_ADDRSTRLEN] = "";
    fate what;
    int status;

    cr_assert_leq(size, sizeof(to));
    memcpy(&to, *(const struct sockaddr *const *)&address, size); /* a union of pointers, or one */
    if (to.ss_family != AF_INET && to.ss_family != AF_INET6) /* Criterion's own */
        return real_connect(fd, &to, size);
    if (to.ss_family == AF_INET6) {
        (void)inet_ntop(AF_INET6, &((struct sockaddr_in6 *)&to)->sin6_addr, text, sizeof(text));
        what = ((struct sockaddr_in6 *)&to)->sin6_addr.s6_addr[15];
    } else {
        (void)inet_ntop(AF_INET, &((struct sockaddr_in *)&to)->sin_addr, text, sizeof(text));
        what = ntohl(((struct sockaddr_in *)&to)->sin_addr.s_addr) & 0xff;
    }
    cr_assert_lt(net.attempts, (size_t)MOST);
    net.fds[net.attempts++] = fd;
    (void)snprintf(net.tried + strlen(net.tried), sizeof(net.tried) - strlen(net.tried), "%s ", text);
    switch (what) {
    case SILENT:
        return really(fd, net.full);
    case ANSWERED:
        return really(fd, net.answering);
    case INTERRUPTED:
        (void)really(fd, net.answering);
        errno = EINTR;
        return -1;
    case AT_ONCE:
        (void)fcntl(fd, F_SETFL, 0);
        status = really(fd, net.answering);
        (void)fcntl(fd, F_SETFL, O_NONBLOCK);
        return status;
    case REFUSED:
    default:
        errno = ECONNREFUSED;
        return -1;
    }
}

/* ---- the net ---------------------------------------------------------------------------------- */

static int listen_at(in_port_t *port, int backlog)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof(address);
    const int fd = socket(AF_INET, SOCK_STREAM, 0);

    cr_assert_geq(fd, 0);
    cr_assert_eq(bind(fd, (const struct sockaddr *)&address, size), 0);
    cr_assert_eq(listen(fd, backlog), 0);
    cr_assert_eq(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    *port = address.sin_port;
    return fd;
}

/* Nobody takes from this queue, and it is full: whoever comes hears nothing. */
static int silent_at(in_port_t *port)
{
    const int fd = listen_at(port, 0);

    for (int i = 0; i < 4; i++) {
        const int filler = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

        cr_assert_geq(filler, 0);
        (void)really(filler, *port); /* stays, until the process ends */
    }
    return fd;
}

static void add(int family, unsigned last)
{
    struct sockaddr_in in4 = {.sin_family = AF_INET, .sin_port = htons(443)};
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(443)};
    struct addrinfo *entry = &net.list[net.count];

    cr_assert_lt(net.count, (size_t)MOST);
    in4.sin_addr.s_addr = htonl(0x7f000000u | last);
    in6.sin6_addr.s6_addr[15] = (uint8_t)last;
    if (family == AF_INET6)
        memcpy(&net.addresses[net.count], &in6, sizeof(in6));
    else
        memcpy(&net.addresses[net.count], &in4, sizeof(in4));
    net.addresses[net.count].ss_family = (sa_family_t)family;
    entry->ai_family = family;
    entry->ai_addr = (struct sockaddr *)&net.addresses[net.count];
    entry->ai_addrlen = family == AF_INET6 ? sizeof(in6) : sizeof(in4);
    if (net.count > 0)
        net.list[net.count - 1].ai_next = entry;
    net.count++;
}

static long long now(void)
{
    struct timespec at;

    (void)clock_gettime(CLOCK_MONOTONIC, &at);
    return (long long)at.tv_sec * 1000 + at.tv_nsec / 1000000;
}

static otls_socket *make_socket(int timeout_ms)
{
    const otls_backend *engines[PAIR_ENGINES];
    otls_error err = OTLS_ERROR_INIT;
    otls_context *context = NULL;
    otls_socket *sock = NULL;

    cr_assert_geq(test_engines(engines), 1u);
    cr_assert_eq(otls_context_new(&context, engines[0], OTLS_CLIENT, &err), OTLS_OK, "%s", err.text);
    cr_assert_eq(otls_socket_new(&sock, context, &err), OTLS_OK, "%s", err.text);
    cr_assert_eq(otls_socket_set_timeout(sock, timeout_ms, &err), OTLS_OK);
    cr_assert_eq(otls_socket_set_handshake_on_connect(sock, false, &err), OTLS_OK);
    otls_context_free(context);
    return sock;
}

static bool have_ipv6(void)
{
    const int fd = socket(AF_INET6, SOCK_STREAM, 0);

    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

/* Of all attempts' descriptors, so many are still open; a number may have been two's, one behind the other. */
static size_t left_open(void)
{
    size_t open = 0;

    for (size_t i = 0; i < net.attempts; i++) {
        bool again = false;

        for (size_t j = i + 1; j < net.attempts; j++)
            again = again || net.fds[j] == net.fds[i];
        open += !again && fcntl(net.fds[i], F_GETFD) >= 0;
    }
    return open;
}

/* ---- the cases -------------------------------------------------------------------------------- */

/* The families take turns, each in the resolver's order. */
Test(dial, families_in_turn)
{
    static const struct {
        const int families[6];
        const char *tried;
    } rows[] = {
        {{4, 4, 6, 4, 6}, "127.0.0.10 ::c 127.0.0.11 ::e 127.0.0.13 "},
        {{6, 6, 6, 4}, "::a 127.0.0.13 ::b ::c "},
        {{4, 4, 4}, "127.0.0.10 127.0.0.11 127.0.0.12 "},
        {{6, 4, 6, 4}, "::a 127.0.0.11 ::c 127.0.0.13 "},
    };

    if (!have_ipv6())
        cr_skip("no IPv6 here");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        otls_error err = OTLS_ERROR_INIT;
        otls_socket *sock = make_socket(5000);

        memset(&net, 0, sizeof(net));
        for (unsigned n = 0; rows[i].families[n] != 0; n++)
            add(rows[i].families[n] == 6 ? AF_INET6 : AF_INET, 10 + n);
        cr_expect_eq(otls_socket_connect(sock, "host.test", "443", &err), OTLS_E_IO);
        cr_expect_eq(err.system_error, ECONNREFUSED, "%s", err.text);
        cr_expect_eq(strncmp(err.text, "cannot connect to host.test:443", 31), 0, "%s", err.text);
        cr_expect_str_eq(net.tried, rows[i].tried, "%zu: %s", i, net.tried);
        cr_expect_eq(left_open(), 0);
        otls_socket_close(sock);
    }
}

/* A quarter of a second after one that says nothing the next is tried beside it, and the one that answers is kept. */
Test(dial, a_silent_one_holds_nobody_up)
{
    otls_error err = OTLS_ERROR_INIT;
    otls_socket *sock = make_socket(20000);
    const int silent = silent_at(&net.full), answering = listen_at(&net.answering, 4);
    long long took = now();
    char text[64];
    uint16_t port = 0;

    add(AF_INET, SILENT);
    add(AF_INET, SILENT);
    add(AF_INET, REFUSED);
    add(AF_INET, ANSWERED);
    cr_assert_eq(otls_socket_connect(sock, "host.test", "443", &err), OTLS_OK, "%s", err.text);
    took = now() - took;
    cr_expect_geq(took, 490, "after %lld ms", took);
    cr_expect_leq(took, 15000, "after %lld ms", took);
    cr_expect_eq(net.attempts, 4u, "%s", net.tried);
    cr_expect_eq(left_open(), 1u, "one of them is kept, and no other");
    cr_expect_eq(otls_socket_fileno(sock), net.fds[3]);
    cr_assert_eq(otls_socket_peer_address(sock, text, sizeof(text), &port, &err), OTLS_OK, "%s", err.text);
    cr_expect_eq(port, ntohs(net.answering));
    otls_socket_close(sock);
    cr_expect_eq(left_open(), 0);
    close(silent);
    close(answering);
}

/* All are silent: in time, with the name, and nothing left. */
Test(dial, all_are_silent)
{
    otls_error err = OTLS_ERROR_INIT;
    otls_socket *sock = make_socket(600);
    const int silent = silent_at(&net.full);
    long long took = now();

    add(AF_INET, SILENT);
    add(AF_INET, SILENT);
    add(AF_INET, SILENT);
    add(AF_INET, SILENT);
    cr_assert_eq(otls_socket_connect(sock, "host.test", "443", &err), OTLS_E_TIMEOUT, "%s", err.text);
    took = now() - took;
    cr_expect_geq(took, 595, "after %lld ms", took);
    cr_expect_leq(took, 15000, "after %lld ms", took);
    cr_expect_eq(net.attempts, 3u, "%s", net.tried);
    cr_expect_str_eq(err.text, "cannot connect to host.test:443: no answer in time");
    otls_socket_close(sock); /* until then another call could go on with them */
    cr_expect_eq(left_open(), 0);
    close(silent);
}

/* Who does not wait has one attempt at a time, whose descriptor can be polled; close gives it back. */
Test(dial, without_waiting)
{
    otls_error err = OTLS_ERROR_INIT;
    otls_socket *sock = make_socket(0);
    const int silent = silent_at(&net.full);

    add(AF_INET, REFUSED);
    add(AF_INET, SILENT);
    add(AF_INET, SILENT);
    cr_expect_eq(otls_socket_fileno(sock), -1);
    for (int i = 0; i < 3; i++)
        cr_assert_eq(otls_socket_connect(sock, "host.test", "443", &err), OTLS_WANT_WRITE, "%s", err.text);
    cr_expect_eq(net.attempts, 2u, "%s", net.tried);
    cr_expect_eq(otls_socket_fileno(sock), net.fds[1]);
    cr_expect_eq(otls_socket_bind(sock, NULL, "0", &err), OTLS_E_USAGE, "it is under way");
    cr_expect_eq(err.code, OTLS_CODE_TOO_LATE);
    otls_socket_close(sock);
    cr_expect_eq(left_open(), 0);
    close(silent);
}

/* Some systems connect at once, and a signal may come in between: neither is a failure. */
Test(dial, at_once_and_interrupted)
{
    static const fate fates[] = {AT_ONCE, INTERRUPTED};

    for (size_t i = 0; i < 2; i++) {
        otls_error err = OTLS_ERROR_INIT;
        otls_socket *sock = make_socket(20000);
        int answering;

        memset(&net, 0, sizeof(net));
        answering = listen_at(&net.answering, 4);
        add(AF_INET, fates[i]);
        cr_expect_eq(otls_socket_connect(sock, "host.test", "443", &err), OTLS_OK, "%s", err.text);
        cr_expect_eq(net.attempts, 1u);
        otls_socket_close(sock);
        close(answering);
    }
}

/* More than anybody has, and families that nobody knows. */
Test(dial, odd_answers)
{
    otls_error err = OTLS_ERROR_INIT;
    otls_socket *sock = make_socket(5000);

    for (unsigned i = 0; i < MOST; i++)
        add(AF_INET, 100 + i);
    cr_expect_eq(otls_socket_connect(sock, "host.test", "443", &err), OTLS_E_IO);
    cr_expect_eq(err.system_error, ECONNREFUSED, "%s", err.text);
    cr_expect_eq(net.attempts, 32u, "%zu attempts", net.attempts);
    memset(&net, 0, sizeof(net));
    add(AF_UNIX, REFUSED);
    net.list[0].ai_addrlen = sizeof(struct sockaddr_storage) + 1; /* longer than any that there is */
    add(AF_UNIX, REFUSED);
    cr_expect_eq(otls_socket_connect(sock, "host.test", "443", &err), OTLS_E_IO);
    cr_expect_eq(err.code, OTLS_CODE_NAME_LOOKUP, "%s", err.text);
    cr_expect_not_null(strstr(err.text, "\"host.test\""), "%s", err.text);
    cr_expect_eq(net.attempts, 0u);
    otls_socket_close(sock);
}

/* A socket that is bound has a family: of the addresses it takes those, or says that there is none. */
Test(dial, a_bound_socket)
{
    otls_error err = OTLS_ERROR_INIT;
    otls_socket *sock = make_socket(5000);

    add(AF_INET, REFUSED);
    cr_assert_eq(otls_socket_bind(sock, "127.0.0.1", "0", &err), OTLS_OK, "%s", err.text);
    memset(&net, 0, sizeof(net));
    add(AF_INET6, REFUSED);
    cr_expect_eq(otls_socket_connect(sock, "host.test", "443", &err), OTLS_E_IO);
    cr_expect_str_eq(err.text, "cannot connect to host.test:443: no address of the socket's family");
    add(AF_INET, 7);
    cr_expect_eq(otls_socket_connect(sock, "host.test", "443", &err), OTLS_E_IO);
    cr_expect_eq(err.system_error, ECONNREFUSED, "%s", err.text);
    cr_expect_str_eq(net.tried, "127.0.0.7 ");
    cr_expect_eq(left_open(), 1u, "it is bound still");
    otls_socket_close(sock);
    cr_expect_eq(left_open(), 0);
}

/* The zone of an address of one link is ours, and no part of the name that the peer is to have. */
Test(dial, zones)
{
    static const struct {
        const char *host, *name, *target;
    } rows[] = {{"fe80::1%eth0", "fe80::1", "[fe80::1%eth0]:443"}, {"fe80::1", "fe80::1", "[fe80::1]:443"}};

    for (size_t i = 0; i < 2; i++) {
        otls_error err = OTLS_ERROR_INIT;
        otls_socket *sock = make_socket(20000);
        int answering;

        memset(&net, 0, sizeof(net));
        add(AF_INET, REFUSED);
        cr_expect_eq(otls_socket_connect(sock, rows[i].host, "443", &err), OTLS_E_IO);
        cr_expect_not_null(strstr(err.text, rows[i].target), "%s", err.text);
        answering = listen_at(&net.answering, 4);
        add(AF_INET, ANSWERED);
        cr_assert_eq(otls_socket_connect(sock, rows[i].host, "443", &err), OTLS_OK, "%s", err.text);
        cr_expect_str_eq(otls_connection_server_name(otls_socket_connection(sock)), rows[i].name);
        otls_socket_close(sock);
        close(answering);
    }
}
