/* SPDX-License-Identifier: MIT */
/* Instructions, where callgrind is installed: they do not depend on how busy the machine is. */
#include "compare/compare.h"

static const struct {
    const char *row, *name, *title; /* `name` as in --profile */
    size_t operations;
} kinds[] = {
    {"instructions_tls13_ecdsa", "handshake_tls13_ecdsa", "TLS 1.3 handshake, both ends", 40},
    {"instructions_tls12_ecdsa", "handshake_tls12_ecdsa", "TLS 1.2 handshake, both ends", 40},
    {"instructions_resumed_tls13", "resumed_tls13", "resumed TLS 1.3 handshake, both ends", 40},
    {"instructions_record_64", "record_64", "64 B written and read", 4000},
    {"instructions_record_16384", "record_16384", "16 KiB written and read", 200},
};

static void count_row(compare_report *report, size_t kind)
{
    compare_row *row = compare_row_new(report, "Instructions", kinds[kind].row, kinds[kind].title,
                                       COMPARE_COUNT);

    for (size_t j = 0; row != NULL && j < report->engine_count; j++) {
        double count;

        bench_listen();
        if (bench_count_instructions(kinds[kind].name, report->engines[j], "ours",
                                     report->options.pki, kinds[kind].operations, &count))
            compare_exact(&row->figures[j], count, kinds[kind].operations);
        else
            compare_miss(&row->figures[j], bench_heard());
        bench_unlisten();
    }
    if (row != NULL)
        compare_judge(row);
}

bool compare_instructions(compare_report *report)
{
    if (report->options.quick) /* each takes some seconds */
        return true;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (compare_wanted(report, kinds[i].row) &&
            compare_step(report, kinds[i].row, 0)) /* takes what it takes, whatever --seconds says */
            count_row(report, i);
    return true;
}
