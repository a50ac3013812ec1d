/* SPDX-License-Identifier: MIT */
/** @file selftest.h One cell of the self-test: two engines, one version, one kind of key. */
#ifndef OMNITLS_TOOL_SELFTEST_H
#define OMNITLS_TOOL_SELFTEST_H

#include "tool.h"

#define CELL_REASON 320

typedef struct cell {
    const otls_backend *client, *server;
    uint16_t version;
    const char *key; /* "ecdsa-p256" */
    bool ok;
    bool absent; /* an engine says that it cannot: neither right nor wrong */
    char reason[CELL_REASON];
} cell;

/** Whom the clients believe, and what the servers present; one identity per engine and key. */
void cell_run(cell *c, otls_trust *trust, otls_identity *identity);

#endif
