/* SPDX-License-Identifier: MIT */
/* A connection's OCSP response: given out by a server, received and judged by a client. */
#include "connection/connection.h"

#include "base/base.h"
#include "connection/peer.h"
#include "x509/x509.h"

#include <string.h>

static bool keep(otls_connection *conn, otls_slice response)
{
    uint8_t *copy = NULL;

    if (response.size != 0) {
        copy = omni_memdup(response.data, response.size);
        if (copy == NULL)
            return false;
    }
    omni_free(conn->ocsp);
    conn->ocsp = copy;
    conn->ocsp_size = response.size;
    return true;
}

static otls_slice choose(otls_connection *conn)
{
    const omni_settings *settings = &conn->context->settings;
    const otls_identity *identity = conn->native->identity;
    otls_slice response = {NULL, 0};

    if (settings->present.ocsp_callback == NULL)
        return omni_staple_find(settings->present.staples, identity);
    if (settings->present.ocsp_callback(conn, identity, &response.data, &response.size,
                                settings->present.ocsp_user) != OTLS_OK ||
        response.data == NULL || response.size > OMNI_OCSP_SIZE_MAX)
        response = (otls_slice){NULL, 0};
    return response;
}

otls_status omni_core_staple(otls_core *core, otls_slice *response)
{
    otls_connection *conn = omni_connection_of(core);

    *response = (otls_slice){NULL, 0};
    if (conn->native == NULL || conn->native->identity == NULL)
        return OTLS_OK;
    if (!keep(conn, choose(conn)))
        return OTLS_E_NOMEM;
    *response = (otls_slice){conn->ocsp, conn->ocsp_size};
    return OTLS_OK;
}

bool omni_staple_keep(otls_connection *conn, const otls_slice *staple)
{
    const bool wanted = !conn->server && conn->context->settings.verdict.ocsp != OTLS_OCSP_OFF;

    /* a response that is too large is judged, and refused, but not kept */
    return keep(conn, wanted && staple != NULL && staple->size <= OMNI_OCSP_SIZE_MAX
                          ? *staple
                          : (otls_slice){NULL, 0});
}

otls_status omni_staple_judge(otls_connection *conn, const otls_slice *staple, otls_error *err)
{
    const omni_settings *settings = &conn->context->settings;
    const omni_staple_request request = {
        .leaf = omni_chain_at(conn->peer, 0),
        .staple = staple,
        .required = settings->verdict.ocsp == OTLS_OCSP_REQUIRED,
        .backend = conn->context->backend,
        .time = omni_context_now(conn->context),
        .security_level = settings->verdict.security_level,
        .trust = settings->verdict.trust,
    };

    if (conn->server || settings->verdict.ocsp == OTLS_OCSP_OFF)
        return OTLS_OK;
    return omni_verify_staple(&request, &conn->verdict, err);
}

const uint8_t *otls_connection_ocsp_response(const otls_connection *conn, size_t *size)
{
    *size = conn->ocsp_size;
    return conn->ocsp;
}
