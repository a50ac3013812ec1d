/* SPDX-License-Identifier: MIT */
/** @file ocsp.h verify's part of OCSP: the file of a request, that of a response, and the nonce of both. */
#ifndef OMNITLS_TOOL_OCSP_H
#define OMNITLS_TOOL_OCSP_H

#include "tool.h"

#include <omnitls/verify.h>

#define TOOL_OCSP_RESPONSE_MAX (128 * 1024) /* as much as the library reads */

typedef struct tool_ocsp {
    bool given; /* the nonce, on the command line */
    uint8_t nonce[OTLS_OCSP_NONCE_MAX];
    size_t nonce_size; /* 0 = none */
    unsigned char *response;
    size_t response_size;
    size_t request_size; /* 0 = none was written */
} tool_ocsp;

/** Read what the options name, and tell `parameters` of the response, which stays `out`'s. False: complained. */
bool tool_ocsp_prepare(const tool_options *options, tool_ocsp *out, otls_verify_parameters *parameters);
/** Write the request about the leaf of a chain that was verified. False: complained. */
bool tool_ocsp_ask(const tool_options *options, tool_ocsp *ocsp, const otls_backend *backend,
                   const otls_verdict *verdict);
/** The request that was written; the caller knows that there is one. */
void tool_ocsp_print(const tool_options *options, const tool_ocsp *ocsp);
/** The same; null when there is none. */
json_t *tool_ocsp_json(const tool_options *options, const tool_ocsp *ocsp);
void tool_ocsp_free(tool_ocsp *ocsp);

#endif
