/* SPDX-License-Identifier: MIT */
/*
 * sequence PKI ENGINE [EVERY]: a connection of a client of ENGINE with a server of each engine, in TLS 1.2 and 1.3,
 * once for each record that either side sends in its handshake, with data, at a key update, a late authentication and
 * a renegotiation, and each thing that somebody in the middle may do to it who has no keys (of them each EVERY-th):
 * send it twice, behind the next one, not at all, empty, or behind a record that he made or that was there before.
 * One of the ends must notice before both have everything of the other. What need not be noticed is a table of
 * reasons, and counted.
 */
#include "middle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RECORD 18000 /* a sealed one at its longest */
#define RECORDS 64

enum { CHANGE_CIPHER_SPEC = 20, ALERT = 21, HANDSHAKE = 22, DATA = 23 };

typedef enum deed {
    TWICE,
    SWAPPED,
    LOST,
    EMPTIED,
    AGAIN, /* the first of that direction before it, as it was */
    INVENTED
} deed;

/** Records that anybody can make. */
enum invention {
    EMPTY_HANDSHAKE, EMPTY_DATA, SOME_DATA, HELLO_REQUEST, FINISHED, KEY_UPDATE, CHANGE, EMPTY_CHANGE, EMPTY_ALERT,
    USER_CANCELED, NO_RENEGOTIATION, CLOSE_NOTIFY, UNKNOWN, INVENTIONS
};

static const struct {
    const char *name;
    uint8_t bytes[16];
    size_t size;
} inventions[INVENTIONS] = {
    [EMPTY_HANDSHAKE] = {"an empty handshake record", {HANDSHAKE, 3, 3, 0, 0}, 5},
    [EMPTY_DATA] = {"an empty data record", {DATA, 3, 3, 0, 0}, 5},
    [SOME_DATA] = {"data", {DATA, 3, 3, 0, 2, 'x', 'x'}, 7},
    [HELLO_REQUEST] = {"a HelloRequest", {HANDSHAKE, 3, 3, 0, 4, 0, 0, 0, 0}, 9},
    [FINISHED] = {"a Finished", {HANDSHAKE, 3, 3, 0, 4, 20, 0, 0, 0}, 9},
    [KEY_UPDATE] = {"a key update", {HANDSHAKE, 3, 3, 0, 5, 24, 0, 0, 1, 0}, 10},
    [CHANGE] = {"a ChangeCipherSpec", {CHANGE_CIPHER_SPEC, 3, 3, 0, 1, 1}, 6},
    [EMPTY_CHANGE] = {"an empty ChangeCipherSpec", {CHANGE_CIPHER_SPEC, 3, 3, 0, 0}, 5},
    [EMPTY_ALERT] = {"an empty alert", {ALERT, 3, 3, 0, 0}, 5},
    [USER_CANCELED] = {"the warning user_canceled", {ALERT, 3, 3, 0, 2, 1, 90}, 7},
    [NO_RENEGOTIATION] = {"the warning no_renegotiation", {ALERT, 3, 3, 0, 2, 1, 100}, 7},
    [CLOSE_NOTIFY] = {"close_notify", {ALERT, 3, 3, 0, 2, 1, 0}, 7},
    [UNKNOWN] = {"a record of no known type", {99, 3, 3, 0, 1, 0}, 6},
};

static const char *const deeds[] = {"twice", "behind the next", "lost", "emptied", "behind the first, again"};

/** A direction's records, put together from what its end sends. */
typedef struct direction {
    uint8_t record[RECORD];
    size_t size, count;
} direction;

typedef struct fault {
    int from;
    size_t at; /* the record, from 0 */
    int deed;  /* INVENTED and behind it: inventions */
    /* while it is done */
    direction directions[2];
    uint8_t first[RECORD], held[RECORD];
    size_t first_size, held_size;
    uint8_t type; /* of the record at `at` */
    bool clear;   /* there are no keys for it */
    bool changed; /* TLS 1.2: there are, behind a ChangeCipherSpec of that direction */
    bool done;
} fault;

static unsigned long every = 1, drawn, failures, not_done;

static const char *deed_name(int deed)
{
    return deed < INVENTED ? deeds[deed] : inventions[deed - INVENTED].name;
}

/* ---- what need not be noticed ---- */

#define ANY 0
#define MADE(which) ((int)INVENTED + (int)(which))

