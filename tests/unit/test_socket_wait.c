/* SPDX-License-Identifier: MIT */
/* The socket layer's time-outs: they end in time, and what they interrupt can go on. */
#include "socket_peer.h"
#include <omnitls/parity.h>

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define ROOT OTLS_TEST_PKI "/root.pem"
/* a loaded machine may be late; a time-out that does not work would wait for the test's own */
#define LATE_MS 15000

static void check_time(long long start, int timeout_ms)
{
    long long took = socket_now() - start;

    cr_assert_geq(took, timeout_ms - 2, "only %lld ms", took);
    cr_assert_leq(took, LATE_MS, "%lld ms", took);
}

/* Says "x" when it is told to by a byte on the pipe. */
static void speak_when_told(otls_socket *client, void *user)
{
    const int *ends = user;
    char byte;

    if (otls_socket_handshake(client, NULL) != OTLS_OK)
        return;
    while (read(ends[0], &byte, 1) == 1)
        (void)otls_socket_send_all(client, "x", 1, NULL);
}

EVERY_ENGINE(socket_wait, recv_times_out_and_goes_on)
{
    const otls_backend *backend = socket_engine(*index);
    otls_context *context = socket_client_context(backend, ROOT);
    otls_error err = OTLS_ERROR_INIT;
    otls_socket *sock = NULL;
    socket_peer peer;
    int ends[2];
    char byte = 0;
    size_t count = 0;
    long long start;

    cr_assert_eq(pipe(ends), 0);
    socket_peer_start(&peer, backend, "127.0.0.1", speak_when_told, ends);
    cr_assert_eq(otls_connect(&sock, context, "localhost", peer.port, 10000, &err), OTLS_OK, "%s",
                 err.text);
    cr_assert_eq(otls_socket_timeout(sock), 10000);
    cr_assert(otls_socket_lookup_ms(sock) >= 0);
    cr_assert_eq(otls_socket_set_timeout(sock, 150, &err), OTLS_OK);
    start = socket_now();
    cr_assert_eq(otls_socket_recv(sock, &byte, 1, &count, &err), OTLS_E_TIMEOUT);
    check_time(start, 150);
    cr_assert_eq(otls_socket_set_blocking(sock, false, &err), OTLS_OK);
    cr_assert_eq(otls_socket_recv(sock, &byte, 1, &count, &err), OTLS_WANT_READ);
    cr_assert_eq(otls_socket_set_blocking(sock, true, &err), OTLS_OK);
    cr_assert_eq(otls_socket_timeout(sock), -1);
    cr_assert_eq(write(ends[1], "", 1), 1);
    cr_assert_eq(otls_socket_recv(sock, &byte, 1, &count, &err), OTLS_OK, "%s", err.text);
    cr_assert_eq(byte, 'x');
    close(ends[1]);
    socket_peer_stop(&peer);
    close(ends[0]);
    otls_socket_close(sock);
    otls_context_free(context);
}

static void ignore_signal(int number)
{
    (void)number;
}

EVERY_ENGINE(socket_wait, signals_do_not_shorten_or_lengthen)
{
    const otls_backend *backend = socket_engine(*index);
    otls_context *context = socket_client_context(backend, ROOT);
    struct sigaction action = {.sa_handler = ignore_signal}; /* no SA_RESTART: EINTR everywhere */
    struct itimerval often = {.it_interval = {.tv_usec = 7000}, .it_value = {.tv_usec = 7000}};
    otls_error err = OTLS_ERROR_INIT;
    otls_socket *sock = NULL;
    socket_peer peer;
    int ends[2];
    char byte;
    size_t count = 0;
    sigset_t alarm_only;
    long long start;

    cr_assert_eq(pipe(ends), 0);
    sigemptyset(&alarm_only);
    sigaddset(&alarm_only, SIGALRM);
    /* the peer's thread inherits the mask; the signals are for this one */
    pthread_sigmask(SIG_BLOCK, &alarm_only, NULL);
    socket_peer_start(&peer, backend, "127.0.0.1", speak_when_told, ends);
    cr_assert_eq(sigaction(SIGALRM, &action, NULL), 0);
    pthread_sigmask(SIG_UNBLOCK, &alarm_only, NULL);
    cr_assert_eq(setitimer(ITIMER_REAL, &often, NULL), 0);
    cr_assert_eq(otls_connect(&sock, context, "localhost", peer.port, 10000, &err), OTLS_OK, "%s",
                 err.text);
    cr_assert_eq(otls_socket_set_timeout(sock, 200, &err), OTLS_OK);
    start = socket_now();
    cr_assert_eq(otls_socket_recv(sock, &byte, 1, &count, &err), OTLS_E_TIMEOUT, "%s", err.text);
    check_time(start, 200);
    often = (struct itimerval){0};
    cr_assert_eq(setitimer(ITIMER_REAL, &often, NULL), 0);
    close(ends[1]);
    socket_peer_stop(&peer);
    close(ends[0]);
    otls_socket_close(sock);
    otls_context_free(context);
}

