/* SPDX-License-Identifier: MIT */
#include "platform/platform.h"

#include <pthread.h>

_Static_assert(sizeof(pthread_mutex_t) <= sizeof(omni_lock), "a mutex fits");
_Static_assert(_Alignof(pthread_mutex_t) <= _Alignof(omni_lock), "a mutex fits");

static pthread_mutex_t global = PTHREAD_MUTEX_INITIALIZER;

static pthread_mutex_t *mutex_of(omni_lock *lock)
{
    return (pthread_mutex_t *)(void *)lock;
}

bool omni_lock_make(omni_lock *lock, bool recursive)
{
    pthread_mutexattr_t attributes;
    bool made;

    if (!recursive)
        return pthread_mutex_init(mutex_of(lock), NULL) == 0;
    if (pthread_mutexattr_init(&attributes) != 0)
        return false;
    made = pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE) == 0 &&
           pthread_mutex_init(mutex_of(lock), &attributes) == 0;
    (void)pthread_mutexattr_destroy(&attributes);
    return made;
}

void omni_lock_end(omni_lock *lock)
{
    (void)pthread_mutex_destroy(mutex_of(lock));
}

void omni_lock_take(omni_lock *lock)
{
    (void)pthread_mutex_lock(mutex_of(lock));
}

void omni_lock_give(omni_lock *lock)
{
    (void)pthread_mutex_unlock(mutex_of(lock));
}

void omni_lock_take_global(void)
{
    (void)pthread_mutex_lock(&global);
}

void omni_lock_give_global(void)
{
    (void)pthread_mutex_unlock(&global);
}
