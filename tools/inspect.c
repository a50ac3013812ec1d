/* SPDX-License-Identifier: MIT */
/* omnitls cert FILE: whatever kind of thing it is, certificates, requests, keys, PEM, DER or PKCS #12. */
#include "inspect.h"

#include "wrap_der.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILE_BYTES_MAX ((size_t)16 * 1024 * 1024)

/** What is being looked through. */
typedef struct inspection {
    const tool_options *options;
    const otls_backend *backend;
    size_t shown;
} inspection;

static int broken(const tool_options *options, const otls_error *err)
{
    const char *text = strstr(err->text, " in memory: ");

    /* it was a file, to whoever gave its name */
    tool_complain(options, "%s: %s", options->target,
                  text != NULL ? text + strlen(" in memory: ") : err->text);
    return TOOL_USAGE;
}

static int show(inspection *in, tool_object_kind kind, const otls_certificate *cert)
{
    return tool_show(in->options, in->backend, kind, cert, in->shown++ == 0) ? TOOL_OK : TOOL_USAGE;
}

/* A private key, PEM or DER: what is shown is its public half. */
static int show_key(inspection *in, const void *data, size_t size)
{
    otls_error err = OTLS_ERROR_INIT;
    uint8_t spki[4096];
    size_t length = 0;
    otls_key *key = NULL;
    otls_certificate *cert = NULL;
    otls_status status = otls_key_from_memory(&key, in->backend, data, size,
                                              tool_password_of(in->options),
                                              (void *)(uintptr_t)in->options, &err);
    int code;

    if (status == OTLS_OK)
        status = otls_key_public(key, spki, sizeof(spki), &length, &err);
    if (status == OTLS_OK)
        status = tool_wrap_public_key(&cert, spki, length, &err);
    code = status == OTLS_OK ? show(in, TOOL_OBJECT_KEY, cert) : broken(in->options, &err);
    otls_certificate_free(cert);
    otls_key_free(key);
    return code;
}

/* ---- PEM ---- */

static bool ends_with(const char *label, size_t size, const char *end)
{
    const size_t length = strlen(end);

    return size >= length && memcmp(label + size - length, end, length) == 0;
}

/* What is neither certificate nor private key: `body` is its base64. */
static int show_wrapped(inspection *in, bool request, const char *body, size_t size)
{
    otls_error err = OTLS_ERROR_INIT;
    otls_certificate *cert = NULL;
    size_t length = size;
    uint8_t *der = malloc(size + 1);
    otls_status status = OTLS_E_CREDENTIAL;
    int code;

    if (der == NULL || !tool_base64(body, size, der, &length))
        (void)snprintf(err.text, sizeof(err.text), "a PEM block is no base64");
    else if (request)
        status = tool_wrap_request(&cert, der, length, &err);
    else
        status = tool_wrap_public_key(&cert, der, length, &err);
    code = status == OTLS_OK
               ? show(in, request ? TOOL_OBJECT_REQUEST : TOOL_OBJECT_PUBLIC_KEY, cert)
               : broken(in->options, &err);
    otls_certificate_free(cert);
    free(der);
    return code;
}

/* One block, `at` being its "-----BEGIN " and `size` up to behind its end. */
static int show_block(inspection *in, const char *at, size_t size)
{
    const char *label = at + 11;
    const char *close = memmem(label, size - 11, "-----", 5);
    const size_t label_size = (size_t)(close - label);
    const char *body = close + 5;
    const char *end = memmem(body, size - (size_t)(body - at), "-----END", 8);
    otls_error err = OTLS_ERROR_INIT;
    otls_certificate *cert = NULL;
    int code;

    if (ends_with(label, label_size, "PRIVATE KEY"))
        return show_key(in, at, size);
    if (ends_with(label, label_size, "CERTIFICATE REQUEST"))
        return show_wrapped(in, true, body, (size_t)(end - body));
    if (ends_with(label, label_size, "PUBLIC KEY"))
        return show_wrapped(in, false, body, (size_t)(end - body));
    if (!ends_with(label, label_size, "CERTIFICATE"))
        return TOOL_OK; /* parameters, lists */
    if (otls_certificate_from_pem(&cert, at, size, &err) != OTLS_OK)
        return broken(in->options, &err);
    code = show(in, TOOL_OBJECT_CERTIFICATE, cert);
    otls_certificate_free(cert);
    return code;
}

static int show_pem(inspection *in, const char *text, size_t size)
{
    const char *at = text;
    int code = TOOL_OK;

    while (code == TOOL_OK &&
           (at = memmem(at, size - (size_t)(at - text), "-----BEGIN ", 11)) != NULL) {
        const size_t left = size - (size_t)(at - text);
        const char *end = memmem(at, left, "-----END ", 9);
        const char *close = end == NULL ? NULL : memmem(end + 9, left - (size_t)(end + 9 - at), "-----", 5);

        if (close == NULL) {
            tool_complain(in->options, "%s: a PEM block has no end", in->options->target);
            return TOOL_USAGE;
        }
        code = show_block(in, at, (size_t)(close + 5 - at));
        at = close + 5;
    }
    return code;
}

