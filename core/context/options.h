/* SPDX-License-Identifier: MIT */
/** @file context/options.h What options.h's settings come to when a context is sealed. */
#ifndef OMNI_CONTEXT_OPTIONS_H
#define OMNI_CONTEXT_OPTIONS_H

#include "context/context.h"
#include <omnitls/options.h>

uint32_t omni_options_default(void);
/** The range that settings, engine, security level and `options` leave; E_CONFIG when none, or when
 *  it would have a gap. */
otls_status omni_versions_left(const otls_context *context, uint32_t options, uint16_t *lowest,
                               uint16_t *highest, otls_error *err);

#endif
