/* SPDX-License-Identifier: MIT */
/* What is wrong with a key, in words. */
#include "base/base.h"
#include "x509/decode.h"

typedef struct fault_words {
    const char *section, *words; /* words: follow a certificate's name */
} fault_words;

static const fault_words faults[] = {
    [OMNI_KEY_FAULT_EXPONENT] = {"RFC 8017 3.1", "has an RSA key whose exponent is even or 1"},
    [OMNI_KEY_FAULT_MODULUS] = {"RFC 8017 3.1", "has an RSA key whose modulus is even"},
    [OMNI_KEY_FAULT_PARAMETERS] = {"RFC 3279 2.3.1, RFC 4055 1.2",
                                   "has an RSA key with parameters that its algorithm has not"},
    [OMNI_KEY_FAULT_POINT] = {"RFC 5480 2.2",
                              "has an elliptic curve key in a form that must not be used"},
    [OMNI_KEY_FAULT_POINT_SIZE] = {"RFC 5480 2.2",
                                   "has an elliptic curve key that has not its curve's size"},
    [OMNI_KEY_FAULT_OFF_CURVE] = {"RFC 5480 2.2",
                                  "has an elliptic curve key that is no point of its curve"},
    [OMNI_KEY_FAULT_CURVE_SPELT_OUT] = {"RFC 5480 2.1.1",
                                        "has a key on a curve that is spelt out, not named"},
    [OMNI_KEY_FAULT_CURVE_IMPLICIT] = {"RFC 5480 2.1.1",
                                       "has a key on a curve that is left to its issuer's"},
    [OMNI_KEY_FAULT_SIZE] =
        {"RFC 5280 9", "has an RSA key of more than 16384 bits, or an exponent of more than 64"},
    [OMNI_KEY_FAULT_COMPRESSED] = {"RFC 5480 2.2",
                                   "has an elliptic curve key with a compressed point"},
    [OMNI_KEY_FAULT_CURVE_UNKNOWN] = {"RFC 5480 2.1.1.1",
                                      "has a key on a curve that is not known here"},
    [OMNI_KEY_FAULT_DSA] = {"RFC 8446 1.2", "has a DSA key, which TLS uses no longer"},
};

const char *omni_key_fault_words(uint8_t fault)
{
    return fault < OMNI_COUNT(faults) ? faults[fault].words : NULL;
}

const char *omni_key_fault_section(uint8_t fault)
{
    return fault < OMNI_COUNT(faults) ? faults[fault].section : NULL;
}