/** None of it says anything: messages and data are what they were, and whoever invents them without end is stopped
 *  (conformance/odd_records: for_ever). */
static struct pardon {
    int deed;
    int type;           /* of the record; of two that are swapped the ChangeCipherSpec */
    const char *reader; /* its engine */
    int version;
    middle_moment moment; /* MIDDLE_MOMENTS: all but the handshake */
    bool clear; /* the record is one before there are keys */
    const char *why;
    unsigned long count;
} pardons[] = {
    {TWICE, CHANGE_CIPHER_SPEC, ANY, OTLS_TLS1_3, MIDDLE_HANDSHAKE, false, "a ChangeCipherSpec: RFC 8446 5", 0},
    {SWAPPED, CHANGE_CIPHER_SPEC, ANY, OTLS_TLS1_3, MIDDLE_HANDSHAKE, false, "a ChangeCipherSpec: RFC 8446 5", 0},
    {LOST, CHANGE_CIPHER_SPEC, ANY, OTLS_TLS1_3, MIDDLE_HANDSHAKE, false, "a ChangeCipherSpec: RFC 8446 5", 0},
    {MADE(CHANGE), ANY, ANY, OTLS_TLS1_3, MIDDLE_HANDSHAKE, false, "a ChangeCipherSpec: RFC 8446 5", 0},
    {MADE(CHANGE), DATA, "wolfssl", OTLS_TLS1_3, MIDDLE_LATE, false,
     "wolfSSL: the peer's Finished of a late authentication has not come either", 0},
    {MADE(CHANGE), DATA, "openssl", OTLS_TLS1_3, MIDDLE_MOMENTS, false,
     "OpenSSL 3.2 and later: its clients ignore some dozens of them, always", 0},
    {MADE(USER_CANCELED), ANY, ANY, ANY, MIDDLE_HANDSHAKE, true, "a warning, not protected by anything yet", 0},
    {MADE(NO_RENEGOTIATION), ANY, "wolfssl", ANY, MIDDLE_HANDSHAKE, true, "a warning, which the others refuse", 0},
    {MADE(USER_CANCELED), ANY, "openssl", OTLS_TLS1_3, MIDDLE_HANDSHAKE, false,
     "OpenSSL's server: a client without keys may send its alerts in the clear", 0},
    {MADE(HELLO_REQUEST), ANY, "openssl", ANY, MIDDLE_HANDSHAKE, true, "RFC 5246 7.4.1.1; the others refuse it", 0},
    {MADE(HELLO_REQUEST), ANY, "wolfssl", ANY, MIDDLE_HANDSHAKE, true,
     "the same, of a server that has not announced secure renegotiation", 0},
    {MADE(EMPTY_HANDSHAKE), ANY, "openssl", ANY, MIDDLE_HANDSHAKE, true, "nothing; the others refuse it", 0},
    {MADE(EMPTY_CHANGE), ANY, "openssl", ANY, MIDDLE_HANDSHAKE, true, "nothing; the others refuse it", 0},
};

#define PARDONS (sizeof(pardons) / sizeof(pardons[0]))

static bool pardon_fits(const struct pardon *p, const middle *m, const fault *f)
{
    return p->deed == f->deed && (p->type == ANY || p->type == f->type) &&
           (p->reader == ANY || strcmp(p->reader, otls_backend_name(m->engines[1 - f->from])) == 0) &&
           (p->version == ANY || p->version == m->version) && (!p->clear || f->clear) &&
           (p->moment == m->moment || (p->moment == MIDDLE_MOMENTS && m->moment != MIDDLE_HANDSHAKE));
}

static bool pardoned(const middle *m, const fault *f)
{
    for (size_t i = 0; i < PARDONS; i++)
        if (pardon_fits(&pardons[i], m, f)) {
            pardons[i].count++;
            return true;
        }
    return false;
}

/* ---- the deeds ---- */

