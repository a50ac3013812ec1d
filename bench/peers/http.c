/* SPDX-License-Identifier: MIT */
#include "peers/http.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define HEAD_MAX 1024
#define LENGTH "Content-Length:"
#define STATUS "HTTP/1.1 200"

static size_t end_of(const char *text)
{
    const char *found = strstr(text, "\r\n\r\n");

    return found != NULL ? (size_t)(found - text) + 4 : 0;
}

static bool content_length(const char *text, size_t *length)
{
    for (const char *line = text; (line = strstr(line, "\r\n")) != NULL;) {
        line += 2;
        if (strncasecmp(line, LENGTH, strlen(LENGTH)) != 0)
            continue;
        *length = strtoul(line + strlen(LENGTH), NULL, 10);
        return true;
    }
    return false;
}

bool peer_http_head(const uint8_t *text, size_t size, size_t *head, size_t *length)
{
    char copy[HEAD_MAX + 1];
    const size_t count = size < HEAD_MAX ? size : HEAD_MAX;

    memcpy(copy, text, count);
    copy[count] = '\0';
    *head = end_of(copy);
    if (*head == 0)
        return size < HEAD_MAX;
    copy[*head] = '\0';
    return strncmp(copy, STATUS, strlen(STATUS)) == 0 && content_length(copy, length);
}
