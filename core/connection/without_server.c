/* SPDX-License-Identifier: MIT */
/* No servers (OMNITLS_WITH_SERVER): no context takes that role, so what engines ask of servers has no answer. */
#include "connection/connection.h"

#include "base/base.h"
#include "connection/handshake.h"
#include "connection/resume.h"

otls_status omni_server_start(otls_connection *conn, otls_error *err)
{
    (void)conn;
    return OMNI_FAIL_ABSENT(err, "SERVER");
}

bool omni_session_by_id(otls_connection *conn)
{
    (void)conn;
    return false;
}

otls_status omni_core_ticket_key(otls_core *core, const uint8_t *name, otls_ticket_key *out,
                                 bool *renew)
{
    (void)core, (void)name, (void)out;
    *renew = false;
    return OTLS_E_USAGE;
}

otls_status omni_core_ticket_key_offered(otls_core *core,
                                         size_t (*names)(void *user, const otls_ticket_key *key,
                                                         uint8_t out[][OTLS_TICKET_NAME_SIZE]),
                                         void *user, otls_ticket_key *out)
{
    (void)core, (void)names, (void)user, (void)out;
    return OTLS_E_USAGE;
}

void omni_core_cache_store(otls_core *core, otls_slice id, otls_slice blob)
{
    (void)core, (void)id, (void)blob;
}

otls_status omni_core_cache_fetch(otls_core *core, otls_slice id, otls_slice *blob)
{
    (void)core, (void)id;
    *blob = (otls_slice){NULL, 0};
    return OTLS_E_USAGE;
}

void omni_core_cache_remove(otls_core *core, otls_slice id)
{
    (void)core, (void)id;
}

void omni_asked_sessions_drop(otls_connection *conn)
{
    (void)conn; /* a client is asked for none */
}
