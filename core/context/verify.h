/* SPDX-License-Identifier: MIT */
/** @file context/verify.h How a context wants its peers' chains verified; part of its settings. */
#ifndef OMNI_CONTEXT_VERIFY_H
#define OMNI_CONTEXT_VERIFY_H

#include "verify/verify.h"

/** Zero is the default, but for the defaults of the verifier itself. */
typedef struct omni_verify_settings {
    uint32_t options; /* OTLS_VERIFY_OPTION_..., those about names among them */
    int purpose;      /* OTLS_PURPOSE_...; 0 = by the role */
    int verifier;     /* OTLS_VERIFIER_... */
    uint8_t *pins;    /* owned; SHA-256 each */
    size_t pin_count;
    uint32_t max_certificates, max_bytes; /* presented; 0 = the default */
} omni_verify_settings;

/** `settings` is a plain copy of another's: make it its own. On failure it is left without pins. */
otls_status omni_verify_settings_adopt(omni_verify_settings *settings, otls_error *err);
void omni_verify_settings_clear(omni_verify_settings *settings);
/** Put them into a request; `server`: which side verifies. */
void omni_verify_settings_apply(const omni_verify_settings *settings, bool server,
                                omni_verify_request *request);

#endif
