/* SPDX-License-Identifier: MIT */
/*
 * omnitls-bench: what is measured, how, and what comes out.
 *
 * Every figure comes from rounds of three slices in random order: native, native again, ours. A
 * slice is a few milliseconds of the same operation. Each round gives two ratios of speeds,
 * ours/native and native/native (A/A); their medians and quartiles are the result.
 */
#ifndef OMNITLS_BENCH_BENCH_H
#define OMNITLS_BENCH_BENCH_H

#include "heap.h"
#include "native.h"

#include <stdio.h>

/* The slots of a comparison of the layer with an engine; one of engines has others. */
enum { BENCH_NATIVE = 0, BENCH_AGAIN = 1, BENCH_OURS = 2, BENCH_SLOTS = 3, BENCH_SLOTS_MAX = 4 };

/* A figure is to be trusted when its A/A is this close to 1. */
#define BENCH_AA_TOLERANCE 0.01
#define BENCH_RESULTS_MAX 96
#define BENCH_ENGINES_MAX 3

typedef struct bench_case bench_case;

/* ---- options: options.c ---------------------------------------------------------------------- */

typedef struct bench_options {
    bool quick, list, help, compare, explain, judge, peers;
    const char *peer;    /* one alone, or NULL */
    const char *engine;  /* NULL: all */
    const char *only;    /* a case's name, or NULL */
    const char *pki;     /* directory of the test certificates; NULL: bench_pki_open makes one */
    const char *json;    /* file to write, "-" = standard output, or NULL */
    const char *html;    /* likewise */
    const char *csv;     /* likewise */
    const char *svg;     /* likewise; --compare only */
    const char *profile; /* "native" or "ours": run one side only, for a profiler */
    size_t chain;        /* a bench_chain, for handshakes that say nothing else */
    const char *diff[2]; /* two runs to hold against each other, or NULL */
    size_t operations;   /* with profile */
    double seconds;      /* for each figure; 0 until it is known how many there are */
} bench_options;

/* False after a sentence on standard error. */
bool bench_options_parse(bench_options *options, int argc, char **argv);
void bench_usage(FILE *stream);
/* Does --case want it? A pattern with * ? [ ], or the beginning of a name. */
bool bench_case_wanted(const bench_options *options, const char *name);
/* The same, and large ones only by their whole name or a pattern. */
bool bench_case_chosen(const bench_options *options, const bench_case *what);
/* Does a report go to standard output, so that the table must not? */
/* For each of so many figures: what --seconds says; else three, or with --quick so many that all of
 * them take less than half a minute. */
double bench_seconds_each(const bench_options *options, double figures);
bool bench_to_stdout(const bench_options *options);

/* ---- complaints: complain.c -------------------------------------------------------------------
 */

/* Between these two, on this thread, bench_complain keeps its first sentence instead of printing.
 */
void bench_listen(void);
const char *bench_heard(void);
void bench_unlisten(void);

/* ---- the line on the terminal: progress.c -----------------------------------------------------
 */

void bench_progress_start(double total);
/* What comes next, "" where it is for all engines, and its part of the total. */
void bench_progress(const char *name, const char *engine, double weight);
void bench_progress_end(void);

/* ---- certificates: certificates.c ------------------------------------------------------------ */

/* Engines read files: the program's own certificates, in a new directory. False after a sentence.
 */
bool bench_pki_open(char directory[BENCH_PATH_SIZE]);
/* Removes it again; "" = there is none. */
void bench_pki_close(const char *directory);
/* An empty file, the caller's to remove; "" and false after a sentence. */
bool bench_temporary_file(char out[BENCH_PATH_SIZE]);

/* ---- cases: cases.c -------------------------------------------------------------------------- */

typedef enum bench_kind {
    BENCH_HANDSHAKE,
    BENCH_RECORD,
    BENCH_PING_PONG,
    BENCH_SOCKET_PING_PONG,
    BENCH_GATHER, /* many small writes at once, read at the other end */
    BENCH_TRUST_FIRST,
    BENCH_TRUST_LATER
} bench_kind;

/* What servers (and clients, in mutual handshakes) present. */
typedef enum bench_chain {
    BENCH_CHAIN_INTERMEDIATE, /* leaf and intermediate, the same each time */
    BENCH_CHAIN_LEAF,         /* a leaf that the root has signed, the same each time */
    BENCH_CHAIN_FRESH,        /* leaf and intermediate, new ones for each handshake */
    BENCH_CHAIN_FRESH_LEAF    /* a leaf that the root has signed, a new one for each */
} bench_chain;

/* "intermediate", "leaf", "fresh", "fresh-leaf"; NULL behind the last. */
const char *bench_chain_name(size_t chain);
/* Made anew for each handshake? */
bool bench_chain_is_fresh(bench_chain chain);

struct bench_case {
    const char *name, *title;
    bench_kind kind;
    uint16_t version, suite;
    uint16_t group;  /* 0: X25519 */
    const char *key; /* "ecdsa-p256" */
    bool mutual, resume, early;
    size_t size; /* of a message */
    bench_chain chain;
    size_t connections; /* open ones, used in turn; 0: one */
    size_t identities;  /* that omnitls' server has besides the one that is asked for */
    size_t roots;       /* in the store, made for it; 0: the system's */
    size_t sessions;    /* that omnitls' server has in its cache besides the one that is resumed */
    bool accelerated;   /* omnitls' contexts compute with libcrypto where they can */
    size_t threads;     /* that do the same at once, in wall-clock time; 0: one, in CPU time */
    bool large;         /* takes so long that it must be asked for */
};

extern const bench_case bench_cases[];
extern const size_t bench_case_count;

/* ---- engines: engines.c ---------------------------------------------------------------------- */

