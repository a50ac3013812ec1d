/* SPDX-License-Identifier: MIT */
/*
 * The key of a server's tickets. GnuTLS takes one per connection and derives what it uses from it
 * and the time: SHA3-512 over the number of the time step and the key, whose first 16 bytes are the
 * name that tickets begin with. A step is three session lifetimes, and tickets of this step and the
 * one before are opened (lib/stek.c, the same in 3.7 and 3.8). So core finds, of the ring's keys,
 * the one that the client's ticket is sealed with by the names that GnuTLS would give. Should some
 * version derive them otherwise, no name fits, and a ticket of another key than the current one
 * leads to a full handshake.
 *
 * GnuTLS keeps the key once it has looked at a ticket, and refuses another. After a resumption
 * under the previous key new tickets are therefore sealed with that key too, and live as long as
 * the ring has it. As a rule nothing is lost: GnuTLS never lets resumption prolong a session, and
 * with the default rotation a key leaves the ring when the last session under it has expired.
 */
#include "gtls.h"

#include <time.h>

/* GnuTLS' layout: 16 bytes of name, 32 of cipher key, 16 of MAC key. */
enum { KEY_SIZE = 64, STEP_LIFETIMES = 3 };

static void pack(const otls_ticket_key *key, uint8_t out[KEY_SIZE])
{
    memcpy(out, key->name, 16);
    memcpy(out + 16, key->aes, 32);
    memcpy(out + 48, key->hmac, 16);
}

static bool name_at(uint64_t step, const otls_ticket_key *key, uint8_t name[OTLS_TICKET_NAME_SIZE])
{
    uint8_t input[8 + KEY_SIZE], derived[64];
    for (size_t i = 0; i < 8; i++)
        input[i] = (uint8_t)(step >> (56 - 8 * i));
    pack(key, input + 8);
    const int rc = gnutls_hash_fast(GNUTLS_DIG_SHA3_512, input, sizeof(input), derived);
    if (rc == 0)
        memcpy(name, derived, OTLS_TICKET_NAME_SIZE);
    gnutls_memset(input, 0, sizeof(input));
    gnutls_memset(derived, 0, sizeof(derived));
    return rc == 0;
}

/* The step that it is now, and the one before. */
static size_t names(void *user, const otls_ticket_key *key, uint8_t out[][OTLS_TICKET_NAME_SIZE])
{
    const otls_backend_connection *conn = user;
    const unsigned seconds = gtls_session_lifetime(conn->context->policy) * STEP_LIFETIMES;
    const time_t now = time(NULL);
    const uint64_t step = now > 0 && seconds > 0 ? (uint64_t)now / seconds : 0;
    size_t count = 0;
    for (uint64_t back = 0; back < 2 && back < step; back++)
        if (name_at(step - back, key, out[count]))
            count++;
    return count;
}

int gtls_ticket_key(otls_backend_connection *conn)
{
    otls_ticket_key key;
    uint8_t packed[KEY_SIZE];
    if (conn->core->ops->ticket_key_offered(conn->core, names, conn, &key) != OTLS_OK)
        return 0; /* core has none: no tickets */
    pack(&key, packed);
    const gnutls_datum_t datum = {packed, sizeof(packed)};
    const int rc = gnutls_session_ticket_enable_server(conn->session, &datum);
    conn->tickets = rc == 0;
    gnutls_memset(packed, 0, sizeof(packed));
    gnutls_memset(&key, 0, sizeof(key));
    return rc;
}
