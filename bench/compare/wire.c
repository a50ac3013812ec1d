/* SPDX-License-Identifier: MIT */
/* What a handshake puts on the wire, and how often it calls its transport. */
#include "compare/compare.h"
#include "pair.h"

#include <stdlib.h>

#define HANDSHAKES 16

typedef struct wire_case {
    bench_case what;
    const char *label;
} wire_case;

static const wire_case cases[] = {
    {{"wire_tls13", "", .version = BENCH_TLS1_3, .suite = 0x1301, .key = "ecdsa-p256"}, "TLS 1.3"},
    {{"wire_tls12", "", .version = BENCH_TLS1_2, .suite = 0xc02b, .key = "ecdsa-p256"}, "TLS 1.2"},
    {{"wire_mutual_tls13", "", .version = BENCH_TLS1_3, .suite = 0x1301, .key = "ecdsa-p256",
      .mutual = true},
     "TLS 1.3 mutual"},
    {{"wire_resumed_tls13", "", .version = BENCH_TLS1_3, .suite = 0x1301, .key = "ecdsa-p256",
      .resume = true},
     "TLS 1.3 resumed"},
};

enum { CLIENT_BYTES, SERVER_BYTES, WRITES, READS, KINDS };

static const struct {
    const char *name, *title;
    compare_unit unit;
} kinds[KINDS] = {
    {"client_bytes", "bytes from the client", COMPARE_BYTES},
    {"server_bytes", "bytes from the server", COMPARE_BYTES},
    {"writes", "transport writes of both ends", COMPARE_COUNT},
    {"reads", "transport reads of both ends", COMPARE_COUNT},
};

static bool count_on(const wire_case *what, const char *engine, const char *pki, double out[KINDS])
{
    bench_wires *wires = calloc(1, sizeof(*wires));
    bench_traffic client = {0}, server = {0};
    bench_pair pair = {.side = NULL};
    bool good = wires != NULL &&
                bench_pair_start(&pair, &what->what, &bench_ours, engine, pki, wires) &&
                bench_pair_do(&pair, 2); /* the first is a full one, and makes the session */

    pair.client_end.traffic = &client;
    pair.server_end.traffic = &server;
    good = good && bench_pair_do(&pair, HANDSHAKES);
    bench_pair_end(&pair);
    free(wires);
    out[CLIENT_BYTES] = (double)client.written_bytes / HANDSHAKES;
    out[SERVER_BYTES] = (double)server.written_bytes / HANDSHAKES;
    out[WRITES] = (double)(client.writes + server.writes) / HANDSHAKES;
    out[READS] = (double)(client.reads + server.reads) / HANDSHAKES;
    return good;
}

/* The rows that are wanted; the others stay NULL. Returns whether there are any. */
static bool rows_new(compare_report *report, const wire_case *what, compare_row *rows[KINDS])
{
    bool any = false;

    for (size_t i = 0; i < KINDS; i++) {
        char name[64], title[96];

        (void)snprintf(name, sizeof(name), "%s_%s", what->what.name, kinds[i].name);
        (void)snprintf(title, sizeof(title), "%s: %s", what->label, kinds[i].title);
        rows[i] = compare_wanted(report, name)
                      ? compare_row_new(report, "On the wire", name, title, kinds[i].unit)
                      : NULL;
        any = any || rows[i] != NULL;
    }
    return any;
}

static void one(compare_report *report, const wire_case *what)
{
    compare_row *rows[KINDS];

    if (report->planning || !rows_new(report, what, rows))
        return;
    for (size_t i = 0; i < report->engine_count; i++) {
        double values[KINDS];
        bool good;

        bench_listen();
        good = count_on(what, report->engines[i], report->options.pki, values);
        for (size_t j = 0; j < KINDS; j++)
            if (rows[j] != NULL && good)
                compare_exact(&rows[j]->figures[i], values[j], HANDSHAKES);
            else if (rows[j] != NULL)
                compare_miss(&rows[j]->figures[i], bench_heard());
        bench_unlisten();
    }
    for (size_t i = 0; i < KINDS; i++)
        if (rows[i] != NULL)
            compare_judge(rows[i]);
}

bool compare_wire(compare_report *report)
{
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        one(report, &cases[i]);
    return true;
}
