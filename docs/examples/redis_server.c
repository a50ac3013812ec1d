/* SPDX-License-Identifier: MIT */
/*
 * One of a fleet: redis_server CERT.pem KEY.pem [ADDRESS:]PORT REDIS_PORT [BACKEND [CLIENT_CA]].
 *
 * Servers that share a Redis resume each other's sessions: TLS 1.2 session ids (and, with wolfSSL,
 * what TLS 1.3 tickets leave out) through the external cache, tickets by sharing the ticket keys.
 * SIGUSR1 rotates the keys for the whole fleet. Without Redis everything still works: each server
 * then has its own keys, and a client that changes servers makes a full handshake. Clients know a
 * server by name and port: the fleet is reached by one of each.
 *
 * The keys and sessions in Redis are secrets: give it a password, and a network of its own.
 */
#include <hiredis/hiredis.h>
#include <omnitls/omnitls.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define KEYS_NAME "omnitls:ticket-keys"
#define KEYS_SIZE (3 * OTLS_TICKET_KEY_SIZE)

typedef struct store {
    pthread_mutex_t lock; /* a hiredis connection belongs to one thread at a time */
    redisContext *redis;  /* NULL while it is away */
    int port;
    time_t tried;
    uint8_t keys[KEYS_SIZE]; /* as last taken over */
} store;

static volatile sig_atomic_t rotate_wanted;

static void on_signal(int signal_number)
{
    (void)signal_number;
    rotate_wanted = 1;
}

/* Once a second at most: a store that is away must not hold up handshakes. */
static redisContext *redis_of(store *s)
{
    const struct timeval patience = {0, 200000};

    if (s->redis != NULL && s->redis->err == 0)
        return s->redis;
    if (s->redis != NULL)
        redisFree(s->redis);
    s->redis = NULL;
    if (time(NULL) == s->tried)
        return NULL;
    s->tried = time(NULL);
    s->redis = redisConnectWithTimeout("127.0.0.1", s->port, patience);
    if (s->redis != NULL && s->redis->err == 0 && redisSetTimeout(s->redis, patience) == REDIS_OK)
        return s->redis;
    if (s->redis != NULL)
        redisFree(s->redis);
    s->redis = NULL;
    return NULL;
}

/* ---- the external cache ---- */

static void cache_store(void *user, const uint8_t *key, size_t key_size, const uint8_t *entry,
                        size_t entry_size, uint32_t seconds)
{
    store *s = user;

    (void)pthread_mutex_lock(&s->lock);
    if (redis_of(s) != NULL)
        freeReplyObject(redisCommand(s->redis, "SET omnitls:session:%b %b EX %u", key, key_size,
                                     entry, entry_size, (unsigned)seconds));
    (void)pthread_mutex_unlock(&s->lock);
}

static size_t cache_fetch(void *user, const uint8_t *key, size_t key_size, uint8_t *entry,
                          size_t capacity)
{
    store *s = user;
    redisReply *reply = NULL;
    size_t size = 0;

    (void)pthread_mutex_lock(&s->lock);
    if (redis_of(s) != NULL)
        reply = redisCommand(s->redis, "GET omnitls:session:%b", key, key_size);
    if (reply != NULL && reply->type == REDIS_REPLY_STRING && (size_t)reply->len <= capacity) {
        size = (size_t)reply->len;
        memcpy(entry, reply->str, size);
    }
    freeReplyObject(reply);
    (void)pthread_mutex_unlock(&s->lock);
    return size;
}

static void cache_remove(void *user, const uint8_t *key, size_t key_size)
{
    store *s = user;

    (void)pthread_mutex_lock(&s->lock);
    if (redis_of(s) != NULL)
        freeReplyObject(redisCommand(s->redis, "DEL omnitls:session:%b", key, key_size));
    (void)pthread_mutex_unlock(&s->lock);
}

/* ---- the ticket keys ---- */

static void publish(store *s, otls_context *context, const char *how)
{
    uint8_t keys[KEYS_SIZE];

    if (otls_context_ticket_keys(context, keys, NULL) == OTLS_OK)
        freeReplyObject(redisCommand(s->redis, "SET " KEYS_NAME " %b %s", keys, sizeof(keys), how));
    memset(keys, 0, sizeof(keys));
}

