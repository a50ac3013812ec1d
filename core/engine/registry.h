/* SPDX-License-Identifier: MIT */
/** @file engine/registry.h The engines of this process: the one place with mutable global state. */
#ifndef OMNI_ENGINE_REGISTRY_H
#define OMNI_ENGINE_REGISTRY_H

#include "engine/engine.h"

/** Check a module's head, tables and mandatory slots. E_BACKEND with a sentence when unfit. */
otls_status omni_module_check(const otls_backend_module *module, const char *name,
                              otls_error *err);

#endif
