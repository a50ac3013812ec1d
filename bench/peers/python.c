/* SPDX-License-Identifier: MIT */
/* A client over Python's ssl, in a process of its own that is told through a pipe what to do. */
#include "peers/library.h"
#include "peers/peers.h"
#include "peers_python.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATIENCE 60000 /* milliseconds for one answer */
#define LINE_SIZE 512

extern char **environ;

struct peer_state {
    pid_t process;
    int to, from;
};

/* ---- lines there and back -------------------------------------------------------------------- */

static bool read_line(const peer_state *state, char out[LINE_SIZE])
{
    size_t got = 0;

    for (;;) {
        struct pollfd one = {.fd = state->from, .events = POLLIN};

        if (got == LINE_SIZE - 1 || poll(&one, 1, PATIENCE) != 1 ||
            read(state->from, out + got, 1) != 1)
            return bench_complain("python: no answer");
        if (out[got] == '\n')
            break;
        got++;
    }
    out[got] = '\0';
    return true;
}

static bool ask(const peer_state *state, const char *kind, size_t size, size_t count,
                char out[LINE_SIZE])
{
    char line[96];
    const int length = snprintf(line, sizeof(line), "%s %zu %zu\n", kind, size, count);

    if (write(state->to, line, (size_t)length) != length || !read_line(state, out))
        return bench_complain("python: it has ended");
    return strncmp(out, "failed:", strlen("failed:")) != 0 || bench_complain("python: %s", out);
}

/* ---- the process ----------------------------------------------------------------------------- */

static bool start(peer_state *state, char *const arguments[], int in[2], int out[2])
{
    posix_spawn_file_actions_t actions;
    bool good;

    if (posix_spawn_file_actions_init(&actions) != 0)
        return false;
    good = posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO) == 0 &&
           posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO) == 0 &&
           posix_spawnp(&state->process, "python3", &actions, NULL, arguments, environ) == 0;
    (void)posix_spawn_file_actions_destroy(&actions);
    return good;
}

static bool close_on_exec(const int fds[2])
{
    return fcntl(fds[0], F_SETFD, FD_CLOEXEC) == 0 && fcntl(fds[1], F_SETFD, FD_CLOEXEC) == 0;
}

static peer_state *spawn(char *const arguments[])
{
    peer_state *state = calloc(1, sizeof(*state));
    int in[2], out[2];
    bool good;

    if (state == NULL || pipe(in) != 0) {
        free(state);
        return NULL;
    }
    if (pipe(out) != 0) {
        (void)close(in[0]);
        (void)close(in[1]);
        free(state);
        return NULL;
    }
    good = close_on_exec(in) && close_on_exec(out) && start(state, arguments, in, out);
    (void)close(in[0]);
    (void)close(out[1]);
    state->to = in[1];
    state->from = out[0];
    if (good)
        return state;
    (void)close(state->to);
    (void)close(state->from);
    free(state);
    (void)bench_complain("not installed: no python3");
    return NULL;
}

static void state_close(peer_state *state)
{
    if (state == NULL)
        return;
    (void)close(state->to); /* its input ends, and so does it */
    (void)close(state->from);
    while (waitpid(state->process, NULL, 0) < 0 && errno == EINTR)
        ;
    free(state);
}

static peer_state *open_with(const char *port, const char *name, const char *root,
                             const char *groups, char hello[LINE_SIZE])
{
    char *const arguments[] = {(char *)(uintptr_t) "python3",
                               (char *)(uintptr_t) "-I",
                               (char *)(uintptr_t) "-c",
                               (char *)(uintptr_t)peers_python_client,
                               (char *)(uintptr_t)port,
                               (char *)(uintptr_t)name,
                               (char *)(uintptr_t)root,
                               (char *)(uintptr_t)groups,
                               NULL};
    peer_state *state = spawn(arguments);

    if (state != NULL && !read_line(state, hello)) {
        state_close(state);
        return NULL;
    }
    return state;
}

/* ---- what it is ------------------------------------------------------------------------------ */

/* Without a root it says what it is and fails at nothing else. */
bool peer_python_load(peer_library *library)
{
    static const char *const ask_it = "import sys, ssl\n"
                                      "print(sys.version.split()[0] + '|' + ssl.OPENSSL_VERSION)\n";
    char *const arguments[] = {(char *)(uintptr_t) "python3", (char *)(uintptr_t) "-I",
                               (char *)(uintptr_t) "-c", (char *)(uintptr_t)ask_it, NULL};
    peer_state *state = spawn(arguments);
    char hello[LINE_SIZE];
    size_t length;
    bool good;

    if (state == NULL)
        return false;
    good = read_line(state, hello);
    state_close(state);
    if (!good)
        return bench_complain("not installed: this python3 has no ssl");
    length = strcspn(hello, "|");
    (void)snprintf(library->version, sizeof(library->version), "%.*s", (int)length, hello);
    (void)snprintf(library->tls, sizeof(library->tls), "%.*s", PEER_TEXT_SIZE - 1,
                   hello + length + (hello[length] == '|' ? 1 : 0));
    library->engine = peer_library_engine(library->tls);
    return true;
}

/* ---- the program ----------------------------------------------------------------------------- */

static peer_state *state_open(const peer_setup *setup)
{
    char port[16], hello[LINE_SIZE];

    (void)snprintf(port, sizeof(port), "%u", (unsigned)setup->port);
    return open_with(port, setup->name, setup->root, setup->groups ? "X25519" : "", hello);
}

static bool state_connect(peer_state *state)
{
    char line[LINE_SIZE];

    return ask(state, "open", 0, 0, line);
}

static void hang_up(peer_state *state)
{
    char line[LINE_SIZE];

    (void)ask(state, "shut", 0, 0, line);
}

/* Only what the server is asked: messages that are measured never leave the other process. */
static bool exchange(peer_state *state, const uint8_t *message, uint8_t *answer, size_t size)
{
    char line[LINE_SIZE];

    (void)message;
    if (!ask(state, "ask", size, 1, line))
        return false;
    memset(answer, 0, size);
    memcpy(answer, line, strlen(line) < size ? strlen(line) : size);
    return true;
}

static bool elsewhere(peer_state *state, peer_kind kind, size_t size, size_t count,
                      bench_time *spent)
{
    char line[LINE_SIZE], *end;

    if (!ask(state, kind == PEER_HANDSHAKE ? "handshake" : "exchange", size, count, line))
        return false;
    spent->cpu = strtod(line, &end);
    spent->real = strtod(end, NULL);
    return spent->real > 0 || bench_complain("python: \"%s\" is no time", line);
}

const peer_program peer_python = {
    .open = state_open,
    .close = state_close,
    .connect = state_connect,
    .hang_up = hang_up,
    .exchange = exchange,
    .elsewhere = elsewhere,
};
