/* SPDX-License-Identifier: MIT */
/* A certificate as JSON, the same in every command: docs/certificate.schema.json. */
#include "inspect.h"

#include <time.h>

static json_t *time_json(int64_t seconds)
{
    time_t moment = (time_t)seconds;
    struct tm parts;
    char text[40];

    if (gmtime_r(&moment, &parts) == NULL ||
        strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &parts) == 0)
        return json_integer(seconds);
    return json_string(text);
}

static json_t *names_json(const otls_certificate *cert)
{
    json_t *list = json_array();
    const size_t count = otls_certificate_san_count(cert);

    for (size_t i = 0; i < count; i++) {
        char *text = NULL;

        if (tool_memory(otls_certificate_san_text(cert, i, &text, NULL)) == OTLS_OK)
            json_array_append_new(list, tool_json_text(text));
        otls_string_free(text);
    }
    return list;
}

/* What a key, a request and a certificate have. */
static json_t *common_json(const otls_backend *backend, const otls_certificate *cert, const char *kind)
{
    const char *curve = otls_certificate_key_curve(cert);
    json_t *object = json_object();
    char pin[64] = "";

    json_object_set_new(object, "kind", json_string(kind));
    json_object_set_new(object, "subject", tool_json_text(tool_text(otls_certificate_subject(cert))));
    json_object_set_new(object, "names", names_json(cert));
    json_object_set_new(object, "key", json_string(otls_certificate_key_type(cert)));
    json_object_set_new(object, "bits", json_integer((json_int_t)otls_certificate_key_bits(cert)));
    json_object_set_new(object, "curve", curve != NULL ? json_string(curve) : json_null());
    json_object_set_new(object, "pin_sha256",
                        tool_memory(otls_certificate_pin(cert, backend, pin, NULL)) == OTLS_OK
                            ? json_string(pin)
                            : json_null());
    return object;
}

json_t *tool_key_json(const otls_backend *backend, const otls_certificate *cert, const char *kind)
{
    return common_json(backend, cert, kind);
}

json_t *tool_certificate_json(const otls_backend *backend, const otls_certificate *cert)
{
    json_t *object = common_json(backend, cert, "certificate");
    char hex[129];

    json_object_set_new(object, "issuer", tool_json_text(tool_text(otls_certificate_issuer(cert))));
    json_object_set_new(object, "serial", tool_json_text(tool_text(otls_certificate_serial(cert))));
    json_object_set_new(object, "version", json_integer(otls_certificate_version(cert)));
    json_object_set_new(object, "not_before", time_json(otls_certificate_not_before(cert)));
    json_object_set_new(object, "not_after", time_json(otls_certificate_not_after(cert)));
    json_object_set_new(object, "ca", json_boolean(otls_certificate_is_ca(cert)));
    json_object_set_new(object, "sha256",
                        tool_fingerprint(hex, backend, cert, OTLS_HASH_SHA256) ? json_string(hex)
                                                                              : json_null());
    return object;
}
