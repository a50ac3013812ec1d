/* SPDX-License-Identifier: MIT */
/** @file scan.h What a server takes, asked by many handshakes, each with a little less on offer. */
#ifndef OMNITLS_TOOL_SCAN_H
#define OMNITLS_TOOL_SCAN_H

#include "tool.h"

#define SCAN_ITEMS_MAX 128u
#define SCAN_VERSIONS 4u

/** Names of one kind, in the order in which the server chose them. */
typedef struct scan_list {
    const char *names[SCAN_ITEMS_MAX];
    size_t count;
    bool no_order;      /* they had to be asked for one by one */
    bool clients_order; /* the server follows the client's order, so this one means nothing */
} scan_list;

typedef struct scan_version {
    uint16_t version;
    bool asked; /* the engine has it */
    bool taken;
    scan_list suites;
} scan_version;

typedef struct scan_result {
    scan_version versions[SCAN_VERSIONS]; /* newest first */
    uint16_t highest;                     /* that the server takes; the rest was asked in it */
    scan_list groups, signatures, alpn;
    const otls_certificate *leaf; /* a reference */
    size_t chain_count, chain_bytes;
    unsigned handshakes;
} scan_result;

void tool_scan_print(const otls_backend *backend, const scan_result *result);
json_t *tool_scan_json(const tool_options *options, const otls_backend *backend,
                       const scan_result *result);

#endif
