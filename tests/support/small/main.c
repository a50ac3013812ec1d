/* SPDX-License-Identifier: MIT */
/* main() of a program that brings none of its own. */
#include <criterion/criterion.h>

int main(int argc, char **argv)
{
    if (!criterion_handle_args(argc, argv, true))
        return 2;
    return !criterion_run_all_tests(criterion_initialize());
}
