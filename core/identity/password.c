/* SPDX-License-Identifier: MIT */
/* A password as PKCS #12 wants it: from UTF-8 to UTF-16 (RFC 7292 B.1). */
#include "base/base.h"
#include "identity/pbe.h"
#include "x509/x509.h"

#include <string.h>

static size_t put_unit(uint8_t *out, uint32_t unit)
{
    out[0] = (uint8_t)(unit >> 8);
    out[1] = (uint8_t)unit;
    return 2;
}

/* How many octets went out; 0: this is no UTF-8. */
static size_t from_utf8(uint8_t *out, otls_slice text)
{
    omni_character c;
    size_t used = 0;

    while (omni_string_next(OMNI_DER_UTF8_STRING, &text, &c)) {
        if (c.undecoded)
            return 0;
        if (c.code >= 0x10000) { /* a surrogate pair */
            used += put_unit(out + used, 0xd800u + ((c.code - 0x10000u) >> 10));
            used += put_unit(out + used, 0xdc00u + ((c.code - 0x10000u) & 0x3ff));
        } else {
            used += put_unit(out + used, c.code);
        }
    }
    return used;
}

otls_status omni_pbe_password_set(omni_pbe_password *out, otls_slice password, otls_error *err)
{
    size_t used;

    *out = (omni_pbe_password){.utf8 = password, .bmp_size = 2 * password.size + 2};
    out->bmp = omni_calloc(1, out->bmp_size);
    if (out->bmp == NULL)
        return omni_fail_nomem(err);
    if (password.size == 0)
        return OTLS_OK;
    used = from_utf8(out->bmp, password);
    for (size_t i = 0; used == 0 && i < password.size; i++)
        (void)put_unit(out->bmp + 2 * i, password.data[i]);
    if (used != 0) {
        memset(out->bmp + used, 0, out->bmp_size - used);
        out->bmp_size = used + 2;
    }
    return OTLS_OK;
}

void omni_pbe_password_clear(omni_pbe_password *password)
{
    if (password->bmp != NULL)
        omni_wipe(password->bmp, password->bmp_size);
    omni_free(password->bmp);
    *password = (omni_pbe_password){.bmp = NULL};
}

