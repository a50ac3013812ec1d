/* SPDX-License-Identifier: MIT */
/** @file context_verify.h How a context wants its peers' chains verified; part of its settings. */
#ifndef OTLS_CORE_CONTEXT_VERIFY_H
#define OTLS_CORE_CONTEXT_VERIFY_H

#include "verify.h"

/** Zero is the default, but for the defaults of the verifier itself. */
typedef struct otls_verify_settings {
    uint32_t options; /* OTLS_VERIFY_OPTION_..., those about names among them */
    int purpose;      /* OTLS_PURPOSE_...; 0 = by the role */
    int verifier;     /* OTLS_VERIFIER_... */
    uint8_t *pins;    /* owned; SHA-256 each */
    size_t pin_count;
    uint32_t max_certificates, max_bytes; /* presented; 0 = the default */
} otls_verify_settings;

/** `settings` is a plain copy of another's: make it its own. On failure it is left without pins. */
otls_status otls_verify_settings_adopt(otls_verify_settings *settings, otls_error *err);
void otls_verify_settings_clear(otls_verify_settings *settings);
/** Put them into a request; `server`: which side verifies. */
void otls_verify_settings_apply(const otls_verify_settings *settings, bool server,
                                otls_verify_request *request);

#endif
