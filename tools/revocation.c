/* SPDX-License-Identifier: MIT */
/* connect --ocsp, --pin, --crl: what is asked of the server's certificate beside a good path. */
#include "tool.h"
#include "wrap_der.h"

#include <omnitls/verify.h>
#include <string.h>

#define PIN_BYTES 32
#define PIN_TEXT 44 /* in base64 */

static otls_status refuse(otls_error *err, const char *value, const char *why)
{
    *err = (otls_error)OTLS_ERROR_INIT;
    err->status = OTLS_E_USAGE;
    (void)snprintf(err->text, sizeof(err->text), "\"%.80s\" is no %s", value, why);
    return OTLS_E_USAGE;
}

static otls_status set_ocsp(const tool_options *options, otls_context *context, otls_error *err)
{
    static const struct {
        const char *name;
        otls_ocsp_mode mode;
    } modes[] = {{"off", OTLS_OCSP_OFF},
                 {"if-present", OTLS_OCSP_IF_PRESENT},
                 {"required", OTLS_OCSP_REQUIRED}};

    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
        if (strcmp(options->ocsp, modes[i].name) == 0)
            return otls_context_set_ocsp(context, modes[i].mode, err);
    return refuse(err, options->ocsp, "mode; there are off, if-present, required");
}

/* Exactly 32 bytes in base64. */
static bool decode_pin(const char *text, uint8_t out[PIN_BYTES])
{
    size_t size = PIN_BYTES;

    return strlen(text) == PIN_TEXT && tool_base64(text, PIN_TEXT, out, &size) && size == PIN_BYTES;
}

static otls_status set_pins(const tool_options *options, otls_context *context, otls_error *err)
{
    static const char prefix[] = "sha256//"; /* as curl and RFC 7469 tools write them */
    uint8_t pins[TOOL_REPEAT_MAX][PIN_BYTES];
    size_t count = 0;

    for (; options->pins[count] != NULL; count++) {
        const char *text = options->pins[count];

        if (strncmp(text, prefix, sizeof(prefix) - 1) == 0)
            text += sizeof(prefix) - 1;
        if (!decode_pin(text, pins[count]))
            return refuse(err, options->pins[count],
                          "pin: 44 characters of base64, as omnitls cert shows");
    }
    return otls_context_set_pins(context, &pins[0][0], count, err);
}

otls_status tool_set_revocation(const tool_options *options, otls_context *context,
                                const char **option, otls_error *err)
{
    otls_status status = OTLS_OK;

    if (options->ocsp != NULL) {
        *option = "ocsp";
        status = set_ocsp(options, context, err);
    }
    if (status == OTLS_OK && options->pins[0] != NULL) {
        *option = "pin";
        status = set_pins(options, context, err);
    }
    if (status == OTLS_OK && options->crl != NULL) {
        *option = "crl"; /* the lists themselves are in the trust store by now */
        status = otls_context_set_verify_flags(context, OTLS_VERIFY_OPTION_CRL_LEAF, err);
    }
    return status;
}
