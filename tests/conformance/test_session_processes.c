/* SPDX-License-Identifier: MIT */
/*
 * The table of misuse between two processes: this one has made the session and serves; another one,
 * this program started anew as a client, imports the bytes and offers them. The answers are those
 * of one process.
 */
#include <criterion/criterion.h> /* before parameterized.h, or Test() is none */

#include "session_misuse.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE_MS 60000
#define CLIENT_FD 3
/** The client's exit code: this, its fit, and its opinion about resumption. */
#define ANSWER 64
#define ANSWER_REUSED 8

extern char **environ;

/* ---- the other process ---- */

static size_t read_all(uint8_t *out, size_t capacity)
{
    size_t size = 0;
    ssize_t got = 1;

    while (size < capacity && got > 0) {
        got = read(STDIN_FILENO, out + size, capacity - size);
        size += got > 0 ? (size_t)got : 0;
    }
    return size;
}

static int visit(otls_context *context, const misuse *row, otls_session *session)
{
    otls_error err = OTLS_ERROR_INIT;
    const otls_connection *conn;
    otls_socket *sock = NULL;
    char byte = 'x';
    size_t count;
    int answer;

    if (otls_socket_wrap(&sock, context, CLIENT_FD, row->host != NULL ? row->host : "localhost",
                         &err) != OTLS_OK ||
        otls_socket_set_timeout(sock, PATIENCE_MS, &err) != OTLS_OK ||
        otls_connection_set_server_port(otls_socket_connection(sock),
                                        row->port != 0 ? row->port : MISUSE_PORT,
                                        &err) != OTLS_OK ||
        (session != NULL &&
         otls_connection_set_session(otls_socket_connection(sock), session, &err) != OTLS_OK) ||
        otls_socket_handshake(sock, &err) != OTLS_OK ||
        otls_socket_send_all(sock, &byte, 1, &err) != OTLS_OK ||
        otls_socket_recv(sock, &byte, 1, &count, &err) != OTLS_OK) {
        (void)fprintf(stderr, "%s: %s [%s]\n", row->name, err.text, err.native_text);
        otls_socket_close(sock);
        return 1;
    }
    conn = otls_socket_connection(sock);
    answer = ANSWER + (int)otls_connection_session_fit(conn) +
             (otls_connection_session_resumed(conn) ? ANSWER_REUSED : 0);
    otls_socket_close(sock);
    return answer;
}

/* --client PAIR ROW NOW, the session on standard input */
static int be_client(char **argv)
{
    static uint8_t bytes[65536];
    const pair_case which = pair_case_short_at(strtoul(argv[2], NULL, 10));
    const misuse *row = &misuse_table[strtoul(argv[3], NULL, 10)];
    int64_t now = strtoll(argv[4], NULL, 10);
    const size_t size = read_all(bytes, sizeof(bytes) - 1);
    otls_session *session = misuse_import(row, &which, bytes, size);
    otls_context *context = misuse_client_after(row, &which, &now);
    const int code = visit(context, row, session);

    otls_session_free(session);
    otls_context_free(context);
    return code;
}

/* ---- this process ---- */

/* Criterion's processes are told apart by a variable; the client is none of them. */
static char **plain_environment(void)
{
    size_t count = 0, kept = 0;
    char **out;

    while (environ[count] != NULL)
        count++;
    out = calloc(count + 1, sizeof(*out));
    cr_assert_not_null(out);
    for (size_t i = 0; i < count; i++)
        if (strncmp(environ[i], "BXFI_", 5) != 0)
            out[kept++] = environ[i];
    return out;
}

static pid_t start_client(size_t index, size_t row, int64_t now, int fd, int input)
{
    char which[24], number[24], time_text[24], client[] = "--client";
    char program[] = "/proc/self/exe";
    char *const arguments[] = {program, client, which, number, time_text, NULL};
    char **environment = plain_environment();
    posix_spawn_file_actions_t actions;
    pid_t pid = -1;

    (void)snprintf(which, sizeof(which), "%zu", index);
    (void)snprintf(number, sizeof(number), "%zu", row);
    (void)snprintf(time_text, sizeof(time_text), "%lld", (long long)now);
    cr_assert_eq(posix_spawn_file_actions_init(&actions), 0);
    cr_assert_eq(posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO), 0);
    cr_assert_eq(posix_spawn_file_actions_adddup2(&actions, fd, CLIENT_FD), 0);
    cr_assert_eq(posix_spawn(&pid, program, &actions, NULL, arguments, environment), 0);
    (void)posix_spawn_file_actions_destroy(&actions);
    free(environment);
    return pid;
}

