/* SPDX-License-Identifier: MIT */
/*
 * What would be in a core file? A process does the scenarios of secrets.c, gives everything back after each of them
 * and stands still; from outside all of its memory that can be written is searched: stacks, data of every module, live blocks,
 * and what malloc has been given back. Private keys, passwords, pre-shared and ticket keys, master secrets.
 *
 *   image PKI ENGINE [--known FILE]
 *
 * The process itself knows no secret beforehand and forgets those that it makes up. It fails when a secret is where no
 * row of the file says that the engine leaves it: engine, "image", secret and place, reason.
 */
#include "memory.h"
#include "scenario.h"
#include "scenarios.h"

#include <fcntl.h>
#include <omnitls/insecure.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define PART 20
#define SECRETS 8

typedef struct secret {
    char name[24];
    uint8_t part[2][PART]; /* as it is written, and from its end: engines' numbers */
} secret;

static secret secrets[SECRETS];
static size_t secret_count;
static unsigned long long searched;
static int failures;
static char known[64][4][256];
static char told[64][128];
static size_t known_count, told_count;
static unsigned looks;

/* The scenarios ask for it; here malloc is as it is. */
void memory_pause(bool pause)
{
    (void)pause;
}

/* ---- the process that has secrets --------------------------------------------------------------- */

/* Volatile, or the compiler knows that nobody reads it. */
static void forget(void *data, size_t size)
{
    volatile uint8_t *at = data;

    while (size-- > 0)
        at[size] = 0;
}

/* Made up anew each time, so that no copy of it is left in this program. */
static void make_up(uint8_t *out, size_t size, unsigned seed)
{
    for (size_t i = 0; i < size; i++)
        out[i] = (uint8_t)((seed + i * 7) ^ (i * i * 13) ^ (seed << (i % 5)));
}

enum { PASSWORD_SEED = 11, PSK_SEED = 23, TICKET_SEED = 47 };

static void make_password(char *out, size_t size)
{
    for (size_t i = 0; i < size; i++)
        out[i] = (char)('a' + (PASSWORD_SEED + i * 5 + i * i) % 26);
}

static otls_status give_password(char *out, size_t capacity, size_t *length, void *user)
{
    (void)user;
    if (capacity < 32)
        return OTLS_E_USAGE;
    make_password(out, 32);
    *length = 32;
    return OTLS_OK;
}

static otls_status client_key(otls_connection *conn, const char *hint, otls_psk *out, void *user)
{
    (void)conn;
    (void)hint;
    (void)user;
    (void)snprintf(out->identity, sizeof(out->identity), "somebody");
    make_up(out->key, 32, PSK_SEED);
    out->key_size = 32;
    return OTLS_OK;
}

static otls_status server_key(otls_connection *conn, const uint8_t *identity, size_t size, otls_psk *out, void *user)
{
    (void)identity;
    (void)size;
    return client_key(conn, NULL, out, user);
}

static otls_status shared_context(otls_context **out, const world *w, int side)
{
    otls_status status = otls_context_new(out, w->backend, side ? OTLS_SERVER : OTLS_CLIENT, NULL);
    uint8_t keys[OTLS_TICKET_KEY_SIZE];

    if (status == OTLS_OK)
        status = otls_context_set_versions(*out, w->version, w->version, NULL);
    if (status == OTLS_OK && w->version == OTLS_TLS1_2)
        status = otls_context_set_ciphers(*out, "ECDHE-PSK:PSK", NULL);
    if (status == OTLS_OK)
        status = side ? otls_context_set_psk_server_callback(*out, server_key, NULL, NULL)
                      : otls_context_set_psk_client_callback(*out, client_key, NULL, NULL);
    if (status == OTLS_OK && side)
        status = otls_context_set_session_cache_mode(*out, OTLS_SESSION_CACHE_SERVER, NULL);
    if (status == OTLS_OK && side) {
        make_up(keys, sizeof(keys), TICKET_SEED);
        status = otls_context_set_ticket_keys(*out, keys, sizeof(keys), NULL);
        forget(keys, sizeof(keys));
    }
    return status;
}

