/* SPDX-License-Identifier: MIT */
/* Was the key that a client offered used? What the server's first flight says (RFC 8446 4.2.11), and what
 * is left of an engine's word for it. */
#include "der_make.h"

#include "connection/peer.h"
#include <criterion/criterion.h>

#include <string.h>

/* Of a ServerHello: version and an ordinary random; what follows it up to the extensions. */
#define ORDINARY "0303 00000000000000000000000000000000 00000000000000000000000000000000"
#define AGAIN "0303 cf21ad74e59a6111be1d8c021e65b891 c2a211167abb8c5e079e09e2c8a8339c"
#define BEHIND "00 1301 00"

static const struct flight {
    const char *what, *hex;
    omni_psk_word word;
} flights[] = {
    {"nothing", "", OMNI_PSK_UNTOLD},
    {"a key", "16 0303 0032 02 00002e " ORDINARY BEHIND " 0006 0029 0002 0000", OMNI_PSK_TAKEN},
    {"the second key", "16 0303 0032 02 00002e " ORDINARY BEHIND " 0006 0029 0002 0001", OMNI_PSK_TAKEN},
    {"behind another extension", "16 0303 0038 02 000034 " ORDINARY BEHIND
                                 " 000c 002b 0002 0304 0029 0002 0000", OMNI_PSK_TAKEN},
    {"before another extension", "16 0303 0038 02 000034 " ORDINARY BEHIND
                                 " 000c 0029 0002 0000 002b 0002 0304", OMNI_PSK_TAKEN},
    {"behind a session id", "16 0303 0034 02 000030 " ORDINARY " 02 abcd 1301 00 0006 0029 0002 0000",
     OMNI_PSK_TAKEN},
    {"no key", "16 0303 0032 02 00002e " ORDINARY BEHIND " 0006 002b 0002 0304", OMNI_PSK_LEFT},
    {"the number as another extension's contents", "16 0303 0032 02 00002e " ORDINARY BEHIND
                                                   " 0006 002b 0002 0029", OMNI_PSK_LEFT},
    {"no extensions", "16 0303 002a 02 000026 " ORDINARY BEHIND, OMNI_PSK_LEFT},
    {"a key in an extension that is cut off", "16 0303 0032 02 00002e " ORDINARY BEHIND
                                              " 0006 0029 0003 0000", OMNI_PSK_LEFT},
    {"half an extension behind the key", "16 0303 0034 02 000030 " ORDINARY BEHIND
                                         " 0008 0029 0002 0000 00ff", OMNI_PSK_LEFT},
    {"a request for another hello", "16 0303 0032 02 00002e " AGAIN BEHIND " 0006 0029 0002 0000",
     OMNI_PSK_UNTOLD},
    {"the same, and then a key", "16 0303 002a 02 000026 " AGAIN BEHIND
                                 " 14 0303 0001 01"
                                 " 16 0303 0032 02 00002e " ORDINARY BEHIND " 0006 0029 0002 0000",
     OMNI_PSK_TAKEN},
    {"the first ServerHello counts", "16 0303 0032 02 00002e " ORDINARY BEHIND " 0006 002b 0002 0304"
                                     " 16 0303 0032 02 00002e " ORDINARY BEHIND " 0006 0029 0002 0000",
     OMNI_PSK_LEFT},
    {"data", "17 0303 0032 02 00002e " ORDINARY BEHIND " 0006 0029 0002 0000", OMNI_PSK_UNTOLD},
    {"a client's hello", "16 0303 0032 01 00002e " ORDINARY BEHIND " 0006 0029 0002 0000", OMNI_PSK_UNTOLD},
    {"a record that is cut off", "16 0303 0033 02 00002e " ORDINARY BEHIND " 0006 0029 0002 0000",
     OMNI_PSK_UNTOLD},
    {"a message beyond its record", "16 0303 0032 02 00002f " ORDINARY BEHIND " 0006 0029 0002 0000",
     OMNI_PSK_UNTOLD},
    {"a hello without a suite", "16 0303 0027 02 000023 " ORDINARY "00", OMNI_PSK_UNTOLD},
    {"an empty record", "16 0303 0000", OMNI_PSK_UNTOLD},
    {"half a head", "16 03", OMNI_PSK_UNTOLD},
};

Test(psk_word, flight)
{
    uint8_t data[256];

    for (size_t i = 0; i < sizeof(flights) / sizeof(flights[0]); i++) {
        const otls_slice flight = {data, der_make(flights[i].hex, data, sizeof(data))};

        cr_expect_eq(omni_psk_in_flight(flight), flights[i].word, "%s", flights[i].what);
    }
}

static bool settled(bool server, uint16_t version, uint16_t suite, omni_psk_word word)
{
    otls_connection conn;

    memset(&conn, 0, sizeof(conn));
    conn.server = server;
    conn.calls.psk_given = true;
    conn.calls.psk_word = word & 3u;
    conn.info = (otls_connection_info){.version = version, .suite = suite, .psk = 1};
    omni_psk_settle(&conn);
    return conn.info.psk != 0 && omni_psk_authenticated(&conn);
}

Test(psk_word, settled)
{
    const uint16_t tls13 = 0x1301, psk = 0x00a8, ecdhe = 0xc02f; /* TLS_PSK_WITH_AES_128_GCM_SHA256 */

    cr_expect(settled(true, OTLS_TLS1_3, tls13, OMNI_PSK_TAKEN));
    cr_expect_not(settled(true, OTLS_TLS1_3, tls13, OMNI_PSK_LEFT));
    cr_expect_not(settled(true, OTLS_TLS1_3, tls13, OMNI_PSK_UNTOLD));
    cr_expect(settled(false, OTLS_TLS1_3, tls13, OMNI_PSK_UNTOLD)); /* a client has no such flight */
    for (int server = 0; server < 2; server++) {
        cr_expect(settled(server != 0, OTLS_TLS1_2, psk, OMNI_PSK_UNTOLD));
        cr_expect_not(settled(server != 0, OTLS_TLS1_2, ecdhe, OMNI_PSK_TAKEN));
        cr_expect_not(settled(server != 0, OTLS_TLS1_2, 0xfefe, OMNI_PSK_TAKEN));
    }
}