/* The engines of this build; returns how many. */
size_t bench_engines(const bench_side *out[BENCH_ENGINES_MAX]);
/* The running library's version, by omnitls; "" when it cannot be loaded. */
const char *bench_engine_version(const char *engine);
const char *bench_library_version(void);

/* ---- measuring: measure.c, statistics.c ------------------------------------------------------ */

typedef struct bench_time {
    double cpu, real; /* nanoseconds */
} bench_time;

typedef struct bench_work bench_work;
struct bench_work {
    /* Do `count` operations of a slot and say how long they took. */
    bool (*run)(bench_work *work, size_t slot, size_t count, bench_time *spent);
    /* Make the objects anew, so that no figure hangs on one layout of memory; or NULL. */
    bool (*renew)(bench_work *work);
    double slice; /* nanoseconds that a slice should take */
    size_t slots;
    size_t twin; /* the slot that does what slot 0 does, for A/A */
};

/* Per round and slot: nanoseconds per operation. */
typedef struct bench_samples {
    size_t count, capacity;
    bench_time (*rounds)[BENCH_SLOTS_MAX];
    size_t operations[BENCH_SLOTS_MAX]; /* in one slice */
} bench_samples;

typedef struct bench_spread {
    double median, q1, q3; /* quartiles */
    double low, high;      /* 95 % confidence interval of the median */
} bench_spread;

bench_time bench_now(void);
bench_time bench_since(bench_time start);
/* Rounds until `seconds` have passed, at least five. Release the samples with free(rounds). */
bool bench_measure(bench_work *work, double seconds, bench_samples *samples);
/* Of `count` values, which get sorted. */
bench_spread bench_spread_of(double *values, size_t count);
/* The value below which `part` (0.99) of them lie; quartiles and interval are both its confidence
 * interval, by order statistics. `sorted` must be. */
bench_spread bench_percentile_of(const double *sorted, size_t count, double part);
void bench_sort(double *values, size_t count);

/* ---- counting: instructions.c ----------------------------------------------------------------- */

/* Instructions that one operation of a case takes on one side, "native" or "ours", by callgrind with `operations`
 * of them; not of trust_first and trust_later. False after a sentence: there is no valgrind, or it failed. */
bool bench_count_instructions(const char *name, const char *engine, const char *side, const char *pki,
                              size_t operations, double *instructions);

/* ---- running: run_*.c ------------------------------------------------------------------------ */

typedef struct bench_result {
    const bench_case *what;
    const char *engine;
    bench_samples samples;
    bench_spread time[BENCH_SLOTS]; /* CPU nanoseconds per operation */
    bench_spread real[BENCH_SLOTS]; /* wall-clock nanoseconds per operation */
    bench_spread ratio;             /* ours / native, speeds */
    bench_spread aa;                /* native / native */
} bench_result;

typedef struct bench_report {
    bench_options options;
    size_t count;
    bench_result results[BENCH_RESULTS_MAX];
} bench_report;

/* What the case says, with the certificates of that directory. */
bool bench_setup_fill(bench_setup *setup, const bench_case *what, const char *engine,
                      const char *pki);
/* One figure: false after a sentence on standard error. */
bool bench_run_connection(const bench_case *what, const bench_side *native,
                          const bench_options *options, bench_samples *samples);
bool bench_run_trust(const bench_case *what, const bench_side *native, const bench_options *options,
                     bench_samples *samples);
/* omnitls on each of the engines, and on the first once more in the last slot. */
bool bench_run_engines(const bench_case *what, const char *const *engines, size_t count,
                       const bench_options *options, bench_samples *samples);
bool bench_run_trust_engines(const bench_case *what, const char *const *engines, size_t count,
                             const bench_options *options, bench_samples *samples);
/* Heap of the first context with the system's roots up to a verified chain, in a process of its
 * own, and of one more context. */
bool bench_trust_heap(const bench_side *side, const char *engine, const bench_options *options,
                      bench_heap *first_one, bench_heap *later_one);
/* Can omnitls do the case's operation on that engine? False after a sentence. */
bool bench_try_engine(const bench_case *what, const char *engine, const bench_options *options);
/* Operations of one side only; nothing is measured. */
bool bench_profile_connection(const bench_case *what, const bench_side *native,
                              const bench_options *options);
/* From its samples to figures. */
bool bench_result_evaluate(bench_result *result);
/* Measures and evaluates; free(result->samples.rounds) afterwards. */
bool bench_result_measure(bench_result *result, const bench_case *what, const bench_side *native,
                          const bench_options *options);
/* What the two programs of the wanted cases do, on standard output. */
void bench_explain(const bench_options *options);
/* Is one of --judge's wanted? */
bool bench_explain_knows(const bench_options *options);
/* One program's calls, broken into lines. */
void bench_explain_calls(const char *name, const char *calls);
bool bench_aa_good(const bench_result *result);

/* ---- reports: report_*.c --------------------------------------------------------------------- */

/* "2053 op/s", "61.2 MB/s"; `size` of out: 32. */
void bench_speed_text(const bench_case *what, double nanoseconds, char out[32]);
void bench_report_table(const bench_report *report, FILE *stream);
bool bench_report_json(const bench_report *report, const char *path);
bool bench_report_csv(const bench_report *report, const char *path);
bool bench_report_html(const bench_report *report, const char *path);
/* Standard output for "-"; NULL after a sentence on standard error. */
FILE *bench_open(const char *path);
bool bench_close(FILE *stream, const char *path);

typedef struct bench_host {
    char processor[128], system[208], governor[32];
    unsigned processors;
    double megahertz;
} bench_host;

void bench_host_describe(bench_host *host); /* host.c */

#endif
