/* SPDX-License-Identifier: MIT */
/* Resumption and stapled responses: a session was made with one, and belongs to its settings. */
#include <criterion/criterion.h>

#include "divergence.h"
#include "session_pair.h"

#include <omnitls/ocsp.h>
#include <stdio.h>

static bool carries(const pair_case *which)
{
    return otls_backend_supports(which->client, OTLS_FEATURE_OCSP_STAPLE_CLIENT, NULL) != OTLS_NO &&
           divergence_find("a stapled response", which) == NULL &&
           otls_backend_supports(which->server, OTLS_FEATURE_OCSP_STAPLE_SERVER, NULL) != OTLS_NO;
}

static otls_context *client_with(const pair_case *which, otls_ocsp_mode mode)
{
    static const session_options usual;
    otls_context *context = session_client(which, &usual);
    otls_error err = OTLS_ERROR_INIT;

    cr_assert_eq(otls_context_set_ocsp(context, mode, &err), OTLS_OK, "%s", err.text);
    return context;
}

static otls_context *server_with(const pair_case *which, const char *response)
{
    static const session_options usual;
    otls_context *context = session_server(which, &usual);
    otls_error err = OTLS_ERROR_INIT;
    char path[512];

    (void)snprintf(path, sizeof(path), "%s/ocsp/%s.der", OTLS_TEST_PKI, response);
    cr_assert_eq(otls_context_set_ocsp_response_file(context, NULL, path, &err), OTLS_OK, "%s",
                 err.text);
    return context;
}

ParameterizedTestParameters(ocsp_sessions, resumed)
{
    return pair_parameters_short();
}

/* The staple was good when the session was made; the abbreviated handshake has none (RFC 8446 2.2).
 */
ParameterizedTest(size_t *index, ocsp_sessions, resumed)
{
    const pair_case which = pair_case_short_at(*index);
    otls_context *client, *server;
    session_run first, second;

    if (!carries(&which))
        return;
    client = client_with(&which, OTLS_OCSP_REQUIRED);
    server = server_with(&which, "server-ecdsa-p256");
    first = session_connect_with(&which, client, server, NULL, "localhost");
    cr_assert(!first.reused_client && first.session != NULL, "%s", pair_name(&which));
    second = session_connect_with(&which, client, server, first.session, "localhost");
    cr_assert(second.reused_client && second.reused_server, "%s", pair_name(&which));
    cr_assert_eq(second.client_flags, 0);
    otls_session_free(first.session);
    otls_session_free(second.session);
    otls_context_free(client);
    otls_context_free(server);
}

ParameterizedTestParameters(ocsp_sessions, other_settings)
{
    return pair_parameters_short();
}

/* A session made without asking is no way around a requirement. */
ParameterizedTest(size_t *index, ocsp_sessions, other_settings)
{
    const pair_case which = pair_case_short_at(*index);
    otls_context *lax, *strict, *server;
    session_run first, second;

    if (!carries(&which))
        return;
    lax = client_with(&which, OTLS_OCSP_OFF);
    strict = client_with(&which, OTLS_OCSP_REQUIRED);
    server = server_with(&which, "server-ecdsa-p256");
    first = session_connect_with(&which, lax, server, NULL, "localhost");
    cr_assert(first.session != NULL, "%s", pair_name(&which));
    second = session_connect_with(&which, strict, server, first.session, "localhost");
    cr_assert(!second.reused_client, "%s", pair_name(&which));
    cr_assert_eq(second.fit, OTLS_SESSION_OTHER_POLICY, "%s", pair_name(&which));
    otls_session_free(first.session);
    otls_session_free(second.session);
    otls_context_free(lax);
    otls_context_free(strict);
    otls_context_free(server);
}
