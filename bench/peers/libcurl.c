/* SPDX-License-Identifier: MIT */
/* A GET over libcurl's easy interface. Two builds of it, over different TLS, can be there at once.
 */
#include "peers/libcurl_calls.h"
#include "peers/library.h"
#include "peers/peers.h"

#include <stdlib.h>

#define PATIENCE 10000L /* milliseconds */

typedef struct calls {
    LIBCURL_CALLS(PEER_POINTER)
} calls;

#define PEER_CALLS calls
static const peer_call rows[] = {LIBCURL_CALLS(PEER_ROW)};
static const char *const names[] = {"libcurl.so.4", NULL};
static const char *const gnutls_names[] = {"libcurl-gnutls.so.4", NULL};
static calls plain, over_gnutls;

struct peer_state {
    const calls *curl;
    void *easy;
    struct curl_slist *addresses;
    uint16_t port;
    const char *name;
    uint8_t *body;
    size_t size, got;
    char error[LIBCURL_ERROR_SIZE];
};

/* ---- what it is ------------------------------------------------------------------------------ */

/* "libcurl/7.88.1 OpenSSL/3.0.19 zlib/1.2.13 ..." */
static bool load(const char *const *which, calls *out, peer_library *library)
{
    const char *words;
    size_t first, second;

    if (!peer_library_load(which, rows, sizeof(rows) / sizeof(rows[0]), out))
        return false;
    words = out->curl_version();
    first = strcspn(words, " ");
    (void)snprintf(library->version, sizeof(library->version), "%.*s", (int)first, words);
    words += first + strspn(words + first, " ");
    second = strcspn(words, " ");
    (void)snprintf(library->tls, sizeof(library->tls), "%.*s", (int)second, words);
    library->engine = peer_library_engine(library->tls);
    return true;
}

bool peer_libcurl_load(peer_library *library)
{
    return load(names, &plain, library);
}

bool peer_libcurl_gnutls_load(peer_library *library)
{
    return load(gnutls_names, &over_gnutls, library);
}

/* ---- the program ----------------------------------------------------------------------------- */

static void state_close(peer_state *state)
{
    if (state == NULL)
        return;
    if (state->easy != NULL)
        state->curl->curl_easy_cleanup(state->easy);
    state->curl->curl_slist_free_all(state->addresses);
    free(state);
}

static size_t take(char *data, size_t size, size_t count, void *user)
{
    peer_state *state = user;
    const size_t bytes = size * count;

    if (bytes > state->size - state->got)
        return 0;
    memcpy(state->body + state->got, data, bytes);
    state->got += bytes;
    return bytes;
}

/* What the server is called it finds at 127.0.0.1, and trusts one authority alone. */
static bool options(peer_state *state, const peer_setup *setup)
{
    const calls *curl = state->curl;
    char text[256];

    (void)snprintf(text, sizeof(text), "%s:%u:127.0.0.1", setup->name, (unsigned)setup->port);
    state->addresses = curl->curl_slist_append(NULL, text);
    return state->addresses != NULL &&
           curl->curl_easy_setopt(state->easy, LIBCURLOPT_RESOLVE, state->addresses) == 0 &&
           curl->curl_easy_setopt(state->easy, LIBCURLOPT_CAINFO, setup->root) == 0 &&
           curl->curl_easy_setopt(state->easy, LIBCURLOPT_CAPATH, (char *)NULL) == 0 &&
           curl->curl_easy_setopt(state->easy, LIBCURLOPT_SSLVERSION,
                                  (long)LIBCURL_SSLVERSION_1_3) == 0 &&
           curl->curl_easy_setopt(state->easy, LIBCURLOPT_NOSIGNAL, 1L) == 0 &&
           curl->curl_easy_setopt(state->easy, LIBCURLOPT_FAILONERROR, 1L) == 0 &&
           curl->curl_easy_setopt(state->easy, LIBCURLOPT_TIMEOUT_MS, PATIENCE) == 0 &&
           curl->curl_easy_setopt(state->easy, LIBCURLOPT_PROXY, "") == 0 &&
           curl->curl_easy_setopt(state->easy, LIBCURLOPT_ERRORBUFFER, state->error) == 0 &&
           curl->curl_easy_setopt(state->easy, LIBCURLOPT_WRITEFUNCTION, take) == 0 &&
           curl->curl_easy_setopt(state->easy, LIBCURLOPT_WRITEDATA, state) == 0;
}

static peer_state *open_with(const calls *curl, const peer_setup *setup)
{
    peer_state *state = calloc(1, sizeof(*state));

    if (state == NULL)
        return NULL;
    state->curl = curl;
    state->port = setup->port;
    state->name = setup->name;
    state->easy = curl->curl_easy_init();
    if (state->easy != NULL && options(state, setup) &&
        (!setup->groups ||
         curl->curl_easy_setopt(state->easy, LIBCURLOPT_SSL_EC_CURVES, "X25519") == 0))
        return state;
    (void)bench_complain("libcurl: setting up failed");
    state_close(state);
    return NULL;
}

static peer_state *open_plain(const peer_setup *setup)
{
    return open_with(&plain, setup);
}

static peer_state *open_over_gnutls(const peer_setup *setup)
{
    return open_with(&over_gnutls, setup);
}

static bool get(peer_state *state, const char *path, bool kept, uint8_t *body, size_t size,
                size_t *count)
{
    const calls *curl = state->curl;
    unsigned code;
    char url[256];

    (void)snprintf(url, sizeof(url), "https://%s:%u%s", state->name, (unsigned)state->port, path);
    state->body = body;
    state->size = size;
    state->got = 0;
    state->error[0] = '\0';
    if (curl->curl_easy_setopt(state->easy, LIBCURLOPT_URL, url) != 0 ||
        curl->curl_easy_setopt(state->easy, LIBCURLOPT_FRESH_CONNECT, kept ? 0L : 1L) != 0 ||
        curl->curl_easy_setopt(state->easy, LIBCURLOPT_FORBID_REUSE, kept ? 0L : 1L) != 0)
        return bench_complain("libcurl: an option is not taken");
    code = curl->curl_easy_perform(state->easy);
    *count = state->got;
    return code == 0 ||
           bench_complain("libcurl: %s",
                          state->error[0] != '\0' ? state->error : curl->curl_easy_strerror(code));
}

const peer_program peer_libcurl = {.open = open_plain, .close = state_close, .get = get};
const peer_program peer_libcurl_gnutls = {
    .open = open_over_gnutls, .close = state_close, .get = get};
