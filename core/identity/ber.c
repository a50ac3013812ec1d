/* SPDX-License-Identifier: MIT */
/* X.690 8.1.3.6 (indefinite lengths) and 8.7.3 (octets in pieces), undone. */
#include "identity/ber.h"

#include "base/base.h"
#include "x509/x509.h"

/** A certificate in a bag in contents in a PFX needs 22. */
#define DEPTH_MAX 48
#define CONSTRUCTED 0x20
#define PIECES (OMNI_DER_OCTET_STRING | CONSTRUCTED)

typedef struct cursor {
    const uint8_t *at, *end;
} cursor;

typedef struct head {
    uint8_t tag;
    bool open; /* of indefinite length */
    size_t size;
} head;

static size_t left(const cursor *c)
{
    return (size_t)(c->end - c->at);
}

static bool read_head(cursor *c, head *out)
{
    size_t octets;

    if (left(c) < 2 || c->at[0] == 0 || (c->at[0] & 0x1f) == 0x1f)
        return false;
    *out = (head){.tag = c->at[0], .size = c->at[1], .open = c->at[1] == 0x80};
    c->at += 2;
    if (out->open)
        return (out->tag & CONSTRUCTED) != 0;
    if (out->size > 0x80) {
        octets = out->size & 0x7f;
        out->size = 0;
        if (octets > sizeof(uint32_t) + 1 || octets > left(c))
            return false;
        for (; octets > 0; octets--)
            out->size = out->size << 8 | *c->at++;
    }
    return out->size <= left(c);
}

static bool put(omni_buffer *out, uint8_t tag, const omni_buffer *content)
{
    const size_t size = omni_buffer_size(content);
    uint8_t start[OMNI_DER_HEADER_MAX];

    return omni_buffer_append(out, start, omni_der_header(start, tag, size)) &&
           (size == 0 || omni_buffer_append(out, omni_buffer_front(content), size));
}

/* It may hold a private key. */
static void forget(omni_buffer *buffer)
{
    if (buffer->data != NULL)
        omni_wipe(buffer->data, buffer->capacity);
    omni_buffer_release(buffer);
}

static otls_status bad(void)
{
    return OTLS_E_CREDENTIAL;
}

static otls_status convert(omni_buffer *out, cursor *c, unsigned depth);

/* Every element up to the end of `c`, or of contents (`open`). */
static otls_status convert_all(omni_buffer *out, cursor *c, bool open, unsigned depth)
{
    while (left(c) != 0) {
        if (open && left(c) >= 2 && c->at[0] == 0 && c->at[1] == 0) {
            c->at += 2;
            return OTLS_OK;
        }
        OMNI_TRY(convert(out, c, depth));
    }
    return open ? bad() : OTLS_OK;
}

/* The contents of octet strings, one behind the other. */
static otls_status join(omni_buffer *out, const omni_buffer *pieces)
{
    omni_der rest = omni_der_of((otls_slice){omni_buffer_front(pieces), omni_buffer_size(pieces)});
    omni_buffer joined = {0};
    otls_status status = OTLS_OK;
    otls_slice piece;

    while (status == OTLS_OK && !omni_der_at_end(&rest)) {
        if (!omni_der_value(&rest, OMNI_DER_OCTET_STRING, &piece))
            status = bad();
        else if (piece.size != 0 && !omni_buffer_append(&joined, piece.data, piece.size))
            status = OTLS_E_NOMEM;
    }
    if (status == OTLS_OK && !put(out, OMNI_DER_OCTET_STRING, &joined))
        status = OTLS_E_NOMEM;
    forget(&joined);
    return status;
}

/* One element. */
static otls_status convert(omni_buffer *out, cursor *c, unsigned depth)
{
    omni_buffer content = {0};
    otls_status status = OTLS_OK;
    head h;

    if (depth == DEPTH_MAX || !read_head(c, &h))
        return bad();
    /* at once, so that no part of it stays behind in a smaller block */
    if (!h.open && !omni_buffer_reserve(&content, h.size + 1))
        return OTLS_E_NOMEM;
    if ((h.tag & CONSTRUCTED) == 0) {
        if (h.size != 0 && !omni_buffer_append(&content, c->at, h.size))
            status = OTLS_E_NOMEM;
        c->at += h.size;
    } else {
        cursor inside = {c->at, h.open ? c->end : c->at + h.size};

        status = convert_all(&content, &inside, h.open, depth + 1);
        c->at = inside.at;
    }
    if (status == OTLS_OK && h.tag == PIECES)
        status = join(out, &content);
    else if (status == OTLS_OK && !put(out, h.tag, &content))
        status = OTLS_E_NOMEM;
    forget(&content);
    return status;
}

otls_status omni_ber_to_der(omni_buffer *out, otls_slice ber)
{
    cursor c = {ber.data, ber.data + ber.size};
    const otls_status status = convert(out, &c, 0);

    return status == OTLS_OK && left(&c) != 0 ? bad() : status;
}
