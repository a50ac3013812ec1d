/* SPDX-License-Identifier: MIT */
/*
 * tests/support/small, tried on itself: each assertion once where it holds and once where it does
 * not, a case that crashes, one that is skipped. small.sh counts what it says.
 */
#include <criterion/criterion.h>
#include <criterion/hooks.h>
#include <criterion/parameterized.h>

static unsigned begun, prepared;
static const char *something = "a"; /* not const: a comparison with NULL is one */

ReportHook(PRE_ALL)(struct criterion_test_set *tests)
{
    (void)tests;
    begun++;
}

static void prepare(void)
{
    prepared++;
}

/* ---- where they hold ---- */

Test(small, asserts_hold)
{
    cr_assert(begun == 1, "the hook ran %u times", begun);
    cr_assert_not(begun == 0);
    cr_assert_null(NULL);
    cr_assert_not_null(something);
    cr_assert_eq(begun, 1, "%u", begun);
    cr_assert_neq(begun, 0);
    cr_assert_lt(0, 1);
    cr_assert_leq(1, 1);
    cr_assert_gt(1, 0);
    cr_assert_geq(1, 1);
    cr_assert_str_eq("a", "a", "%s", "b");
    cr_assert_str_neq("a", "b");
}

Test(small, expects_hold)
{
    cr_expect(begun == 1, "the hook ran %u times", begun);
    cr_expect_not(begun == 0);
    cr_expect_null(NULL);
    cr_expect_not_null(something);
    cr_expect_eq(begun, 1, "%u", begun);
    cr_expect_neq(begun, 0);
    cr_expect_lt(0, 1);
    cr_expect_leq(1, 1);
    cr_expect_gt(1, 0);
    cr_expect_geq(1, 1);
    cr_expect_str_eq("a", "a", "%s", "b");
    cr_expect_str_neq("a", "b");
    cr_expect_str_empty("");
    cr_expect_str_not_empty("a");
    cr_expect_arr_eq("ab", "ac", 1);
}

static void after(void)
{
    (void)printf("after it\n");
}

Test(small, has_its_own_beginning, .init = prepare, .fini = after, .timeout = 60)
{
    cr_assert_eq(prepared, 1); /* in this process */
}

/* ---- where they do not: every one of these cases fails ---- */

#define ASSERTS 13
#define EXPECTS 16

static const size_t indexes[EXPECTS] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

ParameterizedTestParameters(small, assert_fails)
{
    return cr_make_param_array(const size_t, indexes, ASSERTS);
}

ParameterizedTest(const size_t *index, small, assert_fails)
{
    switch (*index) {
    case 0:
        cr_assert(begun == 0, "%u", begun);
        break;
    case 1:
        cr_assert_not(begun == 1);
        break;
    case 2:
        cr_assert_null(something);
        break;
    case 3:
        cr_assert_not_null(NULL);
        break;
    case 4:
        cr_assert_eq(begun, 2, "%u", begun);
        break;
    case 5:
        cr_assert_neq(begun, 1);
        break;
    case 6:
        cr_assert_lt(1, 1);
        break;
    case 7:
        cr_assert_leq(1, 0);
        break;
    case 8:
        cr_assert_gt(1, 1);
        break;
    case 9:
        cr_assert_geq(0, 1);
        break;
    case 10:
        cr_assert_str_eq("a", "b");
        break;
    case 11:
        cr_assert_str_neq("a", "a");
        break;
    default:
        cr_assert_fail("%s", "always");
        break;
    }
}

ParameterizedTestParameters(small, expect_fails)
{
    return cr_make_param_array(const size_t, indexes, EXPECTS);
}

ParameterizedTest(const size_t *index, small, expect_fails)
{
    switch (*index) {
    case 0:
        cr_expect(begun == 0, "%u", begun);
        break;
    case 1:
        cr_expect_not(begun == 1);
        break;
    case 2:
        cr_expect_null(something);
        break;
    case 3:
        cr_expect_not_null(NULL);
        break;
    case 4:
        cr_expect_eq(begun, 2, "%u", begun);
        break;
    case 5:
        cr_expect_neq(begun, 1);
        break;
    case 6:
        cr_expect_lt(1, 1);
        break;
    case 7:
        cr_expect_leq(1, 0);
        break;
    case 8:
        cr_expect_gt(1, 1);
        break;
    case 9:
        cr_expect_geq(0, 1);
        break;
    case 10:
        cr_expect_str_eq("a", "b");
        break;
    case 11:
        cr_expect_str_neq("a", "a");
        break;
    case 12:
        cr_expect_str_empty("a");
        break;
    case 13:
        cr_expect_str_not_empty("");
        break;
    case 14:
        cr_expect_arr_eq("ab", "ac", 2);
        break;
    default:
        cr_expect_fail("%s", "always");
        break;
    }
}

Test(small, a_crash_is_one_case)
{
    abort();
}

Test(small, skipped)
{
    cr_skip_test("because of %s", "it");
}
