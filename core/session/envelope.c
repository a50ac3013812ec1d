/* SPDX-License-Identifier: MIT */
/*
 * A session as bytes. Numbers are big-endian; the last 32 bytes are the SHA-256 of all before them,
 * so that no engine ever sees a damaged blob (one of them would take it). The checksum finds
 * damage, not malice: who holds a session file holds the session.
 *
 *   "OTLSSESS" format(2) kind(1) total(4) engine(1+n) engine version(1+n) checked first
 *   version(2) suite(2) host(1+n) port(2) alpn(1+n) policy(32)
 *   created(8) authenticated(8) expires(8) timeout(4) hint(4) early(4) verify flags(4) ticket(1)
 *   id(1+n) peer count(1) each(3+n) verified count(1) each(1: index of peer, or 255 and 3+n)
 *   blob(3+n) SHA-256(32)
 */
#include "session/session.h"

#include "base/base.h"

#include <string.h>

#define MAGIC "OTLSSESS"
#define MAGIC_SIZE 8
#define TOTAL_AT (MAGIC_SIZE + 3)
#define HEAD_SIZE (TOTAL_AT + 4)
#define SUM_SIZE 32
#define NOT_A_PEER 255

/* ---- writing ---- */

typedef struct writer {
    omni_buffer to;
    bool failed;
} writer;

static void put(writer *w, const void *data, size_t size)
{
    if (!w->failed && size != 0 && !omni_buffer_append(&w->to, data, size))
        w->failed = true;
}

static void put_number(writer *w, uint64_t value, size_t bytes)
{
    uint8_t out[8];

    for (size_t i = 0; i < bytes; i++)
        out[i] = (uint8_t)(value >> (8 * (bytes - 1 - i)));
    put(w, out, bytes);
}

static void put_vector(writer *w, const void *data, size_t size, size_t length_bytes)
{
    put_number(w, size, length_bytes);
    put(w, data, size);
}

static void put_certificate(writer *w, const otls_certificate *cert)
{
    size_t size;
    const uint8_t *der = otls_certificate_der(cert, &size);

    put_vector(w, der, size, 3);
}

static void put_chains(writer *w, const otls_session *s)
{
    const size_t peers = omni_chain_count(s->peer), verified = omni_chain_count(s->verified);

    put_number(w, peers, 1);
    for (size_t i = 0; i < peers; i++)
        put_certificate(w, s->peer->at[i]);
    put_number(w, verified, 1);
    for (size_t i = 0; i < verified; i++) {
        size_t k = 0;

        while (k < peers && !otls_certificate_equal(s->peer->at[k], s->verified->at[i]))
            k++;
        if (k < peers) {
            put_number(w, k, 1);
            continue;
        }
        put_number(w, NOT_A_PEER, 1);
        put_certificate(w, s->verified->at[i]);
    }
}

static void put_all(writer *w, const otls_session *s)
{
    const char *engine = otls_backend_name(s->backend);
    const char *running = otls_backend_version(s->backend);

    put(w, MAGIC, MAGIC_SIZE);
    put_number(w, OMNI_SESSION_FORMAT, 2);
    put_number(w, s->kind, 1);
    put_number(w, 0, 4); /* the total, known later */
    put_vector(w, engine, strlen(engine), 1);
    put_vector(w, running, strlen(running), 1);
    put_number(w, s->version, 2);
    put_number(w, s->suite, 2);
    put_vector(w, s->host, strlen(s->host), 1);
    put_number(w, s->port, 2);
    put_vector(w, s->alpn, s->alpn_size, 1);
    put(w, s->policy, sizeof(s->policy));
    put_number(w, (uint64_t)s->created, 8);
    put_number(w, (uint64_t)s->authenticated, 8);
    put_number(w, (uint64_t)s->expires, 8);
    put_number(w, s->timeout, 4);
    put_number(w, s->lifetime_hint, 4);
    put_number(w, s->max_early_data, 4);
    put_number(w, s->verify_flags, 4);
    put_number(w, s->has_ticket, 1);
    put_vector(w, s->id, s->id_size, 1);
    put_chains(w, s);
}

