/* SPDX-License-Identifier: MIT */
/* The small notations of the command line. */
#include "tool.h"

#include <string.h>
#include <strings.h>

static const char *copy_part(char *out, size_t capacity, const char *text, size_t size)
{
    if (size >= capacity)
        return "is too long";
    memcpy(out, text, size);
    out[size] = '\0';
    return NULL;
}

/* Schemes of protocols that begin with TLS, and their ports. */
static const struct {
    const char *name, *port;
} schemes[] = {
    {"https", "443"}, {"wss", "443"},      {"tls", NULL},    {"imaps", "993"},
    {"pop3s", "995"}, {"smtps", "465"},    {"ldaps", "636"}, {"ftps", "990"},
    {"nntps", "563"}, {"ircs", "6697"},    {"mqtts", "8883"}, {"amqps", "5671"},
};

/*
 * What lies between scheme and path of a URL goes to `out`; its scheme may change the default port.
 * A sentence about what is wrong, or NULL.
 */
static const char *url_authority(char *out, size_t capacity, const char *text, const char *mark,
                                 const char **default_port)
{
    const size_t scheme = (size_t)(mark - text);
    const char *authority = mark + 3;
    const size_t size = strcspn(authority, "/?#");

    for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
        if (strlen(schemes[i].name) != scheme || strncasecmp(schemes[i].name, text, scheme) != 0)
            continue;
        if (schemes[i].port != NULL)
            *default_port = schemes[i].port;
        if (memchr(authority, '@', size) != NULL)
            return "has a user in it, who would not be asked";
        return copy_part(out, capacity, authority, size);
    }
    if (scheme == 4 && strncasecmp(text, "http", scheme) == 0)
        return "is in plain text; did you mean https://?";
    return "has a scheme that does not begin with TLS; write HOST:PORT, and --starttls if need be";
}

static const char *parse_authority(tool_target *out, const char *text, bool host_may_be_empty,
                                   const char *default_port);

const char *tool_target_parse(tool_target *out, const char *text, bool host_may_be_empty,
                              const char *default_port)
{
    const char *mark = strstr(text, "://");
    char authority[320];
    const char *wrong;

    if (mark == NULL)
        return parse_authority(out, text, host_may_be_empty, default_port);
    wrong = url_authority(authority, sizeof(authority), text, mark, &default_port);
    return wrong != NULL ? wrong : parse_authority(out, authority, false, default_port);
}

static const char *parse_authority(tool_target *out, const char *text, bool host_may_be_empty,
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
