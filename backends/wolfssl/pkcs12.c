/* SPDX-License-Identifier: MIT */
/* PKCS#12 (RFC 7292): the key and the certificates of a PFX, leaf first. */
#include "wolf.h"

#include <stdlib.h>
#include <wolfssl/wolfcrypt/pkcs12.h>

#define PFX_MAX (1u << 20)
#define PFX_CERTIFICATES 64

struct bag {
    byte *key;
    word32 key_size;
    byte *leaf;
    word32 leaf_size;
    WC_DerCertList *others;
};

/* What is in a file is not larger than the file. wolfSSL hands a negative error back as a size; how
 * much memory stands behind one is not known then, so nothing of it is touched. */
static bool fits(word32 size, size_t file)
{
    return size > 0 && size <= file;
}

static bool sizes_fit(const struct bag *bag, size_t file)
{
    if ((bag->key != NULL && !fits(bag->key_size, file)) ||
        (bag->leaf != NULL && !fits(bag->leaf_size, file)))
        return false;
    for (const WC_DerCertList *at = bag->others; at != NULL; at = at->next)
        if (at->buffer == NULL || !fits(at->bufferSz, file))
            return false;
    return true;
}

static void release(struct bag *bag, size_t file)
{
    if (bag->key != NULL && fits(bag->key_size, file))
        kit_wipe(bag->key, bag->key_size);
    XFREE(bag->key, NULL, DYNAMIC_TYPE_OPENSSL);
    XFREE(bag->leaf, NULL, DYNAMIC_TYPE_OPENSSL);
    while (bag->others != NULL) {
        WC_DerCertList *next = bag->others->next;
        XFREE(bag->others->buffer, NULL, DYNAMIC_TYPE_OPENSSL);
        XFREE(bag->others, NULL, DYNAMIC_TYPE_OPENSSL);
        bag->others = next;
    }
}

static int open_bag(otls_slice pfx, otls_slice password, struct bag *bag)
{
    WC_PKCS12 *p12 = wc_PKCS12_new();
    char *secret = calloc(1, password.size + 1); /* wants a C string */
    int result = MEMORY_E;

    if (p12 != NULL && secret != NULL) {
        if (password.size > 0)
            memcpy(secret, password.data, password.size);
        result = wc_d2i_PKCS12(pfx.data, (word32)pfx.size, p12);
        if (result == 0)
            result = wc_PKCS12_parse(p12, secret, &bag->key, &bag->key_size, &bag->leaf,
                                     &bag->leaf_size, &bag->others);
        kit_wipe(secret, password.size);
    }
    free(secret);
    wc_PKCS12_free(p12);
    return result;
}

/* wolfSSL strips PrivateKeyInfo; what is left of an Ed25519 or Ed448 key does not say what it is.
 */
static size_t wrap_key(const struct bag *bag, uint8_t out[128])
{
    static const uint8_t ed25519[] = {0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05,
                                      0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22};
    static const uint8_t ed448[] = {0x30, 0x47, 0x02, 0x01, 0x00, 0x30, 0x05,
                                    0x06, 0x03, 0x2b, 0x65, 0x71, 0x04, 0x3b};
    const uint8_t *head;

    if (bag->key_size == 2 + ED25519_KEY_SIZE)
        head = ed25519;
    else if (bag->key_size == 2 + ED448_KEY_SIZE)
        head = ed448;
    else
        return 0;
    if (bag->key[0] != 0x04 || bag->key[1] != bag->key_size - 2)
        return 0;
    memcpy(out, head, sizeof(ed25519));
    memcpy(out + sizeof(ed25519), bag->key, bag->key_size);
    return sizeof(ed25519) + bag->key_size;
}

static otls_status take_key(const struct bag *bag, otls_native_key **key, otls_error *err)
{
    otls_key_source source = {OTLS_KEY_PKCS8, {bag->key, bag->key_size}, {NULL, 0}};
    uint8_t wrapped[128];
    otls_status status;

    if (bag->key == NULL)
        return wolf_error(err, OTLS_E_CREDENTIAL, OTLS_CODE_NO_KEY, 0,
                          "the PKCS#12 file has no private key");
    source.data.size = wrap_key(bag, wrapped);
    source.data.data = source.data.size > 0 ? wrapped : bag->key;
    if (source.data.size == 0)
        source.data.size = bag->key_size;
    status = wolf_private_import(key, &source, err);
    kit_wipe(wrapped, sizeof(wrapped));
    return status;
}

otls_status wolf_pkcs12_open(otls_slice pfx, otls_slice password, otls_native_key **key,
                             void (*emit)(void *user, otls_slice der), void *user, otls_error *err)
{
    struct bag bag = {NULL, 0, NULL, 0, NULL};
    otls_status status;
    size_t count = 0;
    int result;

    *key = NULL;
    if (pfx.size == 0 || pfx.size > PFX_MAX || password.size > 1024)
        return wolf_error(err, OTLS_E_CREDENTIAL, OTLS_CODE_BAD_DER, 0,
                          "the PKCS#12 file or its password has an impossible length");
    result = open_bag(pfx, password, &bag);
    if (result == MAC_CMP_FAILED_E) {
        status = wolf_error(err, OTLS_E_CREDENTIAL, OTLS_CODE_WRONG_PASSWORD, result,
                            "the password does not open the PKCS#12 file");
    } else if (result == MEMORY_E) {
        status = wolf_error(err, OTLS_E_NOMEM, OTLS_CODE_NONE, result, "out of memory");
    } else if (result == ASN_PARSE_E || result == BUFFER_E ||
               (result >= 0 && !sizes_fit(&bag, pfx.size))) {
        status = wolf_error(err, OTLS_E_CREDENTIAL, OTLS_CODE_BAD_DER, result,
                                 "the PKCS#12 file is malformed");
    } else if (result < 0) {
        status = wolf_error(err, OTLS_E_CREDENTIAL, OTLS_CODE_KEY_UNSUPPORTED, result,
                            "wolfSSL cannot decrypt the PKCS#12 file");
    } else {
        status = take_key(&bag, key, err);
    }
    if (status == OTLS_OK && bag.leaf != NULL) {
        emit(user, (otls_slice){bag.leaf, bag.leaf_size});
        for (const WC_DerCertList *at = bag.others; at && count < PFX_CERTIFICATES; at = at->next) {
            emit(user, (otls_slice){at->buffer, at->bufferSz});
            count++;
        }
    }
    release(&bag, pfx.size);
    return status;
}
