/* SPDX-License-Identifier: MIT */
/** @file connection/io.h Bytes: core owns them, engines read and write through core, so would-block, end of file,
 *  reset and partial writes are decided once. */
#ifndef OMNI_CONNECTION_IO_H
#define OMNI_CONNECTION_IO_H

#include "connection/connection.h"

/** One TLS record with its header and the most any version adds to it (RFC 5246 6.2.3). */
#define OMNI_RECORD_MAX (16384u + 2048u + 5u)
#define OMNI_PLAINTEXT_MAX 16384u
/** How much of otls_connection_writev's buffers is put together on the stack to become a record. */
#ifdef OMNI_PLATFORM_BARE
#define OMNI_GATHER_MAX 1024u
#else
#define OMNI_GATHER_MAX OMNI_PLAINTEXT_MAX
#endif
/** Memory transport: output is refused above this, input above the other (back-pressure). */
#define OMNI_MEMORY_OUTPUT_LIMIT ((size_t)256 * 1024)
#define OMNI_MEMORY_INPUT_LIMIT ((size_t)256 * 1024)

/* upcalls.c */
extern const otls_core_ops omni_core_table;
/* the upcalls for bytes, as omnitls/backend.h has them */
otls_status omni_core_read(otls_core *core, void *out, size_t capacity, size_t *count);
otls_status omni_core_write(otls_core *core, const void *data, size_t size);

/** Bytes to the end of the header, or of the body, where the stream stands. */
size_t omni_record_left(const omni_record_watch *record);
/** Those `size` have gone by, not more than are left. True: they end a header, which is in `record`. */
bool omni_record_follow(omni_record_watch *record, const uint8_t *data, size_t size);

/** Send what is queued: OTLS_OK when nothing is left, WANT_WRITE, or the failure. */
otls_status omni_io_flush(otls_connection *conn);
/** More ciphertext into `in` (servers look at the hello there). As the read upcall. */
otls_status omni_io_fill(otls_connection *conn);

/** There is nothing to read, and the caller is told so. */
void omni_connection_rests(otls_connection *conn);

/**
 * The fatal alert or close_notify that came in plaintext and made the engine fail; -1 = none.
 */
int16_t omni_alert_in_plaintext(otls_connection *conn);



/* connection/data.c */
/** Take what the engine has decrypted, for later reads: OTLS_OK, WANT_READ (too much) or a failure. */
otls_status omni_keep_pending(otls_connection *conn, otls_error *err);
/** What is sent has to wait for a renegotiation: go on with that. OTLS_OK: it is over. */
otls_status omni_renegotiate_first(otls_connection *conn, otls_error *err);

#endif
