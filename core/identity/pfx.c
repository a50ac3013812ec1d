/* SPDX-License-Identifier: MIT */
/*
 * PKCS #12 (RFC 7292): contents in the clear or encrypted, bags in them, keys and certificates in
 * the bags. Everything is made DER before it is read. What is none of ours (CRLs, secrets,
 * attributes) is passed over.
 */
#include "identity/pfx.h"

#include "base/base.h"
#include "identity/ber.h"
#include "identity/derivation.h"
#include "x509/x509.h"

#define PKCS7 "\x2a\x86\x48\x86\xf7\x0d\x01\x07"
#define BAG "\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x0a\x01"
#define X509_CERTIFICATE "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x16\x01"
/** Bags in bags (SafeContents as a bag). */
#define DEPTH_MAX 4

static otls_status malformed(const char *what, otls_error *err)
{
    return omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_BAD_DER, "%s is malformed", what);
}

/* It may hold a private key. */
static void forget(omni_buffer *buffer)
{
    if (buffer->data != NULL)
        omni_wipe(buffer->data, buffer->capacity);
    omni_buffer_release(buffer);
}

static otls_slice bytes_of(const omni_buffer *buffer)
{
    return (otls_slice){omni_buffer_front(buffer), omni_buffer_size(buffer)};
}

static otls_status normalize(omni_buffer *out, otls_slice ber, const char *what, otls_error *err)
{
    const otls_status status = omni_ber_to_der(out, ber);

    return status == OTLS_OK        ? OTLS_OK
           : status == OTLS_E_NOMEM ? omni_fail_nomem(err)
                                    : malformed(what, err);
}

/* ---- bags ---- */

static otls_status read_bags(const omni_pfx_reader *reader, omni_der bags, unsigned depth,
                             otls_error *err);

/* EncryptedPrivateKeyInfo ::= SEQUENCE { AlgorithmIdentifier, OCTET STRING } */
static otls_status shrouded_key(const omni_pfx_reader *reader, omni_der info, otls_error *err)
{
    omni_buffer key = {0};
    otls_slice algorithm, sealed;
    otls_status status;

    if (!omni_der_value(&info, OMNI_DER_SEQUENCE, &algorithm) ||
        !omni_der_value(&info, OMNI_DER_OCTET_STRING, &sealed) || !omni_der_at_end(&info))
        return malformed("an encrypted key in it", err);
    status = omni_pbe_open(reader->backend, algorithm, sealed, reader->password, &key, err);
    if (status == OTLS_OK)
        status = reader->key(reader->user, bytes_of(&key), err);
    forget(&key);
    return status;
}

/* CertBag ::= SEQUENCE { certId OID, certValue [0] OCTET STRING } */
static otls_status certificate(const omni_pfx_reader *reader, omni_der bag, otls_error *err)
{
    otls_slice kind, der;
    omni_der value;

    if (!omni_der_value(&bag, OMNI_DER_OID, &kind) ||
        !omni_der_enter(&bag, OMNI_DER_CONTEXT_CONSTRUCTED(0), &value))
        return malformed("a certificate's bag in it", err);
    if (!OMNI_OID_IS(kind, X509_CERTIFICATE)) /* SDSI */
        return OTLS_OK;
    if (!omni_der_value(&value, OMNI_DER_OCTET_STRING, &der) || !omni_der_at_end(&value))
        return malformed("a certificate's bag in it", err);
    return reader->certificate(reader->user, der, err);
}

