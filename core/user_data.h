/* SPDX-License-Identifier: MIT */
/** @file user_data.h A pointer of the application's on an object of ours. */
#ifndef OTLS_CORE_USER_DATA_H
#define OTLS_CORE_USER_DATA_H

typedef struct otls_user_data {
    void *data;
    void (*destroy)(void *data);
} otls_user_data;

/** Replace; the old one is destroyed. With NULLs: clear. */
void otls_user_data_set(otls_user_data *slot, void *data, void (*destroy)(void *data));

#endif
