/* SPDX-License-Identifier: MIT */
/**
 * @file platform/platform.h
 * All that core asks of an operating system. One folder beside this file implements it: posix/,
 * windows/ or bare/ (CMake: OMNITLS_PLATFORM). This header and everything outside these folders
 * include nothing but ISO C. It knows no otls_status and no memory of ours: it stands below base.
 *
 * Unless said otherwise a function answers 0 or a number of errno.h, on every system: Windows' own
 * codes are translated, so that a program may compare otls_error.system_error with ECONNREFUSED
 * anywhere. What a system does not have answers ENOSYS. Paths and names are UTF-8.
 *
 * Files and sockets travel as int. On Windows a socket is a handle, whose upper 32 bits mean
 * nothing (Microsoft, "Interprocess communication between 32-bit and 64-bit applications").
 */
#ifndef OMNI_PLATFORM_PLATFORM_H
#define OMNI_PLATFORM_PLATFORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- errors ---- */

/** The system's words for an error number: in `words`, or constant. Never NULL. */
const char *omni_os_error_text(int error, char *words, size_t size);

/** Did malloc fail in this thread since omni_os_memory_set(false)? False where a system does not tell. */
bool omni_os_memory_short(void);
void omni_os_memory_set(bool is_short);

/* ---- time ---- */

/** Seconds since 1970; false: this system has no clock, and the application must bring one. */
bool omni_os_now(int64_t *seconds);
/** Milliseconds of a clock that nobody sets. */
int64_t omni_os_monotonic_ms(void);

/* ---- locks ---- */

/** What a lock of the system lies in. Not to be copied once made. */
typedef struct omni_lock {
#ifdef OMNI_PLATFORM_BARE
    unsigned char unused;
#else
    union {
        void *pointer;
        int64_t number;
        unsigned char space[64];
    } of;
#endif
} omni_lock;

/** `recursive`: whoever holds it may take it again. False: out of resources. */
bool omni_lock_make(omni_lock *lock, bool recursive);
void omni_lock_end(omni_lock *lock);
void omni_lock_take(omni_lock *lock);
void omni_lock_give(omni_lock *lock);
/** The one lock that is there before anything was made; not recursive. */
void omni_lock_take_global(void);
void omni_lock_give_global(void);

/* ---- files ---- */

typedef struct omni_file_about {
    bool directory, regular;
    uint64_t size; /* of a regular file */
} omni_file_about;

int omni_os_file_open(const char *path, int *fd);
int omni_os_file_about(int fd, omni_file_about *about);
/** Up to `capacity` bytes; *count 0 = the end. */
int omni_os_file_read(int fd, void *out, size_t capacity, size_t *count);
/** The same at an offset. The file's own position may move. EOVERFLOW: no such offset here. */
int omni_os_file_read_at(int fd, void *out, size_t capacity, uint64_t offset, size_t *count);
/** For appending; created for its owner alone, and closed to others when it is a plain file. EXDEV:
 *  it is another user's; EMLINK: it has a second name. A pipe does not block. */
int omni_os_append_open(const char *path, int *fd);
/** One write; what does not fit is lost. */
void omni_os_append(int fd, const void *data, size_t size);
void omni_os_file_close(int fd);
/** Is there anything of this name? */
bool omni_os_exists(const char *path);
/** A plain file, or a link to one? */
bool omni_os_is_file(const char *path);
/** Every name in a directory but those that begin with a dot, until `each` answers false. */
int omni_os_directory_each(const char *path, bool (*each)(void *user, const char *name),
                           void *user);

/* ---- the process ---- */

/** NULL: not set. The text stays good until the variable is changed. */
const char *omni_os_environment(const char *name);
/** Has whoever started the process fewer rights than it (set-user-id, file capabilities)? */
bool omni_os_privileges_raised(void);

/* ---- modules ---- */

#if defined(OMNI_PLATFORM_WINDOWS)
#define OMNI_OS_MODULE_SUFFIX ".dll"
#define OMNI_OS_PATH_SEPARATOR ";"
#else
#define OMNI_OS_MODULE_SUFFIX ".so"
#define OMNI_OS_PATH_SEPARATOR ":"
#endif
#define OMNI_OS_PATH_MAX 4096

