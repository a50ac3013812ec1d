/* SPDX-License-Identifier: MIT */
/*
 * Eight threads are the first to use the library and load its engines; then the process forks: parent and child go on
 * with the same contexts and caches, and draw other random octets; then another program takes the child's place, which
 * finds no descriptor that was not its own before, and begins anew. No Criterion: its processes and ThreadSanitizer
 * do not mix.
 */
#include "scenario.h"

#include <omnitls/omnitls.h>

#include <dirent.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define ENGINES 3
#define THREADS 8
#define RANDOM 32

static pthread_barrier_t start;
static otls_context *contexts[ENGINES][2];
static const otls_backend *engines[ENGINES];
static size_t engine_count;

static int complain(const char *what, const otls_error *err)
{
    fprintf(stderr, "FAIL: %s: %s [%s]\n", what, err != NULL ? err->text : "", err != NULL ? err->native_text : "");
    return 1;
}

static bool make(otls_context *pair[2], const otls_backend *engine, otls_error *err)
{
    otls_identity *identity = NULL;
    otls_trust *trust = NULL;
    const bool ok =
        otls_trust_new(&trust, err) == OTLS_OK && otls_trust_add_file(trust, OTLS_TEST_PKI "/root.pem", err) == OTLS_OK &&
        otls_identity_from_files(&identity, engine, OTLS_TEST_PKI "/server-ecdsa-p256.pem",
                                 OTLS_TEST_PKI "/server-ecdsa-p256.key", NULL, NULL, err) == OTLS_OK &&
        otls_context_new(&pair[0], engine, OTLS_CLIENT, err) == OTLS_OK &&
        otls_context_new(&pair[1], engine, OTLS_SERVER, err) == OTLS_OK &&
        otls_context_set_trust(pair[0], trust, err) == OTLS_OK &&
        otls_context_add_identity(pair[1], identity, err) == OTLS_OK &&
        otls_context_set_session_cache_mode(pair[0], OTLS_SESSION_CACHE_BOTH, err) == OTLS_OK &&
        otls_context_set_session_cache_mode(pair[1], OTLS_SESSION_CACHE_BOTH, err) == OTLS_OK;

    otls_trust_free(trust);
    otls_identity_free(identity);
    return ok;
}

/* A whole connection; `random`, if not NULL, gets the client's. */
static bool connect_once(otls_context *const ends[2], uint8_t *random, bool *resumed)
{
    otls_error err = OTLS_ERROR_INIT;
    scenario run = {0};
    scenario_pair pair;
    bool ok = scenario_open(&pair, ends[0], ends[1], &err);

    if (ok) {
        scenario_run(&run, pair.client, pair.server, &pair.wire, true);
        ok = run.client.status == OTLS_OK && run.server.status == OTLS_OK &&
             (random == NULL || otls_connection_client_random(pair.client, random, &err) == OTLS_OK);
        if (resumed != NULL)
            *resumed = otls_connection_session_resumed(pair.client);
    }
    if (!ok)
        (void)complain(otls_backend_name(otls_context_backend(ends[0])),
                       run.client.error.text[0] != '\0' ? &run.client.error : &err);
    scenario_close(&pair);
    return ok;
}

/* Each asks for every engine at once with the others, beginning with another one, and makes what it needs. */
static void *load(void *argument)
{
    const size_t number = *(const size_t *)argument;
    static const char *const names[ENGINES] = {"openssl", "wolfssl", "gnutls"};
    bool ok = true;

    (void)pthread_barrier_wait(&start);
    for (size_t i = 0; i < ENGINES; i++) {
        otls_context *pair[2] = {NULL, NULL};
        otls_error err = OTLS_ERROR_INIT;
        const otls_backend *engine;

        if (otls_backend_find(&engine, names[(number + i) % ENGINES], &err) != OTLS_OK)
            continue; /* main finds out which there are */
        if (!make(pair, engine, &err))
            ok = complain(otls_backend_name(engine), &err) == 0;
        else
            ok = connect_once(pair, NULL, NULL) && ok;
        otls_context_free(pair[0]);
        otls_context_free(pair[1]);
    }
    return ok ? argument : NULL;
}

