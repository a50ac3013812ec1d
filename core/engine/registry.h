/* SPDX-License-Identifier: MIT */
/** @file engine/registry.h The engines of this process: the one place with mutable global state. */
#ifndef OMNI_ENGINE_REGISTRY_H
#define OMNI_ENGINE_REGISTRY_H

#include "engine/engine.h"
#include <omnitls/accelerator.h>

/** Check a module's head, tables and mandatory slots. E_BACKEND with a sentence when unfit. */
otls_status omni_module_check(const otls_backend_module *module, const char *name,
                              otls_error *err);

/** The same for an accelerator. */
otls_status omni_accelerator_check(const otls_accelerator *accelerator, const char *name, otls_error *err);

/** Is it a name that a module may have? It becomes part of a file's. */
bool omni_module_name_ok(const char *name);
/** Start what was checked; `kind`: "engine" or "accelerator". E_NOMEM, or E_BACKEND with the module's own words. */
otls_status omni_module_start(otls_status (*start)(otls_error *err), const char *kind, const char *name,
                              otls_error *err);

#endif
