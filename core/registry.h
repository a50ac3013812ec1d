/* SPDX-License-Identifier: MIT */
/** @file registry.h The engines of this process: the one place with mutable global state. */
#ifndef OTLS_CORE_REGISTRY_H
#define OTLS_CORE_REGISTRY_H

#include "engine.h"

/** Check a module's head, tables and mandatory slots. E_BACKEND with a sentence when unfit. */
otls_status otls_module_check(const otls_backend_module *module, const char *name,
                              otls_error *err);

#endif
