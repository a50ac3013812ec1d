/* SPDX-License-Identifier: MIT */
/* Connections over descriptors that are no sockets: a terminal carries TLS, and a pipe that nobody reads is an error
 * and never a signal. */
#include "socket_peer.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define ROOT OTLS_TEST_PKI "/root.pem"

/* Both ends of a terminal that changes no octet; false: there are none here. */
static bool open_terminal(int ends[2])
{
    struct termios raw;
    const char *name;

    ends[0] = posix_openpt(O_RDWR | O_NOCTTY);
    if (ends[0] < 0 || grantpt(ends[0]) != 0 || unlockpt(ends[0]) != 0 || (name = ptsname(ends[0])) == NULL)
        return false;
    ends[1] = open(name, O_RDWR | O_NOCTTY);
    if (ends[1] < 0 || tcgetattr(ends[1], &raw) != 0)
        return false;
    cfmakeraw(&raw);
    for (int i = 0; i < 2; i++)
        cr_assert_eq(fcntl(ends[i], F_SETFL, O_NONBLOCK), 0);
    return tcsetattr(ends[1], TCSANOW, &raw) == 0;
}

EVERY_ENGINE(descriptors, a_terminal)
{
    const otls_backend *backend = socket_engine(*index);
    otls_context *contexts[2] = {socket_client_context(backend, ROOT), socket_server_context(backend)};
    otls_connection *ends[2] = {NULL, NULL};
    otls_status status[2] = {OTLS_WANT_READ, OTLS_WANT_READ};
    static uint8_t sent[20000], got[sizeof(sent)];
    otls_error err = OTLS_ERROR_INIT;
    size_t out = 0, in = 0;
    int fds[2];

    if (!open_terminal(fds))
        cr_skip("there are no terminals here");
    for (int i = 0; i < 2; i++)
        cr_assert_eq(otls_connection_new_fd(&ends[i], contexts[i], fds[i], &err), OTLS_OK, "%s", err.text);
    cr_assert_eq(otls_connection_set_server_name(ends[0], "localhost", &err), OTLS_OK, "%s", err.text);
    for (int turn = 0; turn < 1000 && (status[0] > 0 || status[1] > 0); turn++)
        for (int i = 0; i < 2; i++)
            status[i] = otls_connection_handshake(ends[i], &err);
    cr_assert(status[0] == OTLS_OK && status[1] == OTLS_OK, "%s", err.text);
    for (size_t i = 0; i < sizeof(sent); i++)
        sent[i] = (uint8_t)(i * 7 + i / 251); /* every octet, those that mean something to a terminal too */
    for (int turn = 0; turn < 10000 && in < sizeof(got); turn++) {
        size_t count = 0;

        if (out < sizeof(sent)) {
            status[1] = otls_connection_write(ends[1], sent + out, sizeof(sent) - out, &count, &err);
            cr_assert_geq(status[1], OTLS_OK, "%s", err.text);
            out += count;
        } else {
            cr_assert_geq(otls_connection_flush(ends[1], &err), OTLS_OK, "%s", err.text);
        }
        status[0] = otls_connection_read(ends[0], got + in, sizeof(got) - in, &count, &err);
        cr_assert_geq(status[0], OTLS_OK, "%s", err.text);
        in += status[0] == OTLS_OK ? count : 0;
    }
    cr_assert_eq(in, sizeof(got));
    cr_expect_eq(memcmp(sent, got, sizeof(got)), 0);
    for (int i = 0; i < 2; i++) {
        otls_connection_free(ends[i]);
        otls_context_free(contexts[i]);
        close(fds[i]);
    }
}

static bool is_pending(void)
{
    sigset_t set;

    cr_assert_eq(sigpending(&set), 0);
    return sigismember(&set, SIGPIPE) == 1;
}

static bool is_blocked(void)
{
    sigset_t set;

    cr_assert_eq(pthread_sigmask(SIG_BLOCK, NULL, &set), 0);
    return sigismember(&set, SIGPIPE) == 1;
}

/* Write into a pipe that nobody reads. */
static void expect_broken(const otls_backend *backend)
{
    otls_context *context = socket_client_context(backend, ROOT);
    otls_connection *conn = NULL;
    otls_error err = OTLS_ERROR_INIT;
    int ends[2];

    cr_assert_eq(pipe(ends), 0);
    close(ends[0]);
    cr_assert_eq(otls_connection_new_fd(&conn, context, ends[1], &err), OTLS_OK, "%s", err.text);
    cr_assert_eq(otls_connection_set_server_name(conn, "localhost", &err), OTLS_OK, "%s", err.text);
    cr_expect_eq(otls_connection_handshake(conn, &err), OTLS_E_IO, "%s", err.text);
    cr_expect_neq(err.system_error, 0, "%s", err.text); /* of the look for an alert, which a pipe's end cannot give */
    otls_connection_free(conn);
    otls_context_free(context);
    close(ends[1]);
}

/* The signal's usual end is the process's. */
EVERY_ENGINE(descriptors, a_pipe_that_nobody_reads)
{
    const otls_backend *backend = socket_engine(*index);

    cr_assert_neq(signal(SIGPIPE, SIG_DFL), SIG_ERR);
    expect_broken(backend);
    cr_expect_not(is_blocked(), "the mask is as it was");
    cr_expect_not(is_pending(), "and no signal waits");
}

/* One that the program had blocked and not yet taken is not taken from it. */
EVERY_ENGINE(descriptors, a_signal_of_the_program)
{
    const otls_backend *backend = socket_engine(*index);
    sigset_t pipe_only;

    (void)sigemptyset(&pipe_only);
    (void)sigaddset(&pipe_only, SIGPIPE);
    cr_assert_neq(signal(SIGPIPE, SIG_DFL), SIG_ERR);
    cr_assert_eq(pthread_sigmask(SIG_BLOCK, &pipe_only, NULL), 0);
    expect_broken(backend);
    cr_expect(is_blocked());
    cr_expect_not(is_pending(), "ours is taken away");
    cr_assert_eq(raise(SIGPIPE), 0);
    expect_broken(backend);
    cr_expect(is_pending(), "the program's stays");
    cr_expect(is_blocked());
    (void)signal(SIGPIPE, SIG_IGN);
}
