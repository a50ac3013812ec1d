/* SPDX-License-Identifier: MIT */
/* One test, a case for each of its parameters: see criterion.h. The arrays are static, nothing is
 * freed. */
#ifndef SMALL_PARAMETERIZED_H
#define SMALL_PARAMETERIZED_H
#pragma GCC system_header

#include "criterion.h"

#define cr_make_param_array(type, array, count)                                                    \
    ((struct criterion_test_params){                                                               \
        .params = (void *)(array), .size = sizeof(type), .length = (count)})

#define ParameterizedTestParameters(suite_, name_)                                                 \
    static struct criterion_test_params small_params_##suite_##_##name_(void)

#define ParameterizedTest(...) SMALL_EACH(__VA_ARGS__, .none = 0)
#define SMALL_EACH(param_, suite_, name_, ...)                                                     \
    static void small_##suite_##_##name_(param_);                                                  \
    static void small_run_##suite_##_##name_(void *param)                                          \
    {                                                                                              \
        small_##suite_##_##name_(param);                                                           \
    }                                                                                              \
    __attribute__((constructor)) static void small_add_##suite_##_##name_(void)                    \
    {                                                                                              \
        static small_test test = {.suite = #suite_,                                                \
                                  .name = #name_,                                                  \
                                  .run = small_run_##suite_##_##name_,                             \
                                  .params = small_params_##suite_##_##name_,                       \
                                  .extra = {__VA_ARGS__}};                                         \
        small_add(&test);                                                                          \
    }                                                                                              \
    static void small_##suite_##_##name_(param_)

#endif
