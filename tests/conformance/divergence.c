/* SPDX-License-Identifier: MIT */
#include "divergence.h"

#include <criterion/hooks.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const divergence table[] = {
    {.test = "resumptions in a row",
     .client = "*",
     .server = "wolfssl",
     .version = OTLS_TLS1_3,
     .expected = 1,
     .reason = "wolfSSL servers go on counting a ticket's nonce, which is one octet, from one connection to the next "
               "that it resumed, and fail at its end; the ticket before that leads to a full handshake"},
    {.test = "a session of the same name in other letters",
     .client = "*",
     .server = "gnutls",
     .version = OTLS_TLS1_2,
     .expected = 0,
     .reason =
         "GnuTLS compares the name of the session with the one that is sent octet by octet; the "
         "handshake is a full one"},
    {.test = "a session of the same name in other letters",
     .client = "*",
     .server = "wolfssl 5.9",
     .version = 0,
     .expected = 0,
     .reason = "wolfSSL 5.9 compares the name of the session with the one that is sent octet by octet; the handshake "
               "is a full one"},
    {.test = "an alert in the clear where records are sealed",
     .client = "openssl",
     .server = "wolfssl 5.9",
     .version = OTLS_TLS1_3,
     .expected = OTLS_ALERT_UNEXPECTED_MESSAGE,
     .reason = "OpenSSL clients that refuse a certificate may send their alert before their keys; wolfSSL 5.9 servers "
               "answer it with one of their own"},
    {.test = "a stapled response about another certificate",
     .client = "*",
     .server = "openssl 3.6+",
     .version = 0,
     .expected = OTLS_OK,
     .reason = "OpenSSL servers since 3.6 send no response that is about another certificate than theirs"},
    {.test = "a server that keeps no sessions names none",
     .client = "*",
     .server = "gnutls",
     .version = OTLS_TLS1_2,
     .expected = 0,
     .reason = "GnuTLS servers put a fresh session id into every ServerHello, which is in the transcript, so "
               "nobody behind them can take it out; a client that offers it gets a full handshake"},
    {.test = "a server that keeps no sessions names none",
     .client = "*",
     .server = "mbedtls",
     .version = OTLS_TLS1_2,
     .expected = 0,
     .reason = "mbed TLS servers put a fresh session id into every ServerHello, which is in the transcript, "
               "so nobody behind them can take it out; a client that offers it gets a full handshake"},
    {.test = "a ticket of TLS 1.2 where TLS 1.3 is offered",
     .client = "*",
     .server = "gnutls 3.7.1",
     .version = OTLS_TLS1_2,
     .expected = OTLS_E_PROTOCOL,
     .reason = "GnuTLS 3.7.1 servers take such a ticket for one of TLS 1.3 and break the handshake off, whose next "
               "message the client does not expect; 3.7.9 does not"},
    {.test = "an alert at warning level before the ServerHello",
     .client = "wolfssl 5.9",
     .server = "*",
     .version = 0,
     .expected = OTLS_E_PROTOCOL,
     .reason = "wolfSSL 5.9 clients end at any alert that comes before they know a version, as RFC 8446 6 has it for "
               "TLS 1.3"},
    {.test = "a ticket renewed under the current key",
     .client = "*",
     .server = "gnutls",
     .version = OTLS_TLS1_3,
     .expected = OTLS_OK,
     .reason = "GnuTLS seals with the key that it opened a ticket with and takes no other on the "
               "same connection; the session's lifetime, which it never extends, is not shortened "
               "by that unless keys rotate faster"},
    {.test = "early data that nobody reads in time",
     .client = "*",
     .server = "gnutls",
     .version = OTLS_TLS1_3,
     .expected = OTLS_OK,
     .reason =
         "GnuTLS decides about early data inside its handshake and keeps what it accepted; it "
         "is read afterwards and not lost"},
    {.test = "a ticket whose cache entry is gone",
     .client = "*",
     .server = "wolfssl",
     .version = OTLS_TLS1_3,
     .expected = OTLS_OK,
     .reason = "a wolfSSL ticket has no room for the client's certificates: they stand in the "
               "server's cache, and without it the handshake is a full one"},
    {.test = "a protocol that was not offered",
     .client = "openssl",
     .server = "*",
     .version = 0,
     .expected = OTLS_ALERT_DECODE_ERROR,
     .reason =
         "OpenSSL refuses the server's choice itself, with decode_error; an alert that it sends "
         "cannot be changed"},
    {.test = "a fallback to the highest version there is",
     .client = "*",
     .server = "wolfssl",
     .version = 0,
     .expected = OTLS_E_PROTOCOL,
     .reason = "wolfSSL refuses every hello that says it is a fallback (RFC 7507) to TLS 1.2, also where its "
               "context has nothing above; made for TLS 1.2 alone its server does much else otherwise"},
    {.test = "a compression that was not offered",
     .client = "wolfssl 5.7+",
     .server = "*",
     .version = 0,
     .expected = OTLS_ALERT_DECODE_ERROR,
     .reason = "wolfSSL since 5.7 refuses it itself, with decode_error; an alert that it sends cannot be changed"},
    {.test = "a compression that was not offered",
     .client = "wolfssl",
     .server = "*",
     .version = OTLS_TLS1_2,
     .expected = OTLS_ALERT_HANDSHAKE_FAILURE,
     .reason = "wolfSSL refuses it itself, with handshake_failure; an alert that it sends cannot be changed"},
    {.test = "TLS 1.3 struck out on the way",
     .client = "wolfssl 5.7+",
     .server = "*",
     .version = 0,
     .expected = OTLS_ALERT_PROTOCOL_VERSION,
     .reason = "wolfSSL since 5.7 refuses the older version itself, with protocol_version; an alert that it sends "
               "cannot be changed"},
    {.test = "a suite that was not offered",
     .client = "gnutls",
     .server = "*",
     .version = 0,
     .expected = OTLS_ALERT_HANDSHAKE_FAILURE,
     .reason = "GnuTLS refuses the server's choice itself, with handshake_failure; an alert that it "
               "sends cannot be changed"},
    {.test = "a suite that was not offered",
     .client = "wolfssl",
     .server = "*",
     .version = OTLS_TLS1_2,
     .expected = OTLS_ALERT_HANDSHAKE_FAILURE,
     .reason = "wolfSSL refuses the server's choice itself, with handshake_failure; an alert that it "
               "sends cannot be changed"},
    {.test = "a server's own signature algorithms",
     .client = "*",
     .server = "wolfssl",
     .version = 0,
     .expected = OTLS_E_PROTOCOL,
     .reason =
         "wolfSSL servers sign with the client's choice whatever the list of their own says; a "
         "handshake with another algorithm than the policy's fails"},
    {.test = "handshake records of one to three octets",
     .client = "wolfssl",
     .server = "*",
     .version = 0,
     .expected = OTLS_E_PROTOCOL,
     .reason =
         "wolfSSL wants the four octets of a message's header in one record; core does that for "
         "the ClientHello, which it reads itself"},
    {.test = "handshake records of one to three octets",
     .client = "*",
     .server = "wolfssl",
     .version = 0,
     .expected = OTLS_E_PROTOCOL,
     .reason =
         "wolfSSL wants the four octets of a message's header in one record; core does that for "
         "the ClientHello, which it reads itself"},
    {.test = "the alert for a record that is too short",
     .client = "openssl",
     .server = "openssl",
     .version = OTLS_TLS1_2,
     .expected = OTLS_ALERT_INTERNAL_ERROR,
     .reason = "OpenSSL 3.0 answers a record that is shorter than nonce and tag itself, with "
               "internal_error; an alert that it sends cannot be changed"},
    {.test = "the alert for a record that is too short",
     .client = "wolfssl",
     .server = "wolfssl",
     .version = OTLS_TLS1_2,
     .expected = -1,
     .reason = "wolfSSL sends no alert for an empty record, and under the keys of TLS 1.2 none can "
               "be sent beside it"},
    {.test = "the leaf in an exported session",
     .client = "gnutls",
     .server = "*",
     .expected = 2,
     .reason =
         "GnuTLS has no sessions but bytes; the chain in them is copied, not decoded, when they "
         "are taken up, and cannot be left out"},
    {.test = "the leaf in an exported session",
     .client = "wolfssl",
     .server = "*",
     .expected = 2,
     .reason =
         "wolfSSL's sessions are structs with the chain as bytes in them: to encode one costs "
         "less than to copy it, and nothing is decoded"},
    {.test = "a TLS 1.3 session, and a server without",
     .client = "wolfssl",
     .server = "*",
     .version = OTLS_TLS1_3,
     .expected = OTLS_E_PROTOCOL,
     .reason =
         "once wolfSSL has offered a TLS 1.3 session it cannot come to TLS 1.2; the sessions of "
         "that server are dropped, and the next handshake is a full one"},
    {.test = "asked for a certificate again",
     .client = "wolfssl",
     .server = "openssl",
     .version = OTLS_TLS1_3,
     .expected = OTLS_E_PROTOCOL,
     .reason =
         "wolfSSL counts an authentication after the handshake into the transcript of the next one "
         "(RFC 8446 4.4.1 does not), as client and as server; servers refuse to ask again"},
    {.test = "asked for a certificate again",
     .client = "wolfssl",
     .server = "gnutls",
     .version = OTLS_TLS1_3,
     .expected = OTLS_E_PROTOCOL,
     .reason =
         "wolfSSL counts an authentication after the handshake into the transcript of the next one "
         "(RFC 8446 4.4.1 does not), as client and as server; servers refuse to ask again"},
    {.test = "a request with more names than a record holds",
     .client = "wolfssl",
     .server = "openssl",
     .version = 0,
     .expected = OTLS_E_PROTOCOL,
     .reason = "wolfSSL takes no handshake message above 16 KiB but a Certificate; it says LIMIT, "
               "and its "
               "servers refuse such a list at the seal"},
    {.test = "a request with more names than a record holds",
     .client = "wolfssl",
     .server = "gnutls",
     .version = 0,
     .expected = OTLS_E_PROTOCOL,
     .reason = "wolfSSL takes no handshake message above 16 KiB but a Certificate; it says LIMIT, "
               "and its "
               "servers refuse such a list at the seal"},
    {.test = "a request with more names than a record holds",
     .client = "mbedtls",
     .server = "openssl",
     .version = 0,
     .expected = OTLS_E_PROTOCOL,
     .reason = "mbed TLS takes handshake messages of at most 16 KiB; it says LIMIT"},
    {.test = "a request with more names than a record holds",
     .client = "mbedtls",
     .server = "gnutls",
     .version = 0,
     .expected = OTLS_E_PROTOCOL,
     .reason = "mbed TLS takes handshake messages of at most 16 KiB; it says LIMIT"},
    {.test = "a handshake message in several records",
     .client = "mbedtls 2.28",
     .server = "*",
     .version = 0,
     .expected = OTLS_E_PROTOCOL,
     .reason = "mbed TLS 2.28 takes a handshake message in one record alone, so one of 16 KiB; it "
               "says LIMIT"},
    {.test = "a handshake message in several records",
     .client = "*",
     .server = "mbedtls 2.28",
     .version = 0,
     .expected = OTLS_E_PROTOCOL,
     .reason = "mbed TLS 2.28 takes a handshake message in one record alone, so one of 16 KiB; it "
               "says LIMIT"},
    {.test = "a ClientHello in two records",
     .client = "*",
     .server = "mbedtls 2.28",
     .version = 0,
     .expected = OTLS_E_PROTOCOL,
     .reason = "mbed TLS 2.28 takes a handshake message in one record alone, so one of 16 KiB; it "
               "says LIMIT"},
    {.test = "RSASSA-PSS keys",
     .client = "mbedtls",
     .server = "*",
     .version = 0,
     .expected = OTLS_E_CREDENTIAL,
     .reason = "mbed TLS 2.28 reads no keys of RSASSA-PSS (RFC 4055): they are KEY_UNSUPPORTED"},
    {.test = "a stapled response",
     .client = "wolfssl",
     .server = "*",
     .version = OTLS_TLS1_2,
     .expected = OTLS_E_UNSUPPORTED,
     .reason = "wolfSSL judges the CertificateStatus of TLS 1.2 itself, by authorities that it has not, "
               "and ends the handshake; a context that asks has TLS 1.3 as its lowest version"},
    {.test = "new keys before the answer to a late request",
     .client = "*",
     .server = "gnutls",
     .version = OTLS_TLS1_3,
     .expected = OTLS_E_VERIFY,
     .reason = "GnuTLS servers take a key update in the place of the certificate that they asked for as a client that "
               "shows none (RFC 8446 4.6.2 lets it come between the two)"},
    {.test = "groups in the client's order",
     .client = "*",
     .server = "mbedtls",
     .version = OTLS_TLS1_2,
     .expected = 0,
     .reason = "mbed TLS 2.28 takes the first of its own curves that the client has, for every connection"},
    {.test = "a TLS 1.3 session, and a server without",
     .client = "mbedtls",
     .server = "*",
     .version = OTLS_TLS1_3,
     .expected = OTLS_E_ALERT,
     .reason =
         "a client of mbed TLS 3.6 that offers a TLS 1.3 session offers no other version; the sessions of "
         "that server are dropped, and the next handshake is a full one"},
    {.test = "Finished messages of TLS 1.3",
     .client = "mbedtls",
     .server = "*",
     .version = OTLS_TLS1_3,
     .expected = OTLS_E_UNSUPPORTED,
     .reason = "mbed TLS 3.6 keeps no Finished message of TLS 1.3, and encrypts its own in place"},
    {.test = "Finished messages of TLS 1.3",
     .client = "*",
     .server = "mbedtls",
     .version = OTLS_TLS1_3,
     .expected = OTLS_E_UNSUPPORTED,
     .reason = "mbed TLS 3.6 keeps no Finished message of TLS 1.3, and encrypts its own in place"},
    {.test = "handshake records of one to three octets",
     .client = "mbedtls 3.6",
     .server = "*",
     .version = 0,
     .expected = OTLS_E_PROTOCOL,
     .reason = "mbed TLS 3.6 joins handshake messages whose first record has their whole header"},
    {.test = "handshake records of one to three octets",
     .client = "*",
     .server = "mbedtls 3.6",
     .version = 0,
     .expected = OTLS_E_PROTOCOL,
     .reason = "mbed TLS 3.6 joins handshake messages whose first record has their whole header"},
    {.test = "a ClientHello of 17 KiB",
     .client = "*",
     .server = "mbedtls 3.6",
     .version = 0,
     .expected = OTLS_E_PROTOCOL,
     .reason = "mbed TLS 3.6 takes a ClientHello of 16 KiB at most; it says LIMIT"},
    {.test = "names of authorities, as clients read them",
     .client = "mbedtls 3.6",
     .server = "*",
     .version = OTLS_TLS1_3,
     .expected = OTLS_OK,
     .reason = "mbed TLS 3.6 sends no names in TLS 1.3, so the row client-ca-names-1.3 says no; its clients tell "
               "those that come all the same"},
    {.test = "early data that no ticket is known for",
     .client = "*",
     .server = "mbedtls 3.6",
     .version = OTLS_TLS1_3,
     .expected = OTLS_E_PROTOCOL,
     .reason = "mbed TLS 3.6 as it is packaged was built without MBEDTLS_SSL_EARLY_DATA, and cannot read past the "
               "early data that a client sends with another server's ticket"},
    {.test = NULL}, /* the end; rows go before it */
};

