/* SPDX-License-Identifier: MIT */
#include "platform/windows/address.h"

#include <string.h>

socklen_t omni_os_address_put(struct sockaddr_storage *out, const omni_address *address)
{
    struct sockaddr_in in4 = {.sin_family = AF_INET, .sin_port = htons(address->port)};
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6,
                               .sin6_port = htons(address->port),
                               .sin6_scope_id = address->scope};

    memset(out, 0, sizeof(*out));
    if (address->ip_size == 4) {
        memcpy(&in4.sin_addr, address->ip, 4);
        memcpy(out, &in4, sizeof(in4));
        return (socklen_t)sizeof(in4);
    }
    memcpy(&in6.sin6_addr, address->ip, 16);
    memcpy(out, &in6, sizeof(in6));
    return (socklen_t)sizeof(in6);
}

void omni_os_address_take(omni_address *out, const struct sockaddr_storage *from)
{
    struct sockaddr_in in4;
    struct sockaddr_in6 in6;

    memset(out, 0, sizeof(*out));
    if (from->ss_family == AF_INET) {
        memcpy(&in4, from, sizeof(in4));
        memcpy(out->ip, &in4.sin_addr, 4);
        out->ip_size = 4;
        out->port = ntohs(in4.sin_port);
    } else if (from->ss_family == AF_INET6) {
        memcpy(&in6, from, sizeof(in6));
        memcpy(out->ip, &in6.sin6_addr, 16);
        out->ip_size = 16;
        out->port = ntohs(in6.sin6_port);
        out->scope = in6.sin6_scope_id;
    }
}
