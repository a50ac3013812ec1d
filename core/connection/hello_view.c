/* SPDX-License-Identifier: MIT */
/* A ClientHello as the application's callbacks see it. */
#include "connection/client_hello.h"
#include <omnitls/client_hello.h>

const char *otls_client_hello_server_name(const otls_client_hello *hello, size_t *size)
{
    *size = hello->server_name.size;
    return (const char *)hello->server_name.data;
}

size_t otls_client_hello_alpn_count(const otls_client_hello *hello)
{
    size_t count = 0;

    for (size_t at = 0; at < hello->alpn.size; at += 1u + hello->alpn.data[at])
        count++;
    return count;
}

const uint8_t *otls_client_hello_alpn(const otls_client_hello *hello, size_t index, size_t *size)
{
    for (size_t at = 0; at < hello->alpn.size; at += 1u + hello->alpn.data[at])
        if (index-- == 0) {
            *size = hello->alpn.data[at];
            return hello->alpn.data + at + 1;
        }
    *size = 0;
    return NULL;
}

static size_t numbers(otls_slice list, uint16_t *out, size_t capacity)
{
    const size_t count = list.size / 2;

    for (size_t i = 0; i < count && i < capacity; i++)
        out[i] = (uint16_t)(list.data[2 * i] << 8 | list.data[2 * i + 1]);
    return count;
}

size_t otls_client_hello_versions(const otls_client_hello *hello, uint16_t *out, size_t capacity)
{
    size_t count = 0;

    if (hello->versions.size != 0)
        return numbers(hello->versions, out, capacity);
    for (uint16_t version = OTLS_TLS1_2; version >= OTLS_TLS1_0; version--) {
        if (version > hello->legacy_version)
            continue;
        if (count < capacity)
            out[count] = version;
        count++;
    }
    return count;
}

size_t otls_client_hello_suites(const otls_client_hello *hello, uint16_t *out, size_t capacity)
{
    return numbers(hello->suites, out, capacity);
}

size_t otls_client_hello_groups(const otls_client_hello *hello, uint16_t *out, size_t capacity)
{
    return numbers(hello->groups, out, capacity);
}

size_t otls_client_hello_signatures(const otls_client_hello *hello, uint16_t *out, size_t capacity)
{
    return numbers(hello->signatures, out, capacity);
}
