/* SPDX-License-Identifier: MIT */
/* The session envelope: whatever comes from a file or a store. The checksum is made to fit, or the
 * fuzzer would never see what is behind it. */
#include "base/alloc.h"
#include "session/session.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const otls_backend *backend, const uint8_t *data, size_t size, int kind)
{
    otls_session *session, *again;
    uint8_t *bytes;
    size_t length;

    if (omni_session_decode(&session, backend, (omni_session_kind)kind, (otls_slice){data, size},
                            NULL) != OTLS_OK)
        return;
    /* there is one encoding of a session: the one that was read */
    if (omni_session_encode(session, &bytes, &length, NULL) != OTLS_OK)
        abort();
    if (omni_session_decode(&again, backend, (omni_session_kind)kind, (otls_slice){bytes, length},
                            NULL) != OTLS_OK)
        abort();
    otls_session_free(again);
    otls_session_free(session);
    omni_free(bytes);
}

/* The head that a made-up body needs, so that mutations reach the fields. */
static void with_head(const otls_backend *backend, const uint8_t *body, size_t size)
{
    const char *engine = otls_backend_name(backend), *version = otls_backend_version(backend);
    const size_t names = 2 + strlen(engine) + strlen(version);
    const size_t total = 15 + names + size + 32;
    uint8_t *bytes = malloc(total), *at = bytes;
    otls_error err = OTLS_ERROR_INIT;

    if (bytes == NULL)
        return;
    memcpy(at, "OTLSSESS\0\1\1", 11);
    for (unsigned i = 0; i < 4; i++)
        at[11 + i] = (uint8_t)(total >> (24 - 8 * i));
    at += 15;
    *at++ = (uint8_t)strlen(engine);
    memcpy(at, engine, strlen(engine));
    at += strlen(engine);
    *at++ = (uint8_t)strlen(version);
    memcpy(at, version, strlen(version));
    at += strlen(version);
    if (size != 0)
        memcpy(at, body, size);
    if (OMNI_MODULE(backend)->crypto->digest(OTLS_HASH_SHA256, bytes, total - 32,
                                             bytes + total - 32, &err) == OTLS_OK)
        check(backend, bytes, total, OMNI_SESSION_CLIENT);
    free(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const otls_backend *backend;

    if (backend == NULL && otls_backend_find(&backend, NULL, NULL) != OTLS_OK)
        return 0;
    check(backend, data, size, OMNI_SESSION_CLIENT);
    check(NULL, data, size, OMNI_SESSION_SERVER);
    if (size < 65536)
        with_head(backend, data, size);
    return 0;
}
