/* SPDX-License-Identifier: MIT */
/* What a connection came to, as JSON and for people. */
#include "tool.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

const char *tool_alpn_text(char *out, size_t capacity, const otls_connection *conn)
{
    size_t size = 0;
    const uint8_t *name = conn == NULL ? NULL : otls_connection_alpn(conn, &size);

    out[0] = '\0';
    return name == NULL ? out : tool_printable(out, capacity, name, size);
}

const char *tool_flags_text(char *out, size_t capacity, uint32_t flags)
{
    size_t used = 0;

    out[0] = '\0';
    for (unsigned bit = 0; bit < 32; bit++) {
        uint32_t flag = (uint32_t)1 << bit;
        int added;

        if ((flags & flag) == 0)
            continue;
        added = snprintf(out + used, capacity - used, "%s%s", used == 0 ? "" : ", ",
                         otls_verify_flag_name(flag));
        if (added < 0 || (size_t)added >= capacity - used)
            break;
        used += (size_t)added;
    }
    return out;
}

const char *tool_verdict(const otls_connection *conn, const otls_error *err)
{
    if (err != NULL && err->status == OTLS_E_VERIFY)
        return "refused";
    if (conn == NULL || !otls_connection_handshake_done(conn))
        return "none";
    if (otls_connection_is_server(conn) && otls_connection_peer_chain_count(conn) == 0)
        return "none";
    return otls_connection_verify_flags(conn) == 0 ? "verified" : "not checked";
}

bool tool_fingerprint(char hex[129], const otls_backend *backend, const otls_certificate *cert,
                      otls_hash hash)
{
    uint8_t digest[64];
    size_t size = 0;

    hex[0] = '\0';
    if (tool_memory(otls_certificate_fingerprint(cert, backend, hash, digest, sizeof(digest), &size,
                                                 NULL)) != OTLS_OK)
        return false;
    for (size_t i = 0; i < size; i++)
        (void)snprintf(hex + 2 * i, 3, "%02x", digest[i]);
    return true;
}

static json_t *chain_json(const otls_backend *backend, const otls_connection *conn)
{
    json_t *list = json_array();
    size_t count = conn == NULL ? 0 : otls_connection_peer_chain_count(conn);

    for (size_t i = 0; i < count; i++) {
        const otls_certificate *cert = otls_connection_peer_chain(conn, i);

        json_array_append_new(list, cert != NULL ? tool_certificate_json(backend, cert) : json_null());
    }
    return list;
}

json_t *tool_flags_json(uint32_t flags)
{
    json_t *list = json_array();

    for (unsigned bit = 0; bit < 32; bit++) {
        uint32_t flag = (uint32_t)1 << bit;

        if ((flags & flag) != 0)
            json_array_append_new(list, json_string(otls_verify_flag_name(flag)));
    }
    return list;
}

/* Negotiated values; null for all of them while there is no connection. */
static void add_negotiated(json_t *object, const otls_connection *conn)
{
    bool done = conn != NULL && otls_connection_handshake_done(conn);
    uint16_t group = done ? otls_connection_group(conn) : 0;
    uint16_t signature = done ? otls_connection_peer_signature(conn) : 0;
    size_t size = 0;
    const uint8_t *alpn = done ? otls_connection_alpn(conn, &size) : NULL;

    json_object_set_new(object, "version",
                        done ? json_string(tool_version_text(otls_connection_version(conn)))
                             : json_null());
    json_object_set_new(object, "suite",
                        done ? json_string(otls_suite_name(otls_connection_suite(conn)))
                             : json_null());
    json_object_set_new(object, "group",
                        group != 0 ? json_string(otls_group_name(group)) : json_null());
    json_object_set_new(object, "signature",
                        signature != 0 ? json_string(otls_signature_name(signature)) : json_null());
    json_object_set_new(object, "alpn", alpn != NULL ? tool_json_bytes(alpn, size) : json_null());
    json_object_set_new(object, "reused",
                        json_boolean(done && otls_connection_session_resumed(conn)));
    json_object_set_new(object, "early_data",
                        done ? json_string(tool_early_text(conn)) : json_null());
}

