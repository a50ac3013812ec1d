/* SPDX-License-Identifier: MIT */
/*
 * octets PKI ENGINE [EVERY [START]]: a connection of a client of ENGINE with a server of each engine, in TLS 1.2
 * and 1.3, once for each EVERY-th octet of what either side sends in its handshake, with data, at a key update, a late
 * authentication and a renegotiation: the octet with one bit changed, and the stream cut before it. Whatever is
 * changed must be noticed by one of the ends before both have everything of the other; a cut must end as
 * truncation or an alert. The exceptions are counted:
 * octets 1 and 2 of a record's header, its version, which RFC 8446 5.1 has receivers ignore; and with GnuTLS as
 * the reader the 1 of a ChangeCipherSpec (TLS 1.2), for which it takes any value, and the outer type of a sealed
 * record (TLS 1.3), which it does not look at; neither says anything: the true type is sealed.
 */
#include "middle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NO_MEANING 6 /* behind all places */
#define VARIES 40    /* signatures, and what holds them, differ in length from run to run */

/** Where in its record an end's next octet stands. */
typedef struct position {
    uint8_t header[5];
    size_t have, left;
} position;

/** What is done to which octet of whom. */
typedef struct fault {
    int from;
    size_t at;
    bool cut;
    /* while it is done */
    size_t sent[2];
    position positions[2];
    bool gone;
    size_t where; /* the place in its record of the octet that was changed */
} fault;

static size_t every = 1, start;
static unsigned long ignored, passed_over, failures;

static size_t place(position *p, uint8_t octet)
{
    if (p->left != 0) {
        p->left--;
        return 5;
    }
    p->header[p->have++] = octet;
    if (p->have < 5)
        return p->have - 1;
    p->left = (size_t)(p->header[3] << 8 | p->header[4]);
    p->have = 0;
    return 4;
}

/* Octets that GnuTLS does not look at. */
static bool of_no_meaning(const position *p, uint8_t octet, size_t at)
{
    return (at == 0 && octet == 23) || (at == 5 && p->header[0] == 20 && p->header[3] == 0 && p->header[4] == 1);
}

static void spoil(void *user, middle *m, int from, const uint8_t *bytes, size_t size)
{
    fault *f = user;
    uint8_t *copy;

    if (from == f->from && f->gone)
        return;
    copy = malloc(size);
    if (copy == NULL)
        middle_die("no memory", NULL);
    memcpy(copy, bytes, size);
    for (size_t i = 0; i < size && !f->gone; i++, f->sent[from]++) {
        const size_t at = place(&f->positions[from], bytes[i]);

        if (from != f->from || f->sent[from] != f->at)
            continue;
        if (f->cut) {
            size = i;
            f->gone = true;
        } else {
            f->where = of_no_meaning(&f->positions[from], bytes[i], at) ? NO_MEANING : at;
            copy[i] ^= (uint8_t)(1u << f->at % 8);
        }
    }
    middle_deliver(m, 1 - from, copy, size);
    if (from == f->from && f->gone)
        middle_cut(m, 1 - from);
    free(copy);
}

static bool may_go_unnoticed(const middle *m, const fault *f)
{
    if (f->cut)
        return false;
    if (f->where == 1 || f->where == 2) {
        ignored++;
        return true;
    }
    if (f->where == NO_MEANING && strcmp(otls_backend_name(m->engines[1 - f->from]), "gnutls") == 0) {
        passed_over++;
        return true;
    }
    return false;
}

static void check(middle *m, int from, size_t at, bool cut)
{
    fault f = {.from = from, .at = at, .cut = cut};
    const char *wrong;

    middle_run(m, spoil, &f);
    wrong = middle_wrong(m);
    if (wrong == NULL && cut && m->ends[1 - from].status >= 0)
        wrong = "not noticed by its reader";
    if (wrong == NULL && m->whole && !may_go_unnoticed(m, &f))
        wrong = "not noticed";
    if (wrong == NULL)
        return;
    failures++;
    printf("FAILED %s: octet %zu of the %s %s (%zu): %s: %s (%s) and %s (%s)\n", m->name, at,
           from == 0 ? "client" : "server", cut ? "and the rest lost" : "changed", f.where, wrong,
           otls_status_name(m->ends[0].status), m->ends[0].err.text, otls_status_name(m->ends[1].status),
           m->ends[1].err.text);
}

static void one_moment(middle *m, size_t number)
{
    const size_t varies = m->moment == MIDDLE_OPEN || m->moment == MIDDLE_KEY_UPDATE ? 0 : VARIES;
    size_t lengths[2];

    middle_undisturbed(m, NULL, NULL);
    for (int i = 0; i < 2; i++)
        lengths[i] = m->ends[i].octets;
    for (int from = 0; from < 2; from++)
        for (size_t at = (start + number) % every; at + varies < lengths[from]; at += every)
            for (int cut = 0; cut < 2; cut++)
                check(m, from, at, cut != 0);
}

int main(int argc, char **argv)
{
    if (argc < 3)
        middle_die("PKI ENGINE [EVERY [START]]", NULL);
    if (argc > 3 && strtoul(argv[3], NULL, 10) != 0)
        every = strtoul(argv[3], NULL, 10);
    start = argc > 4 ? strtoul(argv[4], NULL, 10) : 0;
    middle_each(argv[1], argv[2], one_moment);
    printf("%lu connections, %lu changes of a record's version ignored, %lu of what GnuTLS does not look at, "
           "%lu failures\n", middle_runs(), ignored, passed_over, failures);
    return failures == 0 ? 0 : 1;
}
