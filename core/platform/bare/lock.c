/* SPDX-License-Identifier: MIT */
/* One thread: nobody to keep out. */
#include "platform/platform.h"

bool omni_lock_make(omni_lock *lock, bool recursive)
{
    (void)recursive;
    lock->unused = 0;
    return true;
}

void omni_lock_end(omni_lock *lock)
{
    (void)lock;
}

void omni_lock_take(omni_lock *lock)
{
    (void)lock;
}

void omni_lock_give(omni_lock *lock)
{
    (void)lock;
}

void omni_lock_take_global(void)
{
}

void omni_lock_give_global(void)
{
}
