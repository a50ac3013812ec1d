/* SPDX-License-Identifier: MIT */
/*
 * PEM, RFC 7468. Text between blocks is skipped; inside a block white space is skipped and anything
 * else must be right. One pass: base64 is decoded up to the dash of the END line.
 */
#include "alloc.h"
#include "der.h"
#include "fail.h"
#include "x509.h"

#define LABEL_SIZE_MAX 64u

static const char begin_mark[] = "-----BEGIN ";
static const char end_mark[] = "-----END ";
static const char dashes[] = "-----";

enum { B64_PAD = 64, B64_SPACE = 65, B64_BAD = 66 };

/** What each octet means in base64. */
typedef struct b64_table {
    uint8_t of[256];
} b64_table;

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static void b64_table_fill(b64_table *table)
{
    memset(table->of, B64_BAD, sizeof(table->of));
    for (uint8_t i = 0; i < 64; i++)
        table->of[(uint8_t)alphabet[i]] = i;
    table->of['='] = B64_PAD;
    table->of[' '] = table->of['\t'] = table->of['\r'] = table->of['\n'] = B64_SPACE;
    table->of['\v'] = table->of['\f'] = B64_SPACE;
}

/** Decode up to the first octet that is neither base64 nor white space; false when it is not
 *  complete. `*at` moves there. `out` has room for three quarters of what is left. */
static bool b64_decode(const b64_table *table, const uint8_t **at, const uint8_t *end, uint8_t *out,
                       size_t *size)
{
    const uint8_t *in = *at;
    uint8_t *to = out;
    uint32_t group = 0;
    unsigned filled = 0;
    unsigned padding = 0;

    while (in < end) {
        unsigned value;

        while (filled == 0 && padding == 0 && end - in >= 4) {
            const unsigned a = table->of[in[0]], b = table->of[in[1]];
            const unsigned c = table->of[in[2]], d = table->of[in[3]];

            if ((a | b | c | d) >= 64)
                break;
            group = a << 18 | b << 12 | c << 6 | d;
            to[0] = (uint8_t)(group >> 16);
            to[1] = (uint8_t)(group >> 8);
            to[2] = (uint8_t)group;
            to += 3;
            in += 4;
        }
        if (in == end)
            break;
        value = table->of[*in];
        if (value == B64_BAD)
            break;
        in++;
        if (value == B64_SPACE)
            continue;
        if (value == B64_PAD) {
            if (filled + ++padding > 4 || filled < 2)
                return false;
            continue;
        }
        if (padding != 0)
            return false;
        group = group << 6 | value;
        if (++filled == 4) {
            *to++ = (uint8_t)(group >> 16);
            *to++ = (uint8_t)(group >> 8);
            *to++ = (uint8_t)group;
            filled = 0;
            group = 0;
        }
    }
    *at = in;
    if (filled != 0 && filled + padding != 4)
        return false;
    /* the bits that are left over must be zero, or one text would stand for two encodings */
    if (filled == 2) {
        if ((group & 0x0f) != 0)
            return false;
        *to++ = (uint8_t)(group >> 4);
    } else if (filled == 3) {
        if ((group & 0x03) != 0)
            return false;
        *to++ = (uint8_t)(group >> 10);
        *to++ = (uint8_t)(group >> 2);
    }
    *size = (size_t)(to - out);
    return true;
}

static bool starts_with(const uint8_t *at, const uint8_t *end, const char *text, size_t size)
{
    return (size_t)(end - at) >= size && memcmp(at, text, size) == 0;
}

/** The next BEGIN that stands at the start of a line; NULL = none. */
static const uint8_t *find_begin(const uint8_t *start, const uint8_t *at, const uint8_t *end)
{
    while (at < end) {
        const uint8_t *found = memmem(at, (size_t)(end - at), begin_mark, sizeof(begin_mark) - 1);

        if (found == NULL)
            return NULL;
        /* a byte order mark may precede the first line */
        if (found == start || found[-1] == '\n' || found[-1] == '\r' ||
            (found - start == 3 && memcmp(start, "\xef\xbb\xbf", 3) == 0))
            return found;
        at = found + 1;
    }
    return NULL;
}

/** Read "LABEL-----" after BEGIN or END; the rest of the line must be blank. */
static const uint8_t *read_label(const uint8_t *at, const uint8_t *end, otls_slice *label)
{
    const uint8_t *stop = at;

    while (stop < end && *stop >= 0x20 && *stop < 0x7f &&
           !starts_with(stop, end, dashes, sizeof(dashes) - 1)) {
        if ((size_t)(stop - at) == LABEL_SIZE_MAX)
            return NULL;
        stop++;
    }
    if (!starts_with(stop, end, dashes, sizeof(dashes) - 1))
        return NULL;
    *label = (otls_slice){.data = at, .size = (size_t)(stop - at)};
    stop += sizeof(dashes) - 1;
    while (stop < end && (*stop == ' ' || *stop == '\t' || *stop == '\r'))
        stop++;
    return stop == end || *stop == '\n' || stop[-1] == '\r' ? stop : NULL;
}

/** RFC 1421 headers: the first line has a colon, which base64 never has. */
static bool has_headers(const uint8_t *at, const uint8_t *end)
{
    while (at < end && (*at == '\n' || *at == '\r'))
        at++;
    if (starts_with(at, end, dashes, sizeof(dashes) - 1))
        return false;
    for (; at < end && *at != '\n' && *at != '\r'; at++) {
        if (*at == ':')
            return true;
    }
    return false;
}

