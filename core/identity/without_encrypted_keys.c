/* SPDX-License-Identifier: MIT */
/* Encrypted private keys in PKCS #8 are recognised, and not opened (OMNITLS_WITH_ENCRYPTED_KEYS). */
#include "base/base.h"
#include "identity/derivation.h"
#include "identity/pbe.h"

/* Asked before any password is. */
otls_status omni_derivation_check(otls_slice file, const char *what, otls_error *err)
{
    (void)file, (void)what;
    return OMNI_FAIL_ABSENT(err, "ENCRYPTED_KEYS");
}

otls_status omni_pbe_password_set(omni_pbe_password *out, otls_slice password, otls_error *err)
{
    (void)password;
    *out = (omni_pbe_password){.bmp = NULL};
    return OMNI_FAIL_ABSENT(err, "ENCRYPTED_KEYS");
}

void omni_pbe_password_clear(omni_pbe_password *password)
{
    (void)password;
}

bool omni_pbe_possible(const otls_backend *backend)
{
    (void)backend;
    return true;
}

bool omni_pbe_is_engines(otls_slice algorithm)
{
    (void)algorithm;
    return false;
}

otls_status omni_pbe_open(const otls_backend *backend, otls_slice algorithm, otls_slice data,
                          const omni_pbe_password *password, omni_buffer *out, otls_error *err)
{
    (void)backend, (void)algorithm, (void)data, (void)password, (void)out;
    return OMNI_FAIL_ABSENT(err, "ENCRYPTED_KEYS");
}
