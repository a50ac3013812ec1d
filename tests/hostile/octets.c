/* SPDX-License-Identifier: MIT */
/*
 * octets PKI ENGINE [EVERY [START]]: a whole connection of a client of ENGINE with a server of each
 * engine, in TLS 1.2 and 1.3, once for each EVERY-th octet of what either side sends in its handshake: the octet
 * with one bit changed, and the stream cut before it. Whatever is changed must be noticed by one of the ends
 * before both have data of the other; a cut must end as truncation or an alert. The exceptions are counted:
 * octets 1 and 2 of a record's header, its version, which RFC 8446 5.1 has receivers ignore; and with GnuTLS as
 * the reader the 1 of a ChangeCipherSpec (TLS 1.2), for which it takes any value, and the outer type of a sealed
 * record (TLS 1.3), which it does not look at; neither says anything: the true type is sealed.
 */
#include <omnitls/insecure.h>
#include <omnitls/omnitls.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ENGINES 4
#define WIRE 16384
#define NO_MEANING 6 /* behind all places */

typedef struct side {
    otls_connection *conn;
    otls_status status;
    otls_error err;
    size_t sent;      /* octets so far */
    uint8_t header[5]; /* of the record at hand */
    size_t have, left;
} side;

/** What is done to which octet of whom. */
typedef struct fault {
    int from;
    size_t at;
    bool cut;
} fault;

static otls_context *contexts[2];
static unsigned long runs, ignored, passed_over, failures;

static void die(const char *what)
{
    fprintf(stderr, "octets: %s\n", what);
    exit(2);
}

/* Where in its record does the next octet stand? */
static size_t place(side *s, uint8_t octet)
{
    if (s->left != 0) {
        s->left--;
        return 5;
    }
    s->header[s->have++] = octet;
    if (s->have < 5)
        return s->have - 1;
    s->left = (size_t)(s->header[3] << 8 | s->header[4]);
    s->have = 0;
    return 4;
}

/* Octets that GnuTLS does not look at. */
static bool of_no_meaning(const side *s, uint8_t octet, size_t at)
{
    return (at == 0 && octet == 23) ||
           (at == 5 && s->header[0] == 20 && s->header[3] == 0 && s->header[4] == 1);
}

/* Carry what `from` has sent; false: nothing moved. `*where`: the place of the octet that was changed. */
static bool carry(side *sides, int from, const fault *f, bool *gone, size_t *where)
{
    uint8_t bytes[WIRE];
    side *s = &sides[from];
    size_t size = 0, taken = 0;

    if (otls_connection_drain(s->conn, bytes, sizeof(bytes), &size, NULL) != OTLS_OK || size == 0)
        return false;
    if (*gone)
        return true;
    for (size_t i = 0; i < size; i++, s->sent++) {
        const size_t at = place(s, bytes[i]);

        if (from != f->from || s->sent != f->at)
            continue;
        if (f->cut) {
            (void)otls_connection_feed(sides[1 - from].conn, bytes, i, &taken, NULL);
            (void)otls_connection_feed_eof(sides[1 - from].conn, NULL);
            *gone = true;
            return true;
        }
        *where = of_no_meaning(s, bytes[i], at) ? NO_MEANING : at;
        bytes[i] ^= (uint8_t)(1u << f->at % 8);
    }
    (void)otls_connection_feed(sides[1 - from].conn, bytes, size, &taken, NULL);
    return true;
}

/* One step of a side: handshake, an octet to the other, an octet from it. OTLS_OK: it has all. */
static void step(side *s, bool *wrote)
{
    uint8_t octet = 'x';
    size_t count;

    if (s->status < 0 || s->status == OTLS_OK)
        return;
    s->status = otls_connection_handshake(s->conn, &s->err);
    if (s->status != OTLS_OK)
        return;
    if (!*wrote) {
        s->status = otls_connection_write(s->conn, &octet, 1, &count, &s->err);
        *wrote = s->status == OTLS_OK;
    }
    s->status = otls_connection_read(s->conn, &octet, 1, &count, &s->err);
    if (s->status == OTLS_OK && octet != 'x')
        die("other data");
}

/* Both ends until nothing moves. Returns the place of what was changed; `lengths` gets what each sent. */
static size_t run(const fault *f, side sides[2], size_t lengths[2])
{
    bool gone[2] = {false, false}, wrote[2] = {false, false}, moved = true;
    size_t where = 9;

    memset(sides, 0, 2 * sizeof(*sides));
    for (int i = 0; i < 2; i++) {
        const otls_error blank = OTLS_ERROR_INIT;

        sides[i].err = blank;
        sides[i].status = OTLS_WANT_READ;
        if (otls_connection_new_memory(&sides[i].conn, contexts[i], NULL) != OTLS_OK)
            die("no connection");
    }
    (void)otls_connection_set_server_name(sides[0].conn, "localhost", NULL);
    for (int turn = 0; moved && turn < 50; turn++) {
        moved = false;
        for (int i = 0; i < 2; i++) {
            step(&sides[i], &wrote[i]);
            moved = carry(sides, i, f, &gone[i], &where) || moved;
        }
    }
    for (int i = 0; i < 2; i++) {
        lengths[i] = sides[i].sent;
        if (sides[i].status >= 0 && otls_connection_failure(sides[i].conn, NULL) != OTLS_OK)
            die("a failure that was not told");
        otls_connection_free(sides[i].conn);
    }
    runs++;
    return where;
}

