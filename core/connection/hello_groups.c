/* SPDX-License-Identifier: MIT */
/* The groups of a ClientHello beside our own, before an engine chooses or fails to. */
#include "connection/connection.h"

#include "base/base.h"
#include "connection/client_hello.h"
#include "connection/handshake.h"

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

static bool shares(const otls_context *context, const otls_client_hello *hello,
                   bool (*fits)(uint16_t group))
{
    for (size_t i = 0; i < context->group_count; i++)
        if (fits(context->groups[i]) && omni_hello_has(hello->groups, context->groups[i]))
            return true;
    return false;
}

bool omni_hello_shares_group_13(const otls_context *context, const otls_client_hello *hello)
{
    return shares(context, hello, is_for_13);
}

bool omni_hello_lacks_curve(const otls_context *context, const otls_client_hello *hello)
{
    return hello->groups.size != 0 /* RFC 8422 4: else any will do */ &&
           !shares(context, hello, is_curve_for_12);
}

bool omni_hello_group_fits(const otls_context *context, const otls_client_hello *hello,
                           const otls_suite *suite)
{
    /* DHE has the server's group; in TLS 1.3 it is no matter of the suite */
    return (suite->kx != OTLS_KX_ECDHE && suite->kx != OTLS_KX_ECDHE_PSK) ||
           !omni_hello_lacks_curve(context, hello);
}
