# SPDX-License-Identifier: MIT
#
# omnitls_openssl_relative(OUT): what was found as OpenSSL and is one of its relatives, with the reason
# why omnitls does not take it, as the list NAME, reason; empty for OpenSSL itself. They have OpenSSL's names in
# part, so that the backend would compile up to somewhere, or compile and do less than it says.

# the macro of its headers | its name | why not
set(OMNITLS_OPENSSL_RELATIVES
  "LIBRESSL_VERSION_NUMBER|LibreSSL|it has no pre-shared keys and no resumption in TLS 1.3"
  "OPENSSL_IS_AWSLC|AWS-LC|its early data has other calls, and TLS 1.3 takes no external keys"
  "OPENSSL_IS_BORINGSSL|BoringSSL|its makers promise no stable interface, its early data has other calls, \
and TLS 1.3 takes no external keys")

function(omnitls_openssl_relative out)
  set(source "#include <openssl/crypto.h>\n#include <openssl/opensslv.h>\n")
  foreach(row IN LISTS OMNITLS_OPENSSL_RELATIVES)
    string(REGEX REPLACE "\\|.*" "" macro "${row}")
    string(APPEND source "#ifdef ${macro}\n#warning omnitls_relative ${macro};\n#endif\n")
  endforeach()
  string(APPEND source "int main(void) { return 0; }\n")
  set(file "${PROJECT_BINARY_DIR}/CMakeFiles/openssl_relative.c")
  file(WRITE "${file}" "${source}")
  try_compile(ignored "${PROJECT_BINARY_DIR}/CMakeFiles/openssl_relative" "${file}"
    LINK_LIBRARIES omnitls_engine::openssl
    OUTPUT_VARIABLE said)
  set(${out} "" PARENT_SCOPE)
  foreach(row IN LISTS OMNITLS_OPENSSL_RELATIVES)
    string(REGEX REPLACE "\\|.*" "" macro "${row}")
    if(said MATCHES "omnitls_relative ${macro};")
      string(REPLACE "|" ";" row "${row}")
      list(REMOVE_AT row 0)
      set(${out} "${row}" PARENT_SCOPE)
      return()
    endif()
  endforeach()
endfunction()
