/* SPDX-License-Identifier: MIT */
/** @file context_ocsp.h The OCSP responses that a server's context holds. */
#ifndef OTLS_CORE_CONTEXT_OCSP_H
#define OTLS_CORE_CONTEXT_OCSP_H

#include <omnitls/backend.h>
#include <omnitls/ocsp.h>

/** An immutable list, newest first: contexts that were copied share what they have in common. */
typedef struct otls_staple otls_staple;

otls_staple *otls_staple_ref(otls_staple *list);
void otls_staple_free(otls_staple *list);
/** The newest response for an identity, else the newest for any; empty when there is none. */
otls_slice otls_staple_find(const otls_staple *list, const otls_identity *identity);

#endif