/* Serve the one client; returns whether it resumed. */
static bool serve(otls_context *server, int fd, const char *name)
{
    otls_error err = OTLS_ERROR_INIT;
    otls_socket *sock;
    char byte;
    size_t count;
    bool reused;

    cr_assert_eq(otls_socket_wrap(&sock, server, fd, NULL, &err), OTLS_OK, "%s", err.text);
    cr_assert_eq(otls_socket_set_timeout(sock, PATIENCE_MS, &err), OTLS_OK);
    cr_assert_eq(otls_socket_recv(sock, &byte, 1, &count, &err), OTLS_OK, "%s: %s [%s]", name,
                 err.text, err.native_text);
    reused = otls_connection_session_resumed(otls_socket_connection(sock));
    cr_assert_eq(otls_socket_send_all(sock, &byte, 1, &err), OTLS_OK, "%s", err.text);
    (void)otls_socket_recv(sock, &byte, 1, &count, &err); /* the end */
    otls_socket_close(sock);
    return reused;
}

/* `bytes` to a new process, its connection to `server`. */
static void offered(size_t index, size_t number, otls_context *server, const uint8_t *bytes,
                    size_t size, int64_t now)
{
    const pair_case which = pair_case_short_at(index);
    const misuse *row = &misuse_table[number];
    const bool again = misuse_reused(row, &which);
    const int wanted = ANSWER + (int)row->fit + (again ? ANSWER_REUSED : 0);
    int ends[2], input[2], status = 0;
    bool reused;
    pid_t pid;

    cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    cr_assert_eq(pipe2(input, O_CLOEXEC), 0);
    pid = start_client(index, number, now, ends[1], input[0]);
    (void)close(ends[1]);
    (void)close(input[0]);
    cr_assert_eq(write(input[1], bytes, size), (ssize_t)size);
    (void)close(input[1]);
    reused = serve(server, ends[0], row->name);
    cr_assert_eq(waitpid(pid, &status, 0), pid);
    cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == wanted, "%s: %s: status 0x%x, not %d",
              row->name, pair_name(&which), status, wanted);
    cr_expect_eq(reused, again, "%s: %s: server %d", row->name, pair_name(&which), reused);
}

static void misused(size_t index, size_t number)
{
    const pair_case which = pair_case_short_at(index);
    const misuse *row = &misuse_table[number];
    int64_t now = (int64_t)time(NULL);
    otls_context *client = misuse_client_before(row, &which, &now);
    otls_context *server = misuse_server(row, &which, &now);
    session_run first;
    uint8_t *bytes;
    size_t size;
    pair p;

    session_begin(&p, &which, client, server, NULL, NULL, MISUSE_PORT);
    first = session_end(&p);
    cr_assert_not_null(first.session, "%s: %s: no session", row->name, pair_name(&which));
    bytes = misuse_export(first.session, &size);
    now += row->later;
    offered(index, number, server, bytes, size, now);
    free(bytes);
    otls_session_free(first.session);
    otls_context_free(client);
    otls_context_free(server);
}

ParameterizedTestParameters(processes, misuse)
{
    return pair_parameters_short();
}

ParameterizedTest(size_t *index, processes, misuse)
{
    const pair_case which = pair_case_short_at(*index);

    for (size_t i = 0; i < misuse_count; i++)
        if (misuse_possible(&misuse_table[i], &which))
            misused(*index, i);
}

/* Criterion's processes replace this function, and find it by its name. */
__attribute__((visibility("default"))) int main(int argc, char **argv)
{
    struct criterion_test_set *tests;
    int failed = 0;

    if (argc == 5 && strcmp(argv[1], "--client") == 0)
        return be_client(argv);
    tests = criterion_initialize();
    if (criterion_handle_args(argc, argv, true))
        failed = !criterion_run_all_tests(tests);
    criterion_finalize(tests);
    return failed;
}
