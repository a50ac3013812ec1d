/* SPDX-License-Identifier: MIT */
/** @file support/host_identity.h As many identities as a test wants, each with a name of its own. */
#ifndef TESTS_SUPPORT_HOST_IDENTITY_H
#define TESTS_SUPPORT_HOST_IDENTITY_H

#include <omnitls/omnitls.h>
#include <stdio.h>

/** A throw-away one for "host<number>.test"; the engine must have Ed25519. NULL: it could not be made. */
static inline otls_identity *host_identity(const otls_backend *backend, size_t number,
                                           otls_error *err)
{
    char text[32];
    const char *const name = text;
    otls_identity *identity;

    (void)snprintf(text, sizeof(text), "host%zu.test", number);
    return otls_identity_self_signed(&identity, backend, &name, 1, 7, err) == OTLS_OK ? identity
                                                                                       : NULL;
}

#endif