static void put_blob(void *user, otls_slice blob)
{
    put_vector(user, blob.data, blob.size, 3);
}

static otls_status encode(writer *w, const otls_session *s, otls_error *err)
{
    otls_error inner = OTLS_ERROR_INIT;
    otls_status status;

    status = OMNI_MODULE(s->backend)->connection->session_encode(s->object, put_blob, w, &inner);
    if (status != OTLS_OK)
        omni_error_give(err, &inner);
    return status > OTLS_OK ? OTLS_E_INTERNAL : status;
}

/* The engine's part: there already, or asked for now. */
static otls_status put_engine(writer *w, const otls_session *s, otls_error *err)
{
    const size_t before = w->to.end;

    if (s->object != NULL)
        OMNI_TRY(encode(w, s, err));
    else
        put_blob(w, (otls_slice){s->blob, s->blob_size});
    const size_t size = w->to.end - before;

    if (w->failed || (size > 3 && size <= OMNI_SESSION_BYTES_MAX / 2))
        return OTLS_OK; /* finish tells of what failed */
    return omni_fail(err, OTLS_E_CONFIG, OTLS_CODE_LIMIT, "%s's part of the session has %zu bytes",
                     otls_backend_name(s->backend), size);
}

static otls_status checksum(const otls_backend *backend, const uint8_t *data, size_t size,
                            uint8_t out[SUM_SIZE], otls_error *err)
{
    return omni_digest(backend, OTLS_HASH_SHA256, (otls_slice){data, size}, out, err);
}

static otls_status finish(writer *w, const otls_backend *backend, otls_error *err)
{
    const size_t total = w->to.end + SUM_SIZE;
    uint8_t sum[SUM_SIZE];

    if (w->failed || !omni_buffer_reserve(&w->to, SUM_SIZE))
        return omni_fail_nomem(err);
    if (total > OMNI_SESSION_BYTES_MAX)
        return omni_fail(err, OTLS_E_CONFIG, OTLS_CODE_LIMIT, "the session has %zu bytes", total);
    for (size_t i = 0; i < 4; i++)
        w->to.data[TOTAL_AT + i] = (uint8_t)(total >> (8 * (3 - i)));
    OMNI_TRY(checksum(backend, w->to.data, w->to.end, sum, err));
    put(w, sum, sizeof(sum));
    return OTLS_OK;
}

otls_status omni_session_encode(const otls_session *session, uint8_t **out, size_t *size,
                                otls_error *err)
{
    writer w = {.failed = false};
    otls_status status;

    w.failed = !omni_buffer_reserve(&w.to, session->blob_size + 8192); /* few copies of secrets */
    put_all(&w, session);
    status = put_engine(&w, session, err);
    if (status == OTLS_OK)
        status = finish(&w, session->backend, err);
    if (status != OTLS_OK) {
        if (w.to.data != NULL)
            omni_wipe(w.to.data, w.to.end);
        omni_buffer_release(&w.to);
        return status;
    }
    *out = w.to.data; /* nothing was ever taken from the front: the block begins here */
    *size = w.to.end;
    return OTLS_OK;
}

/* ---- reading ---- */

static bool same(otls_slice bytes, const char *text)
{
    return bytes.size == strlen(text) && memcmp(bytes.data, text, bytes.size) == 0;
}

/* An envelope that is being read, and why it is no session: malformed, unless memory ran out. */
typedef struct reading {
    omni_reader r;
    bool no_memory;
} reading;

static const otls_certificate *certificate(reading *from)
{
    const otls_slice der = omni_read_vector(&from->r, 3);
    otls_certificate *cert = NULL;
    otls_status status = OTLS_E_CREDENTIAL;

    if (!from->r.bad)
        status = otls_certificate_from_der(&cert, der.data, der.size, NULL);
    from->no_memory |= status == OTLS_E_NOMEM;
    from->r.bad |= status != OTLS_OK;
    return cert;
}