static void tamper(middle *m, fault *f, const uint8_t *record, size_t size)
{
    const int to = 1 - f->from;
    const uint8_t empty[5] = {record[0], record[1], record[2], 0, 0};

    f->done = true;
    f->type = record[0];
    f->clear = m->moment == MIDDLE_HANDSHAKE && !f->changed &&
               (f->type == HANDSHAKE || (f->type == CHANGE_CIPHER_SPEC && m->version != OTLS_TLS1_3));
    switch (f->deed) {
    case TWICE:
        middle_deliver(m, to, record, size);
        middle_deliver(m, to, record, size);
        break;
    case SWAPPED:
        memcpy(f->held, record, size);
        f->held_size = size;
        break;
    case LOST:
        break;
    case EMPTIED:
        middle_deliver(m, to, empty, sizeof(empty));
        break;
    case AGAIN:
        middle_deliver(m, to, f->first, f->first_size);
        middle_deliver(m, to, record, size);
        break;
    default:
        middle_deliver(m, to, inventions[f->deed - INVENTED].bytes, inventions[f->deed - INVENTED].size);
        middle_deliver(m, to, record, size);
        break;
    }
}

static void pass_record(middle *m, fault *f, int from, const uint8_t *record, size_t size)
{
    direction *d = &f->directions[from];
    const size_t number = d->count++;

    if (from != f->from || f->deed < 0) {
        middle_deliver(m, 1 - from, record, size);
        return;
    }
    if (number < f->at && record[0] == CHANGE_CIPHER_SPEC)
        f->changed = true;
    if (number == 0) {
        memcpy(f->first, record, size);
        f->first_size = size;
    }
    if (number == f->at) {
        tamper(m, f, record, size);
        return;
    }
    middle_deliver(m, 1 - from, record, size);
    if (f->held_size != 0) {
        f->type = record[0] == CHANGE_CIPHER_SPEC ? record[0] : f->type;
        middle_deliver(m, 1 - from, f->held, f->held_size);
        f->held_size = 0;
    }
}

static void pass(void *user, middle *m, int from, const uint8_t *bytes, size_t size)
{
    fault *f = user;
    direction *d = &f->directions[from];

    for (size_t i = 0; i < size; i++) {
        if (d->size == RECORD)
            middle_die("a record that is too long", NULL);
        d->record[d->size++] = bytes[i];
        if (d->size >= 5 && d->size == 5u + (size_t)(d->record[3] << 8 | d->record[4])) {
            const size_t whole = d->size;

            d->size = 0;
            pass_record(m, f, from, d->record, whole);
        }
    }
}

static void check(middle *m, int from, size_t at, int deed)
{
    static fault f;
    const char *wrong;

    memset(&f, 0, sizeof(f));
    f.from = from;
    f.at = at;
    f.deed = deed;
    middle_run(m, pass, &f);
    if (!f.done)
        not_done++;
    wrong = middle_wrong(m);
    if (wrong == NULL && m->whole && f.done && !pardoned(m, &f))
        wrong = "not noticed";
    if (wrong == NULL)
        return;
    failures++;
    printf("FAILED %s: record %zu (type %u) of the %s, %s: %s: %s (%s) and %s (%s)\n", m->name, at, f.type,
           from == 0 ? "client" : "server", deed_name(deed), wrong, otls_status_name(m->ends[0].status), m->ends[0].err.text,
           otls_status_name(m->ends[1].status), m->ends[1].err.text);
}

static void one_moment(middle *m, size_t number)
{
    static fault none;
    size_t counts[2];

    (void)number;
    memset(&none, 0, sizeof(none));
    none.deed = -1;
    middle_undisturbed(m, pass, &none);
    counts[0] = none.directions[0].count;
    counts[1] = none.directions[1].count;
    for (int from = 0; from < 2; from++)
        for (size_t at = 0; at < counts[from] && at < RECORDS; at++)
            for (int deed = 0; deed < (int)INVENTED + (int)INVENTIONS; deed++)
                if (drawn++ % every == 0 && (deed != SWAPPED || at + 1 < counts[from]) && (deed != AGAIN || at > 0))
                    check(m, from, at, deed);
}

int main(int argc, char **argv)
{
    if (argc < 3)
        middle_die("PKI ENGINE [EVERY]", NULL);
    if (argc > 3 && strtoul(argv[3], NULL, 10) != 0)
        every = strtoul(argv[3], NULL, 10);
    middle_each(argv[1], argv[2], one_moment);
    for (size_t i = 0; i < PARDONS; i++)
        if (pardons[i].count != 0)
            printf("not noticed, %lu times: %s: %s\n", pardons[i].count, deed_name(pardons[i].deed), pardons[i].why);
    printf("%lu connections, %lu without the record, %lu failures\n", middle_runs(), not_done, failures);
    return failures == 0 ? 0 : 1;
}
