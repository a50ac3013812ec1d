/* SPDX-License-Identifier: MIT */
/** @file inspect.h Certificates and their like, for people, as JSON, as PEM. */
#ifndef OMNITLS_TOOL_INSPECT_H
#define OMNITLS_TOOL_INSPECT_H

#include "tool.h"

typedef enum tool_object_kind {
    TOOL_OBJECT_CERTIFICATE,
    TOOL_OBJECT_REQUEST,    /* in a certificate around it: see wrap_der.h */
    TOOL_OBJECT_KEY,        /* private; its public half, likewise */
    TOOL_OBJECT_PUBLIC_KEY, /* likewise */
} tool_object_kind;

/** One of them, in the form asked for; false (and said why) when it cannot be. */
bool tool_show(const tool_options *options, const otls_backend *backend, tool_object_kind kind,
               const otls_certificate *cert, bool first);
/** Keys and requests as JSON; `kind` says what it is. Of the form of docs/certificate.schema.json. */
json_t *tool_key_json(const otls_backend *backend, const otls_certificate *cert, const char *kind);
/** All that is in the file that the options name, "-": in standard input. */
int tool_inspect(const tool_options *options);

#endif
