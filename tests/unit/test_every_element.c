/* SPDX-License-Identifier: MIT */
/*
 * Files with keys, each of their elements changed in turn: another tag, gone, empty, twice, longer by an octet,
 * another first octet, with all lengths around it right. Whatever is left is the same key or none: never another
 * one, and the refusal says which file and why.
 */
#include "base/base.h"
#include "socket_peer.h"
#include "x509/x509.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdio.h>
#include <string.h>

#define ROOM 8192

typedef enum change { NONE, TAG, GONE, EMPTY, TWICE, LONGER, VALUE, CHANGES } change;
static const char *const names[CHANGES] = {"as it is", "another tag", "gone",  "empty",
                                           "twice",    "longer",      "value"};

typedef struct form {
    const char *file, *password;
    bool pkcs12;
    change last; /* an open key with another value is another key, and no fault */
} form;

static const form forms[] = {
    {"forms/pbes2-aes-256-cbc-sha256.key", "secret", false, VALUE},
    {"forms/scrypt.key", "secret", false, VALUE},
    {"forms/pbes1-sha1-3des.key", "secret", false, VALUE},
    {"server-ecdsa-p256.key", NULL, false, LONGER},
    {"server-rsa-2048.key", NULL, false, LONGER},
    {"forms/sec1.key", NULL, false, LONGER},
    {"forms/open.p12", "", true, VALUE},
    {"forms/onlymac.p12", "secret", true, VALUE},
    {"forms/nomac.p12", "secret", true, VALUE},
};
#define FORMS (sizeof(forms) / sizeof(forms[0]))

/* ---- the changing ----------------------------------------------------------------------------- */

typedef struct copier {
    size_t at, target; /* the how manieth element, from 1 */
    change change;
} copier;

static size_t put(uint8_t *out, unsigned tag, const uint8_t *content, size_t size)
{
    size_t head = 2;

    out[0] = (uint8_t)tag;
    if (size < 0x80) {
        out[1] = (uint8_t)size;
    } else if (size < 0x100) {
        out[1] = 0x81;
        out[2] = (uint8_t)size;
        head = 3;
    } else {
        out[1] = 0x82;
        out[2] = (uint8_t)(size >> 8);
        out[3] = (uint8_t)size;
        head = 4;
    }
    cr_assert_lt(size, (size_t)ROOM - 8);
    memcpy(out + head, content, size);
    return head + size;
}

/* Elements from the first octet to the last, and at least one? */
static bool is_der(otls_slice text)
{
    omni_der at = {text.data, text.data + text.size};
    omni_tlv tlv;

    if (text.size == 0)
        return false;
    while (!omni_der_at_end(&at))
        if (!omni_der_next(&at, &tlv))
            return false;
    return true;
}

static size_t copy(copier *c, otls_slice from, uint8_t *out);

static size_t copy_element(copier *c, const omni_tlv *tlv, uint8_t *out)
{
    uint8_t content[ROOM];
    const bool hit = ++c->at == c->target;
    const bool inside = (tlv->tag & 0x20) != 0 || (tlv->tag == OMNI_DER_OCTET_STRING && is_der(tlv->value));
    size_t size = tlv->value.size, done;

    if (inside)
        size = copy(c, tlv->value, content);
    else if (size != 0)
        memcpy(content, tlv->value.data, size);
    if (!hit)
        return put(out, tlv->tag, content, size);
    switch (c->change) {
    case TAG:
        return put(out, tlv->tag == OMNI_DER_NULL ? OMNI_DER_INTEGER : OMNI_DER_NULL, content, size);
    case GONE:
        return 0;
    case EMPTY:
        return put(out, tlv->tag, content, 0);
    case TWICE:
        done = put(out, tlv->tag, content, size);
        return done + put(out + done, tlv->tag, content, size);
    case LONGER:
        content[size] = 0;
        return put(out, tlv->tag, content, size + 1);
    case VALUE:
        content[0] ^= 0xa5;
        return put(out, tlv->tag, content, size);
    case NONE:
    case CHANGES:
        break;
    }
    return put(out, tlv->tag, content, size);
}

static size_t copy(copier *c, otls_slice from, uint8_t *out)
{
    omni_der at = {from.data, from.data + from.size};
    size_t size = 0;
    omni_tlv tlv;

    while (!omni_der_at_end(&at)) {
        cr_assert(omni_der_next(&at, &tlv));
        size += copy_element(c, &tlv, out + size);
    }
    return size;
}

/* ---- the loading ------------------------------------------------------------------------------ */

typedef struct file {
    uint8_t data[ROOM];
    size_t size;
} file;

