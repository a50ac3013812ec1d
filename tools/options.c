/* SPDX-License-Identifier: MIT */
/* The options of all subcommands, in one table; a subcommand names those it takes by their keys. */
#include "starttls.h"
#include "tool.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

typedef struct option_row {
    char key;
    const char *name;
    const char *argument; /* NULL = takes none */
    const char *help;
} option_row;

static const option_row rows[] = {
    {'b', "backend", "NAME", "the engine: openssl, wolfssl or gnutls"},
    {'c', "cert", "FILE", "our certificate chain, PEM"},
    {'k', "key", "FILE", "its private key (default: in the --cert file)"},
    {'a', "ca", "PATH", "whom to believe: a file or a directory (default: the system's roots)"},
    {'v', "verify", "MODE", "of the peer: none, optional (servers), required"},
    {'i', "min", "VERSION", "lowest TLS version: 1.0, 1.1, 1.2, 1.3"},
    {'I', "max", "VERSION", "highest TLS version"},
    {'C', "ciphers", "LIST", "OpenSSL cipher list; TLS 1.3 suites by name (TLS_AES_...)"},
    {'g', "groups", "LIST", "key exchange groups, separated by colons"},
    {'p', "alpn", "LIST", "application protocols, separated by commas, most wanted first"},
    {'n', "servername", "NAME", "the name to ask for and to verify (default: HOST)"},
    {'L', "listen", "ADDR:PORT", "where to listen (default: localhost:4433; port 0: any)"},
    {'t', "timeout", "SECONDS", "how long to wait for the peer (default: 10; idle echo: 60)"},
    {'l', "linger", "SECONDS",
     "after the end of input, send close_notify when the peer has been silent that long (default "
     "3)"},
    {'r', "allow-ragged-eof", NULL, "take an end without close_notify for a clean one"},
    {'w', "www", NULL, "answer requests with a page that states the connection (default)"},
    {'e', "echo", NULL, "send back what comes"},
    {'o', "once", NULL, "serve one connection and end with its status"},
    {'m', "pem", NULL, "print PEM"},
    {'u', "untrusted", "FILE", "certificates that may help to find a path, PEM"},
    {'H', "hostname", "NAME", "the host name that the certificate must be for"},
    {'A', "ip", "ADDRESS", "the address that the certificate must be for"},
    {'P', "purpose", "PURPOSE",
     "what the certificate is to be used for: server (default), client, any"},
    {'T', "time", "TIME", "when: seconds since 1970, or 2026-01-31T12:00:00Z (default: now)"},
    {'R', "crl", "FILE", "revocation lists; the leaf must be covered by one"},
    {'E', "engine-verifier", NULL, "let the engine's own verifier decide"},
    {'j', "json", NULL, "print JSON"},
    {'s', "session-file", "FILE", "resume the session in it, and keep the newest there (secret!)"},
    {'N', "tickets", "COUNT", "tickets after a TLS 1.3 handshake; 0: none in any version"},
    {'K', "ticket-keys", "FILE", "1 to 3 keys of 80 random bytes: current, previous, next"},
    {'x', "no-resumption", NULL, "full handshakes only"},
    {'Y', "early-data", "FILE",
     "send it with the first flight if the session allows, else after it"},
    {'Z', "early-data", "BYTES", "take so much before the handshake is done; it can be a replay"},
    {'G', "sigalgs", "LIST", "signature algorithms by name, separated by colons"},
    {'3', "tls13-ciphers", "LIST", "TLS 1.3 suites by name, separated by colons"},
    {'4', "tls13", "LIST", "TLS 1.3 suites by name, separated by colons"},
    {'O', "options", "LIST", "options to set, or with a - before them to clear: no-ticket,-..."},
    {'y', "security-level", "LEVEL", "0 to 5 (default: 2)"},
    {'W', "password-file", "FILE", "its first line opens encrypted keys"},
    {'2', "pkcs12", "FILE", "our certificate chain and key in one PKCS #12 file"},
    {'d', "identity", "CHAIN:KEY", "one more chain and key; repeatable"},
    {'D', "sni", "NAME=CHAIN:KEY", "what to present to clients that ask for NAME; repeatable"},
    {'B', "client-ca-names", "FILE", "authorities to name when asking for a certificate, PEM"},
    {'V', "verify-depth", "COUNT", "certificates between the leaf and a root (default: 10)"},
    {'q', "psk", "ID:HEX", "a pre-shared key and whose it is"},
    {'f', "keylog", "FILE", "append the connections' secrets to this file"},
    {'F', "post-handshake-auth", NULL, "clients: let the server ask for a certificate later"},
    {'S', "starttls", "PROTOCOL",
     "begin in plain text: smtp, imap, pop3, ftp, ldap, xmpp or postgres"},
};