/* The number of it in the chain that was sent, or what follows; NULL: neither. */
static const otls_certificate *verified_one(reading *from, const omni_chain *peer)
{
    const size_t index = (size_t)omni_read_number(&from->r, 1);

    if (index == NOT_A_PEER)
        return certificate(from);
    return from->r.bad ? NULL : otls_certificate_ref(omni_chain_at(peer, index));
}

/* What was `sent`, or what was verified, which refers to it. */
static const omni_chain *read_chain(reading *from, bool sent, const omni_chain *peer)
{
    omni_reader *const r = &from->r;
    const otls_certificate *at[OMNI_VERIFY_CHAIN_MAX] = {NULL};
    const omni_chain *chain = NULL;
    const size_t announced = (size_t)omni_read_number(r, 1);
    size_t count = 0;

    if (announced > OMNI_VERIFY_CHAIN_MAX)
        r->bad = true;
    while (count < announced && !r->bad) {
        at[count] = sent ? certificate(from) : verified_one(from, peer);
        if (at[count] == NULL)
            r->bad = true;
        else
            count++;
    }
    if (!r->bad && !omni_chain_new(&chain, at, count))
        r->bad = from->no_memory = true;
    while (count > 0)
        otls_certificate_free(at[--count]); /* the chain has references of its own */
    return chain;
}

static void read_chains(reading *from, otls_session *s)
{
    s->peer = read_chain(from, true, NULL);
    s->verified = read_chain(from, false, s->peer);
}

/* Copy a vector of bounded size; `*used` gets its length. */
static void read_into(omni_reader *r, uint8_t *out, size_t capacity, uint8_t *used)
{
    const otls_slice bytes = omni_read_vector(r, 1);

    if (bytes.size > capacity) {
        r->bad = true;
        return;
    }
    if (bytes.size != 0)
        memcpy(out, bytes.data, bytes.size);
    *used = (uint8_t)bytes.size;
}

static void read_binding(omni_reader *r, otls_session *s)
{
    uint8_t used = 0;

    s->version = (uint16_t)omni_read_number(r, 2);
    /* 0: what a server keeps beside a ticket; nothing that is offered */
    if (s->version != 0 && (s->version < 0x0301 || s->version > 0x0304))
        r->bad = true;
    s->suite = (uint16_t)omni_read_number(r, 2);
    read_into(r, (uint8_t *)s->host, OMNI_SESSION_HOST_MAX, &used);
    if (memchr(s->host, '\0', used) != NULL)
        r->bad = true;
    s->port = (uint16_t)omni_read_number(r, 2);
    read_into(r, s->alpn, sizeof(s->alpn), &s->alpn_size);
    const otls_slice policy = omni_read(r, sizeof(s->policy));

    if (!r->bad)
        memcpy(s->policy, policy.data, policy.size);
}

static bool read_all(reading *from, otls_session *s)
{
    omni_reader *const r = &from->r;

    read_binding(r, s);
    s->created = (int64_t)omni_read_number(r, 8);
    s->authenticated = (int64_t)omni_read_number(r, 8);
    s->expires = (int64_t)omni_read_number(r, 8);
    s->timeout = (uint32_t)omni_read_number(r, 4);
    s->lifetime_hint = (uint32_t)omni_read_number(r, 4);
    s->max_early_data = (uint32_t)omni_read_number(r, 4);
    s->verify_flags = (uint32_t)omni_read_number(r, 4);
    const uint64_t ticket = omni_read_number(r, 1);

    s->has_ticket = ticket == 1;
    read_into(r, s->id, sizeof(s->id), &s->id_size);
    read_chains(from, s);
    const otls_slice blob = omni_read_vector(r, 3);

    if (r->bad || r->left != 0 || ticket > 1 || s->created < 0 || s->authenticated < 0 ||
        s->authenticated > s->created || s->expires < s->created ||
        s->expires - OMNI_SESSION_WEEK > s->authenticated)
        return false;
    from->no_memory = blob.size != 0 && blob.size <= OMNI_SESSION_BYTES_MAX / 2;
    return omni_session_set_blob(s, blob);
}

