/* SPDX-License-Identifier: MIT */
#include "base/base.h"
#include "certificate/parts.h"
#include <omnitls/callbacks.h>
#include <omnitls/certificate.h>

otls_status otls_certificate_from_der(otls_certificate **out, const void *der, size_t size,
                                      otls_error *err)
{
    const otls_slice given = {.data = der, .size = size};
    otls_certificate *cert;
    otls_status status;

    if (out == NULL || (der == NULL && size != 0))
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE, "no certificate, or nowhere to put it");
    *out = NULL;
    if (size == 0 || size > OMNI_CERTIFICATE_SIZE_MAX) {
        omni_x509 ignored;

        status = omni_x509_parse(&ignored, given, err);
        return status != OTLS_OK ? status : OTLS_E_INTERNAL;
    }
    cert = omni_malloc(sizeof(*cert) + size);
    if (cert == NULL)
        return omni_fail_nomem(err);
    memcpy(cert->der, der, size);
    status = omni_x509_parse(&cert->x509, (otls_slice){.data = cert->der, .size = size}, err);
    if (status != OTLS_OK) {
        omni_free(cert);
        return status;
    }
    atomic_init(&cert->references, 1);
    cert->user = (omni_user_data){NULL, NULL};
    atomic_init(&cert->subject_text, NULL);
    atomic_init(&cert->issuer_text, NULL);
    atomic_init(&cert->serial_text, NULL);
    atomic_init(&cert->san_offsets, NULL);
    *out = cert;
    return OTLS_OK;
}

/** Stops the PEM reader once the first certificate was found. */
typedef struct first_certificate {
    otls_certificate **out;
    bool found;
} first_certificate;

static bool is_plain(const omni_pem_block *block)
{
    /* RFC 7468 5.1: parsers should take the old label too */
    return (omni_pem_label_is(block, "CERTIFICATE") ||
            omni_pem_label_is(block, "X509 CERTIFICATE")) &&
           !block->has_headers;
}

otls_status omni_pem_certificate(const omni_pem_block *block, otls_slice *der, otls_error *err)
{
    uint8_t trusted_for; /* whoever asks for certificates asks for no more */

    *der = (otls_slice){NULL, 0};
    if (is_plain(block))
        *der = block->der;
    else if (omni_pem_label_is(block, OMNI_PEM_TRUSTED) && !block->has_headers)
        return omni_trust_aux_parse(block->der, der, &trusted_for, err);
    return OTLS_OK;
}

static otls_status take_first(const omni_pem_block *block, void *user, otls_error *err)
{
    first_certificate *first = user;
    otls_slice der;

    OMNI_TRY(omni_pem_certificate(block, &der, err));
    if (der.data == NULL)
        return OTLS_OK;
    OMNI_TRY(otls_certificate_from_der(first->out, der.data, der.size, err));
    first->found = true;
    return OTLS_CLOSED;
}

otls_status otls_certificate_from_pem(otls_certificate **out, const void *pem, size_t size,
                                      otls_error *err)
{
    first_certificate first = {.out = out, .found = false};
    otls_status status;

    if (out == NULL || (pem == NULL && size != 0))
        return omni_fail(err, OTLS_E_USAGE, OTLS_CODE_NONE, "no certificate, or nowhere to put it");
    *out = NULL;
    status = omni_pem_each((otls_slice){.data = pem, .size = size}, take_first, &first, NULL, err);
    if (first.found)
        return OTLS_OK;
    if (status != OTLS_OK)
        return status;
    return omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_NO_CERTIFICATE,
                     "there is no certificate in the PEM text");
}

otls_certificate *otls_certificate_ref(const otls_certificate *cert)
{
    /* the count is the one thing in it that changes; what it says does not */
    otls_certificate *shared = (otls_certificate *)(uintptr_t)cert;

    if (shared != NULL)
        omni_references_take(&shared->references);
    return shared;
}

void otls_certificate_free(const otls_certificate *cert)
{
    otls_certificate *shared = (otls_certificate *)(uintptr_t)cert;

    if (shared == NULL || !omni_references_drop(&shared->references))
        return;
    omni_user_data_set(&shared->user, NULL, NULL);
    omni_free(atomic_load_explicit(&shared->subject_text, memory_order_relaxed));
    omni_free(atomic_load_explicit(&shared->issuer_text, memory_order_relaxed));
    omni_free(atomic_load_explicit(&shared->serial_text, memory_order_relaxed));
    omni_free(atomic_load_explicit(&shared->san_offsets, memory_order_relaxed));
    omni_free(shared);
}

