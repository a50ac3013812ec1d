/* SPDX-License-Identifier: MIT */
/* Keying material, secrets, channel bindings. */
#include "connection/connection.h"

#include "base/base.h"
#include "connection/fail.h"
#include "x509/x509.h"
#include <omnitls/insecure.h>
#include <omnitls/parity.h>

#include <string.h>

#define EXPORT_MAX 16384u
#define LABEL_MAX 249u /* "tls13 " and the label share one length byte, RFC 8446 7.1 */

/* The engine's answer, or ours to one that is none. */
static otls_status answered(const otls_connection *conn, otls_status status,
                            const otls_error *inner, otls_error *err)
{
    if (status != OTLS_OK && !omni_status_is_failure(status))
        return omni_fail(err, OTLS_E_INTERNAL, OTLS_CODE_NONE, "%s answered %d, which is no status",
                         otls_backend_name(conn->context->backend), (int)status);
    if (status != OTLS_OK)
        omni_error_give(err, inner);
    return status;
}

otls_status otls_connection_export_keying(otls_connection *conn, const char *label,
                                          const void *context, size_t context_size, void *out,
                                          size_t size, otls_error *err)
{
    const size_t label_size = strlen(label);
    otls_error inner = OTLS_ERROR_INIT;
    otls_status status;

    OMNI_TRY(omni_connection_open(conn, err));
    if (!OMNI_HAS(omni_engine(conn), export_keying))
        return omni_fail_unsupported(err, conn->context->backend, OTLS_FEATURE_EXPORTER);
    if (context == NULL && context_size != 0) /* NULL means that there is none */
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE, "exporter: a context is counted but not given");
    if (label_size == 0 || label_size > LABEL_MAX || context_size > UINT16_MAX || size == 0 ||
        size > EXPORT_MAX)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_LIMIT,
                         "exporter: label of 1 to %u, context of up to 65535, output of 1 to %u bytes",
                         LABEL_MAX, EXPORT_MAX);
    status = omni_engine(conn)->export_keying(conn->engine, label, (otls_slice){context, context_size},
                                            out, size, &inner);
    return answered(conn, status, &inner, err);
}

static otls_status secret(otls_connection *conn, otls_secret which, otls_feature feature,
                          uint8_t *out, size_t capacity, size_t *length, otls_error *err)
{
    otls_error inner = OTLS_ERROR_INIT;
    otls_status status;

    *length = 0;
    OMNI_TRY(omni_connection_open(conn, err));
    if (!OMNI_HAS(omni_engine(conn), secret))
        return omni_fail_unsupported(err, conn->context->backend, feature);
    status = answered(conn, omni_engine(conn)->secret(conn->engine, (int)which, out, capacity,
                                                      length, &inner),
                      &inner, err);
    if (status == OTLS_OK && *length - 1 < capacity) /* 1 to capacity */
        return OTLS_OK;
    *length = 0;
    return status != OTLS_OK ? status
                             : omni_fail(err, OTLS_E_INTERNAL, OTLS_CODE_NONE,
                                         "%s gave a secret of no bytes, or of too many",
                                         otls_backend_name(conn->context->backend));
}

static otls_status secret_of(otls_connection *conn, otls_secret which, uint8_t *out, size_t size,
                             otls_error *err)
{
    size_t length;

    OMNI_TRY(secret(conn, which, OTLS_FEATURE_MASTER_SECRET, out, size, &length, err));
    return length == size ? OTLS_OK
                          : omni_fail(err, OTLS_E_INTERNAL, OTLS_CODE_NONE,
                                      "%s gave %zu bytes of a secret, not %zu",
                                      otls_backend_name(conn->context->backend), length, size);
}

otls_status otls_connection_client_random(otls_connection *conn, uint8_t out[32], otls_error *err)
{
    return secret_of(conn, OTLS_SECRET_CLIENT_RANDOM, out, 32, err);
}

otls_status otls_connection_server_random(otls_connection *conn, uint8_t out[32], otls_error *err)
{
    return secret_of(conn, OTLS_SECRET_SERVER_RANDOM, out, 32, err);
}

otls_status otls_connection_insecure_master_secret(otls_connection *conn, uint8_t out[48],
                                                   otls_error *err)
{
    OMNI_TRY(omni_connection_open(conn, err));
    if (!otls_version_before(conn->info.version, OTLS_TLS1_3))
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NOT_HERE,
                         "TLS 1.3 has no master secret of the old kind");
    return secret_of(conn, OTLS_SECRET_MASTER, out, 48, err);
}