/** The END line after headers we do not decode. */
static const uint8_t *find_end(const uint8_t *at, const uint8_t *end)
{
    return memmem(at, (size_t)(end - at), end_mark, sizeof(end_mark) - 1);
}

typedef struct pem_reader {
    const uint8_t *start, *end;
    b64_table table;
    uint8_t *buffer; /* as large as any block of the text can get; made for the first one */
} pem_reader;

/** One block from its BEGIN; NULL, or what is wrong with it. `*at` moves behind its END line. */
static const char *read_block(pem_reader *reader, const uint8_t **at, otls_pem_block *block)
{
    const uint8_t *const begin = *at;
    const uint8_t *here;
    otls_slice label, end_label;
    size_t size = 0;

    here = read_label(begin + sizeof(begin_mark) - 1, reader->end, &label);
    if (here == NULL)
        return "its BEGIN line is malformed";
    block->has_headers = has_headers(here, reader->end);
    if (block->has_headers)
        here = find_end(here, reader->end);
    else if (!b64_decode(&reader->table, &here, reader->end, reader->buffer, &size))
        return "its base64 is malformed";
    if (here == NULL || !starts_with(here, reader->end, end_mark, sizeof(end_mark) - 1))
        return here == NULL || here == reader->end ? "its END line is missing"
                                                   : "its base64 is malformed";
    here = read_label(here + sizeof(end_mark) - 1, reader->end, &end_label);
    if (here == NULL || !otls_slice_equal(label, end_label))
        return "its END line does not fit";
    block->label = (const char *)label.data;
    block->label_size = label.size;
    block->text = (otls_slice){.data = begin, .size = (size_t)(here - begin)};
    block->der = (otls_slice){.data = block->has_headers ? NULL : reader->buffer, .size = size};
    *at = here;
    return NULL;
}

static otls_status read_blocks(pem_reader *reader,
                               otls_status (*each)(const otls_pem_block *block, void *user,
                                                   otls_error *err),
                               void *user, size_t *count, otls_error *err)
{
    const uint8_t *at = find_begin(reader->start, reader->start, reader->end);

    while (at != NULL) {
        otls_pem_block block;
        const char *fault = read_block(reader, &at, &block);

        if (fault != NULL)
            return otls_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_BAD_PEM, "PEM block %zu: %s",
                             *count + 1, fault);
        ++*count;
        OTLS_TRY(each(&block, user, err));
        at = find_begin(reader->start, at, reader->end);
    }
    return OTLS_OK;
}

otls_status otls_pem_each(otls_slice text,
                          otls_status (*each)(const otls_pem_block *block, void *user,
                                              otls_error *err),
                          void *user, size_t *count, otls_error *err)
{
    pem_reader reader = {.start = text.data, .end = text.data};
    size_t capacity;
    size_t blocks = 0;
    otls_status status;

    if (count == NULL)
        count = &blocks;
    *count = 0;
    if (text.size == 0 || find_begin(text.data, text.data, text.data + text.size) == NULL)
        return OTLS_OK;
    reader.end = text.data + text.size;
    capacity = text.size / 4 * 3 + 3;
    reader.buffer = otls_malloc(capacity);
    if (reader.buffer == NULL)
        return otls_fail_nomem(err);
    b64_table_fill(&reader.table);
    status = read_blocks(&reader, each, user, count, err);
    otls_wipe(reader.buffer, capacity); /* it may have held private keys */
    otls_free(reader.buffer);
    return status;
}

bool otls_pem_label_is(const otls_pem_block *block, const char *label)
{
    return strlen(label) == block->label_size &&
           memcmp(label, block->label, block->label_size) == 0;
}

static char *b64_encode(char *out, otls_slice der)
{
    for (size_t i = 0; i < der.size; i += 3) {
        const size_t left = der.size - i;
        const uint32_t group = (uint32_t)der.data[i] << 16 |
                               (left > 1 ? (uint32_t)der.data[i + 1] << 8 : 0) |
                               (left > 2 ? (uint32_t)der.data[i + 2] : 0);

        *out++ = alphabet[group >> 18];
        *out++ = alphabet[group >> 12 & 63];
        *out++ = left > 1 ? alphabet[group >> 6 & 63] : '=';
        *out++ = left > 2 ? alphabet[group & 63] : '=';
        if (i % 48 == 45 && left > 3)
            *out++ = '\n';
    }
    return out;
}

size_t otls_base64(otls_slice bytes, char *out, size_t capacity)
{
    const size_t needed = (bytes.size + 2) / 3 * 4 + 1;

    if (bytes.size > 48 || capacity < needed)
        return 0;
    *b64_encode(out, bytes) = '\0';
    return needed - 1;
}

otls_status otls_pem_encode(const char *label, otls_slice der, char **out, otls_error *err)
{
    const size_t label_size = strlen(label);
    size_t size;
    char *text, *at;

    if (der.size > SIZE_MAX / 4 || label_size > LABEL_SIZE_MAX)
        return otls_fail(err, OTLS_E_USAGE, OTLS_CODE_LIMIT, "too large for PEM");
    size = der.size / 3 * 4 + der.size / 48 + 2 * label_size + 64;
    text = otls_malloc(size);
    if (text == NULL)
        return otls_fail_nomem(err);
    at = text + snprintf(text, size, "%s%s%s\n", begin_mark, label, dashes);
    at = b64_encode(at, der);
    if (der.size != 0)
        *at++ = '\n';
    (void)snprintf(at, size - (size_t)(at - text), "%s%s%s\n", end_mark, label, dashes);
    *out = text;
    return OTLS_OK;
}
