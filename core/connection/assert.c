/* SPDX-License-Identifier: MIT */
/* After the handshake: whatever an engine did, nothing outside the policy gets through. */
#include "connection/connection.h"

#include "connection/fail.h"
#include "connection/handshake.h"
#include "connection/peer.h"

#include <string.h>

static otls_status outside(otls_connection *conn, otls_error *err, const char *what)
{
    return omni_connection_fail_text(conn, err, OTLS_E_PROTOCOL, OTLS_CODE_OUTSIDE_POLICY,
                                     "%s negotiated %s, which the policy does not allow",
                                     otls_backend_name(conn->context->backend), what);
}

static bool alpn_is_offered(const otls_connection *conn)
{
    const omni_settings *settings = &conn->context->settings;
    const otls_slice chosen = conn->info.alpn;

    if (conn->server) /* core chose: nothing, or the one name */
        return chosen.size == 0 || (chosen.size + 1 == conn->chosen_alpn_size &&
                                    memcmp(conn->chosen_alpn + 1, chosen.data, chosen.size) == 0);
    for (size_t at = 0; at < settings->offer.alpn_size; at += 1u + settings->offer.alpn[at])
        if (settings->offer.alpn[at] == chosen.size &&
            memcmp(settings->offer.alpn + at + 1, chosen.data, chosen.size) == 0)
            return true;
    return chosen.size == 0;
}

static bool suite_fits_version(const otls_connection_info *info)
{
    const otls_suite *suite = omni_suite_find(info->suite);

    return suite != NULL && !otls_version_before(info->version, suite->min_version) &&
           (suite->min_version == OTLS_TLS1_3) == (info->version == OTLS_TLS1_3);
}

/* A resumed handshake has no signature, nor has one with a pre-shared key of ours; before TLS 1.2 the
 * protocol fixes the digest and nothing is negotiated (RFC 4346 7.4.3), whatever an engine tells. */
static bool signature_is_allowed(const otls_connection *conn, uint16_t scheme)
{
    const otls_context *context = conn->context;

    if (scheme == 0 || conn->info.resumed || otls_version_before(conn->info.version, OTLS_TLS1_2) ||
        (conn->info.psk && conn->calls.psk_given))
        return true;
    for (size_t i = 0; i < context->signature_count; i++)
        if (context->signatures[i] == scheme)
            return true;
    return false;
}

/*
 * Below TLS 1.3 there are other key exchanges, and sessions remember their group. A module of ABI 1.0 was
 * not told.
 */
static bool group_was_chosen(const otls_connection *conn)
{
    const uint16_t group = conn->info.group;
    const bool told = OMNI_MODULE(conn->context->backend)->abi_minor >= 1;

    return !conn->server || !told || group == 0 || conn->info.version != OTLS_TLS1_3 ||
           group == conn->chosen_group;
}

static bool early_data_is_possible(const otls_connection *conn)
{
    const bool sent =
        conn->server ? conn->sessions.early_offered : conn->sessions.early_sent != 0;

    return conn->info.early_data < OTLS_EARLY_DATA_ACCEPTED ||
           (conn->info.early_data == OTLS_EARLY_DATA_ACCEPTED && sent);
}

/* Whatever an engine did: nobody gets through whom core refused. */
otls_status omni_peer_assert(otls_connection *conn, otls_error *err)
{
    if (!conn->peer_refused)
        return OTLS_OK;
    return omni_connection_fail_text(conn, err, OTLS_E_VERIFY, OTLS_CODE_NONE,
                                     "%s went on with a peer that was refused",
                                     otls_backend_name(conn->context->backend));
}

/* Whatever an engine did: nothing outside the policy gets through. */
otls_status omni_connection_assert(otls_connection *conn, otls_error *err)
{
    const otls_context *context = conn->context;
    const otls_connection_info *info = &conn->info;
    const bool later = context->settings.offer.post_handshake_auth && info->version == OTLS_TLS1_3;
    const bool must_verify =
        (!conn->server || (context->settings.verdict.verify_mode == OTLS_VERIFY_MODE_REQUIRED && !later)) &&
        !omni_psk_authenticated(conn);

    if (otls_version_before(info->version, context->lowest) ||
        otls_version_before(context->highest, info->version))
        return outside(conn, err, otls_version_name(info->version));
    if (!omni_context_allows_suite(context, info->suite) || !suite_fits_version(info))
        return outside(conn, err, otls_suite_name(info->suite));
    if (info->group != 0 && !omni_context_allows_group(context, info->group))
        return outside(conn, err, otls_group_name(info->group));
    if (!group_was_chosen(conn))
        return omni_connection_fail_text(conn, err, OTLS_E_PROTOCOL, OTLS_CODE_OUTSIDE_POLICY,
                                         "%s took %s for the key exchange, and not %s",
                                         otls_backend_name(context->backend), otls_group_name(info->group),
                                         otls_group_name(conn->chosen_group));
    if (!alpn_is_offered(conn))
        return outside(conn, err, "an application protocol");
    if (!signature_is_allowed(conn, otls_connection_peer_signature(conn)))
        return outside(conn, err, "a signature algorithm");
    if (!signature_is_allowed(conn, info->own_signature))
        return outside(conn, err, "a signature algorithm of our own");
    if (!early_data_is_possible(conn))
        return outside(conn, err, "early data");
    if (must_verify && !conn->peer_verified)
        return omni_connection_fail_text(conn, err, OTLS_E_VERIFY,
                                         OTLS_CODE_PEER_CERTIFICATE_MISSING,
                                         "%s finished a handshake without a peer certificate",
                                         otls_backend_name(context->backend));
    return omni_peer_assert(conn, err);
}
