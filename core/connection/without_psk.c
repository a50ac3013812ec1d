/* SPDX-License-Identifier: MIT */
/* No pre-shared keys (OMNITLS_WITH_PSK): no engine gets one, none authenticates anybody. */
#include "connection/connection.h"

#include "connection/peer.h"

otls_status omni_core_psk_client(otls_core *core, const char *hint, char *identity,
                                 size_t identity_capacity, uint8_t *key, size_t key_capacity,
                                 size_t *key_length)
{
    (void)core, (void)hint, (void)identity, (void)identity_capacity, (void)key, (void)key_capacity;
    *key_length = 0;
    return OTLS_E_USAGE;
}

otls_status omni_core_psk_server(otls_core *core, const uint8_t *identity, size_t identity_size,
                                 uint8_t *key, size_t key_capacity, size_t *key_length)
{
    (void)core, (void)identity, (void)identity_size, (void)key, (void)key_capacity;
    *key_length = 0;
    return OTLS_E_USAGE;
}

bool omni_psk_fits(const otls_context *context, const otls_client_hello *hello, uint16_t version)
{
    (void)context, (void)hello, (void)version;
    return false;
}

void omni_psk_watch(otls_connection *conn, const void *data, size_t size)
{
    (void)conn, (void)data, (void)size;
}

void omni_psk_settle(otls_connection *conn)
{
    conn->info.psk = 0;
}

bool omni_psk_authenticated(const otls_connection *conn)
{
    (void)conn;
    return false;
}
