/* SPDX-License-Identifier: MIT */
/* Our formatting beside that of a whole C library. */
#include "base/format.h"

#include <criterion/criterion.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define SAME(...)                                                                                  \
    do {                                                                                           \
        char ours_[64], theirs_[64];                                                               \
        const int length_ = omni_format(ours_, sizeof(ours_), __VA_ARGS__);                        \
        cr_expect_eq(snprintf(theirs_, sizeof(theirs_), __VA_ARGS__), length_);                    \
        cr_expect_str_eq(ours_, theirs_);                                                          \
    } while (0)

Test(format, as_the_library_does)
{
    SAME("%s", "plain");
    SAME("%s%%%c", "a", 'b');
    SAME("<%.3s|%.*s|%.0s>", "abcdef", 2, "xyz", "gone");
    SAME("<%5s|%1s>", "ab", "abc");
    SAME("%d %d %d", 0, INT_MAX, INT_MIN);
    SAME("%u %x %X", UINT_MAX, 0xbeefU, 0xbeefU);
    SAME("%02d %02d %04x %09u %2d %03d", 7, 123, 0xabU, 42U, 7, -7);
    SAME("%zu %zu", (size_t)0, SIZE_MAX);
    SAME("%lu %ld %ld", ULONG_MAX, LONG_MAX, LONG_MIN);
    SAME("%llu %lld", ULLONG_MAX, LLONG_MIN);
}

/* What went wrong on small systems: the argument behind the size was taken for something else. */
Test(format, a_text_behind_a_size)
{
    SAME("PEM block %zu: %s", (size_t)3, "broken");
}

Test(format, says_what_did_not_fit)
{
    char out[4] = "xxx";

    cr_expect_eq(omni_format(out, sizeof(out), "%s", "abcdef"), 6);
    cr_expect_str_eq(out, "abc");
    cr_expect_eq(omni_format(out, 1, "abc"), 3);
    cr_expect_str_eq(out, "");
    cr_expect_eq(omni_format(NULL, 0, "abc"), 3);
}

/* A string that has no NUL, as long as the precision ends it. */
Test(format, reads_no_further_than_the_precision)
{
    const char bytes[3] = {'a', 'b', 'c'};

    SAME("%.3s", bytes);
}
