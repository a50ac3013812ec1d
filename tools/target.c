/* SPDX-License-Identifier: MIT */
/* The small notations of the command line. */
#include "tool.h"

#include <string.h>

static const char *copy_part(char *out, size_t capacity, const char *text, size_t size)
{
    if (size >= capacity)
        return "is too long";
    memcpy(out, text, size);
    out[size] = '\0';
    return NULL;
}

const char *tool_target_parse(tool_target *out, const char *text, bool host_may_be_empty,
                              const char *default_port)
{
    const char *host = text;
    const char *colon;
    size_t host_size;
    const char *port, *wrong;

    if (text[0] == '[') {
        const char *end = strchr(text, ']');

        if (end == NULL)
            return "has a [ without a ]";
        host = text + 1;
        host_size = (size_t)(end - host);
        colon = end + 1;
    } else {
        colon = strrchr(text, ':');
        if (colon == NULL)
            colon = text + strlen(text);
        host_size = (size_t)(colon - text);
        if (memchr(text, ':', host_size) != NULL)
            return "is ambiguous: write an IPv6 address in brackets, [::1]:443";
    }
    port = *colon == '\0' ? colon : colon + 1;
    if (*colon == '\0' && default_port != NULL)
        port = default_port;
    else if (*colon != ':' || colon[1] == '\0')
        return "has no port (HOST:PORT)";
    if (host_size == 0 && !host_may_be_empty)
        return "has no host (HOST:PORT)";
    wrong = copy_part(out->host, sizeof(out->host), host, host_size);
    if (wrong == NULL)
        wrong = copy_part(out->port, sizeof(out->port), port, strlen(port));
    return wrong;
}

static const struct {
    uint16_t version;
    const char *text;
} versions[] = {
    {OTLS_TLS1_0, "1.0"},
    {OTLS_TLS1_1, "1.1"},
    {OTLS_TLS1_2, "1.2"},
    {OTLS_TLS1_3, "1.3"},
};

uint16_t tool_version_parse(const char *text)
{
    if (strncmp(text, "TLSv", 4) == 0)
        text += 4;
    for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
        if (strcmp(versions[i].text, text) == 0)
            return versions[i].version;
    }
    return 0;
}

const char *tool_version_text(uint16_t version)
{
    for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
        if (versions[i].version == version)
            return versions[i].text;
    }
    return "unknown";
}
