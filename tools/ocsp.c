/* SPDX-License-Identifier: MIT */
/* verify --ocsp-request, --ocsp-response, --ocsp-nonce: what is asked of a responder, and what it answered. */
#include "ocsp.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- the nonce ----------------------------------------------------------------------------- */

/* Without a nonce in the request any answer will do; with one, an old answer will not (RFC 9654 2.1). */
static bool read_nonce(const tool_options *options, tool_ocsp *out)
{
    const char *text = options->ocsp_nonce;

    if (text == NULL)
        return true;
    if (options->ocsp_request == NULL && options->ocsp_response == NULL) {
        tool_complain(options,
                      "--ocsp-nonce belongs to --ocsp-request or --ocsp-response, and neither is there");
        return false;
    }
    if (strcmp(text, "random") == 0 && options->ocsp_request != NULL) {
        out->nonce_size = OTLS_OCSP_NONCE_SIZE;
        return true;
    }
    if (strcmp(text, "random") == 0) {
        tool_complain(options, "--ocsp-nonce: give the nonce that the request had, in hexadecimal");
        return false;
    }
    out->given = tool_hex(text, out->nonce, sizeof(out->nonce), &out->nonce_size);
    if (!out->given)
        tool_complain(options, "--ocsp-nonce: \"%.80s\" is not 1 to %d bytes in hexadecimal%s", text,
                      OTLS_OCSP_NONCE_MAX, options->ocsp_request != NULL ? ", or random" : "");
    return out->given;
}

/* ---- the response -------------------------------------------------------------------------- */

static bool read_response(const tool_options *options, tool_ocsp *out)
{
    FILE *file;
    bool read;

    if (options->ocsp_response == NULL)
        return true;
    file = fopen(options->ocsp_response, "rb");
    out->response = file != NULL ? malloc(TOOL_OCSP_RESPONSE_MAX) : NULL;
    if (out->response != NULL)
        out->response_size = fread(out->response, 1, TOOL_OCSP_RESPONSE_MAX, file);
    read = out->response != NULL && ferror(file) == 0 && fgetc(file) == EOF;
    if (!read)
        tool_complain(options, "--ocsp-response: %s cannot be read, or is larger than %d bytes",
                      options->ocsp_response, TOOL_OCSP_RESPONSE_MAX);
    if (file != NULL)
        (void)fclose(file);
    return read;
}

bool tool_ocsp_prepare(const tool_options *options, tool_ocsp *out, otls_verify_parameters *parameters)
{
    *out = (tool_ocsp){.response = NULL};
    if (options->ocsp_request != NULL && options->ocsp_response != NULL) {
        tool_complain(options, "--ocsp-request and --ocsp-response exclude each other: the response answers "
                               "a request that was made before");
        return false;
    }
    if (!read_nonce(options, out) || !read_response(options, out))
        return false;
    if (out->response == NULL)
        return true;
    parameters->ocsp_response = out->response;
    parameters->ocsp_response_size = out->response_size;
    if (out->given) {
        parameters->ocsp_nonce = out->nonce;
        parameters->ocsp_nonce_size = out->nonce_size;
    }
    return true;
}

/* ---- the request --------------------------------------------------------------------------- */

static bool write_file(const tool_options *options, const uint8_t *bytes, size_t size)
{
    FILE *file = fopen(options->ocsp_request, "wb");
    bool written = file != NULL && fwrite(bytes, 1, size, file) == size;

    if (file != NULL)
        written = fclose(file) == 0 && written;
    if (!written)
        tool_complain(options, "--ocsp-request: %s: %s", options->ocsp_request, strerror(errno));
    return written;
}

bool tool_ocsp_ask(const tool_options *options, tool_ocsp *ocsp, const otls_backend *backend,
                   const otls_verdict *verdict)
{
    otls_ocsp_request_parameters parameters = OTLS_OCSP_REQUEST_PARAMETERS_INIT;
    otls_error err = OTLS_ERROR_INIT;
    otls_ocsp_request *request;
    const uint8_t *bytes;
    size_t size;
    bool written;

    if (otls_verdict_chain_count(verdict) < 2) {
        tool_complain(options, "--ocsp-request: the certificate is trusted itself, and nobody answers for it");
        return false;
    }
    parameters.backend = backend;
    parameters.nonce = ocsp->given ? ocsp->nonce : NULL;
    parameters.nonce_size = ocsp->nonce_size;
    if (otls_ocsp_request_new(&request, otls_verdict_chain(verdict, 0), otls_verdict_chain(verdict, 1),
                              &parameters, &err) != OTLS_OK) {
        (void)tool_report(options, "ocsp-request", &err);
        return false;
    }
    bytes = otls_ocsp_request_nonce(request, &size);
    if (size != 0)
        memcpy(ocsp->nonce, bytes, size);
    bytes = otls_ocsp_request_der(request, &ocsp->request_size);
    written = write_file(options, bytes, ocsp->request_size);
    otls_ocsp_request_free(request);
    return written;
}

/* ---- what is said of it -------------------------------------------------------------------- */

static const char *nonce_text(const tool_ocsp *ocsp, char out[2 * OTLS_OCSP_NONCE_MAX + 1])
{
    out[0] = '\0';
    for (size_t i = 0; i < ocsp->nonce_size; i++)
        (void)snprintf(out + 2 * i, 3, "%02x", ocsp->nonce[i]);
    return out;
}

void tool_ocsp_print(const tool_options *options, const tool_ocsp *ocsp)
{
    char hex[2 * OTLS_OCSP_NONCE_MAX + 1];

    printf("OCSP request: %s, %zu bytes\n", options->ocsp_request, ocsp->request_size);
    if (ocsp->nonce_size != 0)
        printf("OCSP nonce: %s\n", nonce_text(ocsp, hex));
}

json_t *tool_ocsp_json(const tool_options *options, const tool_ocsp *ocsp)
{
    char hex[2 * OTLS_OCSP_NONCE_MAX + 1];

    if (ocsp->request_size == 0)
        return json_null();
    return json_pack("{s:o, s:I, s:o}", "file", tool_json_text(options->ocsp_request), "size",
                     (json_int_t)ocsp->request_size, "nonce",
                     ocsp->nonce_size != 0 ? json_string(nonce_text(ocsp, hex)) : json_null());
}

void tool_ocsp_free(tool_ocsp *ocsp)
{
    free(ocsp->response);
    ocsp->response = NULL;
}
