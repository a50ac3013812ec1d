/* SPDX-License-Identifier: MIT */
/* How much code the process has loaded, object by object. */
#ifndef OMNITLS_BENCH_COMPARE_OBJECTS_H
#define OMNITLS_BENCH_COMPARE_OBJECTS_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes of executable segments; 0 = no such object is loaded, or this system does not tell. */

/* Of an engine's libraries and of all that they need, but for the C library. */
size_t objects_engine_code(const char *engine);
/* Of the object whose file's name is that, or begins so ("libomnitls.so"). */
size_t objects_code(const char *name);

#endif
