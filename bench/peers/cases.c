/* SPDX-License-Identifier: MIT */
/* What is measured, and of whom. */
#include "peers/peers.h"

#define TLS_13 .version = BENCH_TLS1_3, .suite = 0x1301, .key = "ecdsa-p256"

const peer_case peer_cases[] = {
    {{"peer_handshake", "connect, TLS 1.3 handshake, close", BENCH_HANDSHAKE, TLS_13},
     PEER_HANDSHAKE},
    {{"peer_handshake_fresh", "the same, with a fresh chain", BENCH_HANDSHAKE, TLS_13,
      .chain = BENCH_CHAIN_FRESH},
     PEER_HANDSHAKE},
    {{"peer_echo_64", "64 B and their echo", BENCH_PING_PONG, TLS_13, .size = 64}, PEER_EXCHANGE},
    {{"peer_echo_16384", "16 KiB and their echo", BENCH_PING_PONG, TLS_13, .size = 16384},
     PEER_EXCHANGE},
    {{"peer_get_new", "HTTPS GET, 1 KiB, new connection", BENCH_HANDSHAKE, TLS_13,
      .size = PEER_BODY_SIZE},
     PEER_GET_NEW},
    {{"peer_get_kept", "HTTPS GET, 1 KiB, kept connection", BENCH_PING_PONG, TLS_13,
      .size = PEER_BODY_SIZE},
     PEER_GET_KEPT},
};

const size_t peer_case_count = sizeof(peer_cases) / sizeof(peer_cases[0]);

const peer peers[] = {
    {"libtls", "libtls-dev", peer_libtls_load, &peer_libtls, .groups = true, .closes = true},
#ifdef OTLS_BENCH_ENGINE_OPENSSL
    {"libevent", "libevent-dev", peer_libevent_load, &peer_libevent, .groups = true, .closes = true,
     .polls = true},
#endif
    {"glib", "glib-networking", peer_glib_load, &peer_glib, .closes = true},
    {"python", "python3", peer_python_load, &peer_python, .groups = true},
    {"libcurl", "libcurl4", peer_libcurl_load, &peer_libcurl, .groups = true, .closes = true},
    {"libcurl-gnutls", "libcurl3-gnutls", peer_libcurl_gnutls_load, &peer_libcurl_gnutls,
     .closes = true},
};

const size_t peer_count = sizeof(peers) / sizeof(peers[0]);

bool peer_can(const peer *who, const peer_case *what)
{
    if (what->kind == PEER_HANDSHAKE || what->kind == PEER_EXCHANGE)
        return who->program->exchange != NULL;
    return who->program->get != NULL;
}

bool peer_case_known(const bench_options *options)
{
    for (size_t i = 0; i < peer_case_count; i++)
        if (bench_case_wanted(options, peer_cases[i].what.name))
            return true;
    return false;
}

void peer_list(void)
{
    for (size_t i = 0; i < peer_case_count; i++)
        printf("--peers %-22s %s\n", peer_cases[i].what.name, peer_cases[i].what.title);
}
