/* SPDX-License-Identifier: MIT */
/* The one group of a connection that core chose, and the version that cannot be set before. */
#include "wolf.h"

/* Below TLS 1.3 a suite with DHE asks the same list for a group that is no curve. */
static bool set_list(const otls_backend_connection *conn, const otls_connection_setup *setup)
{
    const otls_policy *policy = conn->context->policy;
    const char *curve = wolf_group_name(setup->group);
    int ids[WOLFSSL_MAX_GROUP_COUNT] = {setup->group}, count = 1;

    for (size_t i = 0; !setup->only_group && i < policy->group_count; i++)
        if (wolf_group_name(policy->groups[i]) == NULL && count < WOLFSSL_MAX_GROUP_COUNT)
            ids[count++] = policy->groups[i];
    return (curve == NULL || wolfSSL_set1_curves_list(conn->ssl, curve) == WOLFSSL_SUCCESS) &&
           wolfSSL_set_groups(conn->ssl, ids, count) == WOLFSSL_SUCCESS;
}

/*
 * Of several groups that both sides have wolfSSL takes the client's first or its own, and below TLS 1.3 one
 * of 32 octets if there is one. Where TLS 1.3 has been ruled out it takes no list of them: that comes last.
 */
bool wolf_set_group(otls_backend_connection *conn, const otls_connection_setup *setup)
{
    const uint16_t highest = conn->context->policy->max_version;

    conn->group = setup->group;
    return (setup->group == 0 || set_list(conn, setup)) &&
           (!otls_version_before(highest, OTLS_TLS1_3) ||
            wolfSSL_set_max_proto_version(conn->ssl, highest) == WOLFSSL_SUCCESS);
}
