/* SPDX-License-Identifier: MIT */
/** @file tool.h What the subcommands of the omnitls command share. */
#ifndef OMNITLS_TOOL_H
#define OMNITLS_TOOL_H

#include <jansson.h>
#include <omnitls/omnitls.h>
#include <stdio.h>

/** Exit codes. */
enum { TOOL_OK = 0, TOOL_USAGE = 1, TOOL_NETWORK = 2, TOOL_HANDSHAKE = 3, TOOL_VERIFY = 4 };

#define TOOL_ENGINE_MAX 8
/** An option that can be repeated, at most this often, and one for the end. */
#define TOOL_REPEAT_MAX 17

/** What the command line says; NULL, false or -1 = not given. Strings are argv's. */
typedef struct tool_options {
    const char *command;
    const char *target; /* the argument that is no option */
    const char *backend;
    const char *against; /* engines' names with commas between */
    const char *cert, *key, *ca;
    const char *verify;
    const char *min, *max;
    const char *ciphers, *groups;
    const char *alpn;
    const char *servername;
    const char *listen;
    const char *untrusted, *crl, *profile, *ocsp_response, *ocsp_request, *ocsp_nonce;
    const char *hostname, *ip, *purpose, *time;
    const char *starttls;
    const char *session_file, *tickets, *ticket_keys;
    const char *early_data; /* connect: a file; serve: how many bytes */
    const char *sigalgs, *tls13_ciphers, *context_options, *security_level;
    const char *password_file, *pkcs12, *client_ca_names, *verify_depth, *psk, *keylog;
    const char *ocsp;
    /* up to the first NULL */
    const char *identities[TOOL_REPEAT_MAX], *snis[TOOL_REPEAT_MAX], *pins[TOOL_REPEAT_MAX];
    const char *policies[TOOL_REPEAT_MAX];
    int timeout_s;
    int linger_s;
    bool www, echo, once, json, ragged, pem, engine_verifier, no_resumption, post_handshake_auth;
    bool verbose, messages;
    bool explicit_policy, inhibit_any, inhibit_mapping;
} tool_options;

/** Bits for the commands. */
enum tool_on {
    ON_BACKENDS = 1 << 0,
    ON_SELFTEST = 1 << 1,
    ON_CONNECT = 1 << 2,
    ON_SERVE = 1 << 3,
    ON_COMPARE = 1 << 4,
    ON_CIPHERS = 1 << 5,
    ON_CERT = 1 << 6,
    ON_VERIFY = 1 << 7,
    ON_COMPLETION = 1 << 8,
    ON_SCAN = 1 << 9,
};

typedef struct tool_command {
    const char *name;
    const char *argument; /* "HOST:PORT", or NULL when it takes none */
    const char *summary;
    unsigned bit; /* of tool_on: which options it takes, see option_table.h */
    int (*run)(const tool_options *options);
} tool_command;

int tool_backends(const tool_options *options);
int tool_selftest(const tool_options *options);
int tool_connect(const tool_options *options);
int tool_serve(const tool_options *options);
int tool_compare(const tool_options *options);
int tool_cert(const tool_options *options);
int tool_ciphers(const tool_options *options);
int tool_verify(const tool_options *options);
int tool_scan(const tool_options *options);
int tool_completion(const tool_options *options);

/* main.c */
extern const tool_command tool_commands[];
extern const size_t tool_command_count;

/* options.c */
/** -1: go on; else the exit code (help was printed, or a mistake was named). */
int tool_options_parse(tool_options *options, const tool_command *command, int argc, char **argv);

/* suggest.c */
/** The nearest of the words that are tried; `found` stays NULL when none is near. */
typedef struct tool_suggestion {
    const char *word, *found;
    size_t best;
} tool_suggestion;
void tool_suggestion_start(tool_suggestion *s, const char *word);
void tool_suggestion_try(tool_suggestion *s, const char *candidate);

/* help.c, manual.c */
void tool_help(FILE *stream);
/** The manual's page, in mdoc. */
void tool_manual(FILE *out);
void tool_command_help(const tool_command *command, FILE *stream);

/* target.c */
typedef struct tool_target {
    char host[256];
    char port[64];
} tool_target;
/**
 * "example.org:443", "[::1]:443", ":4433" (host empty), "example.org" (the default port; NULL: none);
 * and URLs, of which scheme, host and port count: "https://example.org/page".
 * A sentence about what is wrong, or NULL.
 */
