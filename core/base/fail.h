/* SPDX-License-Identifier: MIT */
/** @file base/fail.h How core reports: omni_fail fills a caller's error report, which may be NULL. */
#ifndef OMNI_BASE_FAIL_H
#define OMNI_BASE_FAIL_H

#include <omnitls/error.h>
#include <stdbool.h>

/**
 * The one way into a caller's report, which may be NULL, or of another version: `err->size` says how
 * much of it there is, and is left as it is. Nobody else writes to one (tests/layers/sources.py).
 */
void omni_error_give(otls_error *err, const otls_error *report);
/** What a caller's report says, as far as it goes: to be changed and given again. */
otls_error omni_error_of(const otls_error *err);
/** Fill `err` (unless NULL) completely; returns `status`. */
OTLS_PRINTF(4, 5) otls_status omni_fail(otls_error *err, otls_status status,
                                                            int32_t code, const char *format, ...);
otls_status omni_fail_nomem(otls_error *err);
/** Report `errno_value`; the sentence is `what` followed by the system's own words. */
otls_status omni_fail_system(otls_error *err, int32_t code, int errno_value, const char *what);

/** What this library was built without, by the option's name (cmake/features.cmake). */
#define OMNI_FAIL_ABSENT(err, feature)                                                             \
    omni_fail((err), OTLS_E_UNSUPPORTED, OTLS_CODE_NONE,                                           \
              "this library was built without OMNITLS_WITH_" feature)

/** Is it one of the failures of omnitls/error.h? An engine may answer anything. */
static inline bool omni_status_is_failure(otls_status status)
{
    return status < 0 && status >= OTLS_E_INTERNAL;
}

/** Pass a failure on. The one control-flow macro of the project. */
#define OMNI_TRY(call)                                                                             \
    do {                                                                                           \
        otls_status try_status_ = (call);                                                          \
        if (try_status_ != OTLS_OK)                                                                \
            return try_status_;                                                                    \
    } while (0)

#endif