/* Pre-shared and ticket keys; the connection's secret goes to `out`. */
static void shared_keys(const world *w, int out)
{
    otls_context *contexts[2] = {NULL, NULL};
    otls_connection *conns[2] = {NULL, NULL};
    otls_status status = OTLS_OK;
    uint8_t master[48];
    test_wire wire;
    scenario run = {0};

    wire_init(&wire);
    for (int side = 0; side < 2 && status == OTLS_OK; side++) {
        const otls_transport transport = wire_transport(side ? &wire.server : &wire.client);

        status = shared_context(&contexts[side], w, side);
        if (status == OTLS_OK)
            status = otls_connection_new(&conns[side], contexts[side], &transport, NULL);
    }
    if (status == OTLS_OK) {
        scenario_run(&run, conns[0], conns[1], &wire, true);
        if (run.client.status == OTLS_OK && w->version == OTLS_TLS1_2 &&
            otls_connection_insecure_master_secret(conns[0], master, NULL) == OTLS_OK &&
            write(out, master, sizeof(master)) != sizeof(master))
            _exit(4);
        forget(master, sizeof(master));
    }
    for (int side = 0; side < 2; side++) {
        otls_connection_free(conns[side]);
        otls_context_free(contexts[side]);
    }
    wire_free(&wire);
}

/* A word for the parent, who looks now, and one from it. */
static void pause_for(int out, int in)
{
    char byte = 'x';

    if (write(out, &byte, 1) != 1 || read(in, &byte, 1) != 1)
        _exit(4);
}

static void work(world *w, int out, int in)
{
    static const uint16_t versions[] = {OTLS_TLS1_2, OTLS_TLS1_3};

    for (int v = 0; v < 2; v++) {
        w->version = versions[v];
        shared_keys(w, out);
    }
    pause_for(out, in);
    for (size_t i = 0; i < torture_scenario_count; i++)
        for (int v = 0; v < (torture_scenarios[i].versions ? 2 : 1); v++) {
            outcome what = {.error = OTLS_ERROR_INIT};

            w->version = versions[v];
            torture_scenarios[i].run(w, &what);
            if (what.status != OTLS_OK || what.wrong != NULL)
                _exit(5);
            pause_for(out, in);
        }
    torture_wrong_password(w, give_password);
    pause_for(out, in);
    exit(0);
}

/* ---- the one that looks ---------------------------------------------------------------------- */

static void add(const char *name, const uint8_t *data)
{
    secret *s = &secrets[secret_count++];

    (void)snprintf(s->name, sizeof(s->name), "%s", name);
    memcpy(s->part[0], data, PART);
    for (size_t i = 0; i < PART; i++)
        s->part[1][i] = data[PART - 1 - i];
}

static void add_from(const world *w, const char *name, const char *file, const char *before, size_t size)
{
    static uint8_t data[8192];
    const uint8_t *at;
    char path[512];
    ssize_t count;
    int fd;

    (void)snprintf(path, sizeof(path), "%s/%s", w->pki, file);
    fd = open(path, O_RDONLY);
    count = fd < 0 ? -1 : read(fd, data, sizeof(data));
    at = count < 0 ? NULL : memmem(data, (size_t)count, before, size);
    if (at == NULL) {
        perror(path);
        exit(2);
    }
    (void)close(fd);
    add(name, at + size);
}

static void know_secrets(const world *w)
{
    uint8_t bytes[OTLS_TICKET_KEY_SIZE];

    add_from(w, "EC private key", "server-ecdsa-p256.key.der", "\x02\x01\x01\x04\x20", 5);
    add_from(w, "RSA prime", "server-rsa-2048.key.der", "\x02\x81\x81\x00", 4);
    add_from(w, "EC key in PEM", "server-ecdsa-p256.key", "KEY-----\n", 9);
    make_password((char *)bytes, 32);
    add("password", bytes);
    make_up(bytes, 32, PSK_SEED);
    add("pre-shared key", bytes);
    make_up(bytes, sizeof(bytes), TICKET_SEED);
    add("ticket key", bytes + 16);
    add("ticket MAC key", bytes + 48);
}

static void read_known(const char *path)
{
    char line[1024];
    FILE *stream = path != NULL ? fopen(path, "r") : NULL;

    while (stream != NULL && known_count < 64 && fgets(line, sizeof(line), stream) != NULL)
        known_count += line[0] != '#' &&
                       sscanf(line, "%255[^\t]\t%255[^\t]\t%255[^\t]\t%255[^\n]", known[known_count][0],
                              known[known_count][1], known[known_count][2], known[known_count][3]) == 4;
    if (stream != NULL)
        (void)fclose(stream);
}

static const char *reason_of(const char *engine, const char *what)
{
    for (size_t i = 0; i < known_count; i++)
        if (strcmp(known[i][0], engine) == 0 && strcmp(known[i][1], "image") == 0 && strcmp(known[i][2], what) == 0)
            return known[i][3];
    return NULL;
}