#define ROW_COUNT (sizeof(rows) / sizeof(rows[0]))
#define KEY_HELP 'h'

void tool_command_help(const tool_command *command, FILE *stream)
{
    (void)fprintf(stream, "usage: omnitls %s [OPTION]...%s%s\n\n%s\n\noptions:\n", command->name,
                  command->argument == NULL ? "" : " ",
                  command->argument == NULL ? "" : command->argument, command->summary);
    for (size_t i = 0; i < ROW_COUNT; i++) {
        char left[40];

        if (strchr(command->options, rows[i].key) == NULL)
            continue;
        (void)snprintf(left, sizeof(left), "--%s %s", rows[i].name,
                       rows[i].argument == NULL ? "" : rows[i].argument);
        (void)fprintf(stream, "  %-22s %s\n", left, rows[i].help);
    }
    (void)fprintf(stream, "  %-22s %s\n", "--help", "print this");
}

static bool parse_seconds(const char *text, int *out)
{
    char *end;
    long value;

    errno = 0;
    value = strtol(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || value < 0 || value > 86400)
        return false;
    *out = (int)value;
    return true;
}

static const char **text_place(tool_options *options, char key)
{
    switch (key) {
    case 'b':
        return &options->backend;
    case 'c':
        return &options->cert;
    case 'k':
        return &options->key;
    case 'a':
        return &options->ca;
    case 'v':
        return &options->verify;
    case 'i':
        return &options->min;
    case 'I':
        return &options->max;
    case 'C':
        return &options->ciphers;
    case 'g':
        return &options->groups;
    case 'p':
        return &options->alpn;
    case 'n':
        return &options->servername;
    case 'L':
        return &options->listen;
    case 'u':
        return &options->untrusted;
    case 'H':
        return &options->hostname;
    case 'A':
        return &options->ip;
    case 'P':
        return &options->purpose;
    case 'T':
        return &options->time;
    case 'R':
        return &options->crl;
    case 'G':
        return &options->sigalgs;
    case '3':
    case '4':
        return &options->tls13_ciphers;
    case 'O':
        return &options->context_options;
    case 'y':
        return &options->security_level;
    case 'W':
        return &options->password_file;
    case '2':
        return &options->pkcs12;
    case 'B':
        return &options->client_ca_names;
    case 'V':
        return &options->verify_depth;
    case 'q':
        return &options->psk;
    case 'f':
        return &options->keylog;
    case 's':
        return &options->session_file;
    case 'N':
        return &options->tickets;
    case 'K':
        return &options->ticket_keys;
    case 'Y':
    case 'Z':
        return &options->early_data;
    case 'S':
        return &options->starttls;
    default:
        return NULL;
    }
}

static bool *switch_place(tool_options *options, char key)
{
    switch (key) {
    case 'w':
        return &options->www;
    case 'e':
        return &options->echo;
    case 'o':
        return &options->once;
    case 'r':
        return &options->ragged;
    case 'F':
        return &options->post_handshake_auth;
    case 'm':
        return &options->pem;
    case 'E':
        return &options->engine_verifier;
    case 'x':
        return &options->no_resumption;
    default:
        return &options->json;
    }
}

static const option_row *find_row(int key)
{
    for (size_t i = 0; i < ROW_COUNT; i++) {
        if (rows[i].key == key)
            return &rows[i];
    }
    return NULL;
}

/* The place after the last is always NULL. */
static bool append(const tool_options *options, const option_row *row,
                   const char *list[TOOL_REPEAT_MAX], const char *value)
{
    size_t used = 0;

    while (list[used] != NULL)
        used++;
    if (used + 1 == TOOL_REPEAT_MAX) {
        tool_complain(options, "--%s is given more than %d times", row->name, TOOL_REPEAT_MAX - 1);
        return false;
    }
    list[used] = value;
    return true;
}

