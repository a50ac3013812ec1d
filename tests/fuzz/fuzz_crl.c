/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as a certificate revocation list: the reader refuses, or its index is sorted and finds
 * every entry, and nothing that is not there.
 */
#include "base/alloc.h"
#include "x509/x509.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool condition)
{
    if (!condition)
        abort();
}

static otls_slice serial_at(const omni_crl *crl, size_t place)
{
    const size_t offset = crl->index[place];
    omni_der at = omni_der_of(
        (otls_slice){.data = crl->entries.data + offset, .size = crl->entries.size - offset});
    otls_slice serial = {.data = NULL};

    must(offset < crl->entries.size && omni_der_value(&at, OMNI_DER_INTEGER, &serial));
    return serial;
}

static void look(const omni_crl *crl)
{
    static const uint8_t absent[24] = {0x7f, 0xee};
    const otls_slice other = {.data = absent, .size = sizeof(absent)};

    for (size_t i = 0; i < crl->count && i < 64; i++) {
        const otls_slice serial = serial_at(crl, i);
        const omni_crl_entry found = omni_crl_find(crl, crl->issuer, serial);

        must(i == 0 || omni_der_compare(serial_at(crl, i - 1), serial) <= 0);
        must(crl->indirect || found != OMNI_CRL_ABSENT);
    }
    if (crl->count == 0)
        must(omni_crl_find(crl, crl->issuer, other) == OMNI_CRL_ABSENT);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *block = omni_malloc(size != 0 ? size : 1);
    omni_crl *crl = NULL;

    must(block != NULL);
    memcpy(block, data, size);
    if (omni_crl_parse(&crl, block, size, NULL) != OTLS_OK) {
        omni_free(block);
        return 0;
    }
    must((crl->reasons & ~OMNI_CRL_REASONS) == 0);
    must(crl->tbs.data >= block && crl->tbs.data + crl->tbs.size <= block + size);
    look(crl);
    omni_crl_free(crl);
    return 0;
}
