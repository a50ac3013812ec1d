/* SPDX-License-Identifier: MIT */
/*
 * libssl's reasons: those of its own, and 1000 + n for the alerts that were received. And what its queue of errors
 * says of memory, wherever in it.
 */
#include "backends/openssl/error.c"

#include "errors.h"

void ossl_ask_late(otls_backend_connection *conn)
{
    (void)conn;
}

/* The lack of memory is the `at`-th of three; 3 = none. */
static int lack(int at)
{
    otls_error err = OTLS_ERROR_INIT;
    const otls_status wanted = at < 3 ? OTLS_E_NOMEM : OTLS_E_PROTOCOL;

    ERR_clear_error();
    for (int i = 0; i < 3; i++)
        ERR_put_error(ERR_LIB_EVP, 0, i == at ? ERR_R_MALLOC_FAILURE : ERR_R_INTERNAL_ERROR, __FILE__, __LINE__);
    if (ossl_fail(&err, OTLS_E_PROTOCOL, OTLS_CODE_NONE, "the TLS engine failed") == wanted &&
        err.status == wanted && err.native != 0 && strstr(err.native_text, ": ") != NULL && ERR_peek_error() == 0)
        return 0;
    printf("FAILED: a lack of memory at %d: %d, \"%s\" [%s]\n", at, err.status, err.text, err.native_text);
    return 1;
}

/* libssl has cleared errno when it fails: what a callback saw is told to core. */
static int kept(bool is_short)
{
    otls_backend_connection conn = {.io = OTLS_E_IO, .alert_in = -1, .memory_short = is_short};
    otls_error err = OTLS_ERROR_INIT;

    errno = 0;
    if (ossl_fail_connection(&conn, &err) == OTLS_E_IO && (errno == ENOMEM) == is_short)
        return 0;
    printf("FAILED: errno is %d, not kept: %d\n", errno, is_short);
    return 1;
}

int main(void)
{
    int failures = kept(true) + kept(false);

    for (int at = 0; at <= 3; at++)
        failures += lack(at);
    return failures + walk("openssl", 0, 1200, ossl_cause, NULL, 0) != 0;
}
