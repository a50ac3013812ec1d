/* SPDX-License-Identifier: MIT */
/**
 * @file divergence.h
 * The one place where engines are allowed to differ: data with a reason each, never #ifdef. Printed
 * at the end of every conformance program. Shrinking it is progress.
 */
#ifndef OTLS_TEST_DIVERGENCE_H
#define OTLS_TEST_DIVERGENCE_H

#include "pair.h"

typedef struct divergence {
    const char *test;    /* the test's key */
    const char *client;  /* engine, engine and release ("mbedtls 2.28", "wolfssl 5.7+"), or "*" */
    const char *server;
    uint16_t version;    /* 0 = both */
    int expected;        /* what this test may see instead; its meaning is the test's */
    const char *reason;
} divergence;

/** The row that fits, or NULL: then no difference is allowed. */
const divergence *divergence_find(const char *test, const pair_case *which);

#endif
