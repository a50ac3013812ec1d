/* SPDX-License-Identifier: MIT */
/*
 * Criterion's macros as our tests use them, for systems that Criterion does not exist for. Each
 * case runs in a process of its own where there is fork(), else in the program's own. ../runner.c
 * runs them, and writes what Criterion writes.
 */
#ifndef SMALL_CRITERION_H
#define SMALL_CRITERION_H
#pragma GCC                                                                                        \
    system_header /* the macros' own comparisons are no business of the compiler's warnings */

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/** What stands behind a test's name. */
typedef struct small_extra {
    char none;
    void (*init)(void), (*fini)(void);
    double timeout; /* seconds; 0: none of its own */
} small_extra;

struct criterion_test_params {
    void *params;
    size_t size, length;
};

typedef struct small_test {
    const char *suite, *name;
    void (*run)(void *param);
    struct criterion_test_params (*params)(void); /* NULL: one case */
    small_extra extra;
    struct small_test *next;
} small_test;

typedef void small_hook(void *about);

struct criterion_test_set;
struct criterion_test_set *criterion_initialize(void);
int criterion_handle_args(int argc, char **argv, bool handle_unknown);
int criterion_run_all_tests(struct criterion_test_set *tests);
void criterion_finalize(struct criterion_test_set *tests);

void small_add(small_test *test);
void small_add_hook(small_hook *hook, bool before);

/** How these end: NULL or a format, its arguments, and NULL, which no format asks for. */
void small_expected(const char *file, int line, const char *text, ...);
__attribute__((noreturn)) void small_asserted(const char *file, int line, const char *text, ...);
__attribute__((noreturn)) void small_skipped(const char *format, ...);

/* .none: so that there is always something behind the name. */
#define Test(...) SMALL_TEST(__VA_ARGS__, .none = 0)
#define SMALL_TEST(suite_, name_, ...)                                                             \
    static void small_##suite_##_##name_(void);                                                    \
    static void small_run_##suite_##_##name_(void *param)                                          \
    {                                                                                              \
        (void)param;                                                                               \
        small_##suite_##_##name_();                                                                \
    }                                                                                              \
    __attribute__((constructor)) static void small_add_##suite_##_##name_(void)                    \
    {                                                                                              \
        static small_test test = {.suite = #suite_,                                                \
                                  .name = #name_,                                                  \
                                  .run = small_run_##suite_##_##name_,                             \
                                  .extra = {__VA_ARGS__}};                                         \
        small_add(&test);                                                                          \
    }                                                                                              \
    static void small_##suite_##_##name_(void)

/* ---- assertions: cr_assert ends the case, cr_expect marks it ---- */

#define SMALL_ASSERT(text, good, ...)                                                              \
    ((good) ? (void)0 : small_asserted(__FILE__, __LINE__, text, __VA_ARGS__))
#define SMALL_EXPECT(text, good, ...)                                                              \
    ((good) ? (void)0 : small_expected(__FILE__, __LINE__, text, __VA_ARGS__))