static otls_status refuse(otls_error *err, const char *why)
{
    return omni_fail(err, OTLS_E_CONFIG, OTLS_CODE_SESSION_REFUSED, "the session %s", why);
}

/* What can be told without any engine: is this ours, and whole? */
static const char *check_head(omni_reader *r, omni_session_kind kind, size_t size)
{
    const otls_slice magic = omni_read(r, MAGIC_SIZE);

    if (r->bad || memcmp(magic.data, MAGIC, MAGIC_SIZE) != 0)
        return "is none of ours";
    if (omni_read_number(r, 2) != OMNI_SESSION_FORMAT)
        return r->bad ? "is cut short" : "has another format";
    if (omni_read_number(r, 1) != kind)
        return r->bad ? "is cut short" : "is not of the kind wanted";
    if (size > OMNI_SESSION_BYTES_MAX)
        return "is too large";
    if (omni_read_number(r, 4) != size || r->left < SUM_SIZE)
        return "is cut short or has something behind it";
    return NULL;
}

/* The engine that made it; its digest checks the rest. */
static otls_status find_engine(omni_reader *r, const otls_backend **backend, otls_error *err)
{
    const otls_slice engine = omni_read_vector(r, 1);
    char name[32] = "";

    if (r->bad || engine.size >= sizeof(name) || memchr(engine.data, 0, engine.size) != NULL)
        return refuse(err, "is damaged");
    memcpy(name, engine.data, engine.size);
    if (*backend == NULL)
        return otls_backend_find(backend, name, err) == OTLS_OK
                   ? OTLS_OK
                   : refuse(err, "was made by an engine that is not here");
    return OTLS_OK;
}

static otls_status check_sum(const otls_backend *backend, otls_slice data, otls_error *err)
{
    const size_t body = data.size - SUM_SIZE;
    uint8_t sum[SUM_SIZE];

    OMNI_TRY(checksum(backend, data.data, body, sum, err));
    return memcmp(sum, data.data + body, SUM_SIZE) == 0 ? OTLS_OK : refuse(err, "is damaged");
}

static otls_status check_engine(omni_reader *r, const otls_backend *backend, otls_error *err)
{
    const otls_slice engine = omni_read_vector(r, 1);
    const otls_slice running = omni_read_vector(r, 1);

    if (r->bad)
        return refuse(err, "is damaged");
    if (!same(engine, otls_backend_name(backend)))
        return omni_fail(err, OTLS_E_WRONG_BACKEND, OTLS_CODE_SESSION_REFUSED,
                         "the session was made by %.*s, and %s cannot resume it",
                         (int)(engine.size < 32 ? engine.size : 32), (const char *)engine.data,
                         otls_backend_name(backend));
    if (!same(running, otls_backend_version(backend)))
        return refuse(err, "was made by another version of the engine");
    return OTLS_OK;
}

otls_status omni_session_decode(otls_session **out, const otls_backend *backend,
                                omni_session_kind kind, otls_slice data, otls_error *err)
{
    omni_reader r = {data.data, data.size, false}, peek;
    const char *problem = check_head(&r, kind, data.size);
    otls_session *session;
    reading all;

    *out = NULL;
    if (problem != NULL)
        return refuse(err, problem);
    r.left -= SUM_SIZE;
    peek = r;
    OMNI_TRY(find_engine(&peek, &backend, err));
    OMNI_TRY(check_sum(backend, data, err));
    OMNI_TRY(check_engine(&r, backend, err));
    session = omni_session_new(backend, kind);
    if (session == NULL)
        return omni_fail_nomem(err);
    all = (reading){.r = r};
    if (!read_all(&all, session)) {
        otls_session_free(session);
        return all.no_memory ? omni_fail_nomem(err) : refuse(err, "is malformed");
    }
    *out = session;
    return OTLS_OK;
}
