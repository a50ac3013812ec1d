/* SPDX-License-Identifier: MIT */
/* As much of HTTP/1.1 as a program needs for one GET (RFC 9112). */
#ifndef OMNITLS_BENCH_PEERS_HTTP_H
#define OMNITLS_BENCH_PEERS_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The size of the head, and of the body behind it by Content-Length; 0 as long as the head is not
 * whole. False: it is not "200", or has no length. */
bool peer_http_head(const uint8_t *text, size_t size, size_t *head, size_t *length);

#endif
