/* SPDX-License-Identifier: MIT */
/*
 * Each system call that omnitls makes for a socket fails once, with each error that it may have: at every place of
 * a client's life, and of a server's. What can go on goes on; anything else is said with the system's own number, in
 * time, and every descriptor is given back. Then the same works.
 *
 * The calls are the program's own functions: the dynamic linker, or the linker where omnitls is a part of the
 * program, takes these for the C library's.
 */
#include "conformance/pair.h"

#include <criterion/criterion.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PKI(file) OTLS_TEST_PKI "/" file
#define SEEN __attribute__((visibility("default")))

/* glibc's own functions take any kind of address */
#ifdef __GLIBC__
typedef __SOCKADDR_ARG address_out;
typedef __CONST_SOCKADDR_ARG address_in;
#else
typedef struct sockaddr *restrict address_out;
typedef const struct sockaddr *address_in;
#endif

typedef enum call {
    GETADDRINFO,
    SOCKET,
    CONNECT,
    ACCEPT,
    BIND,
    LISTEN,
    GETSOCKOPT,
    SETSOCKOPT,
    GETSOCKNAME,
    GETPEERNAME,
    SHUTDOWN,
    FCNTL,
    POLL,
    RECV,
    SEND,
    READ,
    CALLS
} call;
static const char *const names[CALLS] = {
    "getaddrinfo", "socket",      "connect",     "accept",   "bind",  "listen", "getsockopt", "setsockopt",
    "getsockname", "getpeername", "shutdown",    "fcntl",    "poll",  "recv",   "send",       "read"};

/** Of this thread alone: the other end is not what fails. */
static _Thread_local struct {
    bool armed, hit;
    call which;
    unsigned at; /* the how manieth of its kind, from 1; 0: none */
    int error;
    unsigned seen[CALLS];
    bool open[1024]; /* descriptors of sockets that are not closed yet; an engine has others */
} fault;

/* `fd` is one of the life's own sockets, or there is none yet (-1): an engine has files of its own. */
static bool fails(call which, int fd)
{
    const bool ours = fd < 0 || (fd < (int)sizeof(fault.open) && fault.open[fd]);

    if (!fault.armed || !ours || ++fault.seen[which] != fault.at || which != fault.which)
        return false;
    fault.hit = true;
    errno = fault.error;
    return true;
}

#define REAL(name) ((__typeof__(&(name)))(uintptr_t)dlsym(RTLD_NEXT, #name))

static int opened(int fd)
{
    cr_assert_lt(fd, (int)sizeof(fault.open));
    if (fault.armed && fd >= 0)
        fault.open[fd] = true;
    return fd;
}

SEEN int getaddrinfo(const char *restrict host, const char *restrict port, const struct addrinfo *restrict hints,
                     struct addrinfo **restrict list)
{
    if (!fails(GETADDRINFO, -1))
        return REAL(getaddrinfo)(host, port, hints, list);
    errno = EIO; /* what EAI_SYSTEM points to */
    return fault.error;
}

SEEN int socket(int family, int type, int protocol)
{
    return fails(SOCKET, -1) ? -1 : opened(REAL(socket)(family, type, protocol));
}

SEEN int connect(int fd, address_in address, socklen_t size)
{
    return fails(CONNECT, fd) ? -1 : REAL(connect)(fd, address, size);
}

SEEN int accept4(int listener, address_out address, socklen_t *restrict size, int flags)
{
    return fails(ACCEPT, listener) ? -1 : opened(REAL(accept4)(listener, address, size, flags));
}

SEEN int bind(int fd, address_in address, socklen_t size)
{
    return fails(BIND, fd) ? -1 : REAL(bind)(fd, address, size);
}

SEEN int listen(int fd, int backlog)
{
    return fails(LISTEN, fd) ? -1 : REAL(listen)(fd, backlog);
}

SEEN int getsockopt(int fd, int level, int name, void *restrict value, socklen_t *restrict size)
{
    return fails(GETSOCKOPT, fd) ? -1 : REAL(getsockopt)(fd, level, name, value, size);
}

SEEN int setsockopt(int fd, int level, int name, const void *value, socklen_t size)
{
    return fails(SETSOCKOPT, fd) ? -1 : REAL(setsockopt)(fd, level, name, value, size);
}

SEEN int getsockname(int fd, address_out address, socklen_t *restrict size)
{
    return fails(GETSOCKNAME, fd) ? -1 : REAL(getsockname)(fd, address, size);
}

