/* SPDX-License-Identifier: MIT */
/*
 * soak PKI ENGINE [--handshakes N] [--hold N]: a server that holds so many connections and meanwhile makes so many
 * handshakes: full and resumed ones with data, and between them clients that go in the middle of a handshake, send
 * garbage, say nothing or one octet at a time. Watched from outside: its memory and its descriptors, in twenty
 * samples. It fails when memory grows by more than 1 % (and 64 KiB) from one quarter to the next after the first, when descriptors
 * do not come back to what they were, when a client waits for 20 seconds, when the silent ones are not sent away at
 * their deadline, or when a connection that was held no longer answers.
 */
#include "server.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SAMPLES 20
#define SILENT 16
/** Milliseconds beyond the deadline: the machine has other work, too. */
#define GRACE 4000

/** A client that never gets to an end; `next` octets of a hello are out. */
typedef struct silent {
    int fd;
    int64_t since;
    bool drips;
} silent;

typedef struct sample {
    unsigned long handshakes;
    double seconds;
    long memory, descriptors; /* KiB */
} sample;

static const char *pki;
static const otls_backend *engine;
static struct sockaddr_in address = {.sin_family = AF_INET};
static otls_context *client;
static silent silents[SILENT];
static sample samples[SAMPLES];
static size_t sample_count, failures;
static unsigned long handshakes, resumed, aborted, garbage, sent_away;
static long slowest_end;
static pid_t server;

static int64_t now(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void die(const char *what, const char *why)
{
    (void)fprintf(stderr, "soak: %s: %s\n", what, why);
    if (server > 0)
        (void)kill(server, SIGKILL);
    exit(2);
}

static void must(otls_status status, const otls_error *err, const char *what)
{
    if (status != OTLS_OK)
        die(what, err->text);
}

static void fail(const char *what, long number)
{
    (void)printf("FAIL: %s (%ld)\n", what, number);
    failures++;
}

/* ---- contexts ---- */

static const char *path_of(char out[512], const char *name)
{
    (void)snprintf(out, 512, "%s/%s", pki, name);
    return out;
}

static otls_context *new_context(otls_role role)
{
    otls_error err = OTLS_ERROR_INIT;
    otls_identity *identity = NULL;
    otls_context *context = NULL;
    otls_trust *trust = NULL;
    char chain[512], key[512];

    must(otls_context_new(&context, engine, role, &err), &err, "context");
    if (role == OTLS_CLIENT) {
        must(otls_trust_new(&trust, &err), &err, "trust");
        must(otls_trust_add_file(trust, path_of(chain, "root.pem"), &err), &err, "root");
        must(otls_context_set_trust(context, trust, &err), &err, "trust");
        otls_trust_free(trust);
    } else {
        must(otls_identity_from_files(&identity, engine, path_of(chain, "server-ecdsa-p256.pem"),
                                      path_of(key, "server-ecdsa-p256.key"), NULL, NULL, &err),
             &err, "identity");
        must(otls_context_add_identity(context, identity, &err), &err, "identity");
        otls_identity_free(identity);
    }
    must(otls_context_set_session_cache_mode(
             context, role == OTLS_CLIENT ? OTLS_SESSION_CACHE_CLIENT : OTLS_SESSION_CACHE_SERVER, &err),
         &err, "sessions");
    must(otls_context_seal(context, &err), &err, "seal");
    return context;
}

/* ---- clients ---- */

static int dial(void)
{
    const struct timeval patience = {.tv_sec = 20};
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0 || connect(fd, (const struct sockaddr *)&address, sizeof(address)) != 0 ||
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) != 0)
        die("connecting", strerror(errno));
    return fd;
}

static otls_connection *open_connection(int fd)
{
    otls_error err = OTLS_ERROR_INIT;
    otls_connection *conn;

    must(otls_connection_new_fd(&conn, client, fd, &err), &err, "connection");
    must(otls_connection_set_server_name(conn, "localhost", &err), &err, "name");
    return conn;
}