static bool load_from_threads(void)
{
    pthread_t threads[THREADS];
    size_t numbers[THREADS];
    bool good = pthread_barrier_init(&start, NULL, THREADS) == 0;
    void *result;

    for (size_t i = 0; i < THREADS; i++) {
        numbers[i] = i;
        if (pthread_create(&threads[i], NULL, load, &numbers[i]) != 0)
            exit(complain("pthread_create", NULL));
    }
    for (size_t i = 0; i < THREADS; i++) {
        (void)pthread_join(threads[i], &result);
        good = good && result != NULL;
    }
    (void)pthread_barrier_destroy(&start);
    return good;
}

/* What each side of the fork does: random octets, and a connection, which resumes what was cached before. */
static bool use(uint8_t out[ENGINES][2][RANDOM])
{
    otls_error err = OTLS_ERROR_INIT;
    bool good = true, resumed;

    for (size_t i = 0; i < engine_count; i++) {
        if (otls_random(engines[i], out[i][0], RANDOM, &err) != OTLS_OK)
            good = complain("random", &err) == 0;
        good = connect_once(contexts[i], out[i][1], &resumed) && good;
        if (good && !resumed)
            good = complain(otls_backend_name(engines[i]), NULL) == 0;
    }
    return good;
}

/* `had`: descriptors before the library was used. */
static int child(int to, const char *program, size_t had)
{
    uint8_t mine[ENGINES][2][RANDOM] = {{{0}}};
    char count[24];

    if (!use(mine) || write(to, mine, sizeof(mine)) != (ssize_t)sizeof(mine))
        return 1;
    (void)snprintf(count, sizeof(count), "%zu", had + 1); /* and the pipe */
    (void)execl(program, program, count, (char *)NULL);
    return complain("exec", NULL);
}

static bool fork_and_compare(const char *program, size_t had)
{
    uint8_t mine[ENGINES][2][RANDOM] = {{{0}}}, its[ENGINES][2][RANDOM];
    int pipes[2], status = -1;
    bool good;
    pid_t pid;

    (void)fflush(NULL);
    if (pipe(pipes) != 0 || (pid = fork()) < 0)
        return complain("fork", NULL) == 0;
    if (pid == 0) {
        (void)close(pipes[0]);
        exit(child(pipes[1], program, had));
    }
    (void)close(pipes[1]);
    good = use(mine);
    good = read(pipes[0], its, sizeof(its)) == (ssize_t)sizeof(its) && good;
    (void)close(pipes[0]);
    if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
        good = complain("the child", NULL) == 0;
    for (size_t i = 0; good && i < engine_count; i++)
        for (size_t k = 0; k < 2; k++)
            if (memcmp(mine[i][k], its[i][k], RANDOM) == 0)
                good = complain("the same random octets on both sides of a fork", NULL) == 0;
    return good;
}

/* Descriptors from 3 on; the directory's own is not counted. */
static size_t descriptors(void)
{
    DIR *directory = opendir("/proc/self/fd");
    size_t count = 0;

    if (directory == NULL)
        return 0;
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        const long number = strtol(entry->d_name, NULL, 10);

        count += entry->d_name[0] != '.' && number > 2 && number != dirfd(directory);
    }
    (void)closedir(directory);
    return count;
}

static bool make_all(void)
{
    otls_error err = OTLS_ERROR_INIT;

    engine_count = otls_backend_list(engines, ENGINES);
    engine_count = engine_count < ENGINES ? engine_count : ENGINES;
    for (size_t i = 0; i < engine_count; i++)
        if (!make(contexts[i], engines[i], &err) || !connect_once(contexts[i], NULL, NULL))
            return complain(otls_backend_name(engines[i]), &err) == 0;
    return engine_count != 0;
}

static int after_exec(size_t had, size_t allowed)
{
    if (had > allowed) {
        fprintf(stderr, "FAIL: %zu descriptors after exec, and not %zu\n", had, allowed);
        return 1;
    }
    return !make_all();
}

int main(int argc, char **argv)
{
    const size_t had = descriptors();
    bool good;

    if (argc == 2)
        return after_exec(had, strtoul(argv[1], NULL, 10));
    good = load_from_threads() && make_all() && fork_and_compare(argv[0], had);
    for (size_t i = 0; i < engine_count; i++) {
        otls_context_free(contexts[i][0]);
        otls_context_free(contexts[i][1]);
    }
    printf("%zu engines, %d threads that load them, a fork, an exec: %s\n", engine_count, THREADS,
           good ? "all went well" : "not all went well");
    return !good;
}
