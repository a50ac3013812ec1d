/* SPDX-License-Identifier: MIT */
/*
 * PEM, RFC 7468. Text between blocks is skipped; inside a block white space is skipped and anything
 * else must be right. One pass: base64 is decoded up to the dash of the END line.
 */
#include "x509/pem.h"

#include "base/base.h"
#include "x509/decode.h"
#include "x509/der.h"

#define LABEL_SIZE_MAX 64u

static const char begin_mark[] = "-----BEGIN ";
static const char end_mark[] = "-----END ";
static const char dashes[] = "-----";

/* What an octet is when it is none of the 64. */
enum { B64_PAD = 1, B64_SPACE = 2, B64_BAD = 3 };

/** What an octet means at each of the four places in a group: its six bits where they belong in the
 *  upper 24; or one of B64_... in the lowest octet, which in a good group is zero. */
typedef struct b64_table {
    uint32_t at[4][256];
} b64_table;

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static void b64_table_fill(b64_table *table)
{
    static const char spaces[] = " \t\r\n\v\f";

    for (unsigned place = 0; place < 4; place++) {
        uint32_t *const at = table->at[place];

        for (unsigned i = 0; i < 256; i++)
            at[i] = B64_BAD;
        for (uint32_t i = 0; i < 64; i++)
            at[(uint8_t)alphabet[i]] = i << (26 - 6 * place);
        for (unsigned i = 0; spaces[i] != '\0'; i++)
            at[(uint8_t)spaces[i]] = B64_SPACE;
        at['='] = B64_PAD;
    }
}

static uint32_t b64_group(const b64_table *table, const uint8_t in[4])
{
    return table->at[0][in[0]] | table->at[1][in[1]] | table->at[2][in[2]] | table->at[3][in[3]];
}

/** Three octets, and a fourth that what follows writes over: one store instead of three. */
static void b64_put(uint8_t to[4], uint32_t group)
{
    const uint8_t octets[4] = {(uint8_t)(group >> 24), (uint8_t)(group >> 16),
                               (uint8_t)(group >> 8), (uint8_t)group};

    memcpy(to, octets, sizeof(octets));
}

/** Nearly all of any text: four groups with nothing but base64 in them, with one test. The end of a
 *  line is seen without trying. */
static void b64_groups(const b64_table *table, const uint8_t **at, const uint8_t *end,
                       uint8_t **out)
{
    const uint8_t *in = *at;
    uint8_t *to = *out;

    for (; end - in >= 16 && *in > ' '; in += 16, to += 12) {
        const uint32_t a = b64_group(table, in), b = b64_group(table, in + 4);
        const uint32_t c = b64_group(table, in + 8), d = b64_group(table, in + 12);

        if (((a | b | c | d) & 0xff) != 0)
            break;
        b64_put(to, a);
        b64_put(to + 3, b);
        b64_put(to + 6, c);
        b64_put(to + 9, d);
    }
    *at = in;
    *out = to;
}

/** The last group, of which `filled` characters are there. Bits that are left over must be zero, or
 *  one text would stand for two encodings. */
static bool b64_last(uint32_t group, unsigned filled, uint8_t **out)
{
    uint8_t *to = *out;

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
    *out = to;
    return true;
}

/** Decode up to the first octet that is neither base64 nor white space; false when it is not
 *  complete. `*at` moves there, or to the fault. `out` has room for three quarters of what is left
 *  and one octet; it may be `*at` itself, as nothing is written that has not been read. */
static bool b64_decode(const b64_table *table, const uint8_t **at, const uint8_t *end, uint8_t *out,
                       size_t *size)
{
    const uint8_t *in = *at;
    uint8_t *to = out;
    uint32_t group = 0;
    unsigned filled = 0;
    unsigned padding = 0;
    bool good = true;

    while (good) {
        uint32_t value;

        if (filled == 0 && padding == 0)
            b64_groups(table, &in, end, &to);
        if (in == end)
            break;
        value = table->at[3][*in];
        if (value == B64_BAD)
            break;
        in++;
        if (value == B64_SPACE)
            continue;
        if (value == B64_PAD || padding != 0) {
            good = value == B64_PAD && filled >= 2 && filled + ++padding <= 4;
            continue;
        }
        group = group << 6 | value >> 8;
        if (++filled == 4) {
            *to++ = (uint8_t)(group >> 16);
            *to++ = (uint8_t)(group >> 8);
            *to++ = (uint8_t)group;
            filled = 0;
            group = 0;
        }
    }
    *at = in;
    if (!good || (filled != 0 && filled + padding != 4) || !b64_last(group, filled, &to))
        return false;
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
        const uint8_t *found = omni_find(at, (size_t)(end - at), begin_mark, sizeof(begin_mark) - 1);

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
           (*stop != '-' || !starts_with(stop, end, dashes, sizeof(dashes) - 1))) {
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
    return omni_find(at, (size_t)(end - at), end_mark, sizeof(end_mark) - 1);
}

typedef struct pem_reader {
    const uint8_t *start, *end;
    b64_table *table;
    uint8_t *buffer; /* as large as any block of the text can get; or the text itself */
    bool in_place;   /* it is the text */
    size_t used;     /* of the buffer, at most */
} pem_reader;

