/* SPDX-License-Identifier: MIT */
/** @file base/environment.h The only place where core reads the environment, and a clock. */
#ifndef OMNI_BASE_ENVIRONMENT_H
#define OMNI_BASE_ENVIRONMENT_H

#include <stdbool.h>
#include <stdint.h>

/** Does whoever started the process have fewer rights than it (set-user-id, set-group-id, file
 * capabilities)? Then nothing that they chose is used: no environment, no path of the program. */
bool omni_privileges_raised(void);

/** Of a clock that only goes forward, and is cheap to read; it wraps around. */
uint32_t omni_milliseconds(void);

/** NULL when unset, empty, or when the process runs with raised privileges. */
const char *omni_environment(const char *name);

#endif