static void check(const fault *f, const char *name)
{
    size_t lengths[2];
    side sides[2];
    const size_t where = run(f, sides, lengths);
    const side *reader = &sides[1 - f->from];
    const bool both = sides[0].status == OTLS_OK && sides[1].status == OTLS_OK;

    for (int i = 0; i < 2; i++)
        if (sides[i].status == OTLS_E_INTERNAL || sides[i].status == OTLS_E_USAGE ||
            sides[i].status == OTLS_E_NOMEM) {
            failures++;
            printf("FAILED %s: octet %zu of %s: %s: %s\n", name, f->at, f->from == 0 ? "the client" : "the server",
                   otls_status_name(sides[i].status), sides[i].err.text);
        }
    if (f->cut && reader->status < 0)
        return;
    if (!f->cut && !both)
        return;
    if (!f->cut && (where == 1 || where == 2)) {
        ignored++;
        return;
    }
    if (!f->cut && where == NO_MEANING &&
        strcmp(otls_backend_name(otls_context_backend(contexts[1 - f->from])), "gnutls") == 0) {
        passed_over++;
        return;
    }
    failures++;
    printf("FAILED %s: octet %zu of %s %s (%zu): %s and %s\n", name, f->at,
           f->from == 0 ? "the client" : "the server", f->cut ? "and the rest lost" : "changed", where,
           otls_status_name(sides[0].status), otls_status_name(sides[1].status));
}

static void make_contexts(const char *pki, const otls_backend *const engines[2], uint16_t version)
{
    char chain[4096], key[4096];
    otls_identity *identity;
    otls_trust *trust;

    (void)snprintf(chain, sizeof(chain), "%s/root.pem", pki);
    for (int i = 0; i < 2; i++)
        if (otls_context_new(&contexts[i], engines[i], i == 0 ? OTLS_CLIENT : OTLS_SERVER, NULL) != OTLS_OK ||
            otls_context_set_versions(contexts[i], version, version, NULL) != OTLS_OK)
            die("no context");
    if (otls_trust_new(&trust, NULL) != OTLS_OK || otls_trust_add_file(trust, chain, NULL) != OTLS_OK ||
        otls_context_set_trust(contexts[0], trust, NULL) != OTLS_OK)
        die("no trust");
    otls_trust_free(trust);
    (void)snprintf(chain, sizeof(chain), "%s/server-ecdsa-p256.pem", pki);
    (void)snprintf(key, sizeof(key), "%s/server-ecdsa-p256.key", pki);
    if (otls_identity_from_files(&identity, engines[1], chain, key, NULL, NULL, NULL) != OTLS_OK ||
        otls_context_add_identity(contexts[1], identity, NULL) != OTLS_OK)
        die("no identity");
    otls_identity_free(identity);
}

static void one_pair(const char *pki, const otls_backend *const engines[2], uint16_t version, size_t every,
                     size_t start)
{
    const fault none = {.from = 2};
    size_t lengths[2];
    side sides[2];
    char name[96];

    (void)snprintf(name, sizeof(name), "%s -> %s %s", otls_backend_name(engines[0]),
                   otls_backend_name(engines[1]), otls_version_name(version));
    make_contexts(pki, engines, version);
    (void)run(&none, sides, lengths);
    if (sides[0].status != OTLS_OK || sides[1].status != OTLS_OK)
        die("two ends that nobody disturbs");
    for (int from = 0; from < 2; from++)
        for (size_t at = start % every; at + 40 < lengths[from]; at += every) /* signatures differ in length */
            for (int cut = 0; cut < 2; cut++)
                check(&(fault){.from = from, .at = at, .cut = cut != 0}, name);
    for (int i = 0; i < 2; i++)
        otls_context_free(contexts[i]);
}

int main(int argc, char **argv)
{
    const otls_backend *engines[ENGINES], *subject;
    size_t count, every, start;

    if (argc < 3 || otls_backend_find(&subject, argv[2], NULL) != OTLS_OK)
        die("PKI ENGINE [EVERY [START]]");
    every = argc > 3 ? strtoul(argv[3], NULL, 10) : 1;
    start = argc > 4 ? strtoul(argv[4], NULL, 10) : 0;
    every = every != 0 ? every : 1;
    count = otls_backend_list(engines, ENGINES);
    for (size_t e = 0; e < count && e < ENGINES; e++)
        for (uint16_t version = OTLS_TLS1_2; version <= OTLS_TLS1_3; version++) {
            const otls_backend *const pair[2] = {subject, engines[e]};

            one_pair(argv[1], pair, version, every, start + e);
        }
    printf("%lu connections, %lu changes of a record's version ignored, %lu of what GnuTLS does not look at, %lu failures\n",
           runs, ignored, passed_over, failures);
    return failures == 0 ? 0 : 1;
}
