/* SPDX-License-Identifier: MIT */
/** @file fail.h How core reports: otls_fail fills a caller's error report, which may be NULL. */
#ifndef OTLS_CORE_FAIL_H
#define OTLS_CORE_FAIL_H

#include <omnitls/error.h>

/** Fill `err` (unless NULL) completely; returns `status`. */
__attribute__((format(printf, 4, 5))) otls_status otls_fail(otls_error *err, otls_status status,
                                                            int32_t code, const char *format, ...);
otls_status otls_fail_nomem(otls_error *err);
/** Report `errno_value`; the sentence is `what` followed by the system's own words. */
otls_status otls_fail_system(otls_error *err, int32_t code, int errno_value, const char *what);

/** Pass a failure on. The one control-flow macro of the project. */
#define OTLS_TRY(call)                                                                             \
    do {                                                                                           \
        otls_status try_status_ = (call);                                                          \
        if (try_status_ != OTLS_OK)                                                                \
            return try_status_;                                                                    \
    } while (0)

#endif
