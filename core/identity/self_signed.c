/* SPDX-License-Identifier: MIT */
/*
 * An identity made on the spot: a new key, and a certificate that it signs for itself. The key is
 * Ed25519, where any 32 octets are a private key (RFC 8032 section 5.1.5), so that random octets are all
 * that an engine must have. The certificate (RFC 5280 section 4.1) is written from its end, so that what
 * an element holds is there before its length is needed.
 */
#include "identity/identity.h"

#include "base/base.h"
#include "platform/platform.h"
#include "x509/x509.h"
#include <omnitls/random.h>

#include <stdio.h>
#include <string.h>

#define NAMES_MAX 32
#define DAYS_MAX 3650u
#define SEED_SIZE 32
#define SIGNATURE_SIZE 64
#define SERIAL_SIZE 16
/* of clocks that go wrong */
#define EARLIER_S 3600
/* each name with its head, and what else there is: less than 400 octets */
#define ROOM (NAMES_MAX * (OMNI_HOST_NAME_MAX + 4u) + 512u)

static const uint8_t ed25519[] = {0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70}; /* RFC 8410 section 3 */

/* ---- the fields, in the order of RFC 5280 section 4.1 ---- */

/* A name of its own, so that two of them are never taken for one authority. */
static void put_name(omni_der_writer *w, const uint8_t serial[SERIAL_SIZE])
{
    static const uint8_t common_name[] = {0x06, 0x03, 0x55, 0x04, 0x03};
    const uint8_t *const end = w->at;
    char text[sizeof("omnitls ") + 16];

    memcpy(text, "omnitls ", sizeof("omnitls "));
    for (size_t i = 0; i < 8; i++)
        (void)snprintf(text + sizeof("omnitls ") - 1 + 2 * i, 3, "%02x", serial[i]);
    omni_der_put_element(w, OMNI_DER_UTF8_STRING, text, strlen(text));
    omni_der_put(w, common_name, sizeof(common_name));
    omni_der_wrap(w, OMNI_DER_SEQUENCE, end);
    omni_der_wrap(w, OMNI_DER_SET, end);
    omni_der_wrap(w, OMNI_DER_SEQUENCE, end);
}

/* RFC 5280 section 4.1.2.5: UTCTime as far as 2049. */
static void put_time(omni_der_writer *w, int64_t seconds)
{
    omni_civil civil;
    char text[24];
    int size;

    omni_time_civil(seconds, &civil);
    const bool old = civil.year < 2050;

    size = snprintf(text, sizeof(text), "%0*d%02d%02d%02d%02d%02dZ", old ? 2 : 4,
                    (int)(old ? civil.year % 100 : civil.year), civil.month, civil.day, civil.hour,
                    civil.minute, civil.second);
    omni_der_put_element(w, old ? OMNI_DER_UTC_TIME : OMNI_DER_GENERALIZED_TIME, text, (size_t)size);
}

static otls_status put_host(omni_der_writer *w, const char *host, otls_error *err)
{
    char buffer[256];
    omni_reference_name name = {0};
    otls_error inner = OTLS_ERROR_INIT;

    if (omni_reference_name_parse(&name, host, buffer, &inner) != OTLS_OK)
        return omni_fail(err, OTLS_E_USAGE, inner.code, "\"%.80s\": %s", host, inner.text);
    if (name.dns != NULL)
        omni_der_put_element(w, OMNI_DER_CONTEXT(2), name.dns, strlen(name.dns));
    else
        omni_der_put_element(w, OMNI_DER_CONTEXT(7), name.ip, name.ip_size);
    return OTLS_OK;
}

static otls_status put_extensions(omni_der_writer *w, const char *const *names, size_t count, otls_error *err)
{
    static const uint8_t fixed[] = {
        0x30, 0x0c, 0x06, 0x03, 0x55, 0x1d, 0x13, 0x01, 0x01, 0xff, 0x04, 0x02, 0x30, 0x00, /* no CA */
        0x30, 0x0e, 0x06, 0x03, 0x55, 0x1d, 0x0f, 0x01, 0x01, 0xff, 0x04, 0x04, 0x03, 0x02, 0x07,
        0x80 /* digitalSignature */
    };
    static const uint8_t alternative_names[] = {0x06, 0x03, 0x55, 0x1d, 0x11};
    const uint8_t *const end = w->at;

    for (size_t i = count; i-- > 0;)
        OMNI_TRY(put_host(w, names[i], err));
    omni_der_wrap(w, OMNI_DER_SEQUENCE, end);
    omni_der_wrap(w, OMNI_DER_OCTET_STRING, end);
    omni_der_put(w, alternative_names, sizeof(alternative_names));
    omni_der_wrap(w, OMNI_DER_SEQUENCE, end);
    omni_der_put(w, fixed, sizeof(fixed));
    omni_der_wrap(w, OMNI_DER_SEQUENCE, end);
    omni_der_wrap(w, OMNI_DER_CONTEXT_CONSTRUCTED(3), end);
    return OTLS_OK;
}

typedef struct facts {
    const char *const *names;
    size_t count;
    int64_t from, until;
    uint8_t serial[SERIAL_SIZE];
    otls_slice spki;
} facts;

