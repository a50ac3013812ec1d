/* SPDX-License-Identifier: MIT */
/* Handshakes and throughput, in paired slices; both ends in one thread, CPU time. */
#include "compare/paired.h"
#include <stdlib.h>

#define SUITE_13 .version = BENCH_TLS1_3, .suite = 0x1301, .key = "ecdsa-p256"
#define SUITE_12 .version = BENCH_TLS1_2, .suite = 0xc02b, .key = "ecdsa-p256"
#define RECORD(wanted, bytes)                                                                      \
    .kind = BENCH_RECORD, .version = BENCH_TLS1_3, .suite = (wanted), .key = "ecdsa-p256",         \
    .size = (bytes)

static const bench_case handshakes[] = {
    {"handshake_tls13_ecdsa", "TLS 1.3, ECDSA P-256, X25519", SUITE_13},
    {"handshake_tls13_rsa", "TLS 1.3, RSA-2048, X25519", .version = BENCH_TLS1_3, .suite = 0x1301,
     .key = "rsa-2048"},
    {"handshake_tls13_ed25519", "TLS 1.3, Ed25519, X25519", .version = BENCH_TLS1_3,
     .suite = 0x1301, .key = "ed25519"},
    {"handshake_tls12_ecdsa", "TLS 1.2, ECDSA P-256, X25519", SUITE_12},
    {"handshake_tls12_rsa", "TLS 1.2, RSA-2048, X25519", .version = BENCH_TLS1_2, .suite = 0xc02f,
     .key = "rsa-2048"},
    {"handshake_p256", "TLS 1.3, ECDSA P-256, P-256", SUITE_13, .group = BENCH_P256},
    {"handshake_p384", "TLS 1.3, ECDSA P-256, P-384", SUITE_13, .group = BENCH_P384},
    {"handshake_mlkem", "TLS 1.3, ECDSA P-256, X25519MLKEM768", SUITE_13, .group = BENCH_MLKEM},
    {"mutual_tls13_ecdsa", "TLS 1.3, mutual, ECDSA P-256", SUITE_13, .mutual = true},
    {"mutual_tls12_ecdsa", "TLS 1.2, mutual, ECDSA P-256", SUITE_12, .mutual = true},
    {"resumed_tls13", "TLS 1.3, resumed", SUITE_13, .resume = true},
    {"resumed_tls12", "TLS 1.2, resumed", SUITE_12, .resume = true},
    {"early_tls13", "TLS 1.3, resumed, 64 B of early data (0-RTT)", SUITE_13, .resume = true,
     .early = true, .size = 64},
};

static const bench_case records[] = {
    {"record_aes128_16384", "AES-128-GCM, 16 KiB records", RECORD(0x1301, 16384)},
    {"record_aes128_1024", "AES-128-GCM, 1 KiB records", RECORD(0x1301, 1024)},
    {"record_aes128_64", "AES-128-GCM, 64 B records", RECORD(0x1301, 64)},
    {"record_aes256_16384", "AES-256-GCM, 16 KiB records", RECORD(0x1302, 16384)},
    {"record_aes256_1024", "AES-256-GCM, 1 KiB records", RECORD(0x1302, 1024)},
    {"record_aes256_64", "AES-256-GCM, 64 B records", RECORD(0x1302, 64)},
    {"record_chacha_16384", "ChaCha20-Poly1305, 16 KiB records", RECORD(0x1303, 16384)},
    {"record_chacha_1024", "ChaCha20-Poly1305, 1 KiB records", RECORD(0x1303, 1024)},
    {"record_chacha_64", "ChaCha20-Poly1305, 64 B records", RECORD(0x1303, 64)},
};

/* Those that can do it; for the others the row says why not. */
static size_t able(compare_row *row, const bench_case *what, const bench_options *options,
                   const char **engines)
{
    size_t count = 0;

    for (size_t i = 0; i < row->count; i++) {
        bench_listen();
        if (bench_try_engine(what, row->figures[i].engine, options))
            engines[count++] = row->figures[i].engine;
        else
            compare_miss(&row->figures[i], bench_heard());
        bench_unlisten();
    }
    return count;
}

static bool one(compare_report *report, const char *section, const bench_case *what)
{
    const bool record = what->kind == BENCH_RECORD;
    compare_row *row = compare_row_new(report, section, what->name, what->title,
                                       record ? COMPARE_BYTES_PER_SECOND : COMPARE_PER_SECOND);
    const char *engines[BENCH_ENGINES_MAX];
    bench_samples samples = {.count = 0};
    size_t count;

    if (row == NULL)
        return false;
    row->size = what->size;
    count = able(row, what, &report->options, engines);
    if (count == 0) {
        compare_judge(row);
        return true;
    }
    if (bench_run_engines(what, engines, count, &report->options, &samples))
        return compare_paired(row, &samples, engines, count);
    free(samples.rounds);
    return bench_complain("%s could not be measured", what->name);
}

bool compare_cases(compare_report *report, const char *section, const bench_case *cases,
                   size_t count)
{
    bool good = true;

    for (size_t i = 0; i < count; i++)
        if (bench_case_chosen(&report->options, &cases[i]) &&
            compare_step(report, cases[i].name, 1))
            good = one(report, section, &cases[i]) && good;
    return good;
}

bool compare_speed(compare_report *report)
{
    const bool shaken =
        compare_cases(report, "Handshakes", handshakes, sizeof(handshakes) / sizeof(handshakes[0]));

    return compare_cases(report, "Throughput", records, sizeof(records) / sizeof(records[0])) &&
           shaken;
}