SEEN int getpeername(int fd, address_out address, socklen_t *restrict size)
{
    return fails(GETPEERNAME, fd) ? -1 : REAL(getpeername)(fd, address, size);
}

SEEN int shutdown(int fd, int how)
{
    return fails(SHUTDOWN, fd) ? -1 : REAL(shutdown)(fd, how);
}

SEEN int fcntl(int fd, int command, ...)
{
    va_list arguments;
    void *argument; /* whatever it is, it comes the same way */

    va_start(arguments, command);
    argument = va_arg(arguments, void *);
    va_end(arguments);
    return fails(FCNTL, fd) ? -1 : REAL(fcntl)(fd, command, argument);
}

SEEN int poll(struct pollfd *list, nfds_t count, int timeout)
{
    return fails(POLL, -1) ? -1 : REAL(poll)(list, count, timeout);
}

SEEN ssize_t recv(int fd, void *out, size_t size, int flags)
{
    return fails(RECV, fd) ? -1 : REAL(recv)(fd, out, size, flags);
}

SEEN ssize_t send(int fd, const void *data, size_t size, int flags)
{
    return fails(SEND, fd) ? -1 : REAL(send)(fd, data, size, flags);
}

SEEN ssize_t read(int fd, void *out, size_t size)
{
    return fails(READ, fd) ? -1 : REAL(read)(fd, out, size);
}

SEEN int close(int fd)
{
    if (fd >= 0 && fd < (int)sizeof(fault.open))
        fault.open[fd] = false;
    return REAL(close)(fd);
}

/* ---- what may happen, and what it must come to ------------------------------------------------ */

typedef enum answer {
    GOES_ON, /* nobody need know */
    SAYS,    /* OTLS_E_IO with this number, or goes on where nothing depended on it */
    LOOK_UP, /* a status of its own, and code NAME_LOOKUP */
    MEMORY,  /* OTLS_E_NOMEM */
    PORT     /* OTLS_E_USAGE */
} answer;

typedef struct row {
    call which;
    int error;
    answer answer;
} row;

