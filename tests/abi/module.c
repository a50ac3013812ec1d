/* SPDX-License-Identifier: MIT */
/* What abidw reads <omnitls/backend.h> from: the one symbol that a module exports, and all that hangs on it. */
#include <omnitls/backend.h>

#include <stddef.h>

OTLS_BACKEND_EXPORT const otls_backend_module otls_module = {.magic = OTLS_BACKEND_MAGIC,
                                                             .size = sizeof(otls_backend_module)};
