/* SPDX-License-Identifier: MIT */
#include "x509/text.h"

#include "base/base.h"

#include <stdarg.h>

/** Room for `size` more and a NUL. */
static bool reserve(omni_text *text, size_t size)
{
    size_t capacity = text->capacity != 0 ? text->capacity : 128;
    char *data;

    if (text->failed)
        return false;
    if (size < text->capacity - text->size)
        return true;
    while (capacity - text->size <= size) {
        if (capacity > SIZE_MAX / 2) {
            text->failed = true;
            return false;
        }
        capacity *= 2;
    }
    data = omni_realloc(text->data, capacity);
    if (data == NULL) {
        text->failed = true;
        return false;
    }
    text->data = data;
    text->capacity = capacity;
    return true;
}

void omni_text_bytes(omni_text *text, const char *data, size_t size)
{
    if (!reserve(text, size))
        return;
    memcpy(text->data + text->size, data, size);
    text->size += size;
}

void omni_text_add(omni_text *text, const char *string)
{
    omni_text_bytes(text, string, strlen(string));
}

void omni_text_char(omni_text *text, char c)
{
    omni_text_bytes(text, &c, 1);
}

void omni_text_format(omni_text *text, const char *format, ...)
{
    char line[512];
    va_list args;
    int length;

    va_start(args, format);
    length = omni_vformat(line, sizeof(line), format, args);
    va_end(args);
    if (length < 0 || (size_t)length >= sizeof(line))
        text->failed = true;
    else
        omni_text_bytes(text, line, (size_t)length);
}

void omni_text_hex(omni_text *text, otls_slice bytes, char separator)
{
    static const char digits[] = "0123456789ABCDEF";

    if (!reserve(text, bytes.size * 3))
        return;
    for (size_t i = 0; i < bytes.size; i++) {
        if (i != 0 && separator != '\0')
            text->data[text->size++] = separator;
        text->data[text->size++] = digits[bytes.data[i] >> 4];
        text->data[text->size++] = digits[bytes.data[i] & 15];
    }
}

otls_status omni_text_finish(omni_text *text, char **out, otls_error *err)
{
    if (!reserve(text, 0)) {
        omni_text_discard(text);
        return omni_fail_nomem(err);
    }
    text->data[text->size] = '\0';
    *out = text->data;
    return OTLS_OK;
}

void omni_text_discard(omni_text *text)
{
    omni_free(text->data);
    *text = (omni_text){.failed = true};
}

bool omni_string_ok(const omni_tlv *value)
{
    switch (value->tag) {
    case OMNI_DER_UTF8_STRING:
    case OMNI_DER_NUMERIC_STRING:
    case OMNI_DER_PRINTABLE_STRING:
    case OMNI_DER_TELETEX_STRING:
    case OMNI_DER_IA5_STRING:
    case OMNI_DER_VISIBLE_STRING:
        return true;
    case OMNI_DER_UNIVERSAL_STRING:
        return value->value.size % 4 == 0;
    case OMNI_DER_BMP_STRING:
        return value->value.size % 2 == 0;
    default:
        return false;
    }
}

static bool is_scalar(uint32_t code)
{
    return code < 0xd800 || (code > 0xdfff && code <= 0x10ffff);
}

/** Size of a well-formed UTF-8 sequence at the start of `rest` (RFC 3629), 0 if there is none. */
static size_t utf8_take(otls_slice rest, uint32_t *code)
{
    static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
    const uint8_t first = rest.data[0];
    size_t size;
    uint32_t value;

    if (first < 0x80) {
        *code = first;
        return 1;
    }
    if (first < 0xc2 || first > 0xf4)
        return 0;
    size = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    if (rest.size < size)
        return 0;
    value = first & (0x7fu >> size);
    for (size_t i = 1; i < size; i++) {
        if ((rest.data[i] & 0xc0) != 0x80)
            return 0;
        value = value << 6 | (rest.data[i] & 0x3fu);
    }
    if (value < least[size] || !is_scalar(value))
        return 0;
    *code = value;
    return size;
}

/** Size of a big-endian character of `width` octets, 0 if it is no scalar value. In whole strings
 *  only the rest of such a character does not end on a multiple of the width. */
static size_t wide_take(otls_slice rest, size_t width, uint32_t *code)
{
    uint32_t value = 0;

    if (rest.size < width || rest.size % width != 0)
        return 0;
    for (size_t i = 0; i < width; i++)
        value = value << 8 | rest.data[i];
    *code = value;
    return is_scalar(value) ? width : 0;
}