/* ---- Finished ---- */

#define FINISHED_MAX 48u /* TLS 1.3 with SHA-384 */

otls_status otls_connection_finished(otls_connection *conn, bool peer, uint8_t *out,
                                     size_t capacity, size_t *length, otls_error *err)
{
    *length = 0;
    OMNI_TRY(omni_connection_open(conn, err));
    if (capacity < FINISHED_MAX)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_LIMIT, "a Finished message needs %u bytes",
                         FINISHED_MAX);
    return secret(conn, peer ? OTLS_SECRET_PEER_FINISHED : OTLS_SECRET_FINISHED,
                  OTLS_FEATURE_TLS_UNIQUE, out, capacity, length, err);
}

/* ---- channel bindings ---- */

static otls_hash end_point_hash(const omni_x509 *cert)
{
    switch (cert->signature_algorithm.hash) {
    case OTLS_SIG_HASH_SHA384:
        return OTLS_HASH_SHA384;
    case OTLS_SIG_HASH_SHA512:
        return OTLS_HASH_SHA512;
    default:
        return OTLS_HASH_SHA256; /* RFC 5929 4.1: also instead of MD5 and SHA-1 */
    }
}

static const otls_certificate *server_leaf(const otls_connection *conn)
{
    const otls_suite *suite = omni_suite_find(conn->info.suite);

    if (conn->info.psk != 0 && (suite == NULL || suite->kx != OTLS_KX_RSA_PSK))
        return NULL; /* the server has one, and did not present it */
    if (conn->server)
        return conn->native->identity != NULL ? conn->native->identity->chain[0] : NULL;
    return otls_connection_peer_chain(conn, 0);
}

static otls_status server_end_point(otls_connection *conn, uint8_t *out, size_t capacity,
                                    size_t *length, otls_error *err)
{
    const otls_certificate *leaf = server_leaf(conn);

    if (leaf == NULL)
        return omni_fail(err, OTLS_E_UNSUPPORTED, OTLS_CODE_NO_CERTIFICATE,
                         "the server presented no certificate");
    return otls_certificate_fingerprint(leaf, conn->context->backend, end_point_hash(&leaf->x509),
                                        out, capacity, length, err);
}

/* Without it two connections may share a master secret, and so these values (RFC 7627 5.4, 1). */
static otls_status need_extended_secret(const otls_connection *conn, const char *what,
                                        otls_error *err)
{
    return conn->info.extended_master_secret != 0
               ? OTLS_OK
               : omni_fail(err, OTLS_E_UNSUPPORTED, OTLS_CODE_NOT_OFFERED,
                           "%s needs the extended master secret, which was not negotiated", what);
}

otls_status otls_connection_channel_binding(otls_connection *conn, otls_channel_binding kind,
                                            uint8_t *out, size_t capacity, size_t *length,
                                            otls_error *err)
{
    *length = 0;
    OMNI_TRY(omni_connection_open(conn, err));
    switch (kind) {
    case OTLS_BINDING_TLS_UNIQUE:
        /* engines give bytes in TLS 1.3 too, but they bind nothing there */
        if (!otls_version_before(conn->info.version, OTLS_TLS1_3))
            return omni_fail(err, OTLS_E_UNSUPPORTED, OTLS_CODE_NOT_HERE,
                             "tls-unique does not exist in TLS 1.3; use tls-exporter");
        if (conn->info.resumed)
            OMNI_TRY(need_extended_secret(conn, "tls-unique of a resumed session", err));
        return secret(conn, OTLS_SECRET_TLS_UNIQUE, OTLS_FEATURE_TLS_UNIQUE, out, capacity, length,
                      err);
    case OTLS_BINDING_TLS_EXPORTER:
        if (capacity < 32)
            return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_LIMIT, "tls-exporter needs 32 bytes");
        if (otls_version_before(conn->info.version, OTLS_TLS1_3))
            OMNI_TRY(need_extended_secret(conn, "tls-exporter", err));
        OMNI_TRY(otls_connection_export_keying(conn, "EXPORTER-Channel-Binding", "", 0, out, 32,
                                               err));
        *length = 32;
        return OTLS_OK;
    case OTLS_BINDING_TLS_SERVER_END_POINT:
        return server_end_point(conn, out, capacity, length, err);
    }
    return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE, "%d is no channel binding", (int)kind);
}