static bool store(tool_options *options, const option_row *row, const char *value)
{
    const char **text = text_place(options, row->key);

    if (row->argument == NULL) {
        *switch_place(options, row->key) = true;
        return true;
    }
    if (value[0] == '\0') {
        tool_complain(options, "--%s is empty", row->name);
        return false;
    }
    if (row->key == 'd' || row->key == 'D')
        return append(options, row, row->key == 'd' ? options->identities : options->snis, value);
    if (text != NULL) {
        *text = value;
        return true;
    }
    if (parse_seconds(value, row->key == 't' ? &options->timeout_s : &options->linger_s))
        return true;
    tool_complain(options, "--%s: \"%s\" is no number of seconds up to 86400", row->name, value);
    return false;
}

static int check(const tool_options *options, const tool_command *command, int rest, char **argv)
{
    const char *versions[2][2] = {{"min", options->min}, {"max", options->max}};

    for (size_t i = 0; i < 2; i++) {
        if (versions[i][1] != NULL && tool_version_parse(versions[i][1]) == 0) {
            tool_complain(options, "--%s: \"%s\" is no TLS version; there are 1.0, 1.1, 1.2, 1.3",
                          versions[i][0], versions[i][1]);
            return TOOL_USAGE;
        }
    }
    if (options->key != NULL && options->cert == NULL) {
        tool_complain(options, "--key is given without --cert");
        return TOOL_USAGE;
    }
    if (options->early_data != NULL && strcmp(command->name, "connect") == 0 &&
        options->session_file == NULL) {
        tool_complain(options, "--early-data is given without --session-file");
        return TOOL_USAGE;
    }
    if (options->early_data != NULL && options->no_resumption) {
        tool_complain(options, "--early-data and --no-resumption exclude each other");
        return TOOL_USAGE;
    }
    if (options->www && options->echo) {
        tool_complain(options, "--www and --echo exclude each other");
        return TOOL_USAGE;
    }
    if (options->starttls != NULL && !tool_starttls_known(options->starttls)) {
        tool_complain(options, "--starttls: there are %s", tool_starttls_names());
        return TOOL_USAGE;
    }
    if (options->timeout_s == 0) {
        tool_complain(options, "--timeout must be at least 1");
        return TOOL_USAGE;
    }
    if (command->argument != NULL && rest == 0 && command->argument[0] != '[') {
        tool_complain(options, "%s is missing; see omnitls %s --help", command->argument,
                      command->name);
        return TOOL_USAGE;
    }
    if (rest > (command->argument != NULL ? 1 : 0)) {
        tool_complain(options, "\"%s\" is one argument too many",
                      argv[command->argument != NULL ? 1 : 0]);
        return TOOL_USAGE;
    }
    return -1;
}

/* getopt's own table, of the options this command takes; `list` has room for all and the end. */
static void fill_long_options(struct option *list, const tool_command *command)
{
    size_t used = 0;

    for (size_t i = 0; i < ROW_COUNT; i++) {
        if (strchr(command->options, rows[i].key) == NULL)
            continue;
        list[used++] = (struct option){
            .name = rows[i].name,
            .has_arg = rows[i].argument == NULL ? no_argument : required_argument,
            .val = rows[i].key,
        };
    }
    list[used++] = (struct option){.name = "help", .has_arg = no_argument, .val = KEY_HELP};
    list[used] = (struct option){0};
}

static void complain_about(const tool_options *options, int found, char **argv)
{
    const option_row *row = find_row(optopt);

    /* optind may have moved past the word; the word before it is the one getopt looked at */
    if (found == ':' && row != NULL)
        tool_complain(options, "--%s needs a value", row->name);
    else if (row != NULL)
        tool_complain(options, "--%s takes no value", row->name);
    else
        tool_complain(options, "there is no option \"%s\"; see omnitls %s --help", argv[optind - 1],
                      options->command);
}

int tool_options_parse(tool_options *options, const tool_command *command, int argc, char **argv)
{
    struct option list[ROW_COUNT + 2];
    int found;

    *options = (tool_options){.command = command->name, .timeout_s = -1, .linger_s = -1};
    fill_long_options(list, command);
    opterr = 0;
    while ((found = getopt_long(argc, argv, ":h", list, NULL)) != -1) {
        if (found == KEY_HELP) {
            tool_command_help(command, stdout);
            return TOOL_OK;
        }
        if (found == '?' || found == ':') {
            complain_about(options, found, argv);
            return TOOL_USAGE;
        }
        if (!store(options, find_row(found), optarg))
            return TOOL_USAGE;
    }
    options->target = optind < argc ? argv[optind] : NULL;
    return check(options, command, argc - optind, argv + optind);
}
