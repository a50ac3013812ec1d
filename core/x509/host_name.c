/* SPDX-License-Identifier: MIT */
/*
 * RFC 9525. Where it leaves a choice, ours is the one that accepts less and that OpenSSL and GnuTLS
 * make too: a wildcard needs two labels behind it, names in certificates with a trailing dot, an
 * octet that no host name has, or a NUL match nothing, and an address only ever matches an
 * iPAddress of the same family, so ::ffff:192.0.2.1 is not 192.0.2.1.
 */
#include "x509/host_name.h"

#include "base/base.h"
#include "x509/decode.h"
#include "x509/dn.h"

#define DNS_NAME_MAX OMNI_HOST_NAME_MAX
#define DNS_LABEL_MAX 63u

static uint8_t lower(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c + ('a' - 'A')) : c;
}

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

bool omni_is_host_octet(uint8_t c)
{
    return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z') || c == '-' || c == '_';
}

/** Dotted decimal, four numbers without leading zeros. */
static bool parse_ipv4(const char *text, size_t size, uint8_t out[4])
{
    size_t at = 0;

    for (unsigned part = 0; part < 4; part++) {
        unsigned value = 0;
        const size_t start = at;

        if (part != 0 && (at >= size || text[at++] != '.'))
            return false;
        for (; at < size && is_digit((uint8_t)text[at]) && value < 256; at++)
            value = value * 10 + (unsigned)(text[at] - '0');
        const size_t digits = at - start - (part != 0 ? 1 : 0);

        if (digits == 0 || value > 255 || (digits > 1 && text[at - digits] == '0'))
            return false;
        out[part] = (uint8_t)value;
    }
    return at == size;
}

static int hex_digit(char c)
{
    if (is_digit((uint8_t)c))
        return c - '0';
    c = (char)lower((uint8_t)c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/** One group of up to four hexadecimal digits; how many it had, 0 = none. */
static size_t parse_group(const char *text, size_t size, uint16_t *out)
{
    size_t at = 0;
    unsigned value = 0;

    while (at < size && at < 5 && hex_digit(text[at]) >= 0)
        value = value << 4 | (unsigned)hex_digit(text[at++]);
    *out = (uint16_t)value;
    return at <= 4 ? at : 0;
}

/** Close up the "::" at `gap`: what was read after it belongs at the end. */
static bool finish_ipv6(uint8_t out[16], size_t used, size_t gap)
{
    if (gap == SIZE_MAX)
        return used == 16;
    if (used > 14)
        return false;
    memmove(out + 16 - (used - gap), out + gap, used - gap);
    memset(out + gap, 0, 16 - used);
    return true;
}

/** RFC 4291 2.2, without its zone. */
static bool parse_ipv6(const char *text, size_t size, uint8_t out[16])
{
    size_t at = 0;
    size_t used = 0;
    size_t gap = SIZE_MAX;

    if (size >= 2 && text[0] == ':' && text[1] == ':') {
        gap = 0;
        at = 2;
    }
    while (at < size) {
        uint16_t group;
        size_t digits;

        if (used <= 12 && parse_ipv4(text + at, size - at, out + used))
            return (used == 12 || gap != SIZE_MAX) && finish_ipv6(out, used + 4, gap);
        digits = parse_group(text + at, size - at, &group);
        if (digits == 0 || used == 16)
            return false;
        out[used++] = (uint8_t)(group >> 8);
        out[used++] = (uint8_t)group;
        at += digits;
        if (at == size)
            break;
        if (text[at++] != ':' || at == size)
            return false;
        if (text[at] == ':') {
            if (gap != SIZE_MAX)
                return false;
            gap = used;
            at++;
        }
    }
    return finish_ipv6(out, used, gap);
}

/** NULL, or what is wrong with it. */
static const char *check_dns(const uint8_t *name, size_t size)
{
    size_t label = 0;
    bool numeric = true;

    if (size > DNS_NAME_MAX)
        return "is longer than a host name can be";
    for (size_t i = 0; i <= size; i++) {
        if (i == size || name[i] == '.') {
            if (label == 0)
                return "has an empty label";
            label = 0;
            numeric = i == size ? numeric : true;
            continue;
        }
        if (name[i] >= 0x80)
            return "is not ASCII; give its A-label form (xn--...)";
        if (!omni_is_host_octet(name[i]))
            return "has a character that host names do not have";
        if (++label > DNS_LABEL_MAX)
            return "has a label of more than 63 characters";
        numeric = numeric && is_digit(name[i]);
    }
    /* "127.1" is an address to some resolvers and a name to others */
    return numeric ? "ends in a number but is not an IP address" : NULL;
}

/* RFC 4007 11.2: "fe80::1%eth0" is the address on a link, which no certificate knows of. */
static bool parse_zoned(const char *text, size_t size, uint8_t out[16])
{
    const char *const zone = memchr(text, '%', size);
    const size_t address = zone != NULL ? (size_t)(zone - text) : size;

    return address + 1 != size && parse_ipv6(text, address, out);
}

otls_status omni_reference_name_parse(omni_reference_name *out, const char *name, char buffer[256],
                                      otls_error *err)
{
    const char *fault;
    size_t size;

    *out = (omni_reference_name){.dns = NULL};
    if (name == NULL || name[0] == '\0')
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE, "the host name is empty");
    size = strnlen(name, 300);
    if (parse_ipv4(name, size, out->ip))
        out->ip_size = 4;
    else if (parse_zoned(name, size, out->ip))
        out->ip_size = 16;
    if (out->ip_size != 0)
        return OTLS_OK;
    *out = (omni_reference_name){.dns = NULL};
    if (size > 1 && name[size - 1] == '.')
        size--;
    fault = check_dns((const uint8_t *)name, size);
    if (fault != NULL)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE, "the host name %s", fault);
    for (size_t i = 0; i < size; i++)
        buffer[i] = (char)lower((uint8_t)name[i]);
    buffer[size] = '\0';
    out->dns = buffer;
    return OTLS_OK;
}

