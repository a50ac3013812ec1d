/* SPDX-License-Identifier: MIT */
/* A connection without OCSP (OMNITLS_WITH_OCSP): none is given out, none is asked for. */
#include "connection/connection.h"

#include "connection/peer.h"

otls_status omni_core_staple(otls_core *core, otls_slice *response)
{
    (void)core;
    *response = (otls_slice){NULL, 0};
    return OTLS_OK;
}

bool omni_staple_keep(otls_connection *conn, const otls_slice *staple)
{
    (void)conn, (void)staple;
    return true;
}

/* As with OTLS_OCSP_OFF, which nothing can change here. */
otls_status omni_staple_judge(otls_connection *conn, const otls_slice *staple, otls_error *err)
{
    (void)conn, (void)staple, (void)err;
    return OTLS_OK;
}
