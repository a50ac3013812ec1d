/* SPDX-License-Identifier: MIT */
/** @file context/natives.h Between the files that make native contexts. */
#ifndef OMNI_CONTEXT_NATIVES_H
#define OMNI_CONTEXT_NATIVES_H

#include "context/context.h"

/* context/policy.c */
/** A version without a suite cannot be negotiated, and one engine fails if it is offered. */
void omni_narrow_to_suites(const otls_suite *const *suites, size_t count, uint16_t *lowest,
                           uint16_t *highest);
/** What the engine's context is made from; it borrows from the context. */
void omni_policy_fill(omni_native *native, const otls_context *context, bool server);

/* context/shared_native.c */
/** A reference to the shared context's, if the engine could not tell it from `wanted`; NULL: there is
 *  none. */
omni_native *omni_native_shared(const otls_context *context, const omni_native *wanted);

/* context/natives.c */
/** `identity` NULL: none. `*out` has one reference. */
otls_status omni_native_make(omni_native **out, const otls_context *context,
                             const otls_identity *identity, bool server, otls_error *err);
/** While the context is sealed: room for `count`, and the first of them. */
otls_status omni_server_natives_make(otls_context *context, size_t count, otls_error *err);
void omni_server_natives_clear(omni_server_natives *servers);

/* context/server_names.c */
/** Index the identities, so that not each is looked at for each client. */
otls_status omni_server_natives_index(otls_context *context, otls_error *err);

#endif