/* Reads nothing until it is told to. */
static void read_nothing(otls_socket *client, void *user)
{
    const int *ends = user;
    char byte;

    if (otls_socket_handshake(client, NULL) == OTLS_OK)
        (void)!read(ends[0], &byte, 1);
}

EVERY_ENGINE(socket_wait, send_all_says_how_much_went_out)
{
    static const unsigned char data[8 * 1024 * 1024];
    const otls_backend *backend = socket_engine(*index);
    otls_context *context = socket_client_context(backend, ROOT);
    otls_error err = OTLS_ERROR_INIT;
    otls_socket *sock = NULL;
    socket_peer peer;
    int ends[2];
    unsigned long done = 0;
    long long start;

    cr_assert_eq(pipe(ends), 0);
    socket_peer_start(&peer, backend, "127.0.0.1", read_nothing, ends);
    cr_assert_eq(otls_connect(&sock, context, "localhost", peer.port, 10000, &err), OTLS_OK, "%s",
                 err.text);
    cr_assert_eq(otls_socket_set_timeout(sock, 200, &err), OTLS_OK);
    start = socket_now();
    cr_assert_eq(otls_socket_send_all(sock, data, sizeof(data), &err), OTLS_E_TIMEOUT);
    check_time(start, 200);
    cr_assert_eq(err.status, OTLS_E_TIMEOUT);
    cr_assert_eq(sscanf(err.text, "%lu of 8388608 bytes", &done), 1, "%s", err.text);
    cr_assert_gt(done, 0u);
    cr_assert_lt(done, sizeof(data));
    close(ends[1]);
    otls_socket_close(sock);
    socket_peer_stop(&peer);
    close(ends[0]);
    otls_context_free(context);
}

#define FILE_SIZE ((size_t)1000000)

static unsigned char octet_of_file(size_t at)
{
    return (unsigned char)(at * 7 + at / 253);
}

typedef struct slow_reader {
    size_t got, wrong;
    otls_status end;
} slow_reader;

static void read_slowly(otls_socket *client, void *user)
{
    static unsigned char data[16384];
    slow_reader *r = user;
    size_t count;

    while ((r->end = otls_socket_recv(client, data, sizeof(data), &count, NULL)) == OTLS_OK) {
        for (size_t i = 0; i < count; i++)
            r->wrong += data[i] != octet_of_file(r->got + i);
        r->got += count;
        (void)poll(NULL, 0, 10);
    }
}

/* The time-out is for the whole file, and what `sent` counts needs not be sent again. */
EVERY_ENGINE(socket_wait, a_file_is_one_call)
{
    const otls_backend *backend = socket_engine(*index);
    otls_context *context = socket_client_context(backend, ROOT);
    static unsigned char content[FILE_SIZE];
    otls_error err = OTLS_ERROR_INIT;
    slow_reader reader = {.got = 0};
    FILE *file = tmpfile();
    const int small = 8192;
    otls_socket *sock = NULL;
    size_t done = 0, calls = 0;
    socket_peer peer;

    cr_assert_not_null(file);
    for (size_t i = 0; i < sizeof(content); i++)
        content[i] = octet_of_file(i);
    cr_assert_eq(fwrite(content, 1, sizeof(content), file), sizeof(content));
    cr_assert_eq(fflush(file), 0);
    socket_peer_start(&peer, backend, "127.0.0.1", read_slowly, &reader);
    cr_assert_eq(otls_connect(&sock, context, "localhost", peer.port, 10000, &err), OTLS_OK, "%s",
                 err.text);
    cr_assert_eq(otls_socket_set_option(sock, SOL_SOCKET, SO_SNDBUF, &small, sizeof(small), &err),
                 OTLS_OK);
    cr_assert_eq(otls_socket_set_timeout(sock, 100, &err), OTLS_OK);
    for (otls_status status = OTLS_E_TIMEOUT; status == OTLS_E_TIMEOUT; calls++) {
        uint64_t sent = 0;

        status = otls_socket_send_file(sock, fileno(file), done, FILE_SIZE - done, &sent, &err);
        cr_assert(status == OTLS_OK || status == OTLS_E_TIMEOUT, "%s", err.text);
        done += sent;
        if (done == FILE_SIZE)
            break;
    }
    cr_expect_gt(calls, 1u);
    cr_assert_eq(otls_socket_set_timeout(sock, 10000, &err), OTLS_OK);
    cr_assert_eq(otls_socket_shutdown(sock, OTLS_SHUTDOWN_WRITING, &err), OTLS_OK, "%s", err.text);
    socket_peer_stop(&peer);
    cr_expect_eq(reader.end, OTLS_CLOSED);
    cr_expect_eq(reader.got, FILE_SIZE);
    cr_expect_eq(reader.wrong, 0u);
    otls_socket_close(sock);
    (void)fclose(file);
    otls_context_free(context);
}

