/* SPDX-License-Identifier: MIT */
/** @file base/user_data.h A pointer of the application's on an object of ours. */
#ifndef OMNI_BASE_USER_DATA_H
#define OMNI_BASE_USER_DATA_H

#include <omnitls/error.h>
#include <stdatomic.h>

typedef struct omni_user_data {
    _Atomic(void *) data; /* a context's may be changed while other threads ask for it */
    void (*destroy)(void *data);
} omni_user_data;

/** Replace; the old one is destroyed. With NULLs: clear. */
void omni_user_data_set(omni_user_data *slot, void *data, void (*destroy)(void *data));
/** What others may be reading at the same time can no longer be changed: E_SEALED. */
otls_status omni_user_data_unshared(const atomic_uint *references, const char *what,
                                    otls_error *err);

#endif