#define SMALL_ONE(how, a, ...) how(#a, (a), __VA_ARGS__)
#define SMALL_NOT(how, a, ...) how("not " #a, !(a), __VA_ARGS__)
#define SMALL_NULL(how, op, a, ...) how(#a " " #op " NULL", (a)op NULL, __VA_ARGS__)
#define SMALL_TWO(how, op, a, b, ...) how(#a " " #op " " #b, (a)op(b), __VA_ARGS__)
#define SMALL_STRING(how, op, a, b, ...)                                                           \
    how(#a " " #op " " #b ", as strings", strcmp((a), (b)) op 0, __VA_ARGS__)
#define SMALL_BYTES(how, a, b, size, ...)                                                          \
    how(#a " == " #b ", as bytes", memcmp((a), (b), (size)) == 0, __VA_ARGS__)
#define SMALL_LENGTH(how, op, a, ...) how("the length of " #a, (a)[0] op '\0', __VA_ARGS__)

#define cr_assert(...) SMALL_ONE(SMALL_ASSERT, __VA_ARGS__, NULL)
#define cr_assert_not(...) SMALL_NOT(SMALL_ASSERT, __VA_ARGS__, NULL)
#define cr_assert_null(...) SMALL_NULL(SMALL_ASSERT, ==, __VA_ARGS__, NULL)
#define cr_assert_not_null(...) SMALL_NULL(SMALL_ASSERT, !=, __VA_ARGS__, NULL)
#define cr_assert_eq(...) SMALL_TWO(SMALL_ASSERT, ==, __VA_ARGS__, NULL)
#define cr_assert_neq(...) SMALL_TWO(SMALL_ASSERT, !=, __VA_ARGS__, NULL)
#define cr_assert_lt(...) SMALL_TWO(SMALL_ASSERT, <, __VA_ARGS__, NULL)
#define cr_assert_leq(...) SMALL_TWO(SMALL_ASSERT, <=, __VA_ARGS__, NULL)
#define cr_assert_gt(...) SMALL_TWO(SMALL_ASSERT, >, __VA_ARGS__, NULL)
#define cr_assert_geq(...) SMALL_TWO(SMALL_ASSERT, >=, __VA_ARGS__, NULL)
#define cr_assert_str_eq(...) SMALL_STRING(SMALL_ASSERT, ==, __VA_ARGS__, NULL)
#define cr_assert_str_neq(...) SMALL_STRING(SMALL_ASSERT, !=, __VA_ARGS__, NULL)
#define cr_assert_arr_eq(...) SMALL_BYTES(SMALL_ASSERT, __VA_ARGS__, NULL)
#define cr_assert_fail(...) small_asserted(__FILE__, __LINE__, "fail", __VA_ARGS__, NULL)

#define cr_expect(...) SMALL_ONE(SMALL_EXPECT, __VA_ARGS__, NULL)
#define cr_expect_not(...) SMALL_NOT(SMALL_EXPECT, __VA_ARGS__, NULL)
#define cr_expect_null(...) SMALL_NULL(SMALL_EXPECT, ==, __VA_ARGS__, NULL)
#define cr_expect_not_null(...) SMALL_NULL(SMALL_EXPECT, !=, __VA_ARGS__, NULL)
#define cr_expect_eq(...) SMALL_TWO(SMALL_EXPECT, ==, __VA_ARGS__, NULL)
#define cr_expect_neq(...) SMALL_TWO(SMALL_EXPECT, !=, __VA_ARGS__, NULL)
#define cr_expect_lt(...) SMALL_TWO(SMALL_EXPECT, <, __VA_ARGS__, NULL)
#define cr_expect_leq(...) SMALL_TWO(SMALL_EXPECT, <=, __VA_ARGS__, NULL)
#define cr_expect_gt(...) SMALL_TWO(SMALL_EXPECT, >, __VA_ARGS__, NULL)
#define cr_expect_geq(...) SMALL_TWO(SMALL_EXPECT, >=, __VA_ARGS__, NULL)
#define cr_expect_str_eq(...) SMALL_STRING(SMALL_EXPECT, ==, __VA_ARGS__, NULL)
#define cr_expect_str_neq(...) SMALL_STRING(SMALL_EXPECT, !=, __VA_ARGS__, NULL)
#define cr_expect_str_empty(...) SMALL_LENGTH(SMALL_EXPECT, ==, __VA_ARGS__, NULL)
#define cr_expect_str_not_empty(...) SMALL_LENGTH(SMALL_EXPECT, !=, __VA_ARGS__, NULL)
#define cr_expect_arr_eq(...) SMALL_BYTES(SMALL_EXPECT, __VA_ARGS__, NULL)
#define cr_expect_fail(...) small_expected(__FILE__, __LINE__, "fail", __VA_ARGS__, NULL)

#define cr_skip(...) small_skipped(__VA_ARGS__, NULL)
#define cr_skip_test(...) small_skipped(__VA_ARGS__, NULL)

#endif
