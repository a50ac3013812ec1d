/* SPDX-License-Identifier: MIT */
/* The same operation with more of something beside it: roots, threads, connections ... */
#include "compare/compare.h"

#define SECTION "Scaling"
#define EC_13 .version = BENCH_TLS1_3, .suite = 0x1301, .key = "ecdsa-p256"
#define EC_12 .version = BENCH_TLS1_2, .suite = 0xc02b, .key = "ecdsa-p256"
#define BY_ID EC_12, .resume = true
#define RECORDS .kind = BENCH_RECORD, EC_13, .size = 64

static const bench_case roots[] = {
    {"roots_1", "1 root: first context, to the first verified chain", .kind = BENCH_TRUST_FIRST,
     .roots = 1},
    {"roots_100", "100 roots", .kind = BENCH_TRUST_FIRST, .roots = 100},
    {"roots_1000", "1,000 roots", .kind = BENCH_TRUST_FIRST, .roots = 1000},
    {"roots_10000", "10,000 roots", .kind = BENCH_TRUST_FIRST, .roots = 10000, .large = true},
};

static const bench_case others[] = {
    {"threads_2", "two threads, TLS 1.3 handshakes (wall-clock time)", EC_13, .threads = 2},
    {"connections_100", "100 connections in turn, 64 B records", RECORDS, .connections = 100},
    {"connections_1000", "1,000 connections", RECORDS, .connections = 1000, .large = true},
    {"connections_10000", "10,000 connections", RECORDS, .connections = 10000, .large = true},
    {"identities_100", "a server of 100 other identities, TLS 1.3 handshakes", EC_13,
     .identities = 100},
    {"identities_10000", "10,000 other identities", EC_13, .identities = 10000, .large = true},
    {"sessions_1", "a cache of 1 other session, TLS 1.2 resumed", BY_ID, .sessions = 1},
    {"sessions_100", "100 other sessions", BY_ID, .sessions = 100},
    {"sessions_1000", "1,000 other sessions", BY_ID, .sessions = 1000, .large = true},
    {"sessions_100000", "100,000 other sessions", BY_ID, .sessions = 100000, .large = true},
    {"sessions_1000000", "1,000,000 other sessions", BY_ID, .sessions = 1000000, .large = true},
};

bool compare_scaling_roots(compare_report *report)
{
    bool good = true;

    for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++)
        if (bench_case_chosen(&report->options, &roots[i]) &&
            compare_step(report, roots[i].name, 1))
            good = compare_trust(report, SECTION, &roots[i]) && good;
    return good;
}

bool compare_scaling(compare_report *report)
{
    return compare_cases(report, SECTION, others, sizeof(others) / sizeof(others[0]));
}
