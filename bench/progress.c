/* SPDX-License-Identifier: MIT */
/* One line on a terminal that is overwritten: what is measured, how far it is, how long it takes
 * yet. */
#include "bench.h"

#include <unistd.h>

static struct {
    bool shown;
    double total, done, next; /* in whatever the steps weigh */
    bench_time start;
} progress;

void bench_progress_start(double total)
{
    progress.shown = isatty(STDERR_FILENO) == 1;
    progress.total = total;
    progress.done = progress.next = 0;
    progress.start = bench_now();
}

/* From what the steps so far have taken; nothing is said before the first one is over. */
static void left(char out[48])
{
    const double spent = bench_since(progress.start).real / 1e9;
    const double seconds =
        progress.done > 0 ? spent / progress.done * (progress.total - progress.done) : 0;

    out[0] = '\0';
    if (seconds >= 1)
        (void)snprintf(out, 48, ", about %d:%02d left", (int)seconds / 60, (int)seconds % 60);
}

void bench_progress(const char *name, const char *engine, double weight)
{
    char text[48];

    progress.done += progress.next;
    progress.next = weight;
    if (!progress.shown)
        return;
    left(text);
    fprintf(stderr, "\r\033[K%3.0f %%  %s%s%s%s", 100 * progress.done / progress.total, name,
            engine[0] != '\0' ? ", " : "", engine, text);
    (void)fflush(stderr);
}

void bench_progress_end(void)
{
    if (progress.shown)
        fputs("\r\033[K", stderr);
    progress.shown = false;
}