/** The base64 at `*here`, to where the END line must be. */
static bool decode(pem_reader *reader, const uint8_t **here, otls_slice *der)
{
    const uint8_t *const begin = *here;
    uint8_t *const out = reader->buffer + (reader->in_place ? begin - reader->start : 0);
    const bool good = b64_decode(reader->table, here, reader->end, out, &der->size);
    const size_t eaten = (size_t)(*here - begin);

    if (eaten > reader->used)
        reader->used = eaten;
    der->data = out;
    return good;
}

/** One block from its BEGIN; NULL, or what is wrong with it. `*at` moves behind its END line. */
static const char *read_block(pem_reader *reader, const uint8_t **at, omni_pem_block *block)
{
    const uint8_t *const begin = *at;
    const uint8_t *here;
    otls_slice label, end_label;

    here = read_label(begin + sizeof(begin_mark) - 1, reader->end, &label);
    if (here == NULL)
        return "its BEGIN line is malformed";
    block->der = (otls_slice){.data = NULL, .size = 0};
    block->has_headers = has_headers(here, reader->end);
    if (block->has_headers)
        here = find_end(here, reader->end);
    else if (!decode(reader, &here, &block->der))
        return "its base64 is malformed";
    if (here == NULL || !starts_with(here, reader->end, end_mark, sizeof(end_mark) - 1))
        return here == NULL || here == reader->end ? "its END line is missing"
                                                   : "its base64 is malformed";
    here = read_label(here + sizeof(end_mark) - 1, reader->end, &end_label);
    if (here == NULL || !omni_slice_equal(label, end_label))
        return "its END line does not fit";
    block->label = (const char *)label.data;
    block->label_size = label.size;
    block->text = (otls_slice){.data = begin, .size = (size_t)(here - begin)};
    *at = here;
    return NULL;
}

static otls_status read_each(pem_reader *reader,
                             otls_status (*each)(const omni_pem_block *block, void *user,
                                                 otls_error *err),
                             void *user, size_t *count, otls_error *err)
{
    const uint8_t *at = find_begin(reader->start, reader->start, reader->end);

    while (at != NULL) {
        omni_pem_block block;
        const char *fault = read_block(reader, &at, &block);

        if (fault != NULL)
            return omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_BAD_PEM, "PEM block %zu: %s",
                             *count + 1, fault);
        ++*count;
        OMNI_TRY(each(&block, user, err));
        at = find_begin(reader->start, at, reader->end);
    }
    return OTLS_OK;
}

static otls_status read_blocks(pem_reader *reader,
                               otls_status (*each)(const omni_pem_block *block, void *user,
                                                   otls_error *err),
                               void *user, size_t *count, otls_error *err)
{
    otls_status status;

    reader->table = omni_malloc(sizeof(*reader->table)); /* too much for the stack of a small machine */
    if (reader->table == NULL)
        return omni_fail_nomem(err);
    b64_table_fill(reader->table);
    status = read_each(reader, each, user, count, err);
    omni_free(reader->table);
    return status;
}

otls_status omni_pem_each(otls_slice text,
                          otls_status (*each)(const omni_pem_block *block, void *user,
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
    capacity = text.size / 4 * 3 + 4;
    reader.buffer = omni_malloc(capacity);
    if (reader.buffer == NULL)
        return omni_fail_nomem(err);
    status = read_blocks(&reader, each, user, count, err);
    /* it may have held private keys */
    omni_wipe(reader.buffer, reader.used < capacity ? reader.used : capacity);
    omni_free(reader.buffer);
    return status;
}

otls_status omni_pem_each_in_place(uint8_t *text, size_t size,
                                   otls_status (*each)(const omni_pem_block *block, void *user,
                                                       otls_error *err),
                                   void *user, otls_error *err)
{
    pem_reader reader = {.start = text, .end = text + size, .buffer = text, .in_place = true};
    size_t count = 0;

    return read_blocks(&reader, each, user, &count, err);
}

bool omni_pem_label_is(const omni_pem_block *block, const char *label)
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

size_t omni_base64(otls_slice bytes, char *out, size_t capacity)
{
    const size_t needed = (bytes.size + 2) / 3 * 4 + 1;

    if (bytes.size > 48 || capacity < needed)
        return 0;
    *b64_encode(out, bytes) = '\0';
    return needed - 1;
}

otls_status omni_pem_encode(const char *label, otls_slice der, char **out, otls_error *err)
{
    const size_t label_size = strlen(label);
    size_t size;
    char *text, *at;

    if (der.size > SIZE_MAX / 4 || label_size > LABEL_SIZE_MAX)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_LIMIT, "too large for PEM");
    size = der.size / 3 * 4 + der.size / 48 + 2 * label_size + 64;
    text = omni_malloc(size);
    if (text == NULL)
        return omni_fail_nomem(err);
    at = text + snprintf(text, size, "%s%s%s\n", begin_mark, label, dashes);
    at = b64_encode(at, der);
    if (der.size != 0)
        *at++ = '\n';
    (void)snprintf(at, size - (size_t)(at - text), "%s%s%s\n", end_mark, label, dashes);
    *out = text;
    return OTLS_OK;
}