static otls_status put_body(omni_der_writer *w, const facts *said, otls_error *err)
{
    static const uint8_t version_3[] = {0xa0, 0x03, 0x02, 0x01, 0x02};
    const uint8_t *const end = w->at;

    OMNI_TRY(put_extensions(w, said->names, said->count, err));
    omni_der_put(w, said->spki.data, said->spki.size);
    put_name(w, said->serial);
    const uint8_t *const times = w->at;

    put_time(w, said->until);
    put_time(w, said->from);
    omni_der_wrap(w, OMNI_DER_SEQUENCE, times);
    put_name(w, said->serial);
    omni_der_put(w, ed25519, sizeof(ed25519));
    omni_der_put_element(w, OMNI_DER_INTEGER, said->serial, sizeof(said->serial));
    omni_der_put(w, version_3, sizeof(version_3));
    omni_der_wrap(w, OMNI_DER_SEQUENCE, end);
    return OTLS_OK;
}

/* ---- all of it ---- */

static otls_status sign(const otls_key *key, otls_slice body, uint8_t *signature, otls_error *err)
{
    const otls_signature_algorithm algorithm = {.kind = OTLS_SIG_ED25519};
    otls_error inner = OTLS_ERROR_INIT;
    size_t size = 0;
    const otls_status status = OMNI_MODULE(key->backend)
                                   ->crypto->sign(key->native, &algorithm, body, signature,
                                                  SIGNATURE_SIZE, &size, &inner);

    if (status == OTLS_OK && size != SIGNATURE_SIZE)
        return omni_fail(err, OTLS_E_BACKEND, OTLS_CODE_NONE, "%s signed with %zu octets",
                         otls_backend_name(key->backend), size);
    if (status != OTLS_OK)
        omni_error_give(err, &inner);
    return status;
}

static otls_status write_certificate(otls_certificate **out, const otls_key *key, const facts *said,
                                     uint8_t *room, otls_error *err)
{
    uint8_t *const end = room + ROOM;
    omni_der_writer w = {.begin = room, .at = end};
    const uint8_t empty[1 + SIGNATURE_SIZE] = {0}; /* the first: all bits of the last octet count */

    omni_der_put_element(&w, OMNI_DER_BIT_STRING, empty, sizeof(empty));
    omni_der_put(&w, ed25519, sizeof(ed25519));
    const uint8_t *const after = w.at;

    OMNI_TRY(put_body(&w, said, err));
    if (!w.full) {
        const otls_slice body = {w.at, (size_t)(after - w.at)};

        OMNI_TRY(sign(key, body, end - SIGNATURE_SIZE, err));
    }
    omni_der_wrap(&w, OMNI_DER_SEQUENCE, end);
    if (w.full)
        return omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_LIMIT, "the names are too long together");
    return otls_certificate_from_der(out, w.at, (size_t)(end - w.at), err);
}

static otls_status make_certificate(otls_certificate **out, const otls_key *key, facts *said,
                                    otls_error *err)
{
    uint8_t *const room = omni_malloc(ROOM);
    otls_status status;

    if (room == NULL)
        return omni_fail_nomem(err);
    status = omni_key_spki(key, &said->spki, err);
    if (status == OTLS_OK)
        status = otls_random(key->backend, said->serial, sizeof(said->serial), err);
    /* positive, in the fewest octets */
    said->serial[0] = (uint8_t)((said->serial[0] & 0x3f) | 0x40);
    if (status == OTLS_OK)
        status = write_certificate(out, key, said, room, err);
    omni_free((void *)said->spki.data);
    omni_free(room);
    return status;
}

static otls_status make_key(otls_key **out, const otls_backend *backend, otls_error *err)
{
    static const uint8_t pkcs8[] = {0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06,
                                    0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20};
    uint8_t der[sizeof(pkcs8) + SEED_SIZE]; /* RFC 8410 section 7 */
    otls_status status;

    OMNI_TRY(omni_backend_require(backend, OTLS_FEATURE_ED25519, err));
    memcpy(der, pkcs8, sizeof(pkcs8));
    status = otls_random(backend, der + sizeof(pkcs8), SEED_SIZE, err);
    if (status == OTLS_OK)
        status = otls_key_from_memory(out, backend, der, sizeof(der), NULL, NULL, err);
    omni_wipe(der, sizeof(der));
    return status;
}

static otls_status make(otls_identity **out, const otls_backend *backend, facts *said, otls_error *err)
{
    otls_key *key = NULL;
    otls_certificate *cert = NULL;
    otls_status status;

    OMNI_TRY(make_key(&key, backend, err));
    status = make_certificate(&cert, key, said, err);
    if (status == OTLS_OK)
        status = otls_identity_from_key(out, (const otls_certificate *const *)&cert, 1, key, err);
    otls_certificate_free(cert);
    otls_key_free(key);
    return status;
}

otls_status otls_identity_self_signed(otls_identity **out, const otls_backend *backend,
                                      const char *const *names, size_t count, unsigned days,
                                      otls_error *err)
{
    facts said = {.names = names, .count = count};

    *out = NULL;
    if (names == NULL || count == 0 || count > NAMES_MAX)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE, "1 to %d names are needed, not %zu",
                         NAMES_MAX, names != NULL ? count : 0);
    if (days == 0 || days > DAYS_MAX)
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE,
                         "a certificate is made for 1 to %u days, not %u", DAYS_MAX, days);
    if (!omni_os_now(&said.from))
        return omni_fail(err, OTLS_E_CONFIG, OTLS_CODE_NONE,
                         "this system has no clock, so that no certificate can be dated");
    said.from -= EARLIER_S;
    said.until = said.from + EARLIER_S + (int64_t)days * 86400 - 1;
    if (backend == NULL)
        OMNI_TRY(otls_backend_find(&backend, NULL, err));
    return make(out, backend, &said, err);
}
