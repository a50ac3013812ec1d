/* SPDX-License-Identifier: MIT */
#include "base/user_data.h"

#include "base/fail.h"

void omni_user_data_set(omni_user_data *slot, void *data, void (*destroy)(void *data))
{
    void (*const old_destroy)(void *) = slot->destroy;
    void *const old = atomic_exchange(&slot->data, data);

    if (old_destroy != destroy) /* never while others may look: see otls_context_set_user_data */
        slot->destroy = destroy;
    if (old_destroy != NULL)
        old_destroy(old);
}

otls_status omni_user_data_unshared(const atomic_uint *references, const char *what,
                                    otls_error *err)
{
    if (atomic_load_explicit(references, memory_order_acquire) == 1)
        return OTLS_OK;
    return omni_fail(err, OTLS_E_SEALED, OTLS_CODE_NONE,
                     "the %s is shared already: its user data can no longer be changed", what);
}
