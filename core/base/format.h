/* SPDX-License-Identifier: MIT */
/** @file base/format.h Text from a format. The C libraries of small systems leave parts of printf
 * out: newlib's nano form knows no %zu, and reads the next argument as something else. */
#ifndef OMNI_BASE_FORMAT_H
#define OMNI_BASE_FORMAT_H

#include <omnitls/export.h>
#include <stdarg.h>
#include <stddef.h>

/**
 * As snprintf: at most `size` bytes with the NUL, and the length of the whole text as answer. Known
 * are %s %c %d %u %x %X %%, the lengths l, ll and z, a width with or without a leading 0, and for
 * %s a precision, as number or `*`. Anything else ends the text there.
 */
OTLS_PRINTF(3, 4) int omni_format(char *out, size_t size, const char *format, ...);
OTLS_PRINTF(3, 0) int omni_vformat(char *out, size_t size, const char *format, va_list args);

#endif
