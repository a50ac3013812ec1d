/* SPDX-License-Identifier: MIT */
/*
 * One client for every machine: says hello to an echo server (../echo_server.c), verified, and
 * hears it again. It knows neither sockets nor files nor clocks; machine.h says what it is given.
 */
#include "machine.h"

#include <stdio.h>
#include <string.h>

static otls_status believe(otls_context *context, const machine *on, otls_error *err)
{
    otls_trust *trust = NULL;
    otls_status status = otls_trust_new(&trust, err);

    if (status == OTLS_OK)
        status = otls_trust_add_memory(trust, on->roots, on->roots_size, err);
    if (status == OTLS_OK)
        status = otls_context_set_trust(context, trust, err);
    otls_trust_free(trust);
    return status;
}

static otls_status make_context(otls_context **context, const machine *on, otls_error *err)
{
    otls_status status = otls_context_new(context, NULL, OTLS_CLIENT, err);

    if (status == OTLS_OK && on->now != NULL)
        status = otls_context_set_clock_callback(*context, on->now, NULL, err);
    return status == OTLS_OK ? believe(*context, on, err) : status;
}

static int is_wait(otls_status status)
{
    return status == OTLS_WANT_READ || status == OTLS_WANT_WRITE;
}

/* A transport that would block is asked again; one that waits by itself never says so. */
static otls_status say(otls_connection *conn, const char *text, size_t size, otls_error *err)
{
    otls_status status = OTLS_OK;
    size_t said = 0;

    while (said < size && (status == OTLS_OK || is_wait(status))) {
        size_t count = 0;

        status = otls_connection_write(conn, text + said, size - said, &count, err);
        said += count;
    }
    if (status == OTLS_OK)
        status = otls_connection_flush(conn, err);
    while (is_wait(status))
        status = otls_connection_flush(conn, err);
    return status;
}

static otls_status hear(otls_connection *conn, char *out, size_t size, otls_error *err)
{
    otls_status status = OTLS_OK;
    size_t heard = 0;

    while (heard < size && (status == OTLS_OK || is_wait(status))) {
        size_t count = 0;

        status = otls_connection_read(conn, out + heard, size - heard, &count, err);
        heard += count;
    }
    return status;
}

static otls_status talk(otls_connection *conn, const machine *on, otls_error *err)
{
    char said[80], heard[sizeof(said)] = "";
    const size_t size = (size_t)snprintf(said, sizeof(said), "hello from %.40s", on->name);
    otls_status status = otls_connection_set_server_name(conn, on->host, err);

    if (status == OTLS_OK)
        status = say(conn, said, size, err);
    if (status == OTLS_OK)
        status = hear(conn, heard, size, err);
    if (status != OTLS_OK)
        return status;
    printf("%s, %s: \"%s\"\n", otls_version_name(otls_connection_version(conn)),
           otls_suite_name(otls_connection_suite(conn)), heard);
    status = otls_connection_shutdown(conn, err);
    while (is_wait(status))
        status = otls_connection_shutdown(conn, err);
    return strcmp(said, heard) == 0 ? status : OTLS_E_IO;
}

int client_run(const machine *on)
{
    otls_error err = OTLS_ERROR_INIT;
    otls_context *context = NULL;
    otls_connection *conn = NULL;
    otls_status status = make_context(&context, on, &err);

    if (status == OTLS_OK)
        status = otls_connection_new(&conn, context, &on->transport, &err);
    if (status == OTLS_OK)
        status = talk(conn, on, &err);
    if (status != OTLS_OK)
        printf("no: %s\n", err.text[0] != '\0' ? err.text : "it is not what was said");
    otls_connection_free(conn);
    otls_context_free(context);
    return status != OTLS_OK;
}
