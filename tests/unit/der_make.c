/* SPDX-License-Identifier: MIT */
#include "der_make.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void need(int condition)
{
    if (!condition)
        abort();
}

static unsigned digit(char c)
{
    const char *const digits = "0123456789abcdef";
    const char *const at = strchr(digits, c);

    need(c != '\0' && at != NULL);
    return (unsigned)(at - digits);
}

/** Put the length of what follows `at` in front of it; returns how many octets that took. */
static size_t insert_length(uint8_t *out, size_t at, size_t size, size_t capacity)
{
    const size_t length = size - at;
    size_t octets = 1;
    uint8_t head[5];

    head[0] = (uint8_t)length;
    if (length >= 0x80) {
        octets = length > 0xffff ? 4 : length > 0xff ? 3 : 2;
        head[0] = (uint8_t)(0x80 | (octets - 1));
        for (size_t i = 1; i < octets; i++)
            head[i] = (uint8_t)(length >> (8 * (octets - 1 - i)));
    }
    need(size + octets <= capacity);
    memmove(out + at + octets, out + at, length);
    memcpy(out + at, head, octets);
    return octets;
}

size_t der_make(const char *text, uint8_t *out, size_t capacity)
{
    size_t open[32];
    size_t depth = 0;
    size_t size = 0;

    for (; *text != '\0'; text++) {
        if (*text == ' ' || *text == '\n') {
            continue;
        } else if (*text == '{') {
            need(depth < 32);
            open[depth++] = size;
        } else if (*text == '}') {
            need(depth > 0);
            depth--;
            size += insert_length(out, open[depth], size, capacity);
        } else if (*text == '\'') {
            for (text++; *text != '\''; text++) {
                need(*text != '\0' && size < capacity);
                out[size++] = (uint8_t)*text;
            }
        } else {
            need(size < capacity);
            out[size++] = (uint8_t)(digit(text[0]) << 4 | digit(text[1]));
            text++;
        }
    }
    need(depth == 0);
    return size;
}

static const char *or_else(const char *given, const char *usual)
{
    return given != NULL ? given : usual;
}

size_t cert_make(const cert_parts *parts, uint8_t *out, size_t capacity)
{
    const char *const algorithm = or_else(parts->algorithm, "30{06{2b6570}}");
    const char *const extensions = or_else(parts->extensions, "");
    const size_t room = 4096 + strlen(extensions) * 2;
    char *text = malloc(room);
    size_t size;
    int length;

    need(text != NULL);
    length =
        snprintf(text, room, "30{ 30{ %s %s %s %s %s %s %s %s%s%s } %s %s }",
                 or_else(parts->version, "a0{02{02}}"), or_else(parts->serial, "02{0b}"), algorithm,
                 or_else(parts->issuer, "30{31{30{06{550403} 0c{'issuer'}}}}"),
                 or_else(parts->validity, "30{17{'200101000000Z'} 17{'300101000000Z'}}"),
                 or_else(parts->subject, "30{31{30{06{550403} 0c{'subject'}}}}"),
                 or_else(parts->spki, "30{30{06{2b6570}} 03{00 00112233445566778899aabbccddeeff"
                                      " 00112233445566778899aabbccddeeff}}"),
                 parts->tail != NULL ? parts->tail : (parts->extensions != NULL ? "a3{30{" : ""),
                 parts->tail != NULL ? "" : extensions,
                 parts->tail == NULL && parts->extensions != NULL ? "}}" : "",
                 or_else(parts->outer, algorithm), or_else(parts->signature, "03{00 0102030405}"));
    need(length > 0 && (size_t)length < room);
    size = der_make(text, out, capacity);
    free(text);
    return size;
}
