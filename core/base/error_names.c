/* SPDX-License-Identifier: MIT */
/* Names of everything an error report can hold. */
#include <omnitls/error.h>

const char *otls_status_name(otls_status status)
{
    switch (status) {
    case OTLS_OK:
        return "OTLS_OK";
    case OTLS_WANT_READ:
        return "OTLS_WANT_READ";
    case OTLS_WANT_WRITE:
        return "OTLS_WANT_WRITE";
    case OTLS_WANT_ASYNC:
        return "OTLS_WANT_ASYNC";
    case OTLS_CLOSED:
        return "OTLS_CLOSED";
    case OTLS_E_USAGE:
        return "OTLS_E_USAGE";
    case OTLS_E_UNSUPPORTED:
        return "OTLS_E_UNSUPPORTED";
    case OTLS_E_NOMEM:
        return "OTLS_E_NOMEM";
    case OTLS_E_IO:
        return "OTLS_E_IO";
    case OTLS_E_TRUNCATED:
        return "OTLS_E_TRUNCATED";
    case OTLS_E_PROTOCOL:
        return "OTLS_E_PROTOCOL";
    case OTLS_E_ALERT:
        return "OTLS_E_ALERT";
    case OTLS_E_VERIFY:
        return "OTLS_E_VERIFY";
    case OTLS_E_CREDENTIAL:
        return "OTLS_E_CREDENTIAL";
    case OTLS_E_CONFIG:
        return "OTLS_E_CONFIG";
    case OTLS_E_BACKEND:
        return "OTLS_E_BACKEND";
    case OTLS_E_WRONG_BACKEND:
        return "OTLS_E_WRONG_BACKEND";
    case OTLS_E_SEALED:
        return "OTLS_E_SEALED";
    case OTLS_E_TIMEOUT:
        return "OTLS_E_TIMEOUT";
    case OTLS_E_INTERNAL:
        return "OTLS_E_INTERNAL";
    }
    return "unknown";
}

const char *otls_alert_name(int alert)
{
    switch (alert) {
    case OTLS_ALERT_CLOSE_NOTIFY:
        return "close_notify";
    case OTLS_ALERT_UNEXPECTED_MESSAGE:
        return "unexpected_message";
    case OTLS_ALERT_BAD_RECORD_MAC:
        return "bad_record_mac";
    case OTLS_ALERT_RECORD_OVERFLOW:
        return "record_overflow";
    case OTLS_ALERT_HANDSHAKE_FAILURE:
        return "handshake_failure";
    case OTLS_ALERT_BAD_CERTIFICATE:
        return "bad_certificate";
    case OTLS_ALERT_UNSUPPORTED_CERTIFICATE:
        return "unsupported_certificate";
    case OTLS_ALERT_CERTIFICATE_REVOKED:
        return "certificate_revoked";
    case OTLS_ALERT_CERTIFICATE_EXPIRED:
        return "certificate_expired";
    case OTLS_ALERT_CERTIFICATE_UNKNOWN:
        return "certificate_unknown";
    case OTLS_ALERT_ILLEGAL_PARAMETER:
        return "illegal_parameter";
    case OTLS_ALERT_UNKNOWN_CA:
        return "unknown_ca";
    case OTLS_ALERT_ACCESS_DENIED:
        return "access_denied";
    case OTLS_ALERT_DECODE_ERROR:
        return "decode_error";
    case OTLS_ALERT_DECRYPT_ERROR:
        return "decrypt_error";
    case OTLS_ALERT_PROTOCOL_VERSION:
        return "protocol_version";
    case OTLS_ALERT_INSUFFICIENT_SECURITY:
        return "insufficient_security";
    case OTLS_ALERT_INTERNAL_ERROR:
        return "internal_error";
    case OTLS_ALERT_INAPPROPRIATE_FALLBACK:
        return "inappropriate_fallback";
    case OTLS_ALERT_USER_CANCELED:
        return "user_canceled";
    case OTLS_ALERT_NO_RENEGOTIATION:
        return "no_renegotiation";
    case OTLS_ALERT_MISSING_EXTENSION:
        return "missing_extension";
    case OTLS_ALERT_UNSUPPORTED_EXTENSION:
        return "unsupported_extension";
    case OTLS_ALERT_UNRECOGNIZED_NAME:
        return "unrecognized_name";
    case OTLS_ALERT_BAD_CERTIFICATE_STATUS_RESPONSE:
        return "bad_certificate_status_response";
    case OTLS_ALERT_UNKNOWN_PSK_IDENTITY:
        return "unknown_psk_identity";
    case OTLS_ALERT_CERTIFICATE_REQUIRED:
        return "certificate_required";
    case OTLS_ALERT_NO_APPLICATION_PROTOCOL:
        return "no_application_protocol";
    default:
        return "unknown";
    }
}