static otls_status keep(const omni_pem_block *block, void *user, otls_error *err)
{
    file *f = user;

    (void)err;
    if (f->size == 0 && memmem(block->label, block->label_size, "PRIVATE KEY", 11) != NULL) {
        cr_assert_lt(block->der.size, (size_t)ROOM);
        memcpy(f->data, block->der.data, block->der.size);
        f->size = block->der.size;
    }
    return OTLS_OK;
}

static void read_form(const form *form, file *f)
{
    otls_error err = OTLS_ERROR_INIT;
    unsigned char *data;
    char path[512];
    size_t size;

    (void)snprintf(path, sizeof(path), OTLS_TEST_PKI "/%s", form->file);
    cr_assert_eq(omni_file_read(path, &data, &size, &err), OTLS_OK, "%s", err.text);
    f->size = 0;
    if (form->pkcs12) {
        cr_assert_lt(size, (size_t)ROOM);
        memcpy(f->data, data, size);
        f->size = size;
    } else {
        cr_assert_eq(omni_pem_each((otls_slice){data, size}, keep, f, NULL, &err), OTLS_OK, "%s", err.text);
    }
    cr_assert_gt(f->size, 0u, "%s", form->file);
    omni_free(data);
}

/* The public half of what was loaded; empty: refused. */
static otls_status load(const form *form, const otls_backend *engine, const file *f, file *public,
                        otls_error *err)
{
    const otls_password_callback ask = form->password != NULL ? otls_password_string : NULL;
    void *word = (void *)(uintptr_t)form->password;
    otls_identity *identity = NULL;
    otls_key *key = NULL;
    otls_status status;

    public->size = 0;
    if (form->pkcs12)
        status = otls_identity_from_pkcs12_memory(&identity, engine, f->data, f->size, ask, word, err);
    else
        status = otls_key_from_memory(&key, engine, f->data, f->size, ask, word, err);
    if (status == OTLS_OK)
        cr_assert_eq(otls_key_public(form->pkcs12 ? otls_identity_key(identity) : key, public->data, ROOM,
                                     &public->size, err), OTLS_OK, "%s", err->text);
    otls_identity_free(identity);
    otls_key_free(key);
    return status;
}

/* True: refused. */
static bool change_one(const form *form, const otls_backend *engine, const file *f, const file *right,
                       const copier *which)
{
    const char *source = form->pkcs12 ? "PKCS #12 in memory: " : "key in memory: ";
    otls_error err = OTLS_ERROR_INIT;
    copier c = *which;
    file changed, found;
    otls_status status;

    changed.size = copy(&c, (otls_slice){f->data, f->size}, changed.data);
    status = load(form, engine, &changed, &found, &err);
    if (status == OTLS_OK) {
        cr_expect(found.size == right->size && memcmp(found.data, right->data, found.size) == 0,
                  "%s, element %zu, %s: another key", form->file, which->target, names[which->change]);
        return false;
    }
    cr_expect(status == OTLS_E_CREDENTIAL, "%s, element %zu, %s: %s: %s", form->file, which->target,
              names[which->change], otls_status_name(status), err.text);
    cr_expect(err.code != OTLS_CODE_NONE && strncmp(err.text, source, strlen(source)) == 0, "%s, element %zu, %s: %s",
              form->file, which->target, names[which->change], err.text);
    return true;
}

/* Each of its changes, and how many there are. */
static void change_all(const form *form, const otls_backend *engine)
{
    otls_error err = OTLS_ERROR_INIT;
    copier all = {.change = NONE};
    file f, right, again;
    size_t refused = 0;

    read_form(form, &f);
    if (load(form, engine, &f, &right, &err) != OTLS_OK) { /* scrypt is no engine's duty */
        cr_assert_eq(err.code, OTLS_CODE_KEY_UNSUPPORTED, "%s: %s", form->file, err.text);
        return;
    }
    again.size = copy(&all, (otls_slice){f.data, f.size}, again.data);
    cr_assert(again.size == f.size && memcmp(again.data, f.data, f.size) == 0, "%s", form->file);
    cr_assert_gt(all.at, 6u, "%s has %zu elements", form->file, all.at);
    for (size_t element = 1; element <= all.at; element++)
        for (int what = TAG; what <= (int)form->last; what++) {
            const copier which = {.target = element, .change = (change)what};

            refused += change_one(form, engine, &f, &right, &which);
        }
    cr_expect_gt(refused, 3 * all.at, "%s: only %zu refusals", form->file, refused);
}

ParameterizedTestParameters(every_element, same_key_or_none)
{
    static size_t indexes[SOCKET_ENGINES * FORMS];

    for (size_t i = 0; i < SOCKET_ENGINES * FORMS; i++)
        indexes[i] = i;
    return cr_make_param_array(const size_t, indexes, SOCKET_ENGINES * FORMS);
}

ParameterizedTest(const size_t *index, every_element, same_key_or_none, .timeout = 60)
{
    change_all(&forms[*index % FORMS], socket_engine(*index / FORMS));
}
