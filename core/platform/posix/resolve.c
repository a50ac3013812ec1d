/* SPDX-License-Identifier: MIT */
#include "platform/posix/address.h"

#include <errno.h>
#include <netdb.h>
#include <string.h>

static omni_found why_not(int code, int system_error, int *error, const char **text)
{
    *error = system_error;
    *text = gai_strerror(code);
    switch (code) {
    case EAI_MEMORY:
        return OMNI_FOUND_NOMEM;
    case EAI_SERVICE:
        return OMNI_FOUND_NO_PORT;
    case EAI_SYSTEM:
        return OMNI_FOUND_SYSTEM;
    default:
        return OMNI_FOUND_FAILED;
    }
}

omni_found omni_os_resolve(const char *host, const char *port, bool passive, omni_address *out,
                           size_t capacity, size_t *count, int *error, const char **text)
{
    const struct addrinfo hints = {
        .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = passive ? AI_PASSIVE : 0};
    struct addrinfo *list = NULL;
    int code;

    *count = 0;
    code = getaddrinfo(host, port, &hints, &list);
    if (code != 0)
        return why_not(code, errno, error, text);
    for (const struct addrinfo *at = list; at != NULL && *count < capacity; at = at->ai_next) {
        struct sockaddr_storage storage = {0};

        if (at->ai_addrlen > sizeof(storage))
            continue;
        memcpy(&storage, at->ai_addr, at->ai_addrlen);
        omni_os_address_take(&out[*count], &storage);
        if (out[*count].ip_size != 0)
            ++*count;
    }
    freeaddrinfo(list);
    return *count != 0 ? OMNI_FOUND_DONE : why_not(EAI_NONAME, 0, error, text);
}
