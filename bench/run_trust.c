/* SPDX-License-Identifier: MIT */
/*
 * The system's roots: the first context up to the first verified chain, each time in a process of
 * its own; and each later context. Nobody has the key of a system root, so both sides get the
 * system's bundle with the test root behind it, in a file: the engines by its path, omnitls through
 * SSL_CERT_FILE. Cases of so many roots get made ones in the bundle's place. Loading the library
 * itself is not part of it (a bare context is made before).
 */
#include "roots.h"

#include <omnitls/omnitls.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define SLICE_LATER 4e6

static const char *const bundles[] = {
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
    "/opt/homebrew/etc/ca-certificates/cert.pem",
    "/usr/local/etc/ca-certificates/cert.pem",
};

typedef struct work {
    bench_work base;
    const bench_side *sides[BENCH_SLOTS_MAX];
    bench_roots roots[BENCH_SLOTS_MAX]; /* the same ones; each names its slot's engine */
    otls_certificate **chain;
    size_t chain_count;
    size_t count; /* of roots, made for the case; 0: the system's */
    char file[BENCH_PATH_SIZE];
    bench_trust *earlier[BENCH_SLOTS_MAX];
} work;

/* ---- the bundle ------------------------------------------------------------------------------ */

static FILE *bundle_open(void)
{
    const char *named = getenv("SSL_CERT_FILE");
    FILE *stream = NULL;

    if (named != NULL && named[0] != '\0')
        return fopen(named, "rb");
    for (size_t i = 0; stream == NULL && i < sizeof(bundles) / sizeof(bundles[0]); i++)
        stream = fopen(bundles[i], "rb");
    return stream;
}

static bool append(FILE *out, FILE *in)
{
    char bytes[65536];
    size_t count;

    while ((count = fread(bytes, 1, sizeof(bytes), in)) != 0)
        if (fwrite(bytes, 1, count, out) != count)
            return false;
    return ferror(in) == 0 && fputc('\n', out) != EOF;
}

static bool bundle_write(work *w, const char *root)
{
    const bool made = w->count != 0;
    FILE *system = made ? NULL : bundle_open(), *ours = fopen(root, "rb"), *out = NULL;
    bool good;

    if ((made || system != NULL) && ours != NULL && bench_temporary_file(w->file))
        out = fopen(w->file, "wb");
    good = out != NULL &&
           (made ? bench_roots_write(root, w->count - 1, out) : append(out, system)) &&
           append(out, ours);
    if (out != NULL && fclose(out) != 0)
        good = false;
    if (ours != NULL)
        (void)fclose(ours);
    if (system != NULL)
        (void)fclose(system);
    return good || bench_complain("no bundle of the system's roots, or %s cannot be read", root);
}

static bool chain_load(work *w, const char *path, bench_roots *roots)
{
    otls_error err = OTLS_ERROR_INIT;

    if (otls_certificate_list_from_file(&w->chain, &w->chain_count, path, &err) != OTLS_OK)
        return bench_complain("%s", err.text);
    roots->chain_count = w->chain_count < BENCH_CHAIN_MAX ? w->chain_count : BENCH_CHAIN_MAX;
    for (size_t i = 0; i < roots->chain_count; i++)
        roots->chain[i].der = otls_certificate_der(w->chain[i], &roots->chain[i].size);
    return true;
}

/* ---- the first context, in a child ----------------------------------------------------------- */

/* What a child tells. Counting the heap takes time, so it is one or the other. */
typedef struct outcome {
    bench_time spent;
    bench_heap heap;
} outcome;

static bool first(const work *w, size_t slot, bool count, outcome *out)
{
    const bench_side *side = w->sides[slot];
    const bench_roots *roots = &w->roots[slot];
    bench_trust *trust;
    bench_time start;
    bool good;

    if (!side->prepare(roots))
        return false;
    if (count)
        bench_heap_start();
    start = bench_now();
    trust = side->trust_open(roots, NULL);
    good = trust != NULL && side->trust_verify(trust, roots);
    out->spent = bench_since(start);
    if (count)
        out->heap = bench_heap_stop();
    side->trust_close(trust);
    return good;
}

static _Noreturn void child(const work *w, size_t slot, bool count, int fd)
{
    outcome out = {.spent = {0}};
    const bool good = first(w, slot, count, &out) && write(fd, &out, sizeof(out)) == sizeof(out);

    _exit(good ? 0 : 1);
}

static bool first_in_child(const work *w, size_t slot, bool count, outcome *out)
{
    int fds[2], result = -1;
    bool good;
    pid_t pid;

    if (pipe(fds) != 0)
        return bench_complain("no pipe");
    pid = fork();
    if (pid == 0)
        child(w, slot, count, fds[1]);
    (void)close(fds[1]);
    good = pid > 0 && read(fds[0], out, sizeof(*out)) == sizeof(*out);
    (void)close(fds[0]);
    if (pid > 0 && waitpid(pid, &result, 0) != pid)
        good = false;
    return (good && result == 0) ||
           bench_complain("%s: the child process failed", w->sides[slot]->name);
}

static bool run_first(bench_work *base, size_t slot, size_t count, bench_time *spent)
{
    *spent = (bench_time){0};
    for (size_t i = 0; i < count; i++) {
        outcome one;

        if (!first_in_child((work *)base, slot, false, &one))
            return false;
        spent->cpu += one.spent.cpu;
        spent->real += one.spent.real;
    }
    return true;
}

