/* SPDX-License-Identifier: MIT */
#include "option_table.h"

#include <stddef.h>

/* Where a value goes. */
#define SWITCH(field) TOOL_OPTION_SWITCH, offsetof(tool_options, field)
#define TEXT(field) TOOL_OPTION_TEXT, offsetof(tool_options, field)
#define SECONDS(field) TOOL_OPTION_SECONDS, offsetof(tool_options, field)
#define LIST(field) TOOL_OPTION_LIST, offsetof(tool_options, field)

#define ON_PEERS (ON_CONNECT | ON_SERVE)
#define ON_SHAKING (ON_PEERS | ON_COMPARE)
#define ON_ENGINES (ON_SHAKING | ON_BACKENDS | ON_SELFTEST | ON_CIPHERS | ON_CERT | ON_VERIFY)

const tool_option tool_option_rows[] = {
    {'b', "backend", "NAME", TEXT(backend), ON_ENGINES, "the engine: openssl, wolfssl or gnutls"},
    {'c', "cert", "FILE", TEXT(cert), ON_SHAKING, "our certificate chain, PEM"},
    {'k', "key", "FILE", TEXT(key), ON_SHAKING, "its private key (default: in the --cert file)"},
    {'a', "ca", "PATH", TEXT(ca), ON_SHAKING | ON_VERIFY,
     "whom to believe: a file or a directory (default: the system's roots)"},
    {0, "verify", "MODE", TEXT(verify), ON_SHAKING,
     "of the peer: none, optional (servers), required"},
    {0, "min", "VERSION", TEXT(min), ON_SHAKING, "lowest TLS version: 1.0, 1.1, 1.2, 1.3"},
    {0, "max", "VERSION", TEXT(max), ON_SHAKING, "highest TLS version"},
    {0, "ciphers", "LIST", TEXT(ciphers), ON_SHAKING,
     "OpenSSL cipher list; TLS 1.3 suites by name (TLS_AES_...)"},
    {'g', "groups", "LIST", TEXT(groups), ON_SHAKING, "key exchange groups, separated by colons"},
    {'p', "alpn", "LIST", TEXT(alpn), ON_SHAKING,
     "application protocols, separated by commas, most wanted first"},
    {'n', "servername", "NAME", TEXT(servername), ON_CONNECT | ON_COMPARE | ON_CERT,
     "the name to ask for and to verify (default: HOST)"},
    {0, "listen", "ADDR:PORT", TEXT(listen), ON_SERVE,
     "where to listen (default: localhost:4433; port 0: any)"},
    {'t', "timeout", "SECONDS", SECONDS(timeout_s), ON_SHAKING | ON_CERT,
     "how long to wait for the peer (default: 10; idle echo: 60)"},
    {0, "linger", "SECONDS", SECONDS(linger_s), ON_CONNECT,
     "after the end of input, send close_notify when the peer has been silent that long (default "
     "3)"},
    {0, "allow-ragged-eof", NULL, SWITCH(ragged), ON_CONNECT,
     "take an end without close_notify for a clean one"},
    {0, "www", NULL, SWITCH(www), ON_SERVE,
     "answer requests with a page that states the connection (default)"},
    {0, "echo", NULL, SWITCH(echo), ON_SERVE, "send back what comes"},
    {0, "once", NULL, SWITCH(once), ON_SERVE, "serve one connection and end with its status"},
    {0, "pem", NULL, SWITCH(pem), ON_CERT, "print PEM"},
    {0, "untrusted", "FILE", TEXT(untrusted), ON_VERIFY,
     "certificates that may help to find a path, PEM"},
    {0, "hostname", "NAME", TEXT(hostname), ON_VERIFY,
     "the host name that the certificate must be for"},
    {0, "ip", "ADDRESS", TEXT(ip), ON_VERIFY, "the address that the certificate must be for"},
    {0, "purpose", "PURPOSE", TEXT(purpose), ON_VERIFY,
     "what the certificate is to be used for: server (default), client, any"},
    {0, "time", "TIME", TEXT(time), ON_VERIFY,
     "when: seconds since 1970, or 2026-01-31T12:00:00Z (default: now)"},
    {0, "crl", "FILE", TEXT(crl), ON_VERIFY, "revocation lists; the leaf must be covered by one"},
    {0, "engine-verifier", NULL, SWITCH(engine_verifier), ON_VERIFY,
     "let the engine's own verifier decide"},
    {'j', "json", NULL, SWITCH(json), ON_ENGINES & ~ON_CONNECT, "print JSON"},
    {'j', "json", NULL, SWITCH(json), ON_CONNECT,
     "print the summary as JSON; on standard error, as the peer's data is on standard output"},
    {0, "session-file", "FILE", TEXT(session_file), ON_CONNECT,
     "resume the session in it, and keep the newest there (secret!)"},
    {0, "tickets", "COUNT", TEXT(tickets), ON_SERVE,
     "tickets after a TLS 1.3 handshake; 0: none in any version"},
    {0, "ticket-keys", "FILE", TEXT(ticket_keys), ON_SERVE,
     "1 to 3 keys of 80 random bytes: current, previous, next"},
    {0, "no-resumption", NULL, SWITCH(no_resumption), ON_SERVE, "full handshakes only"},
    {0, "early-data", "FILE", TEXT(early_data), ON_CONNECT,
     "send it with the first flight if the session allows, else after it"},
    {0, "early-data", "BYTES", TEXT(early_data), ON_SERVE,
     "take so much before the handshake is done; it can be a replay"},
    {0, "sigalgs", "LIST", TEXT(sigalgs), ON_PEERS,
     "signature algorithms by name, separated by colons"},
    {0, "tls13-ciphers", "LIST", TEXT(tls13_ciphers), ON_PEERS,
     "TLS 1.3 suites by name, separated by colons"},
    {0, "tls13", "LIST", TEXT(tls13_ciphers), ON_CIPHERS,
     "TLS 1.3 suites by name, separated by colons"},
    {0, "options", "LIST", TEXT(context_options), ON_PEERS,
     "options to set, or with a - before them to clear: no-ticket,-..."},
    {0, "security-level", "LEVEL", TEXT(security_level), ON_PEERS | ON_CIPHERS,
     "0 to 5 (default: 2)"},
    {0, "password-file", "FILE", TEXT(password_file), ON_PEERS,
     "its first line opens encrypted keys"},
    {0, "pkcs12", "FILE", TEXT(pkcs12), ON_PEERS,
     "our certificate chain and key in one PKCS #12 file"},
    {0, "identity", "CHAIN:KEY", LIST(identities), ON_PEERS, "one more chain and key; repeatable"},
    {0, "sni", "NAME=CHAIN:KEY", LIST(snis), ON_SERVE,
     "what to present to clients that ask for NAME; repeatable"},
    {0, "client-ca-names", "FILE", TEXT(client_ca_names), ON_SERVE,
     "authorities to name when asking for a certificate, PEM"},
    {0, "verify-depth", "COUNT", TEXT(verify_depth), ON_PEERS,
     "certificates between the leaf and a root (default: 10)"},
    {0, "psk", "ID:HEX", TEXT(psk), ON_PEERS, "a pre-shared key and whose it is"},
    {0, "keylog", "FILE", TEXT(keylog), ON_PEERS, "append the connections' secrets to this file"},
    {0, "post-handshake-auth", NULL, SWITCH(post_handshake_auth), ON_CONNECT,
     "clients: let the server ask for a certificate later"},
    {0, "starttls", "PROTOCOL", TEXT(starttls), ON_CONNECT,
     "begin in plain text: smtp, imap, pop3, ftp, ldap, xmpp or postgres"},
};

const size_t tool_option_count = sizeof(tool_option_rows) / sizeof(tool_option_rows[0]);

_Static_assert(sizeof(tool_option_rows) / sizeof(tool_option_rows[0]) <= TOOL_OPTION_MAX,
               "room for every option");
