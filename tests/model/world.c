/* SPDX-License-Identifier: MIT */
/* What is claimed of calls in general, and how a world begins and ends. */
#include "model.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define CANARY 0x5a5a5a5a5a5a5a5a

const char *model_identity_name(model_identity kind)
{
    static const char *const names[ID_KINDS] = {"none", "server-ecdsa-p256", "server-othername",
                                                "server-expired", "client-ecdsa-p256"};

    return names[kind];
}

bool model_claim(model_world *w, bool is, const char *format, ...)
{
    char text[MODEL_TEXT / 2];
    va_list args;

    if (is || w->failure[0] != '\0')
        return is;
    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    (void)snprintf(w->failure, sizeof(w->failure), "%.180s: %s", w->call, text);
    return false;
}

int64_t model_now(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static otls_error canary(void)
{
    otls_error err = OTLS_ERROR_INIT;

    err.native = CANARY;
    err.code = -77;
    (void)snprintf(err.text, sizeof(err.text), "untouched");
    return err;
}

void model_call(model_world *w, otls_error *err, const char *format, ...)
{
    va_list args;

    *err = canary();
    w->started = model_now();
    va_start(args, format);
    (void)vsnprintf(w->call, sizeof(w->call), format, args);
    va_end(args);
    if (w->say) { /* before the call, which may not come back */
        printf("    %-58s", w->call);
        (void)fflush(stdout);
    }
}

otls_status model_answer(model_world *w, const otls_error *err, otls_status status)
{
    const otls_error before = canary();

    if (w->say)
        printf("-> %s%s%s\n", otls_status_name(status), status < 0 ? ": " : "",
               status < 0 ? err->text : "");
    model_claim(w, status >= OTLS_E_INTERNAL && status <= OTLS_CLOSED, "%d is no status", status);
    if (status >= 0) {
        model_claim(w, memcmp(&before, err, sizeof(before)) == 0,
                    "%s, and the report was changed: %s", otls_status_name(status), err->text);
        return status;
    }
    model_claim(w, err->status == (int32_t)status, "%s, but the report says %s",
                otls_status_name(status), otls_status_name((otls_status)err->status));
    model_claim(w, err->native != CANARY && err->code >= 0, "the report was not filled");
    model_claim(w, memchr(err->text, '\0', sizeof(err->text)) != NULL && err->text[0] != '\0',
                "no sentence");
    model_claim(w, memchr(err->native_text, '\0', sizeof(err->native_text)) != NULL,
                "the engine's text does not end");
    model_claim(w, status != OTLS_E_INTERNAL && status != OTLS_E_NOMEM, "%s: %s",
                otls_status_name(status), err->text);
    return status;
}

void model_wanted_code(model_world *w, const otls_error *err, otls_status status,
                       otls_status wanted, int code)
{
    (void)model_answer(w, err, status);
    model_claim(w, status == wanted, "%s instead of %s%s%s", otls_status_name(status),
                otls_status_name(wanted), status < 0 ? ": " : "", status < 0 ? err->text : "");
    if (status < 0 && code >= 0)
        model_claim(w, err->code == code, "code \"%s\" instead of \"%s\"", otls_code_name(err->code),
                    otls_code_name(code));
}

void model_wanted(model_world *w, const otls_error *err, otls_status status, otls_status wanted)
{
    model_wanted_code(w, err, status, wanted, -1);
}

void model_begin(model_world *w)
{
    memset(w->contexts, 0, sizeof(w->contexts));
    memset(w->conns, 0, sizeof(w->conns));
    memset(w->trusts, 0, sizeof(w->trusts));
    memset(w->sessions, 0, sizeof(w->sessions));
    w->failure[0] = w->call[0] = '\0';
    model_socks_begin(w);
}

void model_end(model_world *w)
{
    model_socks_end(w);
    for (int i = 0; i < MODEL_CONNS; i++)
        otls_connection_free(w->conns[i].real);
    for (int i = 0; i < MODEL_SESSIONS; i++)
        otls_session_free(w->sessions[i].real);
    for (int i = 0; i < MODEL_CONTEXTS; i++)
        otls_context_free(w->contexts[i].real);
    for (int i = 0; i < MODEL_TRUSTS; i++)
        otls_trust_free(w->trusts[i].real);
}
