/* SPDX-License-Identifier: MIT */
/* Any bytes as a file whose derivations are counted: the same answer twice, a higher limit takes
 * more. */
#include "identity/derivation.h"

#include <omnitls/key.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const otls_slice file = {data, size};
    otls_error err = OTLS_ERROR_INIT;
    otls_status low, high;

    otls_key_set_derivation_limit(2048);
    low = omni_derivation_check(file, "file", &err);
    otls_key_set_derivation_limit(UINT64_MAX);
    high = omni_derivation_check(file, "file", &err);
    if ((low == OTLS_OK && high != OTLS_OK) || (high != OTLS_OK && err.code == OTLS_CODE_LIMIT))
        abort();
    return 0;
}
