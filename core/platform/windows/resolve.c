/* SPDX-License-Identifier: MIT */
#include "platform/windows/address.h"

#include <errno.h>

static omni_found why_not(int code, int *error, const char **text)
{
    *error = 0;
    *text = "the name server failed";
    switch (code) {
    case WSA_NOT_ENOUGH_MEMORY:
        return OMNI_FOUND_NOMEM;
    case WSATYPE_NOT_FOUND:
        return OMNI_FOUND_NO_PORT;
    case WSAHOST_NOT_FOUND:
    case WSANO_DATA:
        *text = "Name or service not known";
        return OMNI_FOUND_FAILED;
    case WSATRY_AGAIN:
        *text = "Temporary failure in name resolution";
        return OMNI_FOUND_FAILED;
    default:
        *error = omni_os_errno((DWORD)code);
        return OMNI_FOUND_SYSTEM;
    }
}

omni_found omni_os_resolve(const char *host, const char *port, bool passive, omni_address *out,
                           size_t capacity, size_t *count, int *error, const char **text)
{
    const ADDRINFOW hints = {
        .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = passive ? AI_PASSIVE : 0};
    wchar_t wide_host[NI_MAXHOST], wide_port[NI_MAXSERV];
    ADDRINFOW *list = NULL;
    int code = WSAHOST_NOT_FOUND;

    *count = 0;
    omni_os_start_sockets();
    if ((host == NULL || omni_os_wide(host, wide_host, NI_MAXHOST)) &&
        omni_os_wide(port, wide_port, NI_MAXSERV))
        code = GetAddrInfoW(host == NULL ? NULL : wide_host, wide_port, &hints, &list);
    if (code != 0)
        return why_not(code, error, text);
    for (const ADDRINFOW *at = list; at != NULL && *count < capacity; at = at->ai_next) {
        struct sockaddr_storage storage = {0};

        if (at->ai_addrlen > sizeof(storage))
            continue;
        memcpy(&storage, at->ai_addr, at->ai_addrlen);
        omni_os_address_take(&out[*count], &storage);
        if (out[*count].ip_size != 0)
            ++*count;
    }
    FreeAddrInfoW(list);
    return *count != 0 ? OMNI_FOUND_DONE : why_not(WSAHOST_NOT_FOUND, error, text);
}
