/* SPDX-License-Identifier: MIT */
/** @file engine/acceleration.h The accelerators of this process, loaded when somebody asks for one. */
#ifndef OMNI_ENGINE_ACCELERATION_H
#define OMNI_ENGINE_ACCELERATION_H

#include <omnitls/accelerator.h>

/** At most this many in a process. */
#define OMNI_ACCELERATOR_MAX 4

/** By its name; loaded, checked and started the first time. It lives as long as the process. Any
 *  thread. E_BACKEND with a sentence that names the file. */
otls_status omni_accelerator_find(const otls_accelerator **out, const char *name, otls_error *err);

/** Check a table's head and slots. E_BACKEND with a sentence when unfit. */
otls_status omni_accelerator_check(const otls_accelerator *accelerator, const char *name,
                                   otls_error *err);

#endif
