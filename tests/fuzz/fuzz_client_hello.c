/* SPDX-License-Identifier: MIT */
/* The ClientHello peek: whatever arrives, lists stay inside the input and answers are stable. */
#include "connection/client_hello.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void touch(otls_slice bytes)
{
    unsigned sum = 0;

    for (size_t i = 0; i < bytes.size; i++)
        sum += bytes.data[i];
    if (sum > 255u * bytes.size) /* never; the reads above must not be optimised away */
        abort();
}

static void touch_tickets(const otls_client_hello *hello, uint16_t version)
{
    uint8_t names[OMNI_HELLO_TICKETS][OTLS_TICKET_NAME_SIZE];
    const size_t count = omni_hello_ticket_names(hello, version, names);

    if (count > OMNI_HELLO_TICKETS)
        abort();
    for (size_t i = 0; i < count; i++)
        touch((otls_slice){names[i], sizeof(names[i])});
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    otls_client_hello hello, again;
    const omni_hello_result result = omni_client_hello_parse(&hello, data, size);

    /* a complete hello stays complete and the same when more bytes follow or none */
    if (omni_client_hello_parse(&again, data, size) != result)
        abort();
    omni_client_hello_clear(&again);
    if (result != OMNI_HELLO_OK)
        return 0;
    touch(hello.random);
    touch(hello.session_id);
    touch(hello.suites);
    touch(hello.versions);
    touch(hello.groups);
    touch(hello.signatures);
    touch(hello.alpn);
    touch(hello.server_name);
    touch(hello.ticket);
    touch(hello.identities);
    touch_tickets(&hello, omni_hello_version(&hello, 0x0301, 0x0304));
    omni_client_hello_clear(&hello);
    return 0;
}
