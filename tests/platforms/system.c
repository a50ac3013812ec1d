/* SPDX-License-Identifier: MIT */
/*
 * What core/platform/platform.h promises, asked of the system that this runs on: files with names
 * beyond ASCII, directories, addresses, sockets that wait and fail in the usual ways, and TLS over
 * one of them. The same numbers of errno.h everywhere. Prints a line for each check that fails;
 * answers whether any did.
 */
#include "platform/platform.h"
#include "platforms_pki.h"

#include <errno.h>
#include <omnitls/omnitls.h>
#include <stdio.h>
#include <string.h>

static int checks, failures;

#define CHECK(what)                                                                                \
    do {                                                                                           \
        checks++;                                                                                  \
        if (!(what)) {                                                                             \
            printf("FAIL line %d: %s\n", __LINE__, #what);                                         \
            failures++;                                                                            \
        }                                                                                          \
    } while (0)
#define SAYS(call, number)                                                                         \
    do {                                                                                           \
        const int said_ = (call);                                                                  \
        checks++;                                                                                  \
        if (said_ != (number)) {                                                                   \
            printf("FAIL line %d: %s: %d, not %d\n", __LINE__, #call, said_, (number));            \
            failures++;                                                                            \
        }                                                                                          \
    } while (0)

/* ---- the clock, locks, words ---- */

static void check_small_things(void)
{
    char words[96];
    int64_t now = 0;
    const int64_t before = omni_os_monotonic_ms();
    omni_lock lock;

    CHECK(omni_os_now(&now) && now > 1700000000);
    CHECK(omni_os_monotonic_ms() >= before);
    CHECK(omni_lock_make(&lock, true));
    omni_lock_take(&lock);
    omni_lock_take(&lock); /* again: it is recursive */
    omni_lock_give(&lock);
    omni_lock_give(&lock);
    omni_lock_end(&lock);
    omni_lock_take_global();
    omni_lock_give_global();
    CHECK(strcmp(omni_os_error_text(ECONNREFUSED, words, sizeof(words)), "Connection refused") ==
          0);
    CHECK(strcmp(omni_os_error_text(ENOENT, words, sizeof(words)), "No such file or directory") ==
          0);
    CHECK(omni_os_environment("OMNITLS_SURELY_NOT_SET") == NULL);
    CHECK(omni_os_environment("PATH") != NULL);
    CHECK(!omni_os_path_is_absolute("here/it/is"));
}

/* ---- files ---- */

#define FILE_NAME "omnitls-pl\xc3\xa4tform.txt"

static bool count_own(void *user, const char *name)
{
    size_t *found = user;

    if (strcmp(name, FILE_NAME) == 0)
        ++*found;
    return true;
}

static void check_reading(void)
{
    omni_file_about about = {.size = 0};
    char read[16] = "";
    size_t count = 0;
    int fd = -1;

    SAYS(omni_os_file_open(FILE_NAME, &fd), 0);
    SAYS(omni_os_file_about(fd, &about), 0);
    CHECK(about.regular && !about.directory && about.size == 8);
    SAYS(omni_os_file_read(fd, read, sizeof(read), &count), 0);
    CHECK(count == 8 && memcmp(read, "one\ntwo\n", 8) == 0); /* as written: no \r */
    SAYS(omni_os_file_read(fd, read, sizeof(read), &count), 0);
    CHECK(count == 0);
    SAYS(omni_os_file_read_at(fd, read, 3, 4, &count), 0);
    CHECK(count == 3 && memcmp(read, "two", 3) == 0);
    SAYS(omni_os_file_read_at(fd, read, 3, 1000, &count), 0);
    CHECK(count == 0);
    SAYS(omni_os_file_read_at(fd, read, 3, UINT64_MAX - 1, &count), EOVERFLOW);
    omni_os_file_close(fd);
}

static void check_files(void)
{
    size_t found = 0;
    int first = -1, second = -1, none = -1;

    /* two that append do not write over one another */
    SAYS(omni_os_append_open(FILE_NAME, &first), 0);
    SAYS(omni_os_append_open(FILE_NAME, &second), 0);
    omni_os_append(first, "one\n", 4);
    omni_os_append(second, "two\n", 4);
    omni_os_file_close(first);
    omni_os_file_close(second);
    check_reading();
    CHECK(omni_os_is_file(FILE_NAME) && omni_os_exists(FILE_NAME));
    CHECK(!omni_os_is_file(".") && omni_os_exists("."));
    SAYS(omni_os_directory_each(".", count_own, &found), 0);
    CHECK(found == 1);
    SAYS(omni_os_directory_each("no/such/directory", count_own, &found), ENOENT);
    SAYS(omni_os_file_open("no-such-file", &none), ENOENT);
    SAYS(omni_os_append_open(".", &none), EISDIR);
}

/* ---- sockets ---- */

static const omni_address loopback = {.ip = {127, 0, 0, 1}, .ip_size = 4};

static int listen_on_loopback(omni_address *at)
{
    int fd = -1;

    SAYS(omni_os_socket(&loopback, &fd), 0);
    omni_os_bind_options(fd, &loopback, false);
    SAYS(omni_os_bind(fd, &loopback), 0);
    SAYS(omni_os_listen(fd, 0), 0);
    SAYS(omni_os_own_address(fd, at), 0);
    CHECK(at->ip_size == 4 && memcmp(at->ip, loopback.ip, 4) == 0 && at->port != 0);
    return fd;
}

static void check_refusals(const omni_address *taken)
{
    omni_address closed = *taken, peer;
    omni_poll item = {.write = true};
    size_t ready = 0;
    int fd = -1, error;

    SAYS(omni_os_socket(taken, &fd), 0);
    omni_os_bind_options(fd, taken, false);
    SAYS(omni_os_bind(fd, taken), EADDRINUSE);
    SAYS(omni_os_peer_address(fd, &peer), ENOTCONN);
    omni_os_socket_close(fd);

    omni_os_socket_close(listen_on_loopback(&closed)); /* a port that was free just now */
    SAYS(omni_os_socket(&closed, &fd), 0);
    error = omni_os_connect(fd, &closed);
    item.fd = fd;
    if (error == EINPROGRESS) {
        SAYS(omni_os_poll(&item, 1, 10000, &ready), 0);
        CHECK(ready == 1 && item.any);
        error = omni_os_connect_failure(fd);
    }
    CHECK(error == ECONNREFUSED);
    omni_os_socket_close(fd);
    error = omni_os_accept(fd, &fd); /* a handle that is none is no socket, Windows says */
    CHECK(error == EBADF || error == ENOTSOCK);
}

static void check_transfer(int listener, const omni_address *at)
{
    omni_poll item = {.fd = listener, .read = true};
    omni_address peer;
    size_t count = 0, ready = 0;
    char heard[8];
    bool stream = false;
    int client = -1, server = -1, error;

    SAYS(omni_os_accept(listener, &server), EAGAIN);
    SAYS(omni_os_poll(&item, 1, 20, &ready), 0);
    CHECK(ready == 0 && !item.any);
    SAYS(omni_os_socket(at, &client), 0);
    error = omni_os_connect(client, at);
    CHECK(error == 0 || error == EINPROGRESS);
    SAYS(omni_os_poll(&item, 1, 10000, &ready), 0);
    CHECK(ready == 1 && item.readable);
    SAYS(omni_os_accept(listener, &server), 0);
    item = (omni_poll){.fd = client, .write = true};
    SAYS(omni_os_poll(&item, 1, 10000, &ready), 0);
    CHECK(item.writable);
    SAYS(omni_os_connect_failure(client), 0);
    SAYS(omni_os_is_stream(client, &stream), 0);
    CHECK(stream && omni_os_is_listening(listener) && !omni_os_is_listening(client));
    SAYS(omni_os_peer_address(client, &peer), 0);
    CHECK(peer.port == at->port);
    SAYS(omni_os_stream_read(server, heard, sizeof(heard), &count), EAGAIN);
    SAYS(omni_os_stream_write(client, "hello", 5, &count), 0);
    CHECK(count == 5);
    item = (omni_poll){.fd = server, .read = true};
    SAYS(omni_os_poll(&item, 1, 10000, &ready), 0);
    SAYS(omni_os_stream_read(server, heard, sizeof(heard), &count), 0);
    CHECK(count == 5 && memcmp(heard, "hello", 5) == 0);
    SAYS(omni_os_shutdown(client, OMNI_OS_WRITING), 0);
    SAYS(omni_os_poll(&item, 1, 10000, &ready), 0);
    SAYS(omni_os_stream_read(server, heard, sizeof(heard), &count), 0);
    CHECK(count == 0); /* the end */
    omni_os_socket_drain(server, 1024);
    omni_os_socket_close(client);
    omni_os_socket_close(server);
}

static void check_names(void)
{
    omni_address list[4];
    size_t count = 0;
    const char *text = NULL;
    int error = 0;

    CHECK(omni_os_resolve("127.0.0.1", "443", false, list, 4, &count, &error, &text) ==
          OMNI_FOUND_DONE);
    CHECK(count == 1 && list[0].ip_size == 4 && list[0].port == 443);
    CHECK(omni_os_resolve("::1", "443", false, list, 4, &count, &error, &text) == OMNI_FOUND_DONE);
    CHECK(count == 1 && list[0].ip_size == 16 && list[0].ip[15] == 1);
    CHECK(omni_os_resolve("no such host", "443", false, list, 4, &count, &error, &text) !=
          OMNI_FOUND_DONE);
    CHECK(count == 0);
}

/* ---- TLS over them ---- */

static otls_status make_contexts(otls_context *contexts[2], otls_error *err)
{
    otls_trust *trust = NULL;
    otls_identity *identity = NULL;
    otls_status status = otls_context_new(&contexts[0], NULL, OTLS_CLIENT, err);

    if (status == OTLS_OK)
        status = otls_context_new(&contexts[1], NULL, OTLS_SERVER, err);
    if (status == OTLS_OK)
        status = otls_trust_new(&trust, err);
    if (status == OTLS_OK)
        status =
            otls_trust_add_memory(trust, platforms_root_pem, sizeof(platforms_root_pem) - 1, err);
    if (status == OTLS_OK)
        status = otls_context_set_trust(contexts[0], trust, err);
    if (status == OTLS_OK)
        status = otls_identity_from_memory(
            &identity, otls_context_backend(contexts[1]), platforms_server_ecdsa_p256_pem,
            sizeof(platforms_server_ecdsa_p256_pem) - 1, platforms_server_ecdsa_p256_key,
            sizeof(platforms_server_ecdsa_p256_key) - 1, NULL, NULL, err);
    if (status == OTLS_OK)
        status = otls_context_add_identity(contexts[1], identity, err);
    otls_trust_free(trust);
    otls_identity_free(identity);
    return status;
}

/* Both ends in one thread, so neither waits: each is asked again until both are done. */
static otls_status meet(otls_socket *client, otls_socket *listener, otls_socket **server,
                        const char *port, otls_error *err)
{
    const int64_t until = omni_os_monotonic_ms() + 20000;
    otls_status here = OTLS_WANT_READ, there = OTLS_WANT_READ;

    while ((here != OTLS_OK || there != OTLS_OK) && omni_os_monotonic_ms() < until) {
        if (here != OTLS_OK)
            here = otls_socket_connect(client, "127.0.0.1", port, err);
        if (here < OTLS_OK)
            return here;
        there = *server == NULL ? otls_socket_accept(server, listener, err)
                                : otls_socket_handshake(*server, err);
        if (there < OTLS_OK)
            return there;
        if (*server != NULL && !otls_connection_handshake_done(otls_socket_connection(*server)))
            there = OTLS_WANT_READ;
    }
    return here != OTLS_OK || there != OTLS_OK ? OTLS_E_TIMEOUT : OTLS_OK;
}

static void check_tls(void)
{
    otls_error err = OTLS_ERROR_INIT;
    otls_context *contexts[2] = {NULL, NULL};
    otls_socket *listener = NULL, *client = NULL, *server = NULL;
    char port[8], heard[8], address[64];
    size_t count = 0;
    otls_status status = make_contexts(contexts, &err);

    if (status == OTLS_OK)
        status = otls_listen(&listener, contexts[1], "127.0.0.1", "0", 0, &err);
    (void)snprintf(port, sizeof(port), "%u", (unsigned)otls_socket_local_port(listener));
    if (status == OTLS_OK)
        status = otls_socket_set_timeout(listener, 0, &err);
    if (status == OTLS_OK)
        status = otls_socket_new(&client, contexts[0], &err);
    if (status == OTLS_OK)
        status = otls_socket_set_timeout(client, 0, &err);
    if (status == OTLS_OK)
        status = otls_socket_set_server_name(client, "localhost", &err);
    if (status == OTLS_OK)
        status = meet(client, listener, &server, port, &err);
    if (status == OTLS_OK)
        status = otls_socket_set_timeout(server, 10000, &err);
    if (status == OTLS_OK)
        status = otls_socket_send(client, "hello", 5, &count, &err);
    if (status == OTLS_OK)
        status = otls_socket_recv(server, heard, sizeof(heard), &count, &err);
    CHECK(status == OTLS_OK && count == 5 && memcmp(heard, "hello", 5) == 0);
    if (status == OTLS_OK)
        status = otls_socket_peer_address(server, address, sizeof(address), NULL, &err);
    CHECK(status == OTLS_OK && strcmp(address, "127.0.0.1") == 0);
    if (status != OTLS_OK)
        printf("TLS over a socket: %s\n", err.text);
    otls_socket_close(client);
    otls_socket_close(server);
    otls_socket_close(listener);
    otls_context_free(contexts[0]);
    otls_context_free(contexts[1]);
}

/* The roots of the system, wherever it has them: some, or a sentence that there are none. */
static void check_roots(void)
{
    otls_error err = OTLS_ERROR_INIT;
    otls_trust *trust = NULL;
    otls_status status = otls_trust_new(&trust, &err);

    if (status == OTLS_OK)
        status = otls_trust_add_system(trust, &err);
    CHECK(status == OTLS_OK || (status == OTLS_E_CREDENTIAL && err.text[0] != '\0'));
    printf("the system's roots: %s\n", status == OTLS_OK ? "found" : err.text);
    otls_trust_free(trust);
}

int main(void)
{
    omni_address at;
    int listener;

    (void)remove(FILE_NAME); /* of an earlier run, where names are bytes */
    check_small_things();
    check_files();
    listener = listen_on_loopback(&at);
    check_transfer(listener, &at);
    check_refusals(&at);
    omni_os_socket_close(listener);
    check_names();
    check_tls();
    check_roots();
    printf("%d checks, %d failed\n", checks, failures);
    return failures != 0;
}