const char *tool_target_parse(tool_target *out, const char *text, bool host_may_be_empty,
                              const char *default_port);
/** The port of a service when none is given: 443, or that of --starttls. */
const char *tool_default_port(const tool_options *options);
/** 0x0304 for "1.3" or "TLSv1.3"; 0 when it is no version. */
uint16_t tool_version_parse(const char *text);
/** "1.3"; "unknown" for others. */
const char *tool_version_text(uint16_t version);

/* memory.c */
/** From now on JSON that is incomplete for want of memory is noticed. */
void tool_memory_watch(void);
/** Hands the status on, and notices a lack of memory where what fails is left out. */
otls_status tool_memory(otls_status status);
/** Hands on what omnitls says of a certificate, and notices when that is "(out of memory)". */
const char *tool_text(const char *text);
/** A line of JSON is to go out: is there everything in it? The next one is another. */
bool tool_memory_line(void);
/** Was anything left out for want of memory? Then the command fails. */
bool tool_memory_short(void);

/* output.c */
/** One sentence on standard error, after the program's and the subcommand's name. */
__attribute__((format(printf, 2, 3))) void tool_complain(const tool_options *options,
                                                         const char *format, ...);
/** Report a failure; `option` (may be NULL) is the one it is about. Returns the exit code. */
int tool_report(const tool_options *options, const char *option, const otls_error *err);
/** The same, and on a line of its own, behind two blanks, which certificate it was and what to do. */
int tool_report_peer(const tool_options *options, const otls_connection *conn,
                     const otls_error *err);
/** The exit code for a failure; `handshaking`: it came before the handshake was done. */
int tool_exit_code(otls_status status, bool handshaking);
/** A JSON string of any bytes: what is not printable UTF-8 is escaped. */
json_t *tool_json_text(const char *text);
json_t *tool_json_bytes(const uint8_t *bytes, size_t size);
/** One line, then let go of `value`. False when the stream is broken. */
bool tool_json_line(json_t *value, FILE *stream);
/** Bytes from outside, made harmless for a terminal; truncated to `capacity` - 1. */
const char *tool_printable(char *out, size_t capacity, const void *bytes, size_t size);
typedef enum tool_color { TOOL_PLAIN, TOOL_GREEN, TOOL_RED, TOOL_YELLOW, TOOL_BOLD } tool_color;
/** The escape sequence, or "" when `stream` is no terminal or NO_COLOR is set. */
const char *tool_paint(FILE *stream, tool_color color);

/* engines.c */
typedef struct tool_engine {
    const char *name;
    const otls_backend *backend; /* NULL = cannot be used, see reason */
    char reason[192];
} tool_engine;
/** Is it the name of an engine that omnitls has a module for, installed or not? NULL is none. */
bool tool_engine_known(const char *name);
/** The engine named by --backend and those by --against, or all. Those that load stand first.
 *  Returns how many. */
size_t tool_engines(const tool_options *options, tool_engine *out, size_t capacity);

/* setup.c */
/** Add what --ca names to a trust store: a file, a directory, or (NULL) the system's roots. */
otls_status tool_add_roots(otls_trust *trust, const char *path, otls_error *err);
/** A context as the options say. Complains and returns NULL when it cannot be; *code = exit code.
 */
otls_context *tool_context(const tool_options *options, const otls_backend *backend, otls_role role,
                           int *code);

/* policy.c, identities.c: steps of the set-up */
otls_status tool_set_policy(const tool_options *options, otls_context *context,
                            const char **option, otls_error *err);
otls_status tool_set_security_level(const tool_options *options, otls_context *context,
                                    const char **option, otls_error *err);
otls_status tool_set_identities(const tool_options *options, otls_context *context,
                                const char **option, otls_error *err);
/** "0aFF" as bytes; false when it is empty, does not fit or is something else. */
bool tool_hex(const char *text, uint8_t *out, size_t capacity, size_t *size);
otls_status tool_set_psk(const tool_options *options, otls_context *context, const char **option,
                         otls_error *err);
/* password.c */
/**
 * Who answers when a key is encrypted, with the options as `user`: the first line of --password-file;
 * without one the person at the terminal, unseen; NULL when there is nobody.
 */
otls_password_callback tool_password_of(const tool_options *options);
/* throwaway.c: a step of the set-up; a server without a certificate gets one that is made for it */
otls_status tool_set_throwaway(const tool_options *options, otls_context *context,
                               const char **option, otls_error *err);