bool omni_string_next(uint8_t tag, otls_slice *rest, omni_character *out)
{
    size_t used;

    if (rest->size == 0)
        return false;
    out->undecoded = false;
    switch (tag) {
    case OMNI_DER_UTF8_STRING:
        used = utf8_take(*rest, &out->code);
        break;
    case OMNI_DER_BMP_STRING:
        used = wide_take(*rest, 2, &out->code);
        break;
    case OMNI_DER_UNIVERSAL_STRING:
        used = wide_take(*rest, 4, &out->code);
        break;
    case OMNI_DER_TELETEX_STRING: /* ISO 8859-1 in practice, as every engine reads it */
        out->code = rest->data[0];
        used = 1;
        break;
    default:
        out->code = rest->data[0];
        used = out->code < 0x80 ? 1 : 0;
        break;
    }
    if (used == 0) {
        out->code = rest->data[0];
        out->undecoded = true;
        used = 1;
    }
    rest->data += used;
    rest->size -= used;
    return true;
}

size_t omni_utf8_put(uint32_t code, char out[4])
{
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (char)(0xc0 | code >> 6);
        out[1] = (char)(0x80 | (code & 0x3f));
        return 2;
    }
    if (code < 0x10000) {
        out[0] = (char)(0xe0 | code >> 12);
        out[1] = (char)(0x80 | (code >> 6 & 0x3f));
        out[2] = (char)(0x80 | (code & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | code >> 18);
    out[1] = (char)(0x80 | (code >> 12 & 0x3f));
    out[2] = (char)(0x80 | (code >> 6 & 0x3f));
    out[3] = (char)(0x80 | (code & 0x3f));
    return 4;
}

/** Controls, and what changes how its neighbours look: bidirectional marks, zero width, tags. */
static bool is_printable(uint32_t code)
{
    return !(code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0xad || code == 0x61c ||
             code == 0x180e || (code >= 0x200b && code <= 0x200f) ||
             (code >= 0x2028 && code <= 0x202e) || (code >= 0x2060 && code <= 0x206f) ||
             code == 0xfeff || (code >= 0xfff0 && code <= 0xfffc) || (code & 0xfffe) == 0xfffe ||
             (code >= 0xfdd0 && code <= 0xfdef) || (code >= 0xe0000 && code <= 0xe0fff));
}

static void put_json(omni_text *text, const omni_character *c)
{
    char utf8[4];

    if (c->undecoded)
        omni_text_format(text, "\\\\x%02X", (unsigned)c->code);
    else if (c->code == '"' || c->code == '\\')
        omni_text_format(text, "\\%c", (int)c->code);
    else if (is_printable(c->code))
        omni_text_bytes(text, utf8, omni_utf8_put(c->code, utf8));
    else if (c->code < 0x10000)
        omni_text_format(text, "\\u%04x", (unsigned)c->code);
    else /* RFC 8259 section 7: a surrogate pair */
        omni_text_format(text, "\\u%04x\\u%04x", 0xd7c0u + (unsigned)(c->code >> 10),
                         0xdc00u + (unsigned)(c->code & 0x3ff));
}

/** One character; `edge` = the first or last one, where RFC 4514 escapes a blank. */
static void put_escaped(omni_text *text, const omni_character *c, omni_escape escape, bool first,
                        bool last)
{
    const char *mark = escape == OMNI_ESCAPE_DN ? "" : "x";
    const bool dn = escape == OMNI_ESCAPE_DN;
    char utf8[4];
    size_t size;

    if (c->undecoded) {
        omni_text_format(text, "\\%s%02X", mark, (unsigned)c->code);
        return;
    }
    size = omni_utf8_put(c->code, utf8);
    if (!is_printable(c->code)) {
        for (size_t i = 0; i < size; i++)
            omni_text_format(text, "\\%s%02X", mark, (unsigned)(uint8_t)utf8[i]);
        return;
    }
    if (c->code == '\\' || (dn && c->code < 0x80 && strchr(",+\"<>;", (int)c->code) != NULL) ||
        (dn && c->code == ' ' && (first || last)) || (dn && c->code == '#' && first))
        omni_text_char(text, '\\');
    omni_text_bytes(text, utf8, size);
}

void omni_text_string(omni_text *text, uint8_t tag, otls_slice value, omni_escape escape)
{
    omni_character c;
    bool first = true;

    while (omni_string_next(tag, &value, &c)) {
        if (escape == OMNI_ESCAPE_JSON)
            put_json(text, &c);
        else
            put_escaped(text, &c, escape, first, value.size == 0);
        first = false;
    }
}
