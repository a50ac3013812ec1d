/* SPDX-License-Identifier: MIT */
/* libtls, of LibreSSL or over OpenSSL (libretls): tls_init(3), tls_config_set_protocols(3). */
#ifndef OMNITLS_BENCH_PEERS_LIBTLS_CALLS_H
#define OMNITLS_BENCH_PEERS_LIBTLS_CALLS_H

#include <stdint.h>
#include <sys/types.h>

struct tls;
struct tls_config;

enum { LIBTLS_1_3 = 1 << 4, LIBTLS_WANT_READ = -2, LIBTLS_WANT_WRITE = -3 };

#define LIBTLS_CALLS(CALL)                                                                         \
    CALL(int, tls_init, (void))                                                                    \
    CALL(const char *, tls_error, (struct tls *))                                                  \
    CALL(const char *, tls_config_error, (struct tls_config *))                                    \
    CALL(struct tls_config *, tls_config_new, (void))                                              \
    CALL(void, tls_config_free, (struct tls_config *))                                             \
    CALL(int, tls_config_set_ca_file, (struct tls_config *, const char *))                         \
    CALL(int, tls_config_set_protocols, (struct tls_config *, uint32_t))                           \
    CALL(int, tls_config_set_ecdhecurves, (struct tls_config *, const char *))                     \
    CALL(struct tls *, tls_client, (void))                                                         \
    CALL(int, tls_configure, (struct tls *, struct tls_config *))                                  \
    CALL(int, tls_connect_socket, (struct tls *, int, const char *))                               \
    CALL(int, tls_handshake, (struct tls *))                                                       \
    CALL(ssize_t, tls_write, (struct tls *, const void *, size_t))                                 \
    CALL(ssize_t, tls_read, (struct tls *, void *, size_t))                                        \
    CALL(int, tls_close, (struct tls *))                                                           \
    CALL(void, tls_free, (struct tls *))

#endif
