/* SPDX-License-Identifier: MIT */
/* Sessions on the command line: --session-file, --tickets, --ticket-keys, --no-resumption. */
#include "tool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MAX ((size_t)512 * 1024)

/* In a way that the compiler keeps. */
void tool_wipe(void *data, size_t size)
{
    volatile unsigned char *at = data;

    while (size-- != 0)
        *at++ = 0;
}

static otls_status wrong(otls_error *err, const char *path, const char *what)
{
    *err = (otls_error)OTLS_ERROR_INIT;
    err->status = OTLS_E_CONFIG;
    (void)snprintf(err->text, sizeof(err->text), "%.100s: %s", path, what);
    return OTLS_E_CONFIG;
}

/* Is there a file, or nothing yet? A pipe or a device is neither replaced nor removed. */
static bool is_replaceable(const char *path)
{
    struct stat about;

    if (lstat(path, &about) != 0)
        return errno == ENOENT;
    errno = EINVAL;
    return S_ISREG(about.st_mode) || S_ISLNK(about.st_mode);
}

/* The whole file, or nothing; errno says why. */
static unsigned char *read_file(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    unsigned char *bytes;

    *size = 0;
    if (file == NULL)
        return NULL;
    (void)setvbuf(file, NULL, _IONBF, 0); /* no second copy */
    bytes = malloc(FILE_MAX);
    if (bytes != NULL)
        *size = fread(bytes, 1, FILE_MAX, file);
    (void)fclose(file);
    return bytes;
}

otls_status tool_set_sessions(const tool_options *options, otls_context *context,
                              const char **option, otls_error *err)
{
    char *end = NULL;
    unsigned long count;

    *option = "tickets";
    if (otls_context_role(context) == OTLS_CLIENT)
        return options->session_file == NULL
                   ? OTLS_OK
                   : otls_context_set_session_cache_mode(
                         context, OTLS_SESSION_CACHE_CLIENT | OTLS_SESSION_CACHE_NO_INTERNAL, err);
    if (options->no_resumption || strcmp(options->command, "serve") != 0)
        return OTLS_OK;
    if (otls_context_set_session_cache_mode(context, OTLS_SESSION_CACHE_SERVER, err) != OTLS_OK)
        return OTLS_OK; /* an engine that cannot resume still serves */
    if (options->tickets == NULL)
        return OTLS_OK;
    count = strtoul(options->tickets, &end, 10);
    if (*end != '\0' || options->tickets[0] < '0' || options->tickets[0] > '9' || count > 255)
        return wrong(err, options->tickets, "is no number up to 255");
    return otls_context_set_ticket_count(context, (unsigned)count, err);
}

otls_status tool_set_ticket_keys(const tool_options *options, otls_context *context,
                                 const char **option, otls_error *err)
{
    unsigned char *bytes;
    otls_status status;
    size_t size;

    *option = "ticket-keys";
    if (options->ticket_keys == NULL || otls_context_role(context) == OTLS_CLIENT)
        return OTLS_OK;
    bytes = read_file(options->ticket_keys, &size);
    if (bytes == NULL)
        return wrong(err, options->ticket_keys, strerror(errno));
    tool_warn_readable(options, "ticket keys", options->ticket_keys);
    status = otls_context_set_ticket_keys(context, bytes, size, err);
    tool_wipe(bytes, size);
    free(bytes);
    return status;
}

/* A file that is not there yet is no mistake; one that does not fit is said and left out. */
void tool_session_load(const tool_options *options, otls_connection *conn)
{
    otls_error err = OTLS_ERROR_INIT;
    otls_session *session = NULL;
    unsigned char *bytes;
    size_t size;

    if (options->session_file == NULL || !is_replaceable(options->session_file))
        return; /* what cannot be saved there is said then */
    bytes = read_file(options->session_file, &size);
    if (bytes == NULL) {
        if (errno != ENOENT)
            tool_complain(options, "--session-file: %s: %s", options->session_file,
                          strerror(errno));
        return;
    }
    if (otls_session_import(&session, otls_context_backend(otls_connection_context(conn)), bytes,
                            size, &err) != OTLS_OK ||
        otls_connection_set_session(conn, session, &err) != OTLS_OK)
        tool_complain(options, "--session-file: %s: %s; going on without it", options->session_file,
                      err.text);
    otls_session_free(session);
    tool_wipe(bytes, size);
    free(bytes);
}

void tool_session_drop(const tool_options *options, const otls_connection *conn)
{
    if (options->session_file != NULL &&
        otls_connection_session_fit(conn) == OTLS_SESSION_OFFERED &&
        is_replaceable(options->session_file) && unlink(options->session_file) == 0)
        tool_complain(options, "--session-file: %s: removed, the handshake failed with it",
                      options->session_file);
}

static bool write_all(int fd, const unsigned char *bytes, size_t size)
{
    while (size != 0) {
        const ssize_t part = write(fd, bytes, size);

        if (part < 0 && errno == EINTR)
            continue;
        if (part <= 0)
            return false;
        bytes += part;
        size -= (size_t)part;
    }
    return true;
}

/* A new file that nobody else may read takes the place of what is there, be it a link. */
static bool write_file(const char *path, const unsigned char *bytes, size_t size)
{
    char name[4096];
    int fd;
    bool written;

    if (!is_replaceable(path))
        return false;
    if (snprintf(name, sizeof(name), "%s.XXXXXX", path) >= (int)sizeof(name)) {
        errno = ENAMETOOLONG;
        return false;
    }
    fd = mkstemp(name); /* 0600 */
    if (fd < 0)
        return false;
    (void)fcntl(fd, F_SETFD, FD_CLOEXEC);
    written = write_all(fd, bytes, size);
    written = close(fd) == 0 && written && rename(name, path) == 0;
    if (!written) {
        const int error = errno;

        (void)unlink(name);
        errno = error;
    }
    return written;
}

void tool_session_save(const tool_options *options, const otls_connection *conn)
{
    otls_session *session = options->session_file != NULL ? otls_connection_session(conn) : NULL;
    unsigned char *bytes = session != NULL ? malloc(FILE_MAX) : NULL;
    size_t size = 0;

    if (bytes != NULL && otls_session_export(session, bytes, FILE_MAX, &size, NULL) == OTLS_OK &&
        !write_file(options->session_file, bytes, size))
        tool_complain(options, "--session-file: %s: %s", options->session_file, strerror(errno));
    if (bytes != NULL)
        tool_wipe(bytes, size);
    free(bytes);
    otls_session_free(session);
}
