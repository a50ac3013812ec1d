/* SPDX-License-Identifier: MIT */
/** @file engine/loader.h Finding an engine's module by its name, and nothing but its name. */
#ifndef OMNI_ENGINE_LOADER_H
#define OMNI_ENGINE_LOADER_H

#include <omnitls/backend.h>

/**
 * Load `<directory>/<name>.so`, trying OMNITLS_MODULE_DIR, the directory `omnitls` beside the
 * library itself, and the installed place. `name` was checked by the caller. Never unloaded: engines
 * register exit handlers and thread-local destructors.
 */
otls_status omni_module_load(const otls_backend_module **out, const char *name, otls_error *err);

#endif
