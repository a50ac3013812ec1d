/* SPDX-License-Identifier: MIT */
/** @file engine/loader.h Finding a module by its name, and nothing but its name. */
#ifndef OMNI_ENGINE_LOADER_H
#define OMNI_ENGINE_LOADER_H

#include <omnitls/accelerator.h>

#define OMNI_MODULE_PATH_MAX 4096
#define OMNI_MODULE_NAME_MAX 32

/**
 * Load `<directory>/<name>.so`, trying OMNITLS_MODULE_DIR, the directory `omnitls` beside the
 * library itself, and the installed place. `name` was checked by the caller. Never unloaded: engines
 * register exit handlers and thread-local destructors. `path` gets the file's name, also when it
 * cannot be loaded; "" when there is none. The sentence does not name it: omni_module_name_file does.
 */
otls_status omni_module_load(const otls_backend_module **out, const char *name,
                             char path[OMNI_MODULE_PATH_MAX], otls_error *err);
/** The same for an accelerator's: `<directory>/accelerator-<name>.so`. */
otls_status omni_accelerator_load(const otls_accelerator **out, const char *name,
                                  char path[OMNI_MODULE_PATH_MAX], otls_error *err);

/** Put the file behind the sentence in `err` (which may be NULL); the end of a long name. */
void omni_module_name_file(otls_error *err, const char *path);

#endif
