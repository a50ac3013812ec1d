/* SPDX-License-Identifier: MIT */
/* What is measured. */
#include "bench.h"

#define AES_13 .version = BENCH_TLS1_3, .suite = 0x1301
#define AES_12 .version = BENCH_TLS1_2, .suite = 0xc02b

const bench_case bench_cases[] = {
    {"handshake_tls13_ecdsa", "TLS 1.3 handshake, ECDSA P-256", BENCH_HANDSHAKE, AES_13,
     .key = "ecdsa-p256"},
    {"handshake_tls12_ecdsa", "TLS 1.2 handshake, ECDSA P-256", BENCH_HANDSHAKE, AES_12,
     .key = "ecdsa-p256"},
    {"handshake_tls13_rsa", "TLS 1.3 handshake, RSA-2048", BENCH_HANDSHAKE, AES_13,
     .key = "rsa-2048"},
    {"handshake_tls12_rsa", "TLS 1.2 handshake, RSA-2048", BENCH_HANDSHAKE, .version = BENCH_TLS1_2,
     .suite = 0xc02f, .key = "rsa-2048"},
    {"resumed_tls13", "TLS 1.3 handshake, resumed", BENCH_HANDSHAKE, AES_13, .key = "ecdsa-p256",
     .resume = true},
    {"resumed_tls12", "TLS 1.2 handshake, resumed", BENCH_HANDSHAKE, AES_12, .key = "ecdsa-p256",
     .resume = true},
    {"mutual_tls13_ecdsa", "TLS 1.3 mutual handshake, ECDSA", BENCH_HANDSHAKE, AES_13,
     .key = "ecdsa-p256", .mutual = true},
    {"mutual_tls12_ecdsa", "TLS 1.2 mutual handshake, ECDSA", BENCH_HANDSHAKE, AES_12,
     .key = "ecdsa-p256", .mutual = true},
    {"record_16384", "16 KiB records, write + read", BENCH_RECORD, AES_13, .key = "ecdsa-p256",
     .size = 16384},
    {"record_1024", "1 KiB records, write + read", BENCH_RECORD, AES_13, .key = "ecdsa-p256",
     .size = 1024},
    {"record_64", "64 B records, write + read", BENCH_RECORD, AES_13, .key = "ecdsa-p256",
     .size = 64},
    {"ping_pong_64", "64 B ping-pong in memory", BENCH_PING_PONG, AES_13, .key = "ecdsa-p256",
     .size = 64},
    {"socket_ping_pong_64", "64 B ping-pong, socketpair", BENCH_SOCKET_PING_PONG, AES_13,
     .key = "ecdsa-p256", .size = 64},
    {"gather_64", "64 B writes, 256 at once", BENCH_GATHER, AES_13, .key = "ecdsa-p256",
     .size = 64 * BENCH_PIECES},
    {"accelerated_record_16384", "16 KiB records, libcrypto's AES-GCM", BENCH_RECORD, AES_13,
     .key = "ecdsa-p256", .size = 16384, .accelerated = true, .large = true},
    {"accelerated_record_1024", "1 KiB records, libcrypto's AES-GCM", BENCH_RECORD, AES_13,
     .key = "ecdsa-p256", .size = 1024, .accelerated = true, .large = true},
    {"accelerated_record_64", "64 B records, libcrypto's AES-GCM", BENCH_RECORD, AES_13,
     .key = "ecdsa-p256", .size = 64, .accelerated = true, .large = true},
    {"accelerated_tls13_rsa", "TLS 1.3 handshake, RSA-2048, libcrypto's", BENCH_HANDSHAKE, AES_13,
     .key = "rsa-2048", .accelerated = true, .large = true},
    {"accelerated_tls12_rsa", "TLS 1.2 handshake, RSA-2048, libcrypto's", BENCH_HANDSHAKE,
     .version = BENCH_TLS1_2, .suite = 0xc02f, .key = "rsa-2048", .accelerated = true, .large = true},
    {"threads_2", "TLS 1.3 handshake, on two threads", BENCH_HANDSHAKE, AES_13, .key = "ecdsa-p256",
     .threads = 2},
    {"threads_2_resumed", "TLS 1.3 handshake, resumed, on two threads", BENCH_HANDSHAKE, AES_13,
     .key = "ecdsa-p256", .resume = true, .threads = 2},
    {"connections_100", "64 B records, 100 connections in turn", BENCH_RECORD, AES_13,
     .key = "ecdsa-p256", .size = 64, .connections = 100},
    {"connections_1000", "64 B records, 1,000 connections in turn", BENCH_RECORD, AES_13,
     .key = "ecdsa-p256", .size = 64, .connections = 1000, .large = true},
    {"connections_10000", "64 B records, 10,000 connections in turn", BENCH_RECORD, AES_13,
     .key = "ecdsa-p256", .size = 64, .connections = 10000, .large = true},
    {"identities_100", "TLS 1.3 handshake, 100 other identities", BENCH_HANDSHAKE, AES_13,
     .key = "ecdsa-p256", .identities = 100},
    {"identities_10000", "TLS 1.3 handshake, 10,000 other identities", BENCH_HANDSHAKE, AES_13,
     .key = "ecdsa-p256", .identities = 10000, .large = true},
    {"sessions_1000", "TLS 1.2 handshake, resumed, 1,000 other sessions", BENCH_HANDSHAKE, AES_12,
     .key = "ecdsa-p256", .resume = true, .sessions = 1000},
    {"sessions_100000", "TLS 1.2 handshake, resumed, 100,000 others", BENCH_HANDSHAKE, AES_12,
     .key = "ecdsa-p256", .resume = true, .sessions = 100000, .large = true},
    {"sessions_1000000", "TLS 1.2 handshake, resumed, 1,000,000 others", BENCH_HANDSHAKE, AES_12,
     .key = "ecdsa-p256", .resume = true, .sessions = 1000000, .large = true},
    {"roots_1", "1 root: first context + chain", BENCH_TRUST_FIRST, AES_13, .key = "ecdsa-p256",
     .roots = 1},
    {"roots_100", "100 roots: first context + chain", BENCH_TRUST_FIRST, AES_13,
     .key = "ecdsa-p256", .roots = 100},
    {"roots_1000", "1,000 roots: first context + chain", BENCH_TRUST_FIRST, AES_13,
     .key = "ecdsa-p256", .roots = 1000, .large = true},
    {"roots_10000", "10,000 roots: first context + chain", BENCH_TRUST_FIRST, AES_13,
     .key = "ecdsa-p256", .roots = 10000, .large = true},
    {"trust_first", "system roots: first context + chain", BENCH_TRUST_FIRST, AES_13,
     .key = "ecdsa-p256"},
    {"trust_later", "system roots: each later context", BENCH_TRUST_LATER, AES_13,
     .key = "ecdsa-p256"},
};

const size_t bench_case_count = sizeof(bench_cases) / sizeof(bench_cases[0]);

const char *bench_chain_name(size_t chain)
{
    static const char *const names[] = {"intermediate", "leaf", "fresh", "fresh-leaf"};

    return chain < sizeof(names) / sizeof(names[0]) ? names[chain] : NULL;
}

bool bench_chain_is_fresh(bench_chain chain)
{
    return chain == BENCH_CHAIN_FRESH || chain == BENCH_CHAIN_FRESH_LEAF;
}