const uint8_t *otls_certificate_der(const otls_certificate *cert, size_t *size)
{
    *size = cert->x509.der.size;
    return cert->x509.der.data;
}

otls_status otls_certificate_pem(const otls_certificate *cert, char **out, otls_error *err)
{
    return omni_pem_encode("CERTIFICATE", cert->x509.der, out, err);
}

int otls_certificate_version(const otls_certificate *cert)
{
    return cert->x509.version;
}

int64_t otls_certificate_not_before(const otls_certificate *cert)
{
    return cert->x509.not_before;
}

int64_t otls_certificate_not_after(const otls_certificate *cert)
{
    return cert->x509.not_after;
}

const uint8_t *otls_certificate_public_key(const otls_certificate *cert, size_t *size)
{
    *size = cert->x509.spki.size;
    return cert->x509.spki.data;
}

bool otls_certificate_equal(const otls_certificate *a, const otls_certificate *b)
{
    return a == b || (a != NULL && b != NULL && omni_slice_equal(a->x509.der, b->x509.der));
}

void otls_string_free(char *string)
{
    omni_free(string);
}

void otls_memory_free(void *memory)
{
    omni_free(memory);
}

/** Publish a text made on demand: the first one in wins, a later one is dropped. */
static const char *publish(_Atomic(char *) *slot, char *made)
{
    char *expected = NULL;

    if (atomic_compare_exchange_strong_explicit(slot, &expected, made, memory_order_acq_rel,
                                                memory_order_acquire))
        return made;
    omni_free(made);
    return expected;
}

static const char *text_of(const _Atomic(char *) *slot, otls_slice bytes,
                           void (*print)(omni_text *text, otls_slice bytes))
{
    _Atomic(char *) *writable = (_Atomic(char *) *)(uintptr_t)slot;
    char *made = atomic_load_explicit(writable, memory_order_acquire);
    omni_text text = {.data = NULL};

    if (made != NULL)
        return made;
    print(&text, bytes);
    if (omni_text_finish(&text, &made, NULL) != OTLS_OK)
        return "(out of memory)";
    return publish(writable, made);
}

/** A negative number without its sign. */
static void put_negated(omni_text *text, otls_slice number)
{
    const size_t start = text->size;
    size_t last = number.size;

    /* two's complement: invert all octets, and add one from the last octet that is not zero */
    while (last > 0 && number.data[last - 1] == 0)
        last--;
    for (size_t i = 0; i < number.size; i++) {
        uint8_t octet = (uint8_t)~number.data[i];

        if (i + 1 >= last)
            octet = i + 1 == last ? (uint8_t)(octet + 1) : 0;
        if (octet == 0 && text->size == start && i + 1 < number.size)
            continue;
        omni_text_hex(text, (otls_slice){.data = &octet, .size = 1}, '\0');
    }
}

void omni_text_serial(omni_text *text, otls_slice serial)
{
    size_t skip = 0;

    if (serial.data[0] < 0x80) {
        /* the octet that only keeps the number positive is not part of it */
        while (skip + 1 < serial.size && serial.data[skip] == 0)
            skip++;
        omni_text_hex(text, (otls_slice){.data = serial.data + skip, .size = serial.size - skip},
                      '\0');
        return;
    }
    omni_text_char(text, '-');
    put_negated(text, serial);
}

const char *otls_certificate_subject(const otls_certificate *cert)
{
    return text_of(&cert->subject_text, cert->x509.subject, omni_text_dn);
}

const char *otls_certificate_issuer(const otls_certificate *cert)
{
    return text_of(&cert->issuer_text, cert->x509.issuer, omni_text_dn);
}

const char *otls_certificate_serial(const otls_certificate *cert)
{
    return text_of(&cert->serial_text, cert->x509.serial, omni_text_serial);
}

/* ---- the application's pointer ---- */

otls_status otls_certificate_set_user_data(otls_certificate *cert, void *data,
                                           void (*destroy)(void *data), otls_error *err)
{
    OMNI_TRY(omni_user_data_unshared(&cert->references, "certificate", err));
    omni_user_data_set(&cert->user, data, destroy);
    return OTLS_OK;
}

void *otls_certificate_user_data(const otls_certificate *cert)
{
    return cert->user.data;
}
