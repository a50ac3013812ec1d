/* SPDX-License-Identifier: MIT */
/* The first lines of a firmware's client: an engine, a context, a clock. */
#include <omnitls/omnitls.h>
#include <stdio.h>

static int64_t some_day(void *user)
{
    (void)user;
    return 1800000000;
}

int main(void)
{
    otls_error err = OTLS_ERROR_INIT;
    otls_context *context = NULL;
    otls_connection *conn = NULL;
    otls_status status = otls_context_new(&context, NULL, OTLS_CLIENT, &err);

    if (status == OTLS_OK)
        status = otls_context_set_clock_callback(context, some_day, NULL, &err);
    if (status == OTLS_OK)
        status = otls_connection_new_memory(&conn, context, &err);
    if (status == OTLS_OK)
        printf("%s %s\n", otls_backend_name(otls_context_backend(context)), otls_version());
    else
        fprintf(stderr, "%s\n", err.text);
    otls_connection_free(conn);
    otls_context_free(context);
    return status != OTLS_OK;
}
