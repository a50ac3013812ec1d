/* SPDX-License-Identifier: MIT */
/** @file verify/by_engine.h OTLS_VERIFIER_ENGINE: the engine's own verifier behind our verdict. */
#ifndef OMNI_VERIFY_BY_ENGINE_H
#define OMNI_VERIFY_BY_ENGINE_H

#include "verify/verify.h"

/** Ask the engine for the chain; names and pins stay ours. E_UNSUPPORTED when it has no verifier.
 */
otls_status omni_verify_by_engine(const omni_verify_request *request, otls_verdict *verdict,
                                  otls_error *err);

#endif
