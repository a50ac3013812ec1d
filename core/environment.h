/* SPDX-License-Identifier: MIT */
/** @file environment.h The only place where core reads the environment. */
#ifndef OTLS_CORE_ENVIRONMENT_H
#define OTLS_CORE_ENVIRONMENT_H

/** NULL when unset, empty, or when the process runs with raised privileges. */
const char *otls_environment(const char *name);

#endif
