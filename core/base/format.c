/* SPDX-License-Identifier: MIT */
#include "base/format.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

typedef struct sink {
    char *out;
    size_t size, used; /* `used` counts what did not fit, too */
} sink;

typedef struct conversion {
    size_t width, precision;
    bool zero;
    char length; /* 0, l, L for ll, z */
    char kind;
} conversion;

static void put(sink *to, char c)
{
    if (to->used + 1 < to->size)
        to->out[to->used] = c;
    to->used++;
}

static void pad(sink *to, const conversion *how, size_t length, char with)
{
    for (size_t i = length; i < how->width; i++)
        put(to, with);
}

static void put_string(sink *to, const conversion *how, const char *text)
{
    size_t length = 0;

    while (length < how->precision && text[length] != '\0')
        length++;
    pad(to, how, length, ' ');
    for (size_t i = 0; i < length; i++)
        put(to, text[i]);
}

static void put_number(sink *to, const conversion *how, uint64_t value, bool negative)
{
    const char *digits = how->kind == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
    const unsigned base = how->kind == 'x' || how->kind == 'X' ? 16 : 10;
    char text[20]; /* 2^64 has as many */
    size_t at = sizeof(text), length;

    do {
        text[--at] = digits[value % base];
        value /= base;
    } while (value != 0);
    length = sizeof(text) - at + (negative ? 1 : 0);
    if (!how->zero)
        pad(to, how, length, ' ');
    if (negative)
        put(to, '-');
    if (how->zero)
        pad(to, how, length, '0');
    while (at < sizeof(text))
        put(to, text[at++]);
}

static size_t take_number(const char **at)
{
    size_t value = 0;

    while (**at >= '0' && **at <= '9' && value < 10000)
        value = value * 10 + (size_t)(*(*at)++ - '0');
    return value;
}

static char take_length(const char **at)
{
    char length = '\0';

    if (**at == 'z' || **at == 'l')
        length = *(*at)++;
    if (length == 'l' && **at == 'l') {
        (*at)++;
        length = 'L';
    }
    return length;
}

/* A va_list that two functions read is one that neither may copy: it travels in a struct. */
typedef struct arguments {
    va_list list;
} arguments;

static conversion take_conversion(const char **at, arguments *args)
{
    conversion how = {.precision = SIZE_MAX};

    if (**at == '0') {
        how.zero = true;
        (*at)++;
    }
    how.width = take_number(at);
    if (**at == '.') {
        (*at)++;
        if (**at == '*') {
            const int given = va_arg(args->list, int);

            (*at)++;
            how.precision = given < 0 ? SIZE_MAX : (size_t)given;
        } else {
            how.precision = take_number(at);
        }
    }
    how.length = take_length(at);
    how.kind = **at;
    if (how.kind != '\0')
        (*at)++;
    return how;
}

static uint64_t take_unsigned(const conversion *how, arguments *args)
{
    switch (how->length) {
    case 'z':
        return va_arg(args->list, size_t);
    case 'L':
        return va_arg(args->list, unsigned long long);
    case 'l':
        return va_arg(args->list, unsigned long);
    default:
        return va_arg(args->list, unsigned);
    }
}

static int64_t take_signed(const conversion *how, arguments *args)
{
    switch (how->length) {
    case 'L':
        return va_arg(args->list, long long);
    case 'l':
        return va_arg(args->list, long);
    default:
        return va_arg(args->list, int);
    }
}

/* False: no conversion of ours, so that what the next arguments are is unknown. */
static bool convert(sink *to, const conversion *how, arguments *args)
{
    int64_t number;

    switch (how->kind) {
    case '%':
        put(to, '%');
        return true;
    case 'c':
        put(to, (char)va_arg(args->list, int));
        return true;
    case 's':
        put_string(to, how, va_arg(args->list, const char *));
        return true;
    case 'd':
        number = take_signed(how, args);
        put_number(to, how, number < 0 ? 0 - (uint64_t)number : (uint64_t)number, number < 0);
        return true;
    case 'u':
    case 'x':
    case 'X':
        put_number(to, how, take_unsigned(how, args), false);
        return true;
    default:
        return false;
    }
}

int omni_vformat(char *out, size_t size, const char *format, va_list args)
{
    sink to = {.out = out, .size = size};
    arguments own;

    va_copy(own.list, args);
    while (*format != '\0') {
        conversion how;

        if (*format != '%') {
            put(&to, *format++);
            continue;
        }
        format++;
        how = take_conversion(&format, &own);
        if (!convert(&to, &how, &own))
            break;
    }
    va_end(own.list);
    if (size != 0)
        out[to.used < size ? to.used : size - 1] = '\0';
    return (int)to.used;
}

int omni_format(char *out, size_t size, const char *format, ...)
{
    va_list args;
    int length;

    va_start(args, format);
    length = omni_vformat(out, size, format, args);
    va_end(args);
    return length;
}
