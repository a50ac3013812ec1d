/* SPDX-License-Identifier: MIT */
#include "base/user_data.h"

#include "base/fail.h"

void omni_user_data_set(omni_user_data *slot, void *data, void (*destroy)(void *data))
{
    const omni_user_data old = *slot;

    *slot = (omni_user_data){data, destroy};
    if (old.destroy != NULL)
        old.destroy(old.data);
}

otls_status omni_user_data_unshared(const atomic_uint *references, const char *what,
                                    otls_error *err)
{
    if (atomic_load_explicit(references, memory_order_acquire) == 1)
        return OTLS_OK;
    return omni_fail(err, OTLS_E_SEALED, OTLS_CODE_NONE,
                     "the %s is shared already: its user data can no longer be changed", what);
}