/* Handshake, and an echo of so many octets. */
static void talk(otls_connection *conn, size_t size)
{
    otls_error err = OTLS_ERROR_INIT;
    uint8_t out[4000], in[4000];
    size_t done = 0, got = 0;

    must(otls_connection_handshake(conn, &err), &err, "handshake");
    for (size_t i = 0; i < size; i++)
        out[i] = (uint8_t)(i * 7 + handshakes);
    must(otls_connection_write(conn, out, size, &done, &err), &err, "write");
    while (got < size) {
        must(otls_connection_read(conn, in + got, size - got, &done, &err), &err, "read");
        got += done;
    }
    if (memcmp(in, out, size) != 0)
        fail("other data came back", (long)size);
}

static void visit(void)
{
    const int fd = dial();
    otls_connection *conn = open_connection(fd);

    if (handshakes % 3 == 0) /* every third is a full one */
        must(otls_connection_set_session(conn, NULL, NULL), &(otls_error)OTLS_ERROR_INIT, "no session");
    talk(conn, 1 + handshakes % 3999);
    handshakes++;
    resumed += otls_connection_session_resumed(conn);
    (void)otls_connection_shutdown(conn, NULL);
    otls_connection_free(conn);
    (void)close(fd);
}

/* Its hello goes out, and then it is gone. */
static void abort_one(void)
{
    const struct linger reset = {.l_onoff = 1};
    const int fd = dial();
    otls_connection *conn = open_connection(fd);

    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &(struct timeval){.tv_usec = 1000}, sizeof(struct timeval));
    (void)otls_connection_handshake(conn, NULL);
    otls_connection_free(conn);
    if (aborted++ % 2 != 0)
        (void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
    (void)close(fd);
}

static void send_garbage(void)
{
    uint8_t bytes[300];
    const int fd = dial();

    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (uint8_t)rand();
    if (garbage++ % 2 != 0)
        memcpy(bytes, "\x16\x03\x01\x01\x00\x01\x00\x00\xfc\x03\x03", 11);
    (void)send(fd, bytes, sizeof(bytes), MSG_NOSIGNAL);
    (void)shutdown(fd, SHUT_WR);
    while (recv(fd, bytes, sizeof(bytes), 0) > 0)
        ;
    (void)close(fd);
}

/* They are there until the server sends them away; how many are there still? */
static size_t watch_silent(bool again)
{
    size_t there = 0;

    for (size_t i = 0; i < SILENT; i++) {
        silent *s = &silents[i];
        uint8_t byte = 0x16;
        long waited;

        if (s->fd == 0 && !again)
            continue;
        there++;
        if (s->fd == 0) {
            *s = (silent){.fd = dial(), .since = now(), .drips = i % 2 != 0};
            if (s->drips)
                (void)send(s->fd, &byte, 1, MSG_NOSIGNAL);
            continue;
        }
        waited = (long)(now() - s->since);
        if (recv(s->fd, &byte, 1, MSG_DONTWAIT) < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            if (waited > SOAK_DEADLINE + GRACE)
                die("a silent client is not sent away", "deadline");
            continue;
        }
        if (waited < SOAK_DEADLINE - 100)
            fail("sent away before the deadline, ms", waited);
        if (waited > slowest_end)
            slowest_end = waited;
        sent_away++;
        (void)close(s->fd);
        s->fd = 0;
    }
    return there;
}

/* ---- the server, from outside ---- */

static long memory_of(pid_t pid)
{
    char path[64], line[256];
    long kib = 0;
    FILE *stream;

    (void)snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
    stream = fopen(path, "r");
    while (stream != NULL && fgets(line, sizeof(line), stream) != NULL)
        (void)sscanf(line, "RssAnon: %ld", &kib);
    if (stream != NULL)
        (void)fclose(stream);
    return kib;
}

static long descriptors_of(pid_t pid)
{
    char path[64];
    long found = 0;
    DIR *folder;

    (void)snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
    folder = opendir(path);
    while (folder != NULL && readdir(folder) != NULL)
        found++;
    if (folder != NULL)
        (void)closedir(folder);
    return found - 2;
}

static void take_sample(int64_t begun)
{
    sample *s = &samples[sample_count++];

    *s = (sample){.handshakes = handshakes,
                  .seconds = (double)(now() - begun) / 1000,
                  .memory = memory_of(server),
                  .descriptors = descriptors_of(server)};
    (void)printf("  %8lu handshakes %8.1f s %8ld KiB %6ld descriptors\n", s->handshakes, s->seconds, s->memory,
                 s->descriptors);
}

