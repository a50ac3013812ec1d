/* SPDX-License-Identifier: MIT */
/* Named groups: IANA "TLS Supported Groups", RFC 8422, RFC 7919, RFC 8734. */
#include "algorithms/algorithms.h"

#include "algorithms/words.h"
#include "base/base.h"
#include <omnitls/connection.h>

static const uint16_t default_groups[] = {
    0x001d, /* X25519 */
    0x0017, /* P-256 */
    0x0018, /* P-384 */
    0x0019, /* P-521 */
    0x001e, /* X448 */
};

static const struct {
    uint16_t id;
    const char *name;
} group_names[] = {
    {0x0013, "P-192"},
    {0x0015, "P-224"},
    {0x0016, "secp256k1"},
    {0x0017, "P-256"},
    {0x0018, "P-384"},
    {0x0019, "P-521"},
    {0x001a, "brainpoolP256r1"},
    {0x001b, "brainpoolP384r1"},
    {0x001c, "brainpoolP512r1"},
    {0x001d, "X25519"},
    {0x001e, "X448"},
    {0x001f, "brainpoolP256r1tls13"},
    {0x0020, "brainpoolP384r1tls13"},
    {0x0021, "brainpoolP512r1tls13"},
    {0x0100, "ffdhe2048"},
    {0x0101, "ffdhe3072"},
    {0x0102, "ffdhe4096"},
    {0x0103, "ffdhe6144"},
    {0x0104, "ffdhe8192"},
    {0x11eb, "SecP256r1MLKEM768"},
    {0x11ec, "X25519MLKEM768"},
    {0x11ed, "SecP384r1MLKEM1024"},
};

/* IANA's, NIST's, X9.62's (OpenSSL) and GnuTLS' spellings */
static const omni_spelling group_spellings[] = {
    {0x0013, "p192"},
    {0x0013, "secp192r1"},
    {0x0013, "prime192v1"},
    {0x0013, "groupsecp192r1"},
    {0x0015, "p224"},
    {0x0015, "secp224r1"},
    {0x0015, "groupsecp224r1"},
    {0x0016, "secp256k1"},
    {0x0017, "p256"},
    {0x0017, "secp256r1"},
    {0x0017, "prime256v1"},
    {0x0017, "groupsecp256r1"},
    {0x0018, "p384"},
    {0x0018, "secp384r1"},
    {0x0018, "groupsecp384r1"},
    {0x0019, "p521"},
    {0x0019, "secp521r1"},
    {0x0019, "groupsecp521r1"},
    {0x001a, "brainpoolp256r1"},
    {0x001b, "brainpoolp384r1"},
    {0x001c, "brainpoolp512r1"},
    {0x001d, "x25519"},
    {0x001d, "groupx25519"},
    {0x001e, "x448"},
    {0x001e, "groupx448"},
    {0x001f, "brainpoolp256r1tls13"},
    {0x0020, "brainpoolp384r1tls13"},
    {0x0021, "brainpoolp512r1tls13"},
    {0x0100, "ffdhe2048"},
    {0x0100, "groupffdhe2048"},
    {0x0101, "ffdhe3072"},
    {0x0101, "groupffdhe3072"},
    {0x0102, "ffdhe4096"},
    {0x0102, "groupffdhe4096"},
    {0x0103, "ffdhe6144"},
    {0x0103, "groupffdhe6144"},
    {0x0104, "ffdhe8192"},
    {0x0104, "groupffdhe8192"},
    {0x11eb, "secp256r1mlkem768"},
    {0x11eb, "groupsecp256r1mlkem768"},
    {0x11ec, "x25519mlkem768"},
    {0x11ec, "groupx25519mlkem768"},
    {0x11ed, "secp384r1mlkem1024"},
    {0x11ed, "groupsecp384r1mlkem1024"},
};

otls_status omni_groups_parse(const char *names, uint16_t *out, size_t capacity, size_t *count,
                              otls_error *err)
{
    return omni_spellings_parse(names, group_spellings,
                                OMNI_COUNT(group_spellings), "group", out,
                                capacity, count, err);
}

size_t omni_groups_default(uint16_t *out, size_t capacity)
{
    const size_t known = OMNI_COUNT(default_groups);
    const size_t count = known < capacity ? known : capacity;

    for (size_t i = 0; i < count; i++)
        out[i] = default_groups[i];
    return count;
}

const char *otls_group_name(uint16_t group)
{
    for (size_t i = 0; i < OMNI_COUNT(group_names); i++) {
        if (group_names[i].id == group)
            return group_names[i].name;
    }
    return "unknown";
}