static bool is_since(const otls_backend *backend, const char *release)
{
    unsigned major = 0, minor = 0;

    return sscanf(release, "%u.%u", &major, &minor) == 2 &&
           otls_backend_version_number(backend) >= (major << 24 | minor << 16);
}

/* "*", an engine, an engine and its release, or an engine and its first release that is so ("5.7+"). */
static bool fits(const char *pattern, const otls_backend *backend)
{
    const char *name = otls_backend_name(backend), *release = strchr(pattern, ' ');

    if (release == NULL)
        return strcmp(pattern, "*") == 0 || strcmp(pattern, name) == 0;
    if (strlen(name) != (size_t)(release - pattern) || strncmp(pattern, name, strlen(name)) != 0)
        return false;
    release++;
    return strchr(release, '+') != NULL
               ? is_since(backend, release)
               : strncmp(release, otls_backend_version(backend), strlen(release)) == 0;
}

const divergence *divergence_find(const char *test, const pair_case *which)
{
    for (const divergence *row = table; row->test != NULL; row++)
        if (strcmp(row->test, test) == 0 && fits(row->client, which->client) &&
            fits(row->server, which->server) &&
            (row->version == 0 || row->version == which->version))
            return row;
    return NULL;
}

ReportHook(POST_ALL)(struct criterion_global_stats *stats)
{
    size_t count = 0;

    (void)stats;
    if (getenv("OMNITLS_TEST_ABOUT") != NULL)
        return; /* omnitls-conformance prints cases and counts, nothing else */
    for (const divergence *row = table; row->test != NULL; row++, count++)
        (void)printf("divergence: %s: %s -> %s: %s\n", row->test, row->client, row->server,
                     row->reason);
    (void)printf("divergences between engines: %zu\n", count);
}
