/* SPDX-License-Identifier: MIT */
/** @file export.h Symbol visibility of the shared library. */
#ifndef OMNITLS_EXPORT_H
#define OMNITLS_EXPORT_H

#if defined(__GNUC__) || defined(__clang__)
#define OTLS_API __attribute__((visibility("default")))
#else
#define OTLS_API
#endif

#endif
