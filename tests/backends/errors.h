/* SPDX-License-Identifier: MIT */
/**
 * @file errors.h
 * The walk over an engine's numbers. A failure of a handshake, a read or a write is the protocol's
 * unless the table says otherwise, and it may say so of these alone.
 */
#ifndef OTLS_TEST_ERRORS_H
#define OTLS_TEST_ERRORS_H

#include "backends/kit/kit.h"

#include <stdlib.h>

/** A number that is not the protocol's. */
struct exception {
    int native;
    otls_status status;
};

/** 0 when every number from `first` to `last` is what `exceptions` or E_PROTOCOL says. */
static int walk(const char *engine, int first, int last, const kit_cause *(*cause_of)(int),
                const struct exception *exceptions, size_t count)
{
    size_t met = 0;
    int wrong = 0;

    for (int native = first; native <= last; native++) {
        otls_status expected = OTLS_E_PROTOCOL;

        for (size_t i = 0; i < count; i++)
            if (exceptions[i].native == native) {
                expected = exceptions[i].status;
                met++;
            }
        const kit_cause *cause = cause_of(native);
        if (cause->status != expected || (cause->native != native && cause->native != 0)) {
            (void)printf("%s: %d is %d, not %d\n", engine, native, (int)cause->status,
                         (int)expected);
            wrong++;
        }
    }
    (void)printf("%s: %d numbers, %zu of %zu exceptions\n", engine, last - first + 1, met, count);
    return wrong == 0 && met == count ? EXIT_SUCCESS : EXIT_FAILURE;
}

#endif