/* ---- later contexts -------------------------------------------------------------------------- */

static bool run_later(bench_work *base, size_t slot, size_t count, bench_time *spent)
{
    work *w = (work *)base;
    const bench_side *side = w->sides[slot];
    const bench_time start = bench_now();
    bool good = true;

    for (size_t i = 0; good && i < count; i++) {
        bench_trust *trust = side->trust_open(&w->roots[slot], w->earlier[slot]);

        good = trust != NULL;
        side->trust_close(trust);
    }
    *spent = bench_since(start);
    return good;
}

static bool open_earlier(work *w)
{
    for (size_t i = 0; i < w->base.slots; i++) {
        if (!w->sides[i]->prepare(&w->roots[i]))
            return false;
        w->earlier[i] = w->sides[i]->trust_open(&w->roots[i], NULL);
        if (w->earlier[i] == NULL || !w->sides[i]->trust_verify(w->earlier[i], &w->roots[i]))
            return false;
    }
    return true;
}

/* ---- both ------------------------------------------------------------------------------------ */

static bool work_open(work *w, const char *pki)
{
    char root[BENCH_PATH_SIZE], chain[BENCH_PATH_SIZE];
    bench_roots roots = {.file = w->file};

    (void)snprintf(root, sizeof(root), "%s/root.pem", pki);
    (void)snprintf(chain, sizeof(chain), "%s/server-ecdsa-p256.pem", pki);
    if (!chain_load(w, chain, &roots) || !bundle_write(w, root))
        return false;
    for (size_t i = 0; i < w->base.slots; i++) {
        const char *engine = w->roots[i].engine;

        w->roots[i] = roots;
        w->roots[i].engine = engine;
    }
    return true;
}

static void work_close(work *w)
{
    for (size_t i = 0; i < w->base.slots; i++)
        w->sides[i]->trust_close(w->earlier[i]);
    otls_certificate_list_free(w->chain, w->chain_count);
    if (w->file[0] != '\0')
        (void)unlink(w->file);
}

/* omnitls looks at these two; what they were before is put back. */
static const char *const names[] = {"SSL_CERT_FILE", "SSL_CERT_DIR"};

typedef struct environment {
    char before[2][BENCH_PATH_SIZE]; /* "" = not set */
} environment;

static void environment_set(environment *e, const char *file)
{
    for (size_t i = 0; i < 2; i++) {
        const char *value = getenv(names[i]);

        (void)snprintf(e->before[i], sizeof(e->before[i]), "%s", value != NULL ? value : "");
    }
    (void)setenv(names[0], file, 1);
    (void)unsetenv(names[1]);
}

static void environment_back(const environment *e)
{
    for (size_t i = 0; i < 2; i++)
        if (e->before[i][0] != '\0')
            (void)setenv(names[i], e->before[i], 1);
        else
            (void)unsetenv(names[i]);
}

static work work_of(const bench_case *what, size_t slots, size_t twin)
{
    const bool later = what->kind == BENCH_TRUST_LATER;

    return (work){.base = {.run = later ? run_later : run_first,
                           .slice = later ? SLICE_LATER : 1,
                           .slots = slots,
                           .twin = twin},
                  .count = what->roots};
}

static bool measure(work *w, const bench_options *options, bench_samples *samples)
{
    environment kept;
    bool good = work_open(w, options->pki);

    environment_set(&kept, w->file);
    good = good && (w->base.run == run_first || open_earlier(w)) &&
           bench_measure(&w->base, options->seconds, samples);
    environment_back(&kept);
    work_close(w);
    return good;
}

bool bench_run_trust(const bench_case *what, const bench_side *native, const bench_options *options,
                     bench_samples *samples)
{
    work w = work_of(what, BENCH_SLOTS, BENCH_AGAIN);

    for (size_t i = 0; i < BENCH_SLOTS; i++) {
        w.sides[i] = i == BENCH_OURS ? &bench_ours : native;
        w.roots[i].engine = native->name;
    }
    return measure(&w, options, samples);
}

bool bench_run_trust_engines(const bench_case *what, const char *const *engines, size_t count,
                             const bench_options *options, bench_samples *samples)
{
    work w = work_of(what, count + 1, count);

    for (size_t i = 0; i <= count; i++) {
        w.sides[i] = &bench_ours;
        w.roots[i].engine = engines[i < count ? i : 0];
    }
    return measure(&w, options, samples);
}

bool bench_trust_heap(const bench_side *side, const char *engine, const bench_options *options,
                      bench_heap *first_one, bench_heap *later_one)
{
    static const bench_case what = {"", "", .kind = BENCH_TRUST_LATER};
    work w = work_of(&what, 1, 0);
    bench_trust *later = NULL;
    environment kept;
    outcome out;
    bool good;

    w.sides[0] = side;
    w.roots[0].engine = engine;
    good = work_open(&w, options->pki);
    environment_set(&kept, w.file);
    good = good && first_in_child(&w, 0, true, &out) && open_earlier(&w);
    if (good) {
        *first_one = out.heap;
        bench_heap_start();
        later = side->trust_open(&w.roots[0], w.earlier[0]);
        *later_one = bench_heap_stop();
        good = later != NULL;
        side->trust_close(later);
    }
    environment_back(&kept);
    work_close(&w);
    return good;
}
