/* SPDX-License-Identifier: MIT */
/* The groups of a ClientHello beside our own, before an engine chooses or fails to. */
#include "connection/connection.h"

#include "base/base.h"
#include "connection/client_hello.h"
#include "connection/handshake.h"

#include <omnitls/options.h>

/* RFC 8446 4.2.7; RFC 8734 gives the Brainpool curves numbers of their own for TLS 1.3. */
static bool is_for_13(uint16_t group)
{
    return (group >= 0x0017 && group <= 0x0019) || (group >= 0x001d && group <= 0x0021) ||
           group >= 0x0100;
}

/* RFC 8422 5.1.1, RFC 7027. */
static bool is_curve_for_12(uint16_t group)
{
    return group <= 0x001e;
}

/* Where in the client's list; its size: nowhere. */
static size_t place(const otls_client_hello *hello, uint16_t group)
{
    omni_reader in = omni_reader_over(hello->groups);

    while (!in.bad && in.left != 0)
        if (omni_read_number(&in, 2) == group)
            return hello->groups.size - in.left - 2;
    return hello->groups.size;
}

/* The client has sent its half of this key exchange along. */
static bool has_share(const otls_client_hello *hello, uint16_t group)
{
    omni_reader in = omni_reader_over(hello->shares);

    while (!in.bad && in.left != 0) {
        const uint64_t of = omni_read_number(&in, 2);

        (void)omni_read_vector(&in, 2);
        if (of == group)
            return true;
    }
    return false;
}

/*
 * The first that both have, and that the client has sent a share for if `shared`; 0 = none. The client's list
 * may be long and repeat itself, ours is not and does not: it is ours that is gone through.
 */
static uint16_t first(const otls_context *context, const otls_client_hello *hello,
                      bool (*fits)(uint16_t group), bool shared)
{
    const bool ours = (context->settings.offer.options & OTLS_OPTION_CIPHER_SERVER_PREFERENCE) != 0;
    size_t best = hello->groups.size;
    uint16_t found = 0;

    for (size_t i = 0; i < context->group_count && (found == 0 || !ours); i++) {
        const uint16_t group = context->groups[i];
        const size_t at = fits(group) ? place(hello, group) : hello->groups.size;

        if (at < best && (!shared || has_share(hello, group))) {
            best = at;
            found = group;
        }
    }
    return found;
}

bool omni_hello_lacks_curve(const otls_context *context, const otls_client_hello *hello)
{
    return hello->groups.size != 0 /* RFC 8422 4: else any will do */ &&
           first(context, hello, is_curve_for_12, false) == 0;
}

uint16_t omni_hello_group(const otls_context *context, const otls_client_hello *hello,
                          uint16_t version)
{
    uint16_t group;

    if (otls_version_before(version, OTLS_TLS1_3))
        return first(context, hello, is_curve_for_12, false);
    group = first(context, hello, is_for_13, true);
    return group != 0 ? group : first(context, hello, is_for_13, false);
}

bool omni_hello_group_fits(const otls_context *context, const otls_client_hello *hello,
                           const otls_suite *suite)
{
    /* DHE has the server's group; in TLS 1.3 it is no matter of the suite */
    return (suite->kx != OTLS_KX_ECDHE && suite->kx != OTLS_KX_ECDHE_PSK) ||
           !omni_hello_lacks_curve(context, hello);
}
