/* SPDX-License-Identifier: MIT */
/*
 * The order of a chain (RFC 5246 7.4.2, RFC 8446 4.4.2): files have roots before intermediates,
 * certificates twice, and those of other servers in between. Peers of TLS 1.2 may refuse that.
 */
#include "identity/identity.h"

#include "x509/x509.h"

static bool issued(const otls_certificate *issuer, const otls_certificate *cert)
{
    return omni_dn_equal(issuer->x509.subject, cert->x509.issuer);
}

static bool is_in(const otls_certificate *const *list, size_t count, const otls_certificate *cert)
{
    for (size_t i = 0; i < count; i++)
        if (otls_certificate_equal(list[i], cert))
            return true;
    return false;
}

/* Does it certify one that is in? Of two with one name both stay: they lead to different roots. */
static bool belongs(const otls_certificate *const *list, size_t count, const otls_certificate *cert)
{
    for (size_t i = 0; i < count; i++)
        if (issued(cert, list[i]))
            return true;
    return false;
}

/* The next of those that wait: an issuer of the newest, else of any that is in; `count`: none. */
static size_t next_of(const otls_certificate *const *wait, size_t count,
                      const otls_certificate *const *list, size_t used)
{
    for (size_t i = 0; i < count; i++)
        if (wait[i] != NULL && issued(wait[i], list[used - 1]) && !is_in(list, used, wait[i]))
            return i;
    for (size_t i = 0; i < count; i++)
        if (wait[i] != NULL && belongs(list, used, wait[i]) && !is_in(list, used, wait[i]))
            return i;
    return count;
}

void omni_identity_order(otls_identity *identity)
{
    const otls_certificate *wait[OMNI_IDENTITY_CHAIN_MAX];
    const size_t count = identity->chain_count - 1;
    size_t used = 1, next;

    for (size_t i = 0; i < count; i++)
        wait[i] = identity->chain[i + 1];
    while ((next = next_of(wait, count, identity->chain, used)) < count) {
        identity->chain[used++] = wait[next];
        wait[next] = NULL;
    }
    for (size_t i = 0; i < count; i++)
        if (wait[i] != NULL)
            identity->dropped[identity->dropped_count++] = wait[i];
    identity->chain_count = used;
}