/* SafeBag ::= SEQUENCE { bagId OID, bagValue [0], attributes SET OPTIONAL } */
static otls_status read_bag(const omni_pfx_reader *reader, omni_der bag, unsigned depth,
                            otls_error *err)
{
    otls_slice kind;
    omni_der value, inside;
    omni_tlv whole;

    if (!omni_der_value(&bag, OMNI_DER_OID, &kind) ||
        !omni_der_enter(&bag, OMNI_DER_CONTEXT_CONSTRUCTED(0), &value) ||
        !omni_der_next(&value, &whole) || !omni_der_at_end(&value))
        return malformed("a bag in it", err);
    inside = omni_der_of(whole.value);
    if (whole.tag != OMNI_DER_SEQUENCE)
        return malformed("a bag in it", err);
    if (OMNI_OID_IS(kind, BAG "\x01"))
        return reader->key(reader->user, whole.whole, err);
    if (OMNI_OID_IS(kind, BAG "\x02"))
        return shrouded_key(reader, inside, err);
    if (OMNI_OID_IS(kind, BAG "\x03"))
        return certificate(reader, inside, err);
    if (OMNI_OID_IS(kind, BAG "\x06"))
        return depth == DEPTH_MAX ? malformed("a bag in it", err)
                                  : read_bags(reader, inside, depth + 1, err);
    return OTLS_OK;
}

static otls_status read_bags(const omni_pfx_reader *reader, omni_der bags, unsigned depth,
                             otls_error *err)
{
    while (!omni_der_at_end(&bags)) {
        omni_der bag;

        if (!omni_der_enter(&bags, OMNI_DER_SEQUENCE, &bag))
            return malformed("a bag in it", err);
        OMNI_TRY(read_bag(reader, bag, depth, err));
    }
    return OTLS_OK;
}

static otls_status read_contents(const omni_pfx_reader *reader, otls_slice der, otls_error *err)
{
    omni_der bags;

    return omni_der_only(der, OMNI_DER_SEQUENCE, &bags) ? read_bags(reader, bags, 0, err)
                                                        : malformed("the contents", err);
}

/* ---- contents ---- */

static otls_status data(const omni_pfx_reader *reader, omni_der value, otls_error *err)
{
    omni_buffer contents = {0};
    otls_slice octets;
    otls_status status;

    if (!omni_der_value(&value, OMNI_DER_OCTET_STRING, &octets) || !omni_der_at_end(&value))
        return malformed("the contents", err);
    status = normalize(&contents, octets, "the contents", err);
    if (status == OTLS_OK)
        status = read_contents(reader, bytes_of(&contents), err);
    forget(&contents);
    return status;
}

/* [0] IMPLICIT OCTET STRING, which was in pieces when it is constructed. */
static otls_status encrypted_octets(omni_der *info, omni_buffer *joined, otls_slice *octets,
                                    otls_error *err)
{
    omni_der pieces;
    otls_slice piece;

    if (omni_der_value(info, OMNI_DER_CONTEXT(0), octets))
        return OTLS_OK;
    if (!omni_der_enter(info, OMNI_DER_CONTEXT_CONSTRUCTED(0), &pieces))
        return malformed("the encrypted contents", err);
    while (omni_der_value(&pieces, OMNI_DER_OCTET_STRING, &piece))
        if (!omni_buffer_append(joined, piece.data, piece.size))
            return omni_fail_nomem(err);
    *octets = bytes_of(joined);
    return omni_der_at_end(&pieces) ? OTLS_OK : malformed("the encrypted contents", err);
}

/* EncryptedData (RFC 5652 8): SEQUENCE { version, SEQUENCE { type, algorithm, [0] octets } } */
static otls_status encrypted_data(const omni_pfx_reader *reader, omni_der value, otls_error *err)
{
    omni_buffer joined = {0}, contents = {0};
    otls_slice version, type, algorithm, octets;
    omni_der inside, info;
    otls_status status;

    if (!omni_der_enter(&value, OMNI_DER_SEQUENCE, &inside) || !omni_der_at_end(&value) ||
        !omni_der_value(&inside, OMNI_DER_INTEGER, &version) ||
        !omni_der_enter(&inside, OMNI_DER_SEQUENCE, &info) ||
        !omni_der_value(&info, OMNI_DER_OID, &type) || !OMNI_OID_IS(type, PKCS7 "\x01") ||
        !omni_der_value(&info, OMNI_DER_SEQUENCE, &algorithm))
        return malformed("the encrypted contents", err);
    status = encrypted_octets(&info, &joined, &octets, err);
    if (status == OTLS_OK)
        status = omni_pbe_open(reader->backend, algorithm, octets, reader->password, &contents, err);
    if (status == OTLS_OK) /* what was hidden until now may ask for derivations of its own */
        status = omni_derivation_add(reader->rounds, bytes_of(&contents), "the encrypted contents", err);
    if (status == OTLS_OK)
        status = read_contents(reader, bytes_of(&contents), err);
    forget(&contents);
    omni_buffer_release(&joined);
    return status;
}