/* revocation.c: a step of the set-up */
otls_status tool_set_revocation(const tool_options *options, otls_context *context,
                                const char **option, otls_error *err);
/* advice.c */
/** What to do about a failure, on a line of standard error behind two blanks; nothing if there is nothing to say.
 *  `conn` NULL = there is none. */
void tool_advise(const otls_error *err, const otls_connection *conn);
/* glance.c */
struct tool_trace;
/** What connect says beside the summary: the peer, its name, the path, when it ends, what it cost. */
void tool_glance_json(json_t *object, const tool_options *options, const struct tool_trace *trace,
                      const otls_connection *conn);
void tool_glance_print(FILE *stream, const tool_options *options, const struct tool_trace *trace,
                       otls_socket *sock);
/* sessions.c */
/** Overwrite what is secret, so that the compiler cannot leave it out. */
void tool_wipe(void *data, size_t size);
/** This process leaves no image of its memory behind. */
void tool_no_core_files(void);
/** A line on standard error when others may read the file that a secret, `what`, came from. */
void tool_warn_readable(const tool_options *options, const char *what, const char *path);
/** Of a private key that was loaded, and of the password that it may have taken. */
void tool_warn_key(const tool_options *options, const char *path);
otls_status tool_set_sessions(const tool_options *options, otls_context *context,
                              const char **option, otls_error *err);
otls_status tool_set_ticket_keys(const tool_options *options, otls_context *context,
                                 const char **option, otls_error *err);
/** Before the handshake: offer what --session-file holds. After the data: keep the newest there. */
void tool_session_load(const tool_options *options, otls_connection *conn);
/** The handshake failed: a session that was offered in it is not offered again. */
void tool_session_drop(const tool_options *options, const otls_connection *conn);
void tool_session_save(const tool_options *options, const otls_connection *conn);

/* early.c */
/** What --early-data names, and how much of it went with the first flight. */
typedef struct tool_early {
    unsigned char *bytes;
    size_t size, sent;
} tool_early;
/** A step of tool_context. */
otls_status tool_set_early_data(const tool_options *options, otls_context *context,
                                const char **option, otls_error *err);
/** Read the file; false (and said why) when it is not there, empty or too large. */
bool tool_early_read(const tool_options *options, tool_early *early);
/** Between the choice of the session and the handshake; below OTLS_OK: the connection has failed. */
otls_status tool_early_send(tool_early *early, otls_connection *conn, otls_error *err);
/** After the handshake: what the server did not take counts as not sent. */
void tool_early_settle(tool_early *early, const otls_connection *conn);
void tool_early_free(tool_early *early);
/** "none", "rejected" or "accepted". */
const char *tool_early_text(const otls_connection *conn);
/** What `serve --early-data` takes: a number of bytes, 1 to 1 MiB. */
bool tool_early_bytes(const char *text, uint32_t *out);

/* summary.c */
/** The chain, the negotiated values and the verdict; `err` NULL = nothing failed. */
json_t *tool_summary_json(const otls_backend *backend, const otls_connection *conn,
                          const otls_error *err);
void tool_summary_print(FILE *stream, const otls_backend *backend, const otls_connection *conn);
/** In hexadecimal; false (and "") when the engine cannot. */
bool tool_fingerprint(char hex[129], const otls_backend *backend, const otls_certificate *cert,
                      otls_hash hash);
/** The one form that certificates have in JSON: docs/certificate.schema.json. */
json_t *tool_certificate_json(const otls_backend *backend, const otls_certificate *cert);
/** "verified", "refused", "not checked" or "none". */
const char *tool_verdict(const otls_connection *conn, const otls_error *err);
/** The names of verify flags, separated by commas. */
json_t *tool_flags_json(uint32_t flags);
const char *tool_flags_text(char *out, size_t capacity, uint32_t flags);
/** ALPN as text; "" when none. */
const char *tool_alpn_text(char *out, size_t capacity, const otls_connection *conn);

/* stream.c */
/**
 * What is left of the early data and then standard input to the peer, the peer to standard output,
 * until both have ended.
 */
otls_status tool_stream(const tool_options *options, otls_socket *sock, const tool_early *early,
                        otls_error *err);

/* signals.c */
/** SIGINT and SIGTERM make this descriptor readable from now on; -1 with errno on failure. */
int tool_signals_open(void);

#endif
