# SPDX-License-Identifier: MIT
#
# cmake -DPKI=<directory> -DOUT=<header> -P EmbedPki.cmake
# Writes PEM files as C strings: root.pem becomes selftest_root_pem, and so on.

set(text "/* Made by the build from the test certificates; do not edit. */\n")
string(APPEND text "#ifndef OMNITLS_SELFTEST_PKI_H\n#define OMNITLS_SELFTEST_PKI_H\n")

foreach(file IN ITEMS root.pem
        server-ecdsa-p256.pem server-ecdsa-p256.key
        server-rsa-2048.pem server-rsa-2048.key
        server-ed25519.pem server-ed25519.key)
  file(STRINGS "${PKI}/${file}" lines)
  string(REGEX REPLACE "[-.]" "_" name "${file}")
  string(APPEND text "\nstatic const char selftest_${name}[] =")
  foreach(line IN LISTS lines)
    string(APPEND text "\n    \"${line}\\n\"")
  endforeach()
  string(APPEND text ";\n")
endforeach()

string(APPEND text "\n#endif\n")
file(WRITE "${OUT}" "${text}")
