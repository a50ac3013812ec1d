/* SPDX-License-Identifier: MIT */
/*
 * Libraries that are loaded when they are asked for, so that the program runs without them. Each
 * has its calls in a list, CALL(result, name, arguments), in the header beside it: from it are made
 * the pointers and their names here, and in tools/bench_peers declarations that must agree with the
 * library's own headers.
 */
#ifndef OMNITLS_BENCH_PEERS_LIBRARY_H
#define OMNITLS_BENCH_PEERS_LIBRARY_H

#include <stdbool.h>
#include <stddef.h>

/* A member of a struct of pointers, and its row in a table of them. */
#define PEER_POINTER(result, name, arguments) result(*name) arguments;
#define PEER_ROW(result, name, arguments) {#name, offsetof(PEER_CALLS, name)},

typedef struct peer_call {
    const char *name;
    size_t offset;
} peer_call;

/* The first of the names (NULL behind the last) that can be loaded, and its calls into `out`. It
 * stays loaded. False after a sentence. */
bool peer_library_load(const char *const *names, const peer_call *calls, size_t count, void *out);
/* The version that OpenSSL, or whoever has taken its place, says of itself: of the one that the
 * library with this function needs. False: it has none. */
bool peer_library_openssl(const char *const *names, char *out, size_t size);
/* The file that a library was loaded from, without its folder. */
void peer_library_file(const void *function, char *out, size_t size);
/* "OpenSSL 3.0.19" -> "openssl", "GnuTLS/3.7.9" -> "gnutls"; else "". */
const char *peer_library_engine(const char *tls);

#endif
