/* SPDX-License-Identifier: MIT */
/** @file export.h Symbol visibility of the shared library. */
#ifndef OMNITLS_EXPORT_H
#define OMNITLS_EXPORT_H

#if defined(__GNUC__) || defined(__clang__)
#define OTLS_API __attribute__((visibility("default")))
#else
#define OTLS_API
#endif

/* Function `format`, arguments from `first` on; 0: a va_list. MinGW's own printf knows no %zu. */
#if defined(__MINGW32__) && !defined(__clang__)
#define OTLS_PRINTF(format_at, first) __attribute__((format(gnu_printf, format_at, first)))
#elif defined(__GNUC__) || defined(__clang__)
#define OTLS_PRINTF(format_at, first) __attribute__((format(printf, format_at, first)))
#else
#define OTLS_PRINTF(format_at, first)
#endif

#endif
