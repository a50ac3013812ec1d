/* SPDX-License-Identifier: MIT */
#include "platform/windows/system.h"

/* Every critical section may be taken again by its owner. */
_Static_assert(sizeof(CRITICAL_SECTION) <= sizeof(omni_lock), "a critical section fits");
_Static_assert(_Alignof(CRITICAL_SECTION) <= _Alignof(omni_lock), "a critical section fits");

static SRWLOCK global = SRWLOCK_INIT;

static CRITICAL_SECTION *section_of(omni_lock *lock)
{
    return (CRITICAL_SECTION *)(void *)lock;
}

bool omni_lock_make(omni_lock *lock, bool recursive)
{
    (void)recursive;
    InitializeCriticalSection(section_of(lock)); /* cannot fail since Windows Vista */
    return true;
}

void omni_lock_end(omni_lock *lock)
{
    DeleteCriticalSection(section_of(lock));
}

void omni_lock_take(omni_lock *lock)
{
    EnterCriticalSection(section_of(lock));
}

void omni_lock_give(omni_lock *lock)
{
    LeaveCriticalSection(section_of(lock));
}

void omni_lock_take_global(void)
{
    AcquireSRWLockExclusive(&global);
}

void omni_lock_give_global(void)
{
    ReleaseSRWLockExclusive(&global);
}
