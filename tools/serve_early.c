/* SPDX-License-Identifier: MIT */
#include "serve_early.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_BYTES 2048

void serve_early_init(serve_early *early, const char *text)
{
    uint32_t limit = 0;

    if (text != NULL)
        (void)tool_early_bytes(text, &limit);
    *early = (serve_early){.limit = limit, .over = limit == 0};
}

static otls_status refuse(otls_error *err, otls_status status, const char *text)
{
    *err = (otls_error)OTLS_ERROR_INIT;
    err->status = status;
    (void)snprintf(err->text, sizeof(err->text), "%s", text);
    return status;
}

/* Memory comes with the bytes: most clients send none. */
static otls_status make_room(serve_early *early, otls_error *err)
{
    size_t wanted = early->capacity == 0 ? FIRST_BYTES : 2 * early->capacity;
    unsigned char *more;

    if (early->end < early->capacity)
        return OTLS_OK;
    if (early->end > early->limit)
        return refuse(err, OTLS_E_PROTOCOL, "the client sent more early data than it may");
    if (wanted > early->limit + 1)
        wanted = early->limit + 1; /* one more, to find the end without asking for nothing */
    more = realloc(early->bytes, wanted);
    if (more == NULL)
        return refuse(err, OTLS_E_NOMEM, "out of memory");
    early->bytes = more;
    early->capacity = wanted;
    return OTLS_OK;
}

otls_status serve_early_collect(serve_early *early, otls_connection *conn, otls_error *err)
{
    while (!early->over) {
        size_t count = 0;
        otls_status status = make_room(early, err);

        if (status == OTLS_OK)
            status = otls_connection_read_early(conn, early->bytes + early->end,
                                                early->capacity - early->end, &count, err);
        early->end += count;
        early->over = status == OTLS_CLOSED;
        if (status != OTLS_OK && !early->over)
            return status;
    }
    return OTLS_OK;
}

bool serve_early_waiting(const serve_early *early)
{
    return early->start < early->end;
}

otls_status serve_early_receive(serve_early *early, otls_socket *sock, void *out, size_t capacity,
                                size_t *count, otls_error *err)
{
    const size_t left = early->end - early->start;

    if (left == 0)
        return otls_socket_recv(sock, out, capacity, count, err);
    *count = left < capacity ? left : capacity;
    memcpy(out, early->bytes + early->start, *count);
    early->start += *count;
    if (*count == left)
        serve_early_free(early);
    return OTLS_OK;
}

void serve_early_free(serve_early *early)
{
    free(early->bytes);
    early->bytes = NULL;
    early->start = early->end = early->capacity = 0;
}