/* Take over what the fleet has; whoever is first puts its own there. */
static void follow_keys(store *s, otls_context *context)
{
    redisReply *reply = NULL;

    (void)pthread_mutex_lock(&s->lock);
    if (redis_of(s) != NULL) {
        if (rotate_wanted && otls_context_rotate_ticket_keys(context, NULL) == OTLS_OK) {
            rotate_wanted = 0;
            publish(s, context, "XX");
        }
        publish(s, context, "NX");
        if (s->redis->err == 0)
            reply = redisCommand(s->redis, "GET " KEYS_NAME);
    }
    if (reply != NULL && reply->type == REDIS_REPLY_STRING && reply->len == KEYS_SIZE &&
        memcmp(s->keys, reply->str, KEYS_SIZE) != 0 &&
        otls_context_set_ticket_keys(context, reply->str, KEYS_SIZE, NULL) == OTLS_OK)
        memcpy(s->keys, reply->str, KEYS_SIZE);
    freeReplyObject(reply);
    (void)pthread_mutex_unlock(&s->lock);
}

/* ---- the server ---- */

static otls_status set_up(otls_context *context, char **argv, store *s, const char *ca,
                          otls_error *err)
{
    const otls_external_cache cache = {sizeof(cache), cache_store, cache_fetch, cache_remove, s};
    otls_identity *identity = NULL;
    otls_trust *trust = NULL;
    otls_status status = otls_identity_from_files(&identity, otls_context_backend(context), argv[1],
                                                  argv[2], NULL, NULL, err);

    if (status == OTLS_OK)
        status = otls_context_add_identity(context, identity, err);
    otls_identity_free(identity);
    if (status == OTLS_OK)
        status = otls_context_set_session_cache_mode(context, OTLS_SESSION_CACHE_SERVER, err);
    if (status == OTLS_OK)
        status = otls_context_set_external_cache(context, &cache, err);
    if (status != OTLS_OK || ca == NULL)
        return status;
    status = otls_trust_new(&trust, err);
    if (status == OTLS_OK)
        status = otls_trust_add_file(trust, ca, err);
    if (status == OTLS_OK)
        status = otls_context_set_trust(context, trust, err);
    if (status == OTLS_OK)
        status = otls_context_set_verify_mode(context, OTLS_VERIFY_MODE_REQUIRED, err);
    otls_trust_free(trust);
    return status;
}

static void serve_one(otls_socket *client, const char *port)
{
    const otls_connection *conn = otls_socket_connection(client);
    char in[256], out[128];
    otls_error err = OTLS_ERROR_INIT;
    size_t count = 0;
    otls_status status = otls_socket_set_timeout(client, 5000, &err);

    if (status == OTLS_OK)
        status = otls_socket_recv(client, in, sizeof(in), &count, &err);
    if (status == OTLS_OK) {
        const int size = snprintf(out, sizeof(out), "%s %s on %s\n",
                                  otls_version_name(otls_connection_version(conn)),
                                  otls_connection_session_resumed(conn) ? "resumed" : "full", port);

        status = otls_socket_send_all(client, out, (size_t)size, &err);
    }
    if (status < OTLS_OK)
        fprintf(stderr, "%s\n", err.text);
    otls_socket_close(client);
}

static int run(otls_context *context, store *s, const char *where, otls_error *err)
{
    const char *colon = strrchr(where, ':');
    const char *port = colon != NULL ? colon + 1 : where;
    otls_socket *listener = NULL;
    char address[64] = "localhost";

    if (colon != NULL)
        snprintf(address, sizeof(address), "%.*s", (int)(colon - where), where);
    if (otls_listen(&listener, context, address, port, 16, err) != OTLS_OK)
        return 1;
    printf("listening on port %u\n", otls_socket_local_port(listener));
    fflush(stdout);
    for (;;) {
        otls_socket *client = NULL;

        if (otls_socket_accept(&client, listener, err) != OTLS_OK)
            break;
        follow_keys(s, context); /* the handshake has not begun: it waits for the first recv */
        serve_one(client, port);
    }
    otls_socket_close(listener);
    return 1;
}

int main(int argc, char **argv)
{
    static store s = {.lock = PTHREAD_MUTEX_INITIALIZER};
    const otls_backend *backend = NULL;
    otls_error err = OTLS_ERROR_INIT;
    otls_context *context = NULL;
    int code = 1;

    if (argc < 5) {
        fprintf(stderr, "usage: redis_server CERT KEY [ADDRESS:]PORT REDIS_PORT "
                        "[BACKEND [CLIENT_CA]]\n");
        return 1;
    }
    s.port = atoi(argv[4]);
    (void)signal(SIGUSR1, on_signal);
    (void)signal(SIGPIPE, SIG_IGN);
    if (otls_backend_find(&backend, argc > 5 ? argv[5] : NULL, &err) == OTLS_OK &&
        otls_context_new(&context, backend, OTLS_SERVER, &err) == OTLS_OK &&
        set_up(context, argv, &s, argc > 6 ? argv[6] : NULL, &err) == OTLS_OK)
        code = run(context, &s, argv[3], &err);
    fprintf(stderr, "%s\n", err.text);
    otls_context_free(context);
    if (s.redis != NULL)
        redisFree(s.redis);
    return code;
}
