/* SPDX-License-Identifier: MIT */
/*
 * Engine against engine: the same program over omnitls on each, figures side by side, and for each
 * row one line that says who leads, by how much, or that there is no difference.
 */
#ifndef OMNITLS_BENCH_COMPARE_H
#define OMNITLS_BENCH_COMPARE_H

#include "bench.h"

#define COMPARE_ROWS_MAX 128
#define COMPARE_WHY_SIZE 160

/* What a value is, which decides how it is written. */
typedef enum compare_unit {
    COMPARE_PER_SECOND,       /* operations; kept as nanoseconds for each */
    COMPARE_BYTES_PER_SECOND, /* likewise, nanoseconds for each message */
    COMPARE_NANOSECONDS,
    COMPARE_BYTES,
    COMPARE_COUNT
} compare_unit;

/* One cell. Values are nanoseconds, bytes or counts: less is better in all of them. */
typedef struct compare_figure {
    const char *engine;
    bool there;
    char why[COMPARE_WHY_SIZE]; /* not there: the reason */
    bench_spread value;
    size_t operations; /* behind it, all in all */
    double *samples;   /* owned; NULL: the value is exact */
    size_t sample_count;
} compare_figure;

typedef struct compare_row {
    const char *section;
    char name[64], title[96];
    compare_unit unit;
    size_t size; /* bytes of a message, for BYTES_PER_SECOND */
    size_t count;
    compare_figure figures[BENCH_ENGINES_MAX];
    /* ratio[i]: how many times as much as the best one figure i takes; 1 for the best. */
    size_t best;
    bench_spread ratio[BENCH_ENGINES_MAX];
    double noise; /* below this a ratio is no difference: 0.02 = 2 % */
    char verdict[256];
} compare_row;

typedef struct compare_report {
    bench_options options;
    double planned; /* what all steps weigh, in figures */
    bool planning;
    size_t engine_count;
    const char *engines[BENCH_ENGINES_MAX];
    size_t count;
    compare_row rows[COMPARE_ROWS_MAX];
} compare_report;

/* ---- rows.c ---------------------------------------------------------------------------------- */

/* A new row with a cell for each engine, none of them there; NULL when the report is full. */
compare_row *compare_row_new(compare_report *report, const char *section, const char *name,
                             const char *title, compare_unit unit);
void compare_miss(compare_figure *figure, const char *why);
/* An exact value: no spread. */
void compare_exact(compare_figure *figure, double value, size_t operations);
/* Takes `samples` over and sorts a copy. False when memory lacks. */
bool compare_sampled(compare_figure *figure, double *samples, size_t count, size_t operations);
void compare_report_clear(compare_report *report);

/* ---- verdict.c ------------------------------------------------------------------------------- */

/* From paired rounds: figure i is slot i, `aa` the ratio of the twins. */
void compare_judge_paired(compare_row *row, const bench_samples *samples, const size_t *slots,
                          double aa);
/* From values with confidence intervals, or exact ones. */
void compare_judge(compare_row *row);

/* ---- what is measured ------------------------------------------------------------------------ */

/* Is the row wanted, by --case? */
bool compare_wanted(const compare_report *report, const char *name);
/* Every part asks before it measures something; `weight`: how many figures' time it takes. False
 * while the run is only planned. */
bool compare_step(compare_report *report, const char *name, double weight);

/* Each adds its rows; false when something failed that should not. */
bool compare_speed(compare_report *report);   /* handshakes and throughput */
bool compare_latency(compare_report *report); /* loopback TCP */
bool compare_wire(compare_report *report);    /* bytes and calls for each handshake */
bool compare_memory(compare_report *report);  /* heap and allocations */
bool compare_instructions(compare_report *report); /* where callgrind is installed */
bool compare_size(compare_report *report);    /* code */
bool compare_roots(compare_report *report);   /* the system's, later contexts and heap */
/* Before all others: the first context of a process must find an engine that nobody has touched. */
bool compare_roots_first(compare_report *report);
/* What takes longer the more of it there is. Roots: before all others, too. */
bool compare_scaling_roots(compare_report *report);
bool compare_scaling(compare_report *report);

/* Rows of a section. Cases over connections, each where it is wanted (speed.c); one over a trust
 * store (roots.c). */
bool compare_cases(compare_report *report, const char *section, const bench_case *cases,
                   size_t count);
bool compare_trust(compare_report *report, const char *section, const bench_case *what);

/* ---- what comes out -------------------------------------------------------------------------- */

/* "2053/s", "61.2 MB/s", "1.20 ms", "33.1 kB", "12". */
void compare_value_text(const compare_row *row, double value, char out[32]);
void compare_table(const compare_report *report, FILE *stream);
bool compare_json(const compare_report *report, const char *path);
bool compare_csv(const compare_report *report, const char *path);
bool compare_html(const compare_report *report, const char *path);
bool compare_svg(const compare_report *report, const char *path);
/* The chart of one section, inside an <svg> 900 wide, from `top` down. */
void compare_chart(const compare_report *report, const char *section, double top, FILE *stream);
double compare_chart_height(const compare_report *report, const char *section);

/* --compare: 0, or an exit code after a sentence. */
int compare_main(const bench_options *options);

#endif
