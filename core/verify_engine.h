/* SPDX-License-Identifier: MIT */
/** @file verify_engine.h OTLS_VERIFIER_ENGINE: the engine's own verifier behind our verdict. */
#ifndef OTLS_CORE_VERIFY_ENGINE_H
#define OTLS_CORE_VERIFY_ENGINE_H

#include "verify.h"

/** Ask the engine for the chain; names and pins stay ours. E_UNSUPPORTED when it has no verifier.
 */
otls_status otls_verify_by_engine(const otls_verify_request *request, otls_verdict *verdict,
                                  otls_error *err);

#endif
