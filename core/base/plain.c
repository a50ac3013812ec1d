/* SPDX-License-Identifier: MIT */
#include "base/plain.h"

#include <stdio.h>
#include <string.h>

const void *omni_find(const void *data, size_t size, const void *wanted, size_t wanted_size)
{
    const unsigned char *at = data, *first = wanted;

    while (size >= wanted_size) {
        const unsigned char *found = memchr(at, *first, size - wanted_size + 1);

        if (found == NULL)
            return NULL;
        if (memcmp(found, wanted, wanted_size) == 0)
            return found;
        size -= (size_t)(found - at) + 1;
        at = found + 1;
    }
    return NULL;
}

static char without_case(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool omni_same_letters(const char *a, const char *b, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (without_case(a[i]) != without_case(b[i]))
            return false;
        if (a[i] == '\0')
            return true;
    }
    return true;
}

bool omni_same_word(const char *a, const char *b)
{
    return omni_same_letters(a, b, strlen(a) + 1);
}

/* ---- addresses ---- */

static void put_ipv4(const uint8_t *a, char *out)
{
    (void)snprintf(out, OMNI_IP_TEXT_MAX, "%u.%u.%u.%u", (unsigned)a[0], (unsigned)a[1],
                   (unsigned)a[2], (unsigned)a[3]);
}

/** RFC 5952: lower case, and the longest run of at least two zero groups, the first, as "::". */
static void put_ipv6(const uint8_t *a, char *out)
{
    unsigned group[8];
    unsigned best = 8, best_size = 1;
    size_t used = 0;

    for (unsigned i = 0; i < 8; i++)
        group[i] = (unsigned)a[2 * i] << 8 | a[2 * i + 1];
    for (unsigned i = 0; i < 8; i++) {
        unsigned size = 0;

        while (i + size < 8 && group[i + size] == 0)
            size++;
        if (size > best_size) {
            best = i;
            best_size = size;
        }
    }
    for (unsigned i = 0; i < 8; i++) {
        int wrote;

        if (i == best) {
            wrote = snprintf(out + used, OMNI_IP_TEXT_MAX - used, "::");
            i += best_size - 1;
        } else {
            wrote = snprintf(out + used, OMNI_IP_TEXT_MAX - used,
                             i != 0 && i != best + best_size ? ":%x" : "%x", group[i]);
        }
        used += (size_t)wrote;
    }
}

bool omni_ip_text(const uint8_t *ip, size_t ip_size, char *out, size_t capacity)
{
    char text[OMNI_IP_TEXT_MAX] = "";
    size_t size;

    if (ip_size == 4)
        put_ipv4(ip, text);
    else if (ip_size == 16)
        put_ipv6(ip, text);
    size = strlen(text) + 1;
    if (capacity != 0)
        out[0] = '\0';
    if (size == 1 || size > capacity)
        return false;
    memcpy(out, text, size);
    return true;
}
