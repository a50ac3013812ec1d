/* SPDX-License-Identifier: MIT */
/* The environment is not heard when privileges were raised. */
#include "base/environment.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <unistd.h>

#define NOBODY 65534

static void set(void)
{
    (void)setenv("OMNITLS_TEST_VALUE", "value", 1);
    (void)setenv("OMNITLS_TEST_EMPTY", "", 1);
}

Test(environment, is_heard)
{
    set();
    cr_expect_str_eq(omni_environment("OMNITLS_TEST_VALUE"), "value");
    cr_expect_null(omni_environment("OMNITLS_TEST_EMPTY"));
    cr_expect_null(omni_environment("OMNITLS_TEST_ABSENT"));
}

Test(environment, not_by_another_user)
{
    set();
    if (getuid() != 0 || seteuid(NOBODY) != 0)
        cr_skip("only root can become another user");
    cr_expect_null(omni_environment("OMNITLS_TEST_VALUE"));
    (void)seteuid(0);
}

Test(environment, not_by_another_group)
{
    set();
    if (getuid() != 0 || setegid(NOBODY) != 0)
        cr_skip("only root can become another group");
    cr_expect_null(omni_environment("OMNITLS_TEST_VALUE"));
    (void)setegid(getgid());
}
