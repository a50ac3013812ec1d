/* SPDX-License-Identifier: MIT */
/** @file context/ocsp.h The OCSP responses that a server's context holds. */
#ifndef OMNI_CONTEXT_OCSP_H
#define OMNI_CONTEXT_OCSP_H

#include <omnitls/backend.h>
#include <omnitls/ocsp.h>

/** An immutable list, newest first: contexts that were copied share what they have in common. */
typedef struct omni_staple omni_staple;

omni_staple *omni_staple_ref(omni_staple *list);
void omni_staple_free(omni_staple *list);
/** A list without the responses for `identity`, and without those that newer ones have replaced. */
otls_status omni_staple_forget(omni_staple **list, const otls_identity *identity, otls_error *err);
/** The newest response for an identity, else the newest for any; empty when there is none. */
otls_slice omni_staple_find(const omni_staple *list, const otls_identity *identity);

#endif
