/* SPDX-License-Identifier: MIT */
/*
 * A client's sessions, as objects and as bytes, both without the peer's certificate. Core keeps the
 * chain that it judged, and hands it out after a resumption; OpenSSL never reads its copy, which
 * takes more memory than all the rest of a session, and to decode it takes longer than all the rest
 * of a resumption. (A server's session keeps it: the client is judged again.)
 *
 * An object is never in use by a connection: SSL_SESSION changes while it is (a fatal alert, or a
 * TLS 1.3 resumption, makes it not resumable). Connections get a copy.
 */
#include "ossl.h"

#define TAG_SEQUENCE 0x30
#define TAG_PEER 0xa3 /* [3] of SSL_SESSION, see ssl/ssl_asn1.c */

/* One element of `left` bytes: where its contents begin, and where it ends; NULL when it is none. */
static unsigned char *element(unsigned char *at, size_t left, unsigned char **contents)
{
    size_t size, head = 2;
    if (left < head)
        return NULL;
    size = at[1];
    if (size >= 0x80) {
        const size_t count = size - 0x80;
        head += count;
        if (count < 1 || count > 3 || left < head)
            return NULL;
        size = 0;
        for (size_t i = 2; i < head; i++)
            size = size << 8 | at[i];
    }
    if (size > left - head)
        return NULL;
    *contents = at + head;
    return at + head + size;
}

/* A SEQUENCE's head that ends before `body`. */
static unsigned char *put_head(unsigned char *body, size_t size)
{
    unsigned char *at = body;
    size_t count = 0;
    for (size_t rest = size; rest > 0 || count == 0; rest >>= 8, count++)
        *--at = (unsigned char)rest;
    if (size >= 0x80)
        *--at = (unsigned char)(0x80 | count);
    *--at = TAG_SEQUENCE;
    return at;
}

otls_slice ossl_session_without_peer(unsigned char *der, size_t size)
{
    const otls_slice whole = {der, size};
    unsigned char *body, *contents, *end = element(der, size, &body), *after;
    if (end == NULL || der[0] != TAG_SEQUENCE)
        return whole;
    for (unsigned char *at = body; at < end; at = after) {
        after = element(at, (size_t)(end - at), &contents);
        if (after == NULL)
            return whole;
        if (*at != TAG_PEER)
            continue;
        /* what stands before it moves up: the new head has room in its place */
        unsigned char *const moved = body + (after - at);
        memmove(moved, body, (size_t)(at - body));
        unsigned char *const start = put_head(moved, (size_t)(end - moved));
        return (otls_slice){start, (size_t)(end - start)};
    }
    return whole;
}

/* ---- objects ---- */

static SSL_SESSION *session_of(const otls_native_session_object *object)
{
    return (SSL_SESSION *)(uintptr_t)object;
}

/* Bytes and back: what they leave out is gone, the mark "not resumable" as well. */
static SSL_SESSION *stripped(SSL_SESSION *session)
{
    unsigned char *der = NULL;
    SSL_SESSION *copy = NULL;
    const int size = i2d_SSL_SESSION(session, &der);
    if (size > 0) {
        const otls_slice bytes = ossl_session_without_peer(der, (size_t)size);
        const unsigned char *at = bytes.data;
        copy = d2i_SSL_SESSION(NULL, &at, (long)bytes.size);
        OPENSSL_cleanse(der, (size_t)size);
    }
    OPENSSL_free(der);
    return copy;
}

otls_native_session_object *ossl_session_keep(SSL_SESSION *session)
{
    const bool as_it_is =
        SSL_SESSION_get0_peer(session) == NULL && SSL_SESSION_is_resumable(session) == 1;
    return (otls_native_session_object *)(as_it_is ? SSL_SESSION_dup(session) : stripped(session));
}

SSL_SESSION *ossl_session_copy(const otls_native_session_object *object)
{
    return SSL_SESSION_dup(session_of(object));
}

void ossl_session_free(otls_native_session_object *object)
{
    SSL_SESSION_free(session_of(object));
}

otls_status ossl_session_encode(const otls_native_session_object *object,
                                void (*emit)(void *user, otls_slice blob), void *user,
                                otls_error *err)
{
    unsigned char *der = NULL;
    const int size = i2d_SSL_SESSION(session_of(object), &der);
    if (size <= 0)
        return ossl_fail(err, OTLS_E_NOMEM, OTLS_CODE_NONE, "no memory for the session's bytes");
    emit(user, (otls_slice){der, (size_t)size});
    OPENSSL_cleanse(der, (size_t)size);
    OPENSSL_free(der);
    return OTLS_OK;
}
