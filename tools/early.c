/* SPDX-License-Identifier: MIT */
/* --early-data: what may be sent or taken before the handshake is done (RFC 8446 2.3). */
#include "tool.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FILE_MAX ((size_t)16 * 1024 * 1024)
#define SERVER_MAX ((unsigned long)1024 * 1024)

const char *tool_early_text(const otls_connection *conn)
{
    switch (otls_connection_early_data(conn)) {
    case OTLS_EARLY_DATA_ACCEPTED:
        return "accepted";
    case OTLS_EARLY_DATA_REJECTED:
        return "rejected";
    default:
        return "none";
    }
}

bool tool_early_bytes(const char *text, uint32_t *out)
{
    char *end = NULL;
    unsigned long value;

    errno = 0;
    value = strtoul(text, &end, 10);
    if (errno != 0 || text[0] < '0' || text[0] > '9' || *end != '\0' || value == 0 ||
        value > SERVER_MAX)
        return false;
    *out = (uint32_t)value;
    return true;
}

otls_status tool_set_early_data(const tool_options *options, otls_context *context,
                                const char **option, otls_error *err)
{
    uint32_t bytes = 1; /* of a client: that it may send any; how many, the session says */

    *option = "early-data";
    if (options->early_data == NULL)
        return OTLS_OK;
    if (otls_context_role(context) == OTLS_SERVER &&
        !tool_early_bytes(options->early_data, &bytes)) {
        *err = (otls_error)OTLS_ERROR_INIT;
        err->status = OTLS_E_CONFIG;
        (void)snprintf(err->text, sizeof(err->text), "\"%.80s\" is no number from 1 to %lu",
                       options->early_data, SERVER_MAX);
        return OTLS_E_CONFIG;
    }
    return otls_context_set_max_early_data(context, bytes, err);
}

/* Everything up to the end, if that is not too far away; `*wrong` says why not. */
static unsigned char *read_all(FILE *file, size_t *size, const char **wrong)
{
    size_t capacity = 65536;
    unsigned char *bytes = NULL;

    *size = 0;
    for (;;) {
        unsigned char *more = realloc(bytes, capacity);

        if (more == NULL) {
            *wrong = "out of memory";
            return bytes;
        }
        bytes = more;
        *size += fread(bytes + *size, 1, capacity - *size, file);
        if (*size < capacity || *size > FILE_MAX)
            break;
        capacity *= 2;
    }
    if (ferror(file) != 0)
        *wrong = strerror(errno);
    else if (*size == 0)
        *wrong = "the file is empty";
    else if (*size > FILE_MAX)
        *wrong = "the file has more than 16 MiB";
    return bytes;
}

bool tool_early_read(const tool_options *options, tool_early *early)
{
    const char *wrong = NULL;
    FILE *file;

    *early = (tool_early){.bytes = NULL};
    if (options->early_data == NULL)
        return true;
    file = fopen(options->early_data, "rb");
    if (file != NULL) {
        early->bytes = read_all(file, &early->size, &wrong);
        (void)fclose(file);
    } else {
        wrong = strerror(errno);
    }
    if (wrong == NULL)
        return true;
    tool_complain(options, "--early-data: %s: %s", options->early_data, wrong);
    tool_early_free(early);
    return false;
}

/* A refusal is no failure: all the bytes can go later. */
otls_status tool_early_send(tool_early *early, otls_connection *conn, otls_error *err)
{
    while (early->sent < early->size) {
        size_t count = 0;
        const otls_status status = otls_connection_write_early(
            conn, early->bytes + early->sent, early->size - early->sent, &count, err);

        early->sent += count;
        if (status < OTLS_OK && err->code != OTLS_CODE_SESSION_REFUSED)
            return status;
        if (status != OTLS_OK || count == 0)
            break;
    }
    return OTLS_OK;
}

void tool_early_settle(tool_early *early, const otls_connection *conn)
{
    if (otls_connection_early_data(conn) != OTLS_EARLY_DATA_ACCEPTED)
        early->sent = 0;
}

void tool_early_free(tool_early *early)
{
    free(early->bytes);
    *early = (tool_early){.bytes = NULL};
}