static bool equal_ignoring_case(const uint8_t *presented, const char *reference, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (lower(presented[i]) != (uint8_t)reference[i])
            return false;
    }
    return true;
}

static bool is_a_label(const char *label)
{
    return label[0] == 'x' && label[1] == 'n' && label[2] == '-' && label[3] == '-';
}

/** What stands behind the first label of a wildcard name: at least two labels of host octets. */
static bool wildcard_rest_ok(const uint8_t *rest, size_t size)
{
    unsigned dots = 0;

    for (size_t i = 0; i < size; i++) {
        if (rest[i] != '.' && !omni_is_host_octet(rest[i]))
            return false;
        dots += rest[i] == '.';
        if (rest[i] == '.' && (i + 1 == size || rest[i + 1] == '.'))
            return false;
    }
    return dots >= 2;
}

/** "*.example.org", or with the flag "w*b.example.org". */
static bool match_wildcard(otls_slice presented, const char *reference, unsigned flags)
{
    const char *const dot = strchr(reference, '.');
    const uint8_t *const star = memchr(presented.data, '*', presented.size);
    const uint8_t *const rest = memchr(presented.data, '.', presented.size);
    size_t prefix, suffix, rest_size, label;

    if (dot == NULL || rest == NULL || star == NULL || star > rest)
        return false;
    rest_size = presented.size - (size_t)(rest - presented.data);
    if (!wildcard_rest_ok(rest, rest_size) || rest_size != strlen(dot) ||
        !equal_ignoring_case(rest, dot, rest_size))
        return false;
    prefix = (size_t)(star - presented.data);
    suffix = (size_t)(rest - star) - 1;
    label = (size_t)(dot - reference);
    if (prefix == 0 && suffix == 0)
        return true;
    if ((flags & OTLS_MATCH_PARTIAL_WILDCARDS) == 0 || prefix + suffix >= label ||
        is_a_label(reference) || (prefix >= 4 && equal_ignoring_case(presented.data, "xn--", 4)))
        return false;
    return equal_ignoring_case(presented.data, reference, prefix) &&
           equal_ignoring_case(star + 1, dot - suffix, suffix);
}

static bool match_dns(otls_slice presented, const char *reference, size_t size, unsigned flags)
{
    if (presented.size == size && equal_ignoring_case(presented.data, reference, size))
        return true;
    /* the shortest wildcard name is "*.a.b" */
    if (presented.size < 5 || presented.size > DNS_NAME_MAX)
        return false;
    return match_wildcard(presented, reference, flags);
}