static void found(const char *engine, const char *place, const secret *s, unsigned count, unsigned long below)
{
    const char *name = strrchr(place, '/') != NULL ? strrchr(place, '/') + 1 : place;
    char what[128];
    const char *reason;

    (void)snprintf(what, sizeof(what), "%.40s in %.80s", s->name, name[0] != '\0' ? name : "other memory");
    for (size_t i = 0; i < told_count; i++)
        if (strcmp(told[i], what) == 0)
            return;
    if (told_count < 64)
        (void)snprintf(told[told_count++], sizeof(told[0]), "%s", what);
    reason = reason_of(engine, what);
    failures += reason == NULL;
    (void)printf("%s: %s, %u times, first at %#lx%s%s\n", reason != NULL ? "  the engine's" : "FAIL", what, count, below,
                 reason != NULL ? ": " : "", reason != NULL ? reason : "");
}

static void search(const char *engine, const char *place, unsigned long from, const uint8_t *data, size_t size)
{
    searched += size;
    for (size_t i = 0; i < secret_count; i++) {
        unsigned count = 0;
        unsigned long first = 0;

        for (int k = 0; k < 2; k++)
            for (const uint8_t *at = data; (at = memmem(at, size - (size_t)(at - data), secrets[i].part[k], PART)) != NULL;
                 at++, count++)
                first = first != 0 ? first : from + (unsigned long)(at - data);
        if (count != 0)
            found(engine, place, &secrets[i], count, first);
    }
}

/* Everything that the process may write. */
static void look(const char *engine, pid_t pid)
{
    char path[64], line[512];
    FILE *maps;
    int memory;

    (void)snprintf(path, sizeof(path), "/proc/%d/mem", (int)pid);
    memory = open(path, O_RDONLY);
    (void)snprintf(path, sizeof(path), "/proc/%d/maps", (int)pid);
    maps = fopen(path, "r");
    while (memory >= 0 && maps != NULL && fgets(line, sizeof(line), maps) != NULL) {
        unsigned long from, to;
        char rights[8], place[256] = "";
        uint8_t *data;
        ssize_t size;

        if (sscanf(line, "%lx-%lx %7s %*s %*s %*s %255[^\n]", &from, &to, rights, place) < 3 || rights[1] != 'w')
            continue;
        data = malloc(to - from);
        size = data == NULL ? -1 : pread(memory, data, to - from, (off_t)from);
        if (size > 0)
            search(engine, place, from, data, (size_t)size);
        free(data);
    }
    if (memory < 0 || maps == NULL) {
        perror(path);
        exit(2);
    }
    (void)fclose(maps);
    (void)close(memory);
}

static void hear_master_secret(int in)
{
    uint8_t master[48];
    ssize_t size = read(in, master, sizeof(master));

    if (size == (ssize_t)sizeof(master)) {
        add("master secret", master);
        size = read(in, master, 1);
    }
    if (size != 1)
        exit(2);
}

int main(int argc, char **argv)
{
    otls_error err = OTLS_ERROR_INIT;
    world w = {.pki = argc > 1 ? argv[1] : ""};
    const char *list = NULL;
    int to[2], from[2], status = 0;
    char byte;
    pid_t pid;

    for (int i = 3; i < argc; i++) {
        if (strcmp(argv[i], "--known") == 0 && i + 1 < argc)
            list = argv[i + 1];
    }
    if (argc < 3 || pipe(to) != 0 || pipe(from) != 0)
        return 2;
    pid = fork(); /* before this one knows anything */
    if (pid == 0) {
        if (otls_backend_find(&w.backend, argv[2], &err) != OTLS_OK)
            _exit(2);
        work(&w, from[1], to[0]);
    }
    (void)close(from[1]);
    know_secrets(&w);
    read_known(list);
    hear_master_secret(from[0]);
    (void)signal(SIGPIPE, SIG_IGN);
    for (unsigned pauses = 0;; pauses++) {
        if (pauses != 0 && read(from[0], &byte, 1) != 1)
            break;
        look(argv[2], pid);
        looks++;
        if (write(to[1], "x", 1) != 1)
            break;
    }
    if (waitpid(pid, &status, 0) != pid || status != 0) {
        (void)printf("FAIL: the process ended with %d\n", status);
        return 1;
    }
    (void)printf("%s: %u looks at a process' memory, %llu KiB, for %zu secrets: %zu kinds of place with one, %d that no "
                 "reason is known for\n", argv[2], looks, searched / 1024, secret_count, told_count, failures);
    return failures != 0;
}