static const row rows[] = {
    {GETADDRINFO, EAI_AGAIN, LOOK_UP},
    {GETADDRINFO, EAI_NONAME, LOOK_UP},
    {GETADDRINFO, EAI_SYSTEM, LOOK_UP},
    {GETADDRINFO, EAI_MEMORY, MEMORY},
    {GETADDRINFO, EAI_SERVICE, PORT},
    {SOCKET, EMFILE, SAYS},
    {SOCKET, EAFNOSUPPORT, SAYS},
    {CONNECT, ECONNREFUSED, SAYS},
    {CONNECT, EACCES, SAYS},
    {ACCEPT, EINTR, GOES_ON},
    {ACCEPT, EAGAIN, GOES_ON},
    {ACCEPT, ECONNABORTED, GOES_ON},
    {ACCEPT, EPROTO, GOES_ON},
    {ACCEPT, ENETDOWN, GOES_ON},
    {ACCEPT, EHOSTUNREACH, GOES_ON},
    {ACCEPT, ENETUNREACH, GOES_ON},
    {ACCEPT, ETIMEDOUT, GOES_ON},
    {ACCEPT, EMFILE, SAYS},
    {ACCEPT, ENOBUFS, SAYS},
    {BIND, EACCES, SAYS},
    {BIND, EADDRINUSE, SAYS},
    {LISTEN, EADDRINUSE, SAYS},
    {GETSOCKOPT, ENOBUFS, SAYS},
    {SETSOCKOPT, ENOPROTOOPT, GOES_ON},
    {GETSOCKNAME, ENOBUFS, SAYS},
    {GETPEERNAME, ENOBUFS, SAYS},
    {GETPEERNAME, EINVAL, SAYS},
    {SHUTDOWN, ENOTCONN, GOES_ON},
    {SHUTDOWN, ENOBUFS, SAYS},
    {FCNTL, EBADF, SAYS},
    {POLL, EINTR, GOES_ON},
    {POLL, EAGAIN, GOES_ON},
    {POLL, EFAULT, SAYS},
    {RECV, EINTR, GOES_ON},
    {RECV, EIO, GOES_ON}, /* at the end, to empty the queue */
    {SEND, EINTR, GOES_ON},
    {SEND, EAGAIN, GOES_ON},
    {SEND, ECONNRESET, SAYS},
    {SEND, EIO, SAYS},
    {READ, EINTR, GOES_ON},
    {READ, EAGAIN, GOES_ON},
    {READ, ECONNRESET, SAYS},
    {READ, EIO, SAYS},
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

static otls_context *make_context(const otls_backend *engine, bool server)
{
    otls_error err = OTLS_ERROR_INIT;
    otls_context *context = NULL;

    cr_assert_eq(otls_context_new(&context, engine, server ? OTLS_SERVER : OTLS_CLIENT, &err), OTLS_OK, "%s",
                 err.text);
    if (server) {
        otls_identity *identity = NULL;

        cr_assert_eq(otls_identity_from_files(&identity, engine, PKI("server-ecdsa-p256.pem"),
                                              PKI("server-ecdsa-p256.key"), NULL, NULL, &err), OTLS_OK, "%s", err.text);
        cr_assert_eq(otls_context_add_identity(context, identity, &err), OTLS_OK, "%s", err.text);
        otls_identity_free(identity);
    } else {
        otls_trust *trust = NULL;

        cr_assert_eq(otls_trust_new(&trust, &err), OTLS_OK);
        cr_assert_eq(otls_trust_add_file(trust, PKI("root.pem"), &err), OTLS_OK, "%s", err.text);
        cr_assert_eq(otls_context_set_trust(context, trust, &err), OTLS_OK, "%s", err.text);
        otls_trust_free(trust);
    }
    return context;
}

/* ---- the two lives ---------------------------------------------------------------------------- */

/** Everything a life needs; its other end lives in a thread, whose calls do not fail. */
typedef struct life {
    otls_context *own, *others;
    otls_socket *listener; /* of the other end, for a client */
    char port[8];
    atomic_bool over;
    pthread_t thread;
    bool started;
    const char *step; /* the last one */
} life;

#define STEP(call)                                                                                 \
    do {                                                                                           \
        const otls_status status_ = (call);                                                        \
                                                                                                   \
        l->step = #call;                                                                           \
        if (status_ != OTLS_OK)                                                                    \
            return status_;                                                                        \
    } while (0)

/* A client that connects, talks, asks who it is, and says good-bye. */
static otls_status client_steps(life *l, otls_socket **sock, otls_error *err)
{
    char text[64], line[16];
    uint16_t port;
    size_t count;
    intptr_t fd = -1;

    STEP(otls_connect(sock, l->own, "localhost", l->port, 10000, err));
    STEP(otls_socket_local_address(*sock, text, sizeof(text), &port, err));
    STEP(otls_socket_peer_address(*sock, text, sizeof(text), &port, err));
    STEP(otls_socket_send_all(*sock, "one\ntwo", 7, err));
    STEP(otls_socket_read_line(*sock, line, sizeof(line), &count, err));
    cr_assert_str_eq(line, "one\n");
    STEP(otls_socket_shutdown(*sock, OTLS_SHUTDOWN_WRITING, err));
    STEP(otls_socket_read_line(*sock, line, sizeof(line), &count, err));
    cr_assert_str_eq(line, "two");
    STEP(otls_socket_shutdown(*sock, OTLS_SHUTDOWN_READING, err));
    STEP(otls_socket_unwrap(*sock, &fd, err));
    (void)close((int)fd);
    return OTLS_OK;
}

static otls_status client_life(life *l, otls_error *err)
{
    otls_socket *sock = NULL;
    const otls_status status = client_steps(l, &sock, err);

    otls_socket_close(sock);
    return status;
}

/* One that brings a bound descriptor, which stays its own where the socket does not take it. */
static otls_status wrapped_steps(life *l, otls_socket **sock, int fd, otls_error *err)
{
    int value;
    size_t size = sizeof(value);

    STEP(otls_socket_wrap(sock, l->own, fd, "localhost", err));
    STEP(otls_socket_set_timeout(*sock, 10000, err));
    STEP(otls_socket_connect(*sock, "localhost", l->port, err));
    STEP(otls_socket_get_option(*sock, SOL_SOCKET, SO_KEEPALIVE, &value, &size, err));
    STEP(otls_socket_send_all(*sock, "x", 1, err));
    return OTLS_OK;
}

static otls_status wrapped_life(life *l, otls_error *err)
{
    const struct sockaddr_in own = {.sin_family = AF_INET, .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
    otls_socket *sock = NULL;
    otls_status status;
    int fd;

    fault.armed = false;
    fd = socket(AF_INET, SOCK_STREAM, 0);
    cr_assert_geq(fd, 0);
    cr_assert_eq(bind(fd, (const struct sockaddr *)&own, sizeof(own)), 0);
    fault.armed = true;
    (void)opened(fd);
    status = wrapped_steps(l, &sock, fd, err);
    if (sock == NULL)
        cr_assert_eq(close(fd), 0, "what is not taken stays open");
    otls_socket_close(sock);
    return status;
}

static void *answer_all(void *user)
{
    life *l = user;

    while (!atomic_load(&l->over)) {
        otls_socket *client = NULL;
        char buffer[32];
        size_t count = 0;

        if (otls_socket_accept(&client, l->listener, NULL) != OTLS_OK)
            continue;
        while (otls_socket_recv(client, buffer, sizeof(buffer), &count, NULL) == OTLS_OK)
            (void)otls_socket_send_all(client, buffer, count, NULL);
        otls_socket_close(client);
    }
    return NULL;
}

/* A server from nothing to nothing, and its one client in a thread. */
static void *come(void *user)
{
    life *l = user;
    otls_socket *sock = NULL;
    char byte;
    size_t count;

    if (otls_connect(&sock, l->others, "127.0.0.1", l->port, 10000, NULL) == OTLS_OK) {
        (void)otls_socket_send_all(sock, "x", 1, NULL);
        (void)otls_socket_recv(sock, &byte, 1, &count, NULL);
    }
    otls_socket_close(sock);
    return NULL;
}

static otls_status server_steps(life *l, otls_socket **listener, otls_socket **client, otls_error *err)
{
    size_t count;
    char byte;

    STEP(otls_listen(listener, l->own, "127.0.0.1", "0", 0, err));
    STEP(otls_socket_set_timeout(*listener, 10000, err));
    fault.armed = false;
    (void)snprintf(l->port, sizeof(l->port), "%u", otls_socket_local_port(*listener));
    cr_assert_eq(pthread_create(&l->thread, NULL, come, l), 0);
    l->started = true;
    fault.armed = true;
    STEP(otls_socket_accept(client, *listener, err));
    STEP(otls_socket_recv(*client, &byte, 1, &count, err));
    cr_assert_eq(byte, 'x');
    STEP(otls_socket_send_all(*client, "y", 1, err));
    return OTLS_OK;
}

static otls_status server_life(life *l, otls_error *err)
{
    otls_socket *listener = NULL, *client = NULL;
    otls_status status;

    l->started = false;
    status = server_steps(l, &listener, &client, err);
    otls_socket_close(client);
    otls_socket_close(listener);
    if (l->started)
        cr_assert_eq(pthread_join(l->thread, NULL), 0);
    return status;
}

/* ---- all of it -------------------------------------------------------------------------------- */

typedef otls_status living(life *l, otls_error *err);

static void judge(const row *r, const life *l, otls_status status, const otls_error *err, const char *where)
{
    static const otls_status others[] = {[LOOK_UP] = OTLS_E_IO, [MEMORY] = OTLS_E_NOMEM, [PORT] = OTLS_E_USAGE};
    /* some systems say the one of what was shut down, and mean the other */
    const int number = r->which == GETPEERNAME && r->error == EINVAL ? ENOTCONN : r->error;

    if (r->answer == GOES_ON || (r->answer == SAYS && status == OTLS_OK)) {
        cr_assert_eq(status, OTLS_OK, "%s: %s: %s: %s", where, l->step, otls_status_name(status), err->text);
        return;
    }
    if (r->answer != SAYS) {
        cr_assert_eq(status, others[r->answer], "%s: %s: %s: %s", where, l->step, otls_status_name(status),
                     err->text);
        cr_assert(r->answer == MEMORY || err->code == OTLS_CODE_NAME_LOOKUP, "%s: %s", where, err->text);
        return;
    }
    cr_assert_eq(status, OTLS_E_IO, "%s: %s: %s: %s", where, l->step, otls_status_name(status), err->text);
    cr_assert_eq(err->system_error, number, "%s: %s: %s", where, l->step, err->text);
    cr_assert_not_null(strstr(err->text, strerror(number)), "%s: %s", where, err->text);
}

/* False: there is no such place. */
static bool live_once(living *live, life *l, const row *r, unsigned at)
{
    otls_error err = OTLS_ERROR_INIT;
    otls_status status;
    char where[96];
    bool hit;

    memset(&fault, 0, sizeof(fault));
    fault.which = r->which;
    fault.at = at;
    fault.error = r->error;
    fault.armed = true;
    status = live(l, &err);
    fault.armed = false;
    hit = fault.hit;
    (void)snprintf(where, sizeof(where), "%s %u fails with %d", names[r->which], at, r->error);
    if (hit)
        judge(r, l, status, &err, where);
    else
        cr_assert_eq(status, OTLS_OK, "%s, which is not reached: %s: %s", where, l->step, err.text);
    cr_assert_null(memchr(fault.open, true, sizeof(fault.open)), "%s: %s: a descriptor is left", where, l->step);
    return hit;
}

/* At each place, and there must be one. */
static void live_all(const char *who, living *live, life *l, const call *reached, size_t count)
{
    unsigned places[CALLS] = {0}, all = 0;

    for (size_t i = 0; i < ROWS; i++)
        for (unsigned at = 1; live_once(live, l, &rows[i], at); at++)
            places[rows[i].which]++;
    for (size_t i = 0; i < count; i++)
        cr_expect_gt(places[reached[i]], 0u, "%s is never called", names[reached[i]]);
    for (size_t i = 0; i < CALLS; i++)
        all += places[i];
    (void)printf("%s: %s: %u system calls failed, one in each run\n",
                 otls_backend_name(otls_context_backend(l->own)), who, all);
    (void)fflush(stdout);
}

ParameterizedTestParameters(system_calls, client)
{
    static const size_t indexes[] = {0, 1, 2};

    return cr_make_param_array(const size_t, (size_t *)(uintptr_t)indexes, 3);
}

/* The clients, with a server in a thread. */
ParameterizedTest(const size_t *index, system_calls, client, .timeout = 200)
{
    static const call usual[] = {GETADDRINFO, SOCKET, CONNECT, SETSOCKOPT, GETPEERNAME, GETSOCKNAME,
                                 POLL, SEND, READ, SHUTDOWN};
    static const call wrapped[] = {CONNECT, GETSOCKOPT, FCNTL, GETPEERNAME, GETSOCKNAME, POLL, RECV};
    const otls_backend *engines[PAIR_ENGINES];
    otls_error err = OTLS_ERROR_INIT;
    life l = {.step = ""};
    pthread_t thread;
    otls_socket *last = NULL;

    if (*index >= test_engines(engines))
        cr_skip("no such engine in this build");
    l.own = make_context(engines[*index], false);
    l.others = make_context(engines[*index], true);
    cr_assert_eq(otls_listen(&l.listener, l.others, "127.0.0.1", "0", 16, &err), OTLS_OK, "%s", err.text);
    cr_assert_eq(otls_socket_set_timeout(l.listener, 20000, &err), OTLS_OK);
    (void)snprintf(l.port, sizeof(l.port), "%u", otls_socket_local_port(l.listener));
    cr_assert_eq(pthread_create(&thread, NULL, answer_all, &l), 0);
    live_all("a client", client_life, &l, usual, sizeof(usual) / sizeof(usual[0]));
    live_all("a client with its own descriptor", wrapped_life, &l, wrapped, sizeof(wrapped) / sizeof(wrapped[0]));
    atomic_store(&l.over, true);
    cr_assert_eq(otls_socket_new(&last, l.own, &err), OTLS_OK, "%s", err.text); /* wakes it, if it still waits */
    cr_assert_eq(otls_socket_set_handshake_on_connect(last, false, &err), OTLS_OK);
    cr_assert_eq(otls_socket_connect(last, "127.0.0.1", l.port, &err), OTLS_OK, "%s", err.text);
    otls_socket_close(last);
    cr_assert_eq(pthread_join(thread, NULL), 0);
    otls_socket_close(l.listener);
    otls_context_free(l.own);
    otls_context_free(l.others);
}

ParameterizedTestParameters(system_calls, server)
{
    static const size_t indexes[] = {0, 1, 2};

    return cr_make_param_array(const size_t, (size_t *)(uintptr_t)indexes, 3);
}

ParameterizedTest(const size_t *index, system_calls, server, .timeout = 200)
{
    static const call usual[] = {GETADDRINFO, SOCKET, BIND, LISTEN, SETSOCKOPT, ACCEPT, POLL, SEND, READ};
    const otls_backend *engines[PAIR_ENGINES];
    life l = {.step = ""};

    if (*index >= test_engines(engines))
        cr_skip("no such engine in this build");
    l.own = make_context(engines[*index], true);
    l.others = make_context(engines[*index], false);
    live_all("a server", server_life, &l, usual, sizeof(usual) / sizeof(usual[0]));
    otls_context_free(l.own);
    otls_context_free(l.others);
}