/** Could a host name match these octets? All others match nothing. */
static bool is_pattern_octet(uint32_t c)
{
    return c < 0x80 && (omni_is_host_octet((uint8_t)c) || c == '.' || c == '*');
}

/** "*.example.org", or "w*b.example.org": what match_wildcard would compare with a host. */
static bool is_wildcard_pattern(const uint8_t *name, size_t size, unsigned flags)
{
    const uint8_t *const star = memchr(name, '*', size);
    const uint8_t *const rest = memchr(name, '.', size);
    const bool whole = star == name && rest == name + 1;

    return rest != NULL && star != NULL && star < rest &&
           memchr(star + 1, '*', size - (size_t)(star + 1 - name)) == NULL &&
           (whole || (flags & OTLS_MATCH_PARTIAL_WILDCARDS) != 0) &&
           wildcard_rest_ok(rest, size - (size_t)(rest - name)) &&
           check_dns(rest + 1, size - (size_t)(rest + 1 - name)) == NULL;
}

/** Is there a host that match_dns finds equal to this? No address is, nor "not..dns". */
static bool is_host_pattern(const uint8_t *name, size_t size, unsigned flags)
{
    return check_dns(name, size) == NULL || is_wildcard_pattern(name, size, flags);
}

/** The one common name, in octets that a host name has; false when there is none or two. */
static bool read_common_name(otls_slice subject, uint8_t out[OMNI_HOST_NAME_MAX], size_t *size)
{
    omni_dn_cursor cursor = omni_dn_begin(subject);
    omni_dn_entry entry;
    omni_character c;
    unsigned found = 0;

    *size = 0;
    while (omni_dn_next(&cursor, &entry)) {
        otls_slice rest = entry.value.value;

        if (entry.oid.size != 3 || memcmp(entry.oid.data, "\x55\x04\x03", 3) != 0)
            continue;
        if (++found > 1 || !omni_string_ok(&entry.value))
            return false;
        while (omni_string_next(entry.value.tag, &rest, &c)) {
            if (!is_pattern_octet(c.code) || *size == DNS_NAME_MAX)
                return false;
            out[(*size)++] = (uint8_t)c.code;
        }
    }
    return found == 1;
}

/** Of a kind that a client looks for, RFC 6125 6.4.4; a broken list could have had one. */
static bool has_presented_name(const omni_x509 *cert)
{
    omni_der names = omni_der_of(cert->subject_alt_names);
    omni_tlv name;

    while (omni_der_next(&names, &name))
        if (name.tag == OMNI_DER_CONTEXT(OTLS_SAN_DNS) || name.tag == OMNI_DER_CONTEXT(OTLS_SAN_IP))
            return true;
    return cert->malformed_extension;
}

bool omni_host_name_in_common_name(const omni_x509 *cert, unsigned flags,
                                   uint8_t out[OMNI_HOST_NAME_MAX], size_t *size)
{
    *size = 0;
    return (flags & OTLS_MATCH_COMMON_NAME) != 0 && !has_presented_name(cert) &&
           read_common_name(cert->subject, out, size) && is_host_pattern(out, *size, flags);
}

static bool match_common_name(const omni_x509 *cert, const char *reference, size_t size,
                              unsigned flags)
{
    uint8_t name[DNS_NAME_MAX];
    size_t name_size;

    return omni_host_name_in_common_name(cert, flags, name, &name_size) &&
           match_dns((otls_slice){.data = name, .size = name_size}, reference, size, flags);
}

bool omni_host_name_matches(const omni_x509 *cert, const omni_reference_name *name, unsigned flags)
{
    omni_der names = omni_der_of(cert->subject_alt_names);
    const size_t size = name->dns != NULL ? strlen(name->dns) : 0;
    omni_tlv san;

    while (omni_der_next(&names, &san)) {
        if (san.tag == OMNI_DER_CONTEXT(OTLS_SAN_DNS) && name->dns != NULL) {
            if (match_dns(san.value, name->dns, size, flags))
                return true;
        } else if (san.tag == OMNI_DER_CONTEXT(OTLS_SAN_IP) && name->dns == NULL) {
            if (san.value.size == name->ip_size &&
                memcmp(san.value.data, name->ip, name->ip_size) == 0)
                return true;
        }
    }
    return name->dns != NULL && match_common_name(cert, name->dns, size, flags);
}
