/* SPDX-License-Identifier: MIT */
/* A peer's certificates as one row of bytes, to be kept with a session. */
#include "kit.h"

uint8_t *kit_chain_head(uint8_t *at, size_t size)
{
    at[0] = (uint8_t)(size >> 16);
    at[1] = (uint8_t)(size >> 8);
    at[2] = (uint8_t)size;
    return at + KIT_CHAIN_HEAD;
}

void kit_chain_each(otls_slice row, void (*emit)(void *user, otls_slice der), void *user)
{
    const uint8_t *at = row.data;
    size_t left = row.size;

    while (left > KIT_CHAIN_HEAD) {
        const size_t size = (size_t)at[0] << 16 | (size_t)at[1] << 8 | at[2];

        if (size > left - KIT_CHAIN_HEAD)
            return;
        emit(user, (otls_slice){at + KIT_CHAIN_HEAD, size});
        at += KIT_CHAIN_HEAD + size;
        left -= KIT_CHAIN_HEAD + size;
    }
}