/* ContentInfo ::= SEQUENCE { contentType OID, content [0] } */
static bool content_info(omni_der *from, otls_slice *type, omni_der *value)
{
    omni_der info;

    return omni_der_enter(from, OMNI_DER_SEQUENCE, &info) &&
           omni_der_value(&info, OMNI_DER_OID, type) &&
           omni_der_enter(&info, OMNI_DER_CONTEXT_CONSTRUCTED(0), value) && omni_der_at_end(&info);
}

static otls_status read_all(const omni_pfx_reader *reader, otls_slice safe, otls_error *err)
{
    omni_der list, value;
    otls_slice type;

    if (!omni_der_only(safe, OMNI_DER_SEQUENCE, &list))
        return malformed("the list of contents", err);
    while (!omni_der_at_end(&list)) {
        if (!content_info(&list, &type, &value))
            return malformed("the list of contents", err);
        if (OMNI_OID_IS(type, PKCS7 "\x01"))
            OMNI_TRY(data(reader, value, err));
        else if (OMNI_OID_IS(type, PKCS7 "\x06"))
            OMNI_TRY(encrypted_data(reader, value, err));
        else
            return omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_KEY_UNSUPPORTED,
                             "it is encrypted for a public key, which is not supported");
    }
    return OTLS_OK;
}

/* PFX ::= SEQUENCE { version INTEGER (3), authSafe ContentInfo, macData OPTIONAL } */
static otls_status read_pfx(const omni_pfx_reader *reader, otls_slice der, omni_buffer *safe,
                            otls_error *err)
{
    otls_slice version, type, octets, mac;
    omni_der pfx, value;

    if (!omni_der_only(der, OMNI_DER_SEQUENCE, &pfx) ||
        !omni_der_value(&pfx, OMNI_DER_INTEGER, &version) || !content_info(&pfx, &type, &value))
        return malformed("the file", err);
    if (OMNI_OID_IS(type, PKCS7 "\x02"))
        return omni_fail(err, OTLS_E_CREDENTIAL, OTLS_CODE_KEY_UNSUPPORTED,
                         "it is signed with a key, which is not supported");
    if (!OMNI_OID_IS(type, PKCS7 "\x01") ||
        !omni_der_value(&value, OMNI_DER_OCTET_STRING, &octets) || !omni_der_at_end(&value))
        return malformed("the file", err);
    if (!omni_der_at_end(&pfx)) {
        if (!omni_der_value(&pfx, OMNI_DER_SEQUENCE, &mac) || !omni_der_at_end(&pfx))
            return malformed("the file", err);
        OMNI_TRY(omni_pbe_mac_check(reader->backend, mac, octets, reader->password, err));
    }
    OMNI_TRY(normalize(safe, octets, "the list of contents", err));
    return read_all(reader, bytes_of(safe), err);
}

otls_status omni_pfx_read(const omni_pfx_reader *given, otls_slice pfx, otls_error *err)
{
    omni_buffer der = {0}, safe = {0};
    uint64_t rounds = 0; /* many encrypted parts together hide no more than one may */
    omni_pfx_reader reader = *given;
    otls_status status = normalize(&der, pfx, "the file", err);

    reader.rounds = &rounds;
    if (status == OTLS_OK)
        status = omni_derivation_add(&rounds, bytes_of(&der), "the file", err);
    if (status == OTLS_OK)
        status = read_pfx(&reader, bytes_of(&der), &safe, err);
    forget(&safe);
    forget(&der);
    return status;
}