EVERY_ENGINE(socket_wait, a_silent_server_and_a_full_one)
{
    const otls_backend *backend = socket_engine(*index);
    otls_context *context = socket_client_context(backend, ROOT);
    otls_error err = OTLS_ERROR_INIT;
    otls_socket *sock = NULL;
    otls_socket *queued[4] = {NULL};
    otls_context *either = NULL;
    char port[8];
    int listener = socket_plain_listener(port, 0);
    long long start = socket_now();

    /* connected, but no ServerHello ever comes */
    cr_assert_eq(otls_connect(&sock, context, "127.0.0.1", port, 200, &err), OTLS_E_TIMEOUT);
    cr_assert_null(sock);
    check_time(start, 200);
    /* its queue is full: connections are not even made */
    for (int i = 0; i < 4; i++) {
        cr_assert_eq(otls_socket_new(&queued[i], context, &err), OTLS_OK);
        (void)otls_socket_set_timeout(queued[i], 0, NULL);
        (void)otls_socket_connect(queued[i], "127.0.0.1", port, &err);
    }
    start = socket_now();
    cr_assert_eq(otls_connect(&sock, context, "127.0.0.1", port, 200, &err), OTLS_E_TIMEOUT);
    check_time(start, 200);
    /* the same call may be made again, with a descriptor that was there before, too; another may not */
    cr_assert_eq(otls_socket_new(&sock, context, &err), OTLS_OK);
    cr_assert_eq(otls_socket_bind(sock, "127.0.0.1", "0", &err), OTLS_OK, "%s", err.text);
    cr_assert_eq(otls_socket_set_timeout(sock, 50, &err), OTLS_OK);
    for (int i = 0; i < 2; i++)
        cr_assert_eq(otls_socket_connect(sock, "127.0.0.1", port, &err), OTLS_E_TIMEOUT, "%s", err.text);
    cr_assert_eq(otls_socket_connect(sock, "127.0.0.1", "9", &err), OTLS_E_USAGE);
    otls_socket_close(sock);
    cr_assert_eq(otls_context_new(&either, backend, OTLS_EITHER, &err), OTLS_OK, "%s", err.text);
    cr_assert_eq(otls_socket_new(&sock, either, &err), OTLS_OK);
    cr_assert_eq(otls_socket_bind(sock, "127.0.0.1", "0", &err), OTLS_OK, "%s", err.text);
    cr_assert_eq(otls_socket_set_timeout(sock, 0, &err), OTLS_OK);
    cr_assert_eq(otls_socket_connect(sock, "127.0.0.1", port, &err), OTLS_WANT_WRITE, "%s", err.text);
    cr_assert_eq(otls_socket_listen(sock, 1, &err), OTLS_E_USAGE, "%s", err.text);
    otls_socket_close(sock);
    otls_context_free(either);
    cr_assert_eq(otls_socket_new(&sock, context, &err), OTLS_OK);
    cr_assert_eq(otls_socket_set_timeout(sock, 50, &err), OTLS_OK);
    cr_assert_eq(otls_socket_connect(sock, "127.0.0.1", port, &err), OTLS_E_TIMEOUT, "%s", err.text);
    cr_assert_eq(otls_socket_connect(sock, "127.0.0.1", "9", &err), OTLS_E_IO);
    cr_assert_eq(err.system_error, ECONNREFUSED, "%s", err.text);
    otls_socket_close(sock);
    for (int i = 0; i < 4; i++)
        otls_socket_close(queued[i]);
    close(listener);
    start = socket_now();
    cr_assert_eq(otls_connect(&sock, context, "127.0.0.1", port, 20000, &err), OTLS_E_IO);
    cr_assert_eq(err.system_error, ECONNREFUSED, "%s", err.text);
    cr_assert_not_null(strstr(err.text, port), "%s", err.text);
    otls_context_free(context);
}