const char *otls_verify_flag_name(uint32_t flag)
{
    switch (flag) {
    case OTLS_VERIFY_EXPIRED:
        return "expired";
    case OTLS_VERIFY_NOT_YET_VALID:
        return "not yet valid";
    case OTLS_VERIFY_UNKNOWN_CA:
        return "unknown CA";
    case OTLS_VERIFY_SELF_SIGNED:
        return "self-signed certificate";
    case OTLS_VERIFY_BAD_SIGNATURE:
        return "bad signature";
    case OTLS_VERIFY_NAME_MISMATCH:
        return "name mismatch";
    case OTLS_VERIFY_REVOKED:
        return "revoked";
    case OTLS_VERIFY_REVOCATION_UNKNOWN:
        return "revocation status unknown";
    case OTLS_VERIFY_WRONG_PURPOSE:
        return "wrong purpose";
    case OTLS_VERIFY_NOT_CA:
        return "issuer is not a CA";
    case OTLS_VERIFY_PATH_LENGTH:
        return "path length exceeded";
    case OTLS_VERIFY_NAME_CONSTRAINT:
        return "name constraint violated";
    case OTLS_VERIFY_POLICY:
        return "policy violated";
    case OTLS_VERIFY_CRITICAL_EXTENSION:
        return "unknown critical extension";
    case OTLS_VERIFY_WEAK:
        return "too weak";
    case OTLS_VERIFY_MALFORMED:
        return "malformed";
    case OTLS_VERIFY_DEPTH:
        return "chain too long";
    case OTLS_VERIFY_LIMIT:
        return "search limit reached";
    case OTLS_VERIFY_MISSING:
        return "no certificate";
    case OTLS_VERIFY_PIN_MISMATCH:
        return "pin mismatch";
    case OTLS_VERIFY_STAPLE:
        return "bad or missing stapled response";
    case OTLS_VERIFY_REFUSED:
        return "refused by the application";
    case OTLS_VERIFY_NOT_CHECKED:
        return "not checked";
    case OTLS_VERIFY_UNSUPPORTED:
        return "unsupported algorithm";
    default:
        return "unknown";
    }
}

const char *otls_code_name(int32_t code)
{
    switch (code) {
    case OTLS_CODE_NONE:
        return "none";
    case OTLS_CODE_FILE_NOT_FOUND:
        return "file not found";
    case OTLS_CODE_FILE_IS_DIRECTORY:
        return "is a directory";
    case OTLS_CODE_FILE_UNREADABLE:
        return "file unreadable";
    case OTLS_CODE_FILE_EMPTY:
        return "file empty";
    case OTLS_CODE_FILE_TOO_LARGE:
        return "file too large";
    case OTLS_CODE_BAD_PEM:
        return "malformed PEM";
    case OTLS_CODE_BAD_DER:
        return "malformed DER";
    case OTLS_CODE_NO_CERTIFICATE:
        return "no certificate";
    case OTLS_CODE_NO_KEY:
        return "no private key";
    case OTLS_CODE_KEY_MISMATCH:
        return "key does not belong to the certificate";
    case OTLS_CODE_WRONG_PASSWORD:
        return "wrong password";
    case OTLS_CODE_PASSWORD_NEEDED:
        return "password needed";
    case OTLS_CODE_EMPTY_PASSWORD:
        return "empty password";
    case OTLS_CODE_KEY_UNSUPPORTED:
        return "unsupported key";
    case OTLS_CODE_NOT_TLS:
        return "not TLS";
    case OTLS_CODE_NO_SHARED_VERSION:
        return "no shared version";
    case OTLS_CODE_NO_SHARED_SUITE:
        return "no shared suite";
    case OTLS_CODE_NO_SHARED_GROUP:
        return "no shared group";
    case OTLS_CODE_NO_SHARED_ALPN:
        return "no shared application protocol";
    case OTLS_CODE_NO_SUITE_LEFT:
        return "no suite left";
    case OTLS_CODE_OUTSIDE_POLICY:
        return "outside the policy";
    case OTLS_CODE_PEER_CERTIFICATE_MISSING:
        return "no peer certificate";
    case OTLS_CODE_NO_SERVER_NAME:
        return "no server name";
    case OTLS_CODE_NO_IDENTITY:
        return "no identity";
    case OTLS_CODE_LIMIT:
        return "over a limit";
    case OTLS_CODE_REFUSED_BY_CALLBACK:
        return "refused by a callback";
    case OTLS_CODE_NAME_LOOKUP:
        return "name lookup failed";
    case OTLS_CODE_OBSOLETE:
        return "obsolete";
    case OTLS_CODE_WEAK:
        return "too weak";
    case OTLS_CODE_SESSION_REFUSED:
        return "session refused";
    case OTLS_CODE_AFTER_CLOSE:
        return "write after close";
    case OTLS_CODE_RENEGOTIATION:
        return "renegotiation";
    case OTLS_CODE_CHAIN_ORDER:
        return "chain order";
    case OTLS_CODE_NOT_YET:
        return "not yet";
    case OTLS_CODE_TOO_LATE:
        return "too late";
    case OTLS_CODE_NOT_HERE:
        return "not here";
    case OTLS_CODE_NOT_OFFERED:
        return "not offered by the peer";
    case OTLS_CODE_BAD_LIST:
        return "malformed list";
    case OTLS_CODE_NOTHING_LEFT:
        return "nothing left of a list";
    case OTLS_CODE_HOST_MISMATCH:
        return "for another host";
    case OTLS_CODE_ADDRESS_MISMATCH:
        return "for another address";
    default:
        return "unknown";
    }
}