/* Which certificate, by which rule, and what to do: as `omnitls verify --json` has it. */
static void add_refusal(json_t *object, const otls_connection *conn, const otls_error *err)
{
    const otls_verdict *verdict = conn != NULL && err != NULL && err->status == OTLS_E_VERIFY
                                      ? otls_connection_verdict(conn)
                                      : NULL;

    if (verdict == NULL)
        return;
    json_object_set_new(object, "rule", json_string(otls_verdict_rule(verdict)));
    json_object_set_new(object, "advice", json_string(otls_verdict_advice(verdict)));
    json_object_set_new(object, "depth", json_integer(err->verify_depth));
}

json_t *tool_summary_json(const otls_backend *backend, const otls_connection *conn,
                          const otls_error *err)
{
    json_t *object = json_object();
    uint32_t flags = 0;
    char reason[512] = "";

    if (err != NULL)
        flags = err->verify_flags;
    else if (conn != NULL)
        flags = otls_connection_verify_flags(conn);
    if (err == NULL && conn != NULL && strcmp(tool_verdict(conn, NULL), "none") != 0)
        (void)tool_flags_text(reason, sizeof(reason), flags);
    json_object_set_new(object, "engine", json_string(otls_backend_name(backend)));
    add_negotiated(object, conn);
    json_object_set_new(object, "verdict", json_string(tool_verdict(conn, err)));
    json_object_set_new(object, "category",
                        err == NULL ? json_null()
                                    : json_string(otls_status_name((otls_status)err->status)));
    json_object_set_new(object, "reason", tool_json_text(err == NULL ? reason : err->text));
    json_object_set_new(object, "verify_flags", tool_flags_json(flags));
    add_refusal(object, conn, err);
    if (err != NULL && err->alert >= 0) {
        json_object_set_new(object, "alert", json_string(otls_alert_name(err->alert)));
        json_object_set_new(object, "alert_received", json_boolean(err->alert_received));
    } else {
        json_object_set_new(object, "alert", json_null());
    }
    if (err != NULL && err->native_text[0] != '\0')
        json_object_set_new(object, "native", tool_json_text(err->native_text));
    json_object_set_new(object, "chain", chain_json(backend, conn));
    return object;
}

void tool_summary_print(FILE *stream, const otls_backend *backend, const otls_connection *conn)
{
    char text[512];
    uint16_t group = otls_connection_group(conn);
    uint16_t signature = otls_connection_peer_signature(conn);
    const otls_certificate *leaf = otls_connection_peer_chain(conn, 0);
    const char *verdict = tool_verdict(conn, NULL);
    bool good = strcmp(verdict, "verified") == 0;

    (void)fprintf(stream, "engine:      %s %s\n", otls_backend_name(backend),
                  otls_backend_version(backend));
    (void)fprintf(stream, "version:     TLS %s\n",
                  tool_version_text(otls_connection_version(conn)));
    (void)fprintf(stream, "suite:       %s\n", otls_suite_name(otls_connection_suite(conn)));
    (void)fprintf(stream, "group:       %s\n", group != 0 ? otls_group_name(group) : "-");
    (void)fprintf(stream, "signature:   %s\n",
                  signature != 0 ? otls_signature_name(signature) : "-");
    (void)tool_alpn_text(text, sizeof(text), conn);
    (void)fprintf(stream, "alpn:        %s\n", text[0] != '\0' ? text : "-");
    (void)fprintf(stream, "reused:      %s\n", otls_connection_session_resumed(conn) ? "yes" : "no");
    (void)fprintf(stream, "early data:  %s\n", tool_early_text(conn));
    if (leaf != NULL) {
        const char *subject = tool_text(otls_certificate_subject(leaf));

        (void)fprintf(stream, "certificate: %s\n",
                      tool_printable(text, sizeof(text), subject, strlen(subject)));
    }
    (void)fprintf(stream, "verdict:     %s%s%s\n",
                  tool_paint(stream, good ? TOOL_GREEN : TOOL_YELLOW), verdict,
                  tool_paint(stream, TOOL_PLAIN));
}