static void close_at_once(otls_socket *client, void *user)
{
    (void)user;
    (void)otls_socket_handshake(client, NULL);
}

EVERY_ENGINE(socket_wait, connect_without_waiting)
{
    const otls_backend *backend = socket_engine(*index);
    otls_context *context = socket_client_context(backend, ROOT);
    otls_error err = OTLS_ERROR_INIT;
    otls_socket *sock = NULL;
    socket_peer peer;
    int code = EINPROGRESS;

    socket_peer_start(&peer, backend, "127.0.0.1", close_at_once, NULL);
    cr_assert_eq(otls_socket_new(&sock, context, &err), OTLS_OK);
    cr_assert_eq(otls_socket_set_blocking(sock, false, &err), OTLS_OK);
    for (int i = 0; i < 1000 && code == EINPROGRESS; i++) {
        code = otls_socket_connect_ex(sock, "localhost", peer.port, &err);
        if (code == EINPROGRESS) {
            struct pollfd item = {.fd = (int)otls_socket_fileno(sock), .events = POLLIN};

            (void)poll(&item, 1, 10);
        }
    }
    cr_assert_eq(code, 0, "%s", err.text);
    cr_assert(otls_connection_handshake_done(otls_socket_connection(sock)));
    otls_socket_close(sock);
    socket_peer_stop(&peer);
    cr_assert_eq(otls_socket_new(&sock, context, &err), OTLS_OK);
    cr_assert_eq(otls_socket_connect_ex(sock, "127.0.0.1", peer.port, &err), ECONNREFUSED);
    otls_socket_close(sock);
    otls_context_free(context);
}

EVERY_ENGINE(socket_wait, accept_waits_as_long_as_it_should)
{
    const otls_backend *backend = socket_engine(*index);
    otls_context *context = socket_server_context(backend);
    otls_error err = OTLS_ERROR_INIT;
    otls_socket *listener = NULL, *client = NULL;
    long long start;

    cr_assert_eq(otls_listen(&listener, context, NULL, "0", 1, &err), OTLS_OK, "%s", err.text);
    cr_assert_eq(otls_socket_set_timeout(listener, 0, &err), OTLS_OK);
    cr_assert_eq(otls_socket_accept(&client, listener, &err), OTLS_WANT_READ);
    cr_assert_eq(otls_socket_set_timeout(listener, 100, &err), OTLS_OK);
    start = socket_now();
    cr_assert_eq(otls_socket_accept(&client, listener, &err), OTLS_E_TIMEOUT);
    check_time(start, 100);
    cr_assert_null(client);
    otls_socket_close(listener);
    otls_context_free(context);
}

/* A hello that never ends: its header, then an octet every 10 ms for as long as anybody takes them. */
static void *drip(void *user)
{
    static const uint8_t head[] = {22, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3};
    const int fd = *(int *)user;

    for (size_t i = 0; i < 512; i++) {
        const uint8_t octet = i < sizeof(head) ? head[i] : 0;

        if (send(fd, &octet, 1, MSG_NOSIGNAL) != 1)
            break;
        (void)poll(NULL, 0, 10);
    }
    return NULL;
}

/* The time-out is for the call as a whole: octets that come do not put it off. */
EVERY_ENGINE(socket_wait, a_client_that_drips)
{
    const otls_backend *backend = socket_engine(*index);
    otls_context *context = socket_server_context(backend);
    otls_error err = OTLS_ERROR_INIT;
    otls_socket *sock = NULL;
    pthread_t thread;
    long long start;
    int ends[2];

    cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    cr_assert_eq(otls_socket_wrap(&sock, context, ends[0], NULL, &err), OTLS_OK, "%s", err.text);
    cr_assert_eq(otls_socket_set_timeout(sock, 200, &err), OTLS_OK);
    cr_assert_eq(pthread_create(&thread, NULL, drip, &ends[1]), 0);
    start = socket_now();
    cr_assert_eq(otls_socket_handshake(sock, &err), OTLS_E_TIMEOUT, "%s", err.text);
    check_time(start, 200);
    otls_socket_close(sock);
    cr_assert_eq(pthread_join(thread, NULL), 0);
    close(ends[1]);
    otls_context_free(context);
}