/* ---- DER ---- */

static int show_pkcs12(inspection *in, const void *data, size_t size, bool *is_one)
{
    otls_error err = OTLS_ERROR_INIT;
    otls_identity *identity = NULL;
    const otls_status status = otls_identity_from_pkcs12_memory(
        &identity, in->backend, data, size, tool_password_of(in->options),
        (void *)(uintptr_t)in->options, &err);
    int code = TOOL_OK;

    /* what is no PFX at all may be something else; one that does not open is said to be one */
    *is_one = status == OTLS_OK || err.code != OTLS_CODE_BAD_DER;
    if (status != OTLS_OK)
        return *is_one ? broken(in->options, &err) : TOOL_USAGE;
    for (size_t i = 0; i < otls_identity_chain_count(identity) && code == TOOL_OK; i++)
        code = show(in, TOOL_OBJECT_CERTIFICATE, otls_identity_chain(identity, i));
    otls_identity_free(identity);
    return code;
}

/* PFX ::= SEQUENCE { version INTEGER 3, ... (RFC 7292 4); nothing else here begins like that. */
static bool looks_like_pkcs12(const uint8_t *data, size_t size)
{
    static const uint8_t version[] = {2, 1, 3};
    size_t head;

    if (size < 8 || data[0] != 0x30)
        return false;
    head = data[1] <= 0x80 ? 2 : 2 + (size_t)(data[1] & 0x7f);
    return head + sizeof(version) <= size && memcmp(data + head, version, sizeof(version)) == 0;
}

static int show_der(inspection *in, const uint8_t *data, size_t size)
{
    otls_error err = OTLS_ERROR_INIT;
    otls_certificate *cert = NULL;
    tool_object_kind kind = TOOL_OBJECT_CERTIFICATE;
    bool is_pkcs12;
    int code;

    if (looks_like_pkcs12(data, size)) {
        code = show_pkcs12(in, data, size, &is_pkcs12);
        if (is_pkcs12)
            return code;
    }
    if (otls_certificate_from_der(&cert, data, size, &err) != OTLS_OK) {
        kind = TOOL_OBJECT_REQUEST;
        if (tool_wrap_request(&cert, data, size, &err) != OTLS_OK) {
            kind = TOOL_OBJECT_PUBLIC_KEY;
            (void)tool_wrap_public_key(&cert, data, size, &err);
        }
    }
    if (cert == NULL)
        return show_key(in, data, size);
    code = show(in, kind, cert);
    otls_certificate_free(cert);
    return code;
}

/* ---- the whole ---- */

/* All of it, or NULL and said why. */
static uint8_t *read_all(const tool_options *options, size_t *size)
{
    const bool standard = strcmp(options->target, "-") == 0;
    FILE *file = standard ? stdin : fopen(options->target, "rb");
    uint8_t *data = file == NULL ? NULL : malloc(FILE_BYTES_MAX + 1);
    const char *wrong = NULL;

    *size = 0;
    if (data == NULL)
        wrong = strerror(errno);
    else
        *size = fread(data, 1, FILE_BYTES_MAX + 1, file);
    if (wrong == NULL && ferror(file) != 0)
        wrong = strerror(errno);
    else if (wrong == NULL && *size > FILE_BYTES_MAX)
        wrong = "it is too large";
    else if (wrong == NULL && *size == 0)
        wrong = "it is empty";
    if (file != NULL && !standard)
        (void)fclose(file);
    if (wrong == NULL)
        return data;
    tool_complain(options, "cannot read \"%s\": %s", standard ? "standard input" : options->target,
                  wrong);
    free(data);
    return NULL;
}

int tool_inspect(const tool_options *options)
{
    inspection in = {.options = options};
    otls_error err = OTLS_ERROR_INIT;
    size_t size;
    uint8_t *data;
    int code;

    if (otls_backend_find(&in.backend, options->backend, &err) != OTLS_OK)
        return tool_report(options, options->backend == NULL ? NULL : "backend", &err);
    data = read_all(options, &size);
    if (data == NULL)
        return TOOL_USAGE;
    if (memmem(data, size, "-----BEGIN ", 11) != NULL)
        code = show_pem(&in, (const char *)data, size);
    else
        code = show_der(&in, data, size);
    if (code == TOOL_OK && in.shown == 0) {
        tool_complain(options, "%s: there is no certificate, request or key in it", options->target);
        code = TOOL_USAGE;
    }
    tool_wipe(data, size); /* it may be a key */
    free(data);
    return code;
}
