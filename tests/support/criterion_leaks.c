/* SPDX-License-Identifier: MIT */
/*
 * Linked into every Criterion program. Criterion runs each test in a process of its own, where leaks
 * are ours; in the process that starts them, it leaves a few blocks of its own behind. The leak
 * sanitizer asks this function at the end of each process.
 */
#include <stdlib.h>

int __lsan_is_turned_off(void);

int __lsan_is_turned_off(void)
{
    return getenv("BXFI_MAP") == NULL; /* set for the processes of tests only */
}
