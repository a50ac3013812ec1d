/* SPDX-License-Identifier: MIT */
#include "base/sentences.h"

static const char *by_code(int32_t code)
{
    switch (code) {
    case OTLS_CODE_NO_SHARED_SUITE:
        return "no cipher suite in common with the peer";
    case OTLS_CODE_NO_SHARED_VERSION:
        return "no protocol version in common with the peer";
    case OTLS_CODE_NO_SHARED_GROUP:
        return "no group in common with the peer";
    case OTLS_CODE_NO_SHARED_ALPN:
        return "no application protocol in common with the peer";
    case OTLS_CODE_NOT_TLS:
        return "the peer does not speak TLS";
    case OTLS_CODE_RENEGOTIATION:
        return "renegotiation was refused";
    case OTLS_CODE_LIMIT:
        return "a message from the peer is larger than the limit";
    case OTLS_CODE_WEAK:
        return "what the peer offers for the key exchange is too weak";
    case OTLS_CODE_NO_KEY:
        return "there is no private key to sign with";
    default:
        return NULL;
    }
}

const char *omni_sentence(int32_t code, int alert)
{
    const char *sentence = by_code(code);

    if (code == OTLS_CODE_LIMIT && alert == OTLS_ALERT_UNEXPECTED_MESSAGE)
        return "too many messages from the peer in a row that bring nothing";
    if (sentence != NULL)
        return sentence;
    switch (alert) {
    case OTLS_ALERT_UNEXPECTED_MESSAGE:
        return "the peer sent a message that does not belong here";
    case OTLS_ALERT_BAD_RECORD_MAC:
        return "a record from the peer is not authentic";
    case OTLS_ALERT_RECORD_OVERFLOW:
        return "a record from the peer is too long";
    case OTLS_ALERT_DECODE_ERROR:
        return "a message from the peer is malformed";
    case OTLS_ALERT_DECRYPT_ERROR:
        return "the peer's signature or Finished message is wrong";
    case OTLS_ALERT_ILLEGAL_PARAMETER:
        return "the peer chose something that it must not choose";
    case OTLS_ALERT_MISSING_EXTENSION:
        return "the peer left out a mandatory extension";
    case OTLS_ALERT_UNSUPPORTED_EXTENSION:
        return "the peer sent an extension that was not asked for";
    case OTLS_ALERT_UNKNOWN_PSK_IDENTITY:
        return "no pre-shared key in common with the peer";
    case OTLS_ALERT_HANDSHAKE_FAILURE:
        return "the two sides cannot agree";
    case OTLS_ALERT_INTERNAL_ERROR:
        return "the TLS engine failed";
    default:
        return "the TLS protocol failed";
    }
}