bool omni_os_path_is_absolute(const char *path);
/** The directory of the file that this code was loaded from, without a slash at its end. */
bool omni_os_own_directory(char *out, size_t capacity);
/** Load a module for ever, its names kept from others. NULL with the reason: it does not load. */
void *omni_os_module_open(const char *path, char *reason, size_t size);
/** NULL: there is no such name in it, and it was let go. */
const void *omni_os_module_symbol(void *module, const char *name);

/* ---- the system's roots ---- */

/** Every certificate of the system's own store, as DER; `each` answers false to end. ENOSYS: the
 *  system keeps them in files. */
int omni_os_roots(bool (*each)(void *user, const uint8_t *der, size_t size), void *user);

/* ---- descriptors that bytes flow through ---- */

/** One read; *count 0 = the peer's end. EAGAIN: nothing yet. Interruptions are handled here. */
int omni_os_stream_read(int fd, void *out, size_t capacity, size_t *count);
/** One write, which never raises SIGPIPE. EAGAIN: no room. */
int omni_os_stream_write(int fd, const void *data, size_t size, size_t *count);
/** Once, before the first write: where a socket must be told not to raise SIGPIPE. */
void omni_os_stream_quiet(int fd);

/* ---- sockets ---- */

/** An address of IPv4 or IPv6. */
typedef struct omni_address {
    uint8_t ip[16];
    uint8_t ip_size; /* 4 or 16; 0 = of some other family */
    uint16_t port;
    uint32_t scope; /* of an IPv6 address of one link */
} omni_address;

/** Stream sockets are born non-blocking, and closed in programs that this one starts. */
int omni_os_socket(const omni_address *like, int *fd);
int omni_os_accept(int listener, int *fd);
/** EINPROGRESS: wait until it can be written to, then ask omni_os_connect_failure. */
int omni_os_connect(int fd, const omni_address *address);
int omni_os_connect_failure(int fd);
int omni_os_bind(int fd, const omni_address *address);
/** Before omni_os_bind: the port is free again at once; IPv6 takes IPv4 too, or does not. */
void omni_os_bind_options(int fd, const omni_address *address, bool dual_stack);
/** `backlog` below 1: the system's own. */
int omni_os_listen(int fd, int backlog);
typedef enum omni_os_ways { OMNI_OS_READING, OMNI_OS_WRITING } omni_os_ways;
int omni_os_shutdown(int fd, omni_os_ways way);
void omni_os_socket_close(int fd);
/** Throw away what arrived and nobody read, up to `limit` bytes, without waiting. */
void omni_os_socket_drain(int fd, size_t limit);

int omni_os_set_nonblocking(int fd, bool *was_blocking);
void omni_os_set_blocking(int fd);
void omni_os_no_delay(int fd);
int omni_os_is_stream(int fd, bool *stream);
bool omni_os_is_listening(int fd);
int omni_os_own_address(int fd, omni_address *address);
/** ENOTCONN: there is no peer. */
int omni_os_peer_address(int fd, omni_address *address);
int omni_os_get_option(int fd, int level, int name, void *value, size_t *size);
int omni_os_set_option(int fd, int level, int name, const void *value, size_t size);

typedef struct omni_poll {
    int fd;
    bool read, write;             /* what is waited for */
    bool readable, writable, any; /* what is so; `any`: something, which may be a failure */
} omni_poll;
/** Until one of `count` descriptors has something, or `timeout_ms` is over (-1 = never). *ready 0 =
 *  over; EINTR: interrupted; EBADF: one of them is none. */
int omni_os_poll(omni_poll *items, size_t count, int timeout_ms, size_t *ready);

typedef enum omni_found {
    OMNI_FOUND_DONE,
    OMNI_FOUND_NOMEM,
    OMNI_FOUND_NO_PORT, /* no service of that name */
    OMNI_FOUND_SYSTEM,  /* *error is a number of errno.h */
    OMNI_FOUND_FAILED   /* *text says why */
} omni_found;
/** Stream addresses of a host and a port; `passive`: to bind to, when host may be NULL. */
omni_found omni_os_resolve(const char *host, const char *port, bool passive, omni_address *out,
                           size_t capacity, size_t *count, int *error, const char **text);

#endif
