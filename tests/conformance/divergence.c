/* SPDX-License-Identifier: MIT */
#include "divergence.h"

#include <criterion/hooks.h>
#include <stdio.h>
#include <string.h>

static const divergence table[] = {
    {.test = "client certificate: required, present, RSA",
     .client = "gnutls",
     .server = "wolfssl",
     .version = OTLS_TLS1_2,
     .expected = OTLS_E_VERIFY,
     .reason = "a wolfSSL server names only the suite's own certificate type in its TLS 1.2 "
               "CertificateRequest, and a GnuTLS client heeds it"},
    {.test = "a ticket of the previous key",
     .client = "*",
     .server = "gnutls",
     .expected = OTLS_OK,
     .reason = "GnuTLS opens tickets with one key alone and does not say which one a ticket names: "
               "after a rotation the handshake is a full one"},
    {.test = "early data that nobody reads in time",
     .client = "*",
     .server = "gnutls",
     .version = OTLS_TLS1_3,
     .expected = OTLS_OK,
     .reason = "GnuTLS decides about early data inside its handshake and keeps what it accepted; it "
               "is read afterwards and not lost"},
    {.test = NULL}, /* the end; rows go before it */
};

static bool fits(const char *pattern, const char *name)
{
    return strcmp(pattern, "*") == 0 || strcmp(pattern, name) == 0;
}

const divergence *divergence_find(const char *test, const pair_case *which)
{
    for (const divergence *row = table; row->test != NULL; row++)
        if (strcmp(row->test, test) == 0 && fits(row->client, otls_backend_name(which->client)) &&
            fits(row->server, otls_backend_name(which->server)) &&
            (row->version == 0 || row->version == which->version))
            return row;
    return NULL;
}

ReportHook(POST_ALL)(struct criterion_global_stats *stats)
{
    size_t count = 0;

    (void)stats;
    for (const divergence *row = table; row->test != NULL; row++, count++)
        (void)printf("divergence: %s: %s -> %s: %s\n", row->test, row->client, row->server,
                     row->reason);
    (void)printf("divergences between engines: %zu\n", count);
}
