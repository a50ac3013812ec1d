/* SPDX-License-Identifier: MIT */
/* What goes wrong is one sentence, for a person or for a cell of a table. */
#include "bench.h"

#include <stdarg.h>

static _Thread_local bool listening;
static _Thread_local char heard[512];

bool bench_complain(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    if (listening) {
        if (heard[0] == '\0') /* the first cause */
            (void)vsnprintf(heard, sizeof(heard), format, args);
    } else {
        fputs("omnitls-bench: ", stderr);
        (void)vfprintf(stderr, format, args);
        fputc('\n', stderr);
    }
    va_end(args);
    return false;
}

void bench_listen(void)
{
    listening = true;
    heard[0] = '\0';
}

const char *bench_heard(void)
{
    return heard[0] != '\0' ? heard : "failed";
}

void bench_unlisten(void)
{
    listening = false;
}
