# SPDX-License-Identifier: MIT
#
# omnitls_wolfssl_lacks(OUT): what this wolfSSL was built without and omnitls cannot do without, as one
# text; empty when nothing is missing. What else wolfSSL can leave out is left out of the feature table.

# the macro of <wolfssl/options.h> | the option of wolfSSL's configure | what needs it
set(OMNITLS_WOLFSSL_NEEDS
  "OPENSSL_EXTRA|--enable-opensslextra|sessions as bytes, names of authorities, versions, groups"
  "WOLFSSL_TLS13|--enable-tls13|TLS 1.3"
  "HAVE_SNI|--enable-sni|the server's name"
  "HAVE_ALPN|--enable-alpn|application protocols"
  "HAVE_SESSION_TICKET|--enable-session-ticket|resumption"
  "HAVE_EXT_CACHE|CPPFLAGS=-DHAVE_EXT_CACHE|servers' session caches"
  "SESSION_CERTS|--enable-sessioncerts|the peer's chain"
  "HAVE_PK_CALLBACKS|--enable-pkcallbacks|keys that sign by callback"
  "ATOMIC_USER|--enable-atomicuser|alerts and early data in core's hands"
  "HAVE_KEYING_MATERIAL|--enable-keying-material|the exporter"
  "WOLFSSL_KEY_GEN|--enable-keygen|public keys from private ones"
  "HAVE_AESGCM|--enable-aesgcm|AES-GCM"
  "HAVE_CHACHA|--enable-chacha|ChaCha20-Poly1305"
  "HAVE_HKDF|--enable-hkdf|TLS 1.3"
  "WC_RSA_PSS|--enable-rsapss|RSA signatures of TLS 1.3"
  "HAVE_ECC|--enable-ecc|ECDSA keys, ECDHE"
  "HAVE_ED25519|--enable-ed25519|Ed25519 keys"
  "HAVE_ED448|--enable-ed448|Ed448 keys"
  "!NO_PSK|--enable-psk|pre-shared keys"
  "!NO_PWDBASED|--enable-pwdbased|encrypted keys, PKCS #12 files")

function(omnitls_wolfssl_lacks out)
  set(source "#include <wolfssl/options.h>\n#include <wolfssl/ssl.h>\n")
  foreach(row IN LISTS OMNITLS_WOLFSSL_NEEDS)
    string(REGEX REPLACE "\\|.*" "" macro "${row}")
    set(condition "!defined(${macro})")
    if(macro MATCHES "^!(.*)")
      set(macro "${CMAKE_MATCH_1}")
      set(condition "defined(${macro})")
    endif()
    # A warning each, so that all of them are seen in one go.
    string(APPEND source "#if ${condition}\n#warning omnitls_lacks ${macro};\n#endif\n")
  endforeach()
  string(APPEND source "int main(void) { return 0; }\n")
  set(file "${PROJECT_BINARY_DIR}/CMakeFiles/wolfssl_needs.c")
  file(WRITE "${file}" "${source}")
  try_compile(good "${PROJECT_BINARY_DIR}/CMakeFiles/wolfssl_needs" "${file}"
    LINK_LIBRARIES omnitls_engine::wolfssl
    OUTPUT_VARIABLE said)
  set(lacks "")
  foreach(row IN LISTS OMNITLS_WOLFSSL_NEEDS)
    string(REPLACE "|" ";" row "${row}")
    list(GET row 0 macro)
    list(GET row 1 option)
    list(GET row 2 what)
    string(REPLACE "!" "" macro "${macro}")
    if(said MATCHES "omnitls_lacks ${macro};")
      list(APPEND lacks "${option} (${what})")
    endif()
  endforeach()
  list(JOIN lacks ", " lacks)
  if(NOT lacks AND NOT good)
    set(lacks "a program that compiles and links with it:\n${said}")
  endif()
  set(${out} "${lacks}" PARENT_SCOPE)
endfunction()