/* Mean memory of a quarter's samples against that of the quarter before, the first left out: it fills caches. */
static void judge_memory(void)
{
    double means[4] = {0};

    for (size_t i = 0; i < SAMPLES; i++)
        means[i * 4 / SAMPLES] += (double)samples[i].memory / (SAMPLES / 4);
    for (int quarter = 2; quarter < 4; quarter++)
        if (means[quarter] > means[quarter - 1] * 1.01 + 64)
            fail("memory grows, KiB", (long)(means[quarter] - means[quarter - 1]));
    (void)printf("  memory of the quarters: %.0f, %.0f, %.0f, %.0f KiB\n", means[0], means[1], means[2], means[3]);
}

/* ---- all of it ---- */

static void soak(unsigned long wanted, unsigned long per_sample)
{
    const int64_t begun = now();

    for (unsigned long turn = 0; handshakes < wanted; turn++) {
        visit();
        if (turn % 20 == 7)
            abort_one();
        if (turn % 20 == 13)
            send_garbage();
        if (turn % 10 == 9)
            (void)watch_silent(true);
        if (sample_count < SAMPLES && handshakes >= (sample_count + 1) * per_sample)
            take_sample(begun);
    }
}

static pid_t start_server(int listener, int end[2])
{
    const pid_t pid = fork();

    if (pid != 0)
        return pid;
    (void)close(end[1]);
    otls_context *context = new_context(OTLS_SERVER);
    const int status = soak_serve(context, listener, end[0]);
    exit(status);
}

static void hold(otls_connection **held, int *fds, unsigned long count)
{
    for (unsigned long i = 0; i < count; i++) {
        fds[i] = dial();
        held[i] = open_connection(fds[i]);
        talk(held[i], 100);
    }
}

static void let_go(otls_connection **held, int *fds, unsigned long count)
{
    for (unsigned long i = 0; i < count; i++) {
        talk(held[i], 100);
        (void)otls_connection_shutdown(held[i], NULL);
        otls_connection_free(held[i]);
        (void)close(fds[i]);
    }
}

int main(int argc, char **argv)
{
    struct rlimit limit;
    unsigned long wanted = 1000, keep = 100;
    socklen_t size = sizeof(address);
    int listener, end[2], status = 0;
    long before;

    if (argc < 3 || otls_backend_find(&engine, argv[2], NULL) != OTLS_OK)
        die("PKI ENGINE", "are missing");
    pki = argv[1];
    for (int i = 3; i + 1 < argc; i += 2)
        *(strcmp(argv[i], "--hold") == 0 ? &keep : &wanted) = strtoul(argv[i + 1], NULL, 10);
    (void)setvbuf(stdout, NULL, _IOLBF, 0);
    (void)signal(SIGPIPE, SIG_IGN);
    (void)getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
    listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(listener, (struct sockaddr *)&address, sizeof(address)) != 0 || listen(listener, 128) != 0 ||
        getsockname(listener, (struct sockaddr *)&address, &size) != 0 || pipe(end) != 0)
        die("listening", strerror(errno));
    server = start_server(listener, end);
    client = new_context(OTLS_CLIENT);
    otls_connection **held = calloc(keep + 1, sizeof(*held));
    int *fds = calloc(keep + 1, sizeof(*fds));

    visit();
    before = descriptors_of(server);
    hold(held, fds, keep);
    soak(wanted, wanted / SAMPLES != 0 ? wanted / SAMPLES : 1);
    let_go(held, fds, keep);
    while (watch_silent(false) != 0)
        (void)usleep(50000);
    for (int i = 0; i < 100 && descriptors_of(server) > before; i++)
        (void)usleep(100000);
    if (descriptors_of(server) > before)
        fail("descriptors are left", descriptors_of(server) - before);
    judge_memory();
    (void)close(end[1]);
    if (waitpid(server, &status, 0) != server || status != 0)
        fail("the server's end", status);
    (void)printf("%s: %lu handshakes, %lu of them resumed, %lu connections held; %lu went in the middle, %lu sent "
                 "garbage, %lu were silent and sent away, the last after %ld ms; %zu failures\n",
                 argv[2], handshakes, resumed, keep, aborted, garbage, sent_away, slowest_end, failures);
    free(held);
    free(fds);
    otls_context_free(client);
    return failures != 0;
}
