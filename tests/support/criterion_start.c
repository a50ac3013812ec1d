/* SPDX-License-Identifier: MIT */
/*
 * Linked into every Criterion program. Criterion shows how two strings differ through libgit2, which
 * it starts in each test's process; and libgit2 begins by parsing the system's certificates, 15 ms
 * that were a tenth of all the tests' time. Our assertions print both sides themselves, so libgit2 is
 * never used: these two take the places of its own.
 */
#define SEEN __attribute__((visibility("default"))) /* by Criterion's library */

SEEN int git_libgit2_init(void);
SEEN int git_libgit2_shutdown(void);

int git_libgit2_init(void)
{
    return 1;
}

int git_libgit2_shutdown(void)
{
    return 0;
}
