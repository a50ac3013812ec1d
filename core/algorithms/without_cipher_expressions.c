/* SPDX-License-Identifier: MIT */
/* No cipher lists in OpenSSL's language (OMNITLS_WITH_CIPHER_EXPRESSIONS): the defaults stand. */
#include "base/base.h"
#include "algorithms/algorithms.h"

otls_status omni_ciphers_parse(const char *expression, const otls_suite **out, size_t capacity,
                               size_t *count, int *security_level,
                               void (*unknown)(const char *word, size_t length, void *user),
                               void *user, otls_error *err)
{
    (void)expression, (void)out, (void)capacity, (void)security_level, (void)unknown, (void)user;
    *count = 0;
    return OMNI_FAIL_ABSENT(err, "CIPHER_EXPRESSIONS");
}
