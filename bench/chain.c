/* SPDX-License-Identifier: MIT */
#include "chain.h"
#include "bench.h"

#include <omnitls/omnitls.h>
#include <stdlib.h>

#define CERTIFICATE_MAX 4096

/* ecdsa-with-SHA256 (RFC 5758 section 3.2): what both authorities sign with. */
static const uint8_t algorithm[] = {0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86,
                                    0x48, 0xce, 0x3d, 0x04, 0x03, 0x02};

/* ---- DER, as much as that takes -------------------------------------------------------------- */

/* The bytes of tag and length at the front, and those of the content behind; 0 = not whole. */
static size_t header(const uint8_t *der, size_t size, size_t *content)
{
    size_t count = 0, length;

    if (size < 2)
        return 0;
    length = der[1];
    if (length >= 0x80) {
        count = length & 0x7f;
        length = 0;
        if (count == 0 || count > 3 || size < 2 + count)
            return 0;
        for (size_t i = 0; i < count; i++)
            length = length << 8 | der[2 + i];
    }
    *content = length;
    return length <= size - 2 - count ? 2 + count : 0;
}

static size_t put_header(uint8_t *out, uint8_t tag, size_t content)
{
    out[0] = tag;
    if (content < 0x80) {
        out[1] = (uint8_t)content;
        return 2;
    }
    out[1] = 0x82;
    out[2] = (uint8_t)(content >> 8);
    out[3] = (uint8_t)content;
    return 4;
}

/* TBSCertificate: SEQUENCE { [0] { INTEGER 2 }, INTEGER serialNumber, ... (RFC 5280 section 4.1).
 */
static uint8_t *serial_of(uint8_t *tbs, size_t size, size_t *length)
{
    size_t content, at = header(tbs, size, &content), inner;

    if (at == 0 || at >= size || tbs[at] != 0xa0)
        return NULL;
    inner = header(tbs + at, size - at, &content);
    at += inner + content;
    if (inner == 0 || at >= size || tbs[at] != 0x02)
        return NULL;
    inner = header(tbs + at, size - at, length);
    return inner != 0 && *length > 4 ? tbs + at + inner : NULL;
}

/* ---- a certificate --------------------------------------------------------------------------- */

typedef struct issuer {
    const char *engine;
    char key[BENCH_PATH_SIZE];
} issuer;

static size_t sign(const issuer *by, const uint8_t *tbs, size_t size,
                   uint8_t out[BENCH_SIGNATURE_SIZE])
{
    const bench_side *sides[BENCH_ENGINES_MAX];
    const size_t count = bench_engines(sides);

    for (size_t i = 0; i < count; i++)
        if (strcmp(sides[i]->name, by->engine) == 0)
            return sides[i]->sign(by->key, tbs, size, out);
    return 0;
}

/* Not random, but never the same again: the time, and a count. The integer keeps its length, and
 * its first byte makes it positive and as short as DER wants it, whatever follows. */
static void number(uint8_t *serial, size_t length)
{
    static uint32_t count;
    const uint64_t now = (uint64_t)bench_now().real;

    count++;
    serial[0] = 0x40;
    for (size_t i = 1; i < length; i++)
        serial[i] = (uint8_t)(i <= 4 ? count >> 8 * (i - 1) : now >> 8 * ((i - 5) % 8));
}

/* The same with another serial number, signed anew. Returns its size; 0 = it did not work. */
static size_t renew(const uint8_t *der, size_t size, const issuer *by,
                    uint8_t out[CERTIFICATE_MAX + BENCH_SIGNATURE_SIZE])
{
    uint8_t tbs[CERTIFICATE_MAX], signature[BENCH_SIGNATURE_SIZE], bits[8];
    size_t content, length, at = header(der, size, &content), tbs_size, signed_size, bits_size;
    uint8_t *serial;

    if (at == 0 || header(der + at, size - at, &content) == 0)
        return 0;
    tbs_size = header(der + at, size - at, &content) + content;
    if (tbs_size > sizeof(tbs))
        return 0;
    memcpy(tbs, der + at, tbs_size);
    serial = serial_of(tbs, tbs_size, &length);
    if (serial == NULL)
        return 0;
    number(serial, length);
    signed_size = sign(by, tbs, tbs_size, signature);
    if (signed_size == 0)
        return 0;
    bits_size = put_header(bits, 0x03, signed_size + 1);
    bits[bits_size++] = 0; /* no unused bits */
    at = put_header(out, 0x30, tbs_size + sizeof(algorithm) + bits_size + signed_size);
    memcpy(out + at, tbs, tbs_size);
    at += tbs_size;
    memcpy(out + at, algorithm, sizeof(algorithm));
    at += sizeof(algorithm);
    memcpy(out + at, bits, bits_size);
    at += bits_size;
    memcpy(out + at, signature, signed_size);
    return at + signed_size;
}

static bool append(const otls_certificate *from, const issuer *by, FILE *stream)
{
    uint8_t der[CERTIFICATE_MAX + BENCH_SIGNATURE_SIZE];
    const uint8_t *old;
    char *pem = NULL;
    size_t size;
    bool good;

    old = otls_certificate_der(from, &size);
    size = renew(old, size, by, der);
    good =
        size != 0 && otls_der_to_pem(der, size, &pem, NULL) == OTLS_OK && fputs(pem, stream) >= 0;
    otls_string_free(pem);
    return good ||
           bench_complain("%s: no certificate could be signed with %s", by->engine, by->key);
}

static bool write_chain(otls_certificate *const *list, size_t count, const char *engine,
                        const char *pki, const char *out)
{
    issuer intermediate = {.engine = engine}, root = {.engine = engine};
    FILE *stream = bench_open(out);
    bool good;

    if (stream == NULL)
        return false;
    (void)snprintf(intermediate.key, sizeof(intermediate.key), "%s/int.key", pki);
    (void)snprintf(root.key, sizeof(root.key), "%s/root.key", pki);
    good = append(list[0], count == 2 ? &intermediate : &root, stream) &&
           (count == 1 || append(list[1], &root, stream));
    return bench_close(stream, out) && good;
}

bool bench_chain_fresh(const char *chain, const char *engine, const char *pki, const char *out)
{
    otls_certificate **list = NULL;
    otls_error err = OTLS_ERROR_INIT;
    size_t count = 0;
    bool good;

    if (otls_certificate_list_from_file(&list, &count, chain, &err) != OTLS_OK)
        return bench_complain("%s", err.text);
    good = count == 1 || count == 2
               ? write_chain(list, count, engine, pki, out)
               : bench_complain("%s: a leaf is needed, and an intermediate at most", chain);
    otls_certificate_list_free(list, count);
    return good;
}
