/* SPDX-License-Identifier: MIT */
#include "wrap_der.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- reading ---- */

typedef struct slice {
    const uint8_t *data;
    size_t size;
} slice;

/* The next element of `in` with the tag: the whole of it to `*whole`, what is in it to `*content`. */
static bool take(slice *in, uint8_t tag, slice *whole, slice *content)
{
    size_t head = 2, length;

    if (in->size < 2 || in->data[0] != tag)
        return false;
    length = in->data[1];
    if (length >= 0x80) {
        size_t bytes = length & 0x7f;

        if (bytes == 0 || bytes > 3 || bytes > in->size - 2)
            return false;
        for (length = 0; bytes > 0; bytes--)
            length = length << 8 | in->data[head++];
    }
    if (length > in->size - head)
        return false;
    if (whole != NULL)
        *whole = (slice){in->data, head + length};
    if (content != NULL)
        *content = (slice){in->data + head, length};
    in->data += head + length;
    in->size -= head + length;
    return true;
}

/* ---- writing ---- */

typedef struct builder {
    uint8_t *data; /* filled from its end, as lengths come before what they count */
    size_t at;
} builder;

static void put(builder *b, const void *data, size_t size)
{
    b->at -= size;
    if (size != 0)
        memcpy(b->data + b->at, data, size);
}

/* Tag and length before what was put since `end`. */
static void wrap(builder *b, uint8_t tag, size_t end)
{
    size_t length = end - b->at;
    uint8_t head[6] = {0};
    size_t used = sizeof(head);

    if (length < 0x80) {
        head[--used] = (uint8_t)length;
    } else {
        uint8_t count = 0;

        for (; length != 0; length >>= 8, count++)
            head[--used] = (uint8_t)length;
        head[--used] = 0x80 | count;
    }
    head[--used] = tag;
    put(b, head + used, sizeof(head) - used);
}

/* tbsCertificate of RFC 5280 4.1 around what is given; the rest says nothing. */
static otls_status build(otls_certificate **out, slice subject, slice spki, slice extensions,
                         otls_error *err)
{
    static const uint8_t version[] = {0xa0, 3, 2, 1, 2}, serial[] = {2, 1, 1};
    /* ecdsa-with-SHA256; 1970 to 1970 */
    static const uint8_t algorithm[] = {0x30, 10, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2};
    static const char validity[] = "\x30\x1e\x17\x0d" "700101000000Z" "\x17\x0d" "700101000000Z";
    static const uint8_t nothing[] = {3, 2, 0, 0};
    const size_t room = 2 * subject.size + spki.size + extensions.size + 256;
    builder b = {.data = malloc(room), .at = room};
    otls_status status;
    size_t tbs_end;

    if (b.data == NULL) {
        *err = (otls_error)OTLS_ERROR_INIT;
        err->status = OTLS_E_NOMEM;
        (void)snprintf(err->text, sizeof(err->text), "out of memory");
        return OTLS_E_NOMEM;
    }
    put(&b, nothing, sizeof(nothing));
    put(&b, algorithm, sizeof(algorithm));
    tbs_end = b.at;
    if (extensions.size != 0) {
        put(&b, extensions.data, extensions.size);
        wrap(&b, 0xa3, tbs_end);
    }
    put(&b, spki.data, spki.size);
    put(&b, subject.data, subject.size);
    put(&b, validity, sizeof(validity) - 1);
    put(&b, subject.data, subject.size);
    put(&b, algorithm, sizeof(algorithm));
    put(&b, serial, sizeof(serial));
    put(&b, version, sizeof(version));
    wrap(&b, 0x30, tbs_end);
    wrap(&b, 0x30, room);
    status = otls_certificate_from_der(out, b.data + b.at, room - b.at, err);
    free(b.data);
    return status;
}

otls_status tool_wrap_public_key(otls_certificate **out, const uint8_t *spki, size_t size,
                                 otls_error *err)
{
    static const uint8_t nobody[] = {0x30, 0};

    return build(out, (slice){nobody, sizeof(nobody)}, (slice){spki, size}, (slice){NULL, 0}, err);
}

/* The Extensions in the attribute extensionRequest; empty when there is none. There is one such attribute
 * with one value (RFC 2985 5.4.2): of two, each may be the one that is meant. */
static bool requested_extensions(slice attributes, slice *out)
{
    static const uint8_t request[] = {6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 14};
    slice attribute, values;

    *out = (slice){NULL, 0};
    while (attributes.size != 0) {
        if (!take(&attributes, 0x30, NULL, &attribute))
            return false;
        if (attribute.size < sizeof(request) ||
            memcmp(attribute.data, request, sizeof(request)) != 0)
            continue;
        attribute.data += sizeof(request);
        attribute.size -= sizeof(request);
        if (out->size != 0 || !take(&attribute, 0x31, NULL, &values) ||
            !take(&values, 0x30, out, NULL) || values.size != 0)
            return false;
    }
    return true;
}

static otls_status refuse(otls_error *err, const char *text)
{
    *err = (otls_error)OTLS_ERROR_INIT;
    err->status = OTLS_E_CREDENTIAL;
    err->code = OTLS_CODE_BAD_DER;
    (void)snprintf(err->text, sizeof(err->text), "%s", text);
    return OTLS_E_CREDENTIAL;
}

otls_status tool_wrap_request(otls_certificate **out, const uint8_t *der, size_t size,
                              otls_error *err)
{
    static const uint8_t version[] = {2, 1, 0};
    slice in = {der, size}, request, info, subject, spki, attributes = {NULL, 0}, extensions;
    otls_status status;

    if (!take(&in, 0x30, NULL, &request) || in.size != 0 || !take(&request, 0x30, NULL, &info) ||
        info.size <= sizeof(version) || memcmp(info.data, version, sizeof(version)) != 0)
        return refuse(err, "it is no certificate request");
    info.data += sizeof(version);
    info.size -= sizeof(version);
    if (!take(&info, 0x30, &subject, NULL) || !take(&info, 0x30, &spki, NULL) ||
        (info.size != 0 && !take(&info, 0xa0, NULL, &attributes)))
        return refuse(err, "it is no certificate request");
    if (!requested_extensions(attributes, &extensions))
        return refuse(err, "its attributes are malformed, or ask for extensions twice");
    status = build(out, subject, spki, extensions, err);
    if (status != OTLS_OK || !otls_certificate_has_malformed_extension(*out))
        return status;
    otls_certificate_free(*out);
    *out = NULL;
    return refuse(err, "it asks for an extension that is malformed or there twice");
}

bool tool_base64(const char *text, size_t size, uint8_t *out, size_t *length)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    uint32_t bits = 0;
    size_t used = 0, count = 0, padding = 0;

    for (size_t i = 0; i < size; i++) {
        const char *digit;

        if (text[i] == '\n' || text[i] == '\r' || text[i] == ' ' || text[i] == '\t')
            continue;
        if (text[i] == '=') {
            padding++;
            continue;
        }
        digit = text[i] == '\0' ? NULL : strchr(digits, text[i]);
        if (digit == NULL || padding != 0)
            return false;
        bits = bits << 6 | (uint32_t)(digit - digits);
        if (count % 4 != 0) {
            if (used == *length)
                return false;
            out[used++] = (uint8_t)(bits >> (6 - 2 * (count % 4)));
        }
        count++;
    }
    *length = used;
    /* whole groups, and nothing in the bits that are left over (RFC 4648 3.5) */
    return (count + padding) % 4 == 0 && padding < 3 &&
           (padding == 0 || (bits & (padding == 1 ? 3u : 15u)) == 0);
}
