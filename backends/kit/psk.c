/* SPDX-License-Identifier: MIT */
/* Pre-shared keys, asked of core. */
#include "kit.h"

static size_t key_size(otls_status status, size_t length, size_t capacity)
{
    return status == OTLS_OK && length <= capacity ? length : 0;
}

size_t kit_psk_client(otls_core *core, const char *hint, char *identity, size_t identity_capacity,
                      uint8_t *key, size_t capacity)
{
    size_t length = 0;
    const otls_status status =
        core->ops->psk_client(core, hint != NULL && hint[0] != '\0' ? hint : NULL, identity,
                              identity_capacity, key, capacity, &length);

    return key_size(status, length, capacity);
}

size_t kit_psk_server(otls_core *core, otls_slice identity, uint8_t *key, size_t capacity)
{
    size_t length = 0;
    const otls_status status =
        core->ops->psk_server(core, identity.data, identity.size, key, capacity, &length);

    return key_size(status, length, capacity);
}
