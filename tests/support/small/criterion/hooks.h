/* SPDX-License-Identifier: MIT */
/* What runs before and after all tests: see criterion.h. */
#ifndef SMALL_HOOKS_H
#define SMALL_HOOKS_H
#pragma GCC system_header

#include "criterion.h"

struct criterion_global_stats;

#define SMALL_BEFORE_PRE_ALL true
#define SMALL_BEFORE_POST_ALL false
#define SMALL_ABOUT_PRE_ALL struct criterion_test_set *
#define SMALL_ABOUT_POST_ALL struct criterion_global_stats *
#define ReportHook(when)                                                                           \
    static void small_hook_##when(SMALL_ABOUT_##when);                                             \
    static void small_call_##when(void *about)                                                     \
    {                                                                                              \
        small_hook_##when(about);                                                                  \
    }                                                                                              \
    __attribute__((constructor)) static void small_add_hook_##when(void)                           \
    {                                                                                              \
        small_add_hook(small_call_##when, SMALL_BEFORE_##when);                                    \
    }                                                                                              \
    static void small_hook_##when

#endif
