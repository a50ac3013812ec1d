/* SPDX-License-Identifier: MIT */
/*
 * A Certificate message as core reads it when an engine will not: the first byte chooses the
 * version. Whatever arrives, the certificates lie one behind the other inside the message.
 */
#include "connection/peer.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { CAPACITY = 8 };

static void check(const uint8_t *data, size_t size, uint16_t version)
{
    otls_slice out[CAPACITY], staple, again;
    const uint8_t *last = data;
    size_t count = 0, counted = 0;

    if (!omni_certificate_message_read(version, (otls_slice){data, size}, out, CAPACITY, &count,
                                       &staple))
        return;
    for (size_t i = 0; i < count && i < CAPACITY; i++) {
        if (out[i].size == 0 || out[i].data < last + 3 || out[i].data + out[i].size > data + size)
            abort();
        last = out[i].data + out[i].size;
    }
    if (staple.data != NULL && (staple.data < data || staple.data + staple.size > data + size))
        abort();
    /* counting does not depend on the room */
    if (!omni_certificate_message_read(version, (otls_slice){data, size}, NULL, 0, &counted,
                                       &again) ||
        counted != count || again.data != staple.data || again.size != staple.size)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size != 0)
        check(data + 1, size - 1, (data[0] & 1) != 0 ? OTLS_TLS1_3 : OTLS_TLS1_2);
    return 0;
}
