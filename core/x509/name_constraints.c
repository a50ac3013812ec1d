/* SPDX-License-Identifier: MIT */
/* One name against one subtree, by kind: RFC 5280 4.2.1.10. */
#include "x509/name_constraints.h"

#include "x509/decode.h"
#include "x509/der.h"
#include "x509/dn.h"

static uint8_t lower(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c + ('a' - 'A')) : c;
}

static bool same_text(otls_slice a, otls_slice b)
{
    if (a.size != b.size)
        return false;
    for (size_t i = 0; i < a.size; i++)
        if (lower(a.data[i]) != lower(b.data[i]))
            return false;
    return true;
}

static otls_slice tail(otls_slice text, size_t from)
{
    return (otls_slice){.data = text.data + from, .size = text.size - from};
}

static otls_slice without_dot(otls_slice host)
{
    if (host.size != 0 && host.data[host.size - 1] == '.')
        host.size--;
    return host;
}

static omni_constraint_answer answer(bool inside)
{
    return inside ? OMNI_CONSTRAINT_INSIDE : OMNI_CONSTRAINT_OUTSIDE;
}

/* `host` ends in `.base`. */
static bool below(otls_slice host, otls_slice base)
{
    return host.size > base.size && host.data[host.size - base.size - 1] == '.' &&
           same_text(tail(host, host.size - base.size), base);
}

/* A leading dot is not in the RFC for this kind, but in use: subdomains only. */
static bool dns_inside(otls_slice host, otls_slice base)
{
    if (base.size == 0)
        return true;
    if (base.data[0] == '.')
        return below(host, tail(base, 1));
    return same_text(host, base) || below(host, base);
}

/*
 * A base that says which hosts are meant: labels of letters, digits, hyphens and underscores, with
 * a dot in front or at the end. What cannot be compared with a host ("*.evil.test",
 * "https://evil.test",
 * "..") must not mean that nothing is excluded.
 */
static bool is_domain(otls_slice base)
{
    size_t label = 0;

    base = without_dot(base);
    for (size_t i = base.size != 0 && base.data[0] == '.' ? 1 : 0; i < base.size; i++) {
        const uint8_t c = lower(base.data[i]);

        if (c == '.' && label == 0)
            return false;
        if (c != '.' && (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_')
            return false;
        label = c == '.' ? 0 : label + 1;
    }
    return label != 0;
}

/* A host that can be compared with one: "%65vil.test" is a domain to some readers, and so is a U-label. */
static bool is_host(otls_slice host)
{
    return is_domain(host) && host.data[0] != '.';
}

/* The octets before the first dot. */
static otls_slice first_label(otls_slice host)
{
    size_t size = 0;

    while (size < host.size && host.data[size] != '.')
        size++;
    return (otls_slice){.data = host.data, .size = size};
}

/* Could the wildcard "*.example.com" or "w*x.example.com" stand for the host `base`? */
static bool stands_for(otls_slice wildcard, otls_slice base)
{
    const otls_slice pattern = first_label(wildcard), label = first_label(base);
    const uint8_t *star = pattern.size != 0 ? memchr(pattern.data, '*', pattern.size) : NULL;
    size_t before, behind;

    if (star == NULL || label.size == 0 ||
        !same_text(tail(base, label.size), tail(wildcard, pattern.size)))
        return false;
    before = (size_t)(star - pattern.data);
    behind = pattern.size - before - 1;
    return before + behind <= label.size &&
           same_text((otls_slice){.data = label.data, .size = before},
                     (otls_slice){.data = pattern.data, .size = before}) &&
           same_text(tail(label, label.size - behind), tail(pattern, before + 1));
}

/* A U-label in octets, a NUL, a blank: no constraint can be written that means it (RFC 9549 2.3: hosts are
 * compared as A-labels), so none can be said to miss it. */
static bool is_visible_ascii(otls_slice text)
{
    for (size_t i = 0; i < text.size; i++)
        if (text.data[i] <= ' ' || text.data[i] > '~')
            return false;
    return true;
}

static omni_constraint_answer match_dns(otls_slice base, otls_slice name, bool excluding)
{
    const otls_slice host = without_dot(name);

    if ((base.size != 0 && !is_domain(base)) || !is_visible_ascii(name))
        return OMNI_CONSTRAINT_UNKNOWN;
    base = without_dot(base);
    if (dns_inside(host, base))
        return OMNI_CONSTRAINT_INSIDE;
    if (!excluding)
        return OMNI_CONSTRAINT_OUTSIDE;
    /* a wildcard could stand for the excluded host */
    if (base.size != 0 && base.data[0] == '.')
        base = tail(base, 1);
    return answer(stands_for(host, base));
}

/* A host against "host" (exactly) or ".domain" (below it), for mail and URIs. */
static bool host_inside(otls_slice host, otls_slice base)
{
    host = without_dot(host);
    base = without_dot(base);
    if (base.size != 0 && base.data[0] == '.')
        return below(host, tail(base, 1));
    return same_text(host, base);
}

static size_t find_last(otls_slice text, uint8_t wanted)
{
    size_t at = text.size;

    while (at != 0 && text.data[at - 1] != wanted)
        at--;
    return at != 0 ? at - 1 : text.size;
}

/* A host, or an address in brackets (RFC 5321 4.1.3), which is in no domain. */
static bool is_mail_host(otls_slice host)
{
    return host.size != 0 && (host.data[0] == '[' || is_host(host));
}

/* The part before the @ is compared exactly, RFC 5321 2.4. */
static omni_constraint_answer match_email(otls_slice base, otls_slice name)
{
    const size_t at = find_last(name, '@'), base_at = find_last(base, '@');

    if (base.size == 0)
        return OMNI_CONSTRAINT_INSIDE;
    if (at == 0 || at >= name.size || base_at == 0 || !is_mail_host(tail(name, at + 1)) ||
        !is_domain(base_at < base.size ? tail(base, base_at + 1) : base))
        return OMNI_CONSTRAINT_UNKNOWN;
    if (base_at < base.size) {
        const otls_slice local = {.data = name.data, .size = at};
        const otls_slice base_local = {.data = base.data, .size = base_at};

        return answer(omni_slice_equal(local, base_local) &&
                      same_text(without_dot(tail(name, at + 1)),
                                without_dot(tail(base, base_at + 1))));
    }
    return answer(host_inside(tail(name, at + 1), base));
}

/*
 * RFC 9598 6: what stands before the @ is left out, and hosts are compared. A base that is one mailbox could
 * mean this one, or leave it out (RFC 9549 2.2 gave such bases up); a host that is not written in A-labels
 * could be any.
 */
static omni_constraint_answer match_utf8_mailbox(otls_slice base, otls_slice name)
{
    const size_t at = find_last(name, '@');
    otls_slice host;

    if (base.size == 0)
        return OMNI_CONSTRAINT_INSIDE;
    if (at == 0 || at >= name.size || !is_domain(base))
        return OMNI_CONSTRAINT_UNKNOWN;
    host = tail(name, at + 1);
    return is_host(host) ? answer(host_inside(host, base)) : OMNI_CONSTRAINT_UNKNOWN;
}

/* scheme://[user@]host[:port][/...]; anything else has no host to compare. */
static bool uri_host(otls_slice uri, otls_slice *host)
{
    size_t start = 0, end, user;

    while (start < uri.size && uri.data[start] != ':')
        start++;
    if (uri.size - start < 3 || memcmp(uri.data + start, "://", 3) != 0)
        return false;
    *host = tail(uri, start + 3);
    for (end = 0; end < host->size; end++)
        if (host->data[end] == '/' || host->data[end] == '?' || host->data[end] == '#')
            break;
    host->size = end;
    user = find_last(*host, '@');
    if (user < host->size)
        *host = tail(*host, user + 1);
    if (host->size != 0 && host->data[0] == '[')
        return false; /* an address */
    for (end = 0; end < host->size && host->data[end] != ':'; end++)
        continue;
    host->size = end;
    return end != 0;
}

static bool looks_like_ipv4(otls_slice host)
{
    for (size_t i = 0; i < host.size; i++)
        if ((host.data[i] < '0' || host.data[i] > '9') && host.data[i] != '.')
            return false;
    return true;
}

static omni_constraint_answer match_uri(otls_slice base, otls_slice name)
{
    otls_slice host;

    if (!uri_host(name, &host) || !is_host(host) || looks_like_ipv4(host))
        return OMNI_CONSTRAINT_UNKNOWN; /* the RFC: such a URI MUST be rejected */
    if (base.size != 0 && (!is_domain(base) || looks_like_ipv4(base)))
        return OMNI_CONSTRAINT_UNKNOWN;
    return answer(base.size == 0 || host_inside(host, base));
}

bool omni_constraint_address_ok(otls_slice base)
{
    const size_t size = base.size / 2;
    bool ended = false;

    if (base.size != 8 && base.size != 32)
        return false;
    for (size_t bit = 0; bit < size * 8; bit++) {
        const bool set = (base.data[size + bit / 8] >> (7 - bit % 8) & 1) != 0;

        if (set && ended)
            return false;
        ended = !set;
    }
    return true;
}

static omni_constraint_answer match_ip(otls_slice base, otls_slice name)
{
    const size_t size = base.size / 2;

    if (!omni_constraint_address_ok(base) || (name.size != 4 && name.size != 16))
        return OMNI_CONSTRAINT_UNKNOWN;
    if (name.size != size)
        return OMNI_CONSTRAINT_OUTSIDE;
    for (size_t i = 0; i < size; i++)
        if (((base.data[i] ^ name.data[i]) & base.data[size + i]) != 0)
            return OMNI_CONSTRAINT_OUTSIDE;
    return OMNI_CONSTRAINT_INSIDE;
}

static omni_constraint_answer match_directory(otls_slice base, otls_slice name)
{
    bool below;

    if (!omni_dn_below(base, name, &below))
        return OMNI_CONSTRAINT_UNKNOWN;
    return answer(below);
}

omni_constraint_answer omni_constraint_match(int kind, otls_slice base, otls_slice name,
                                             bool excluding)
{
    switch (kind) {
    case OTLS_SAN_DNS:
        return match_dns(base, name, excluding);
    case OTLS_SAN_EMAIL:
        return match_email(base, name);
    case OMNI_CONSTRAINT_UTF8_MAILBOX:
        return match_utf8_mailbox(base, name);
    case OTLS_SAN_URI:
        return match_uri(base, name);
    case OTLS_SAN_IP:
        return match_ip(base, name);
    case OTLS_SAN_DIRECTORY:
        return match_directory(base, name);
    default:
        return OMNI_CONSTRAINT_UNKNOWN;
    }
}
