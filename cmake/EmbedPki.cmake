# SPDX-License-Identifier: MIT
#
# cmake -DPKI=<directory> -DOUT=<header> -DPREFIX=<prefix> -DFILES=<name,...> -P EmbedPki.cmake
# Writes PEM files as C strings: root.pem becomes <prefix>_root_pem, and so on; OTLS_<PREFIX>_PKI(X)
# is X("root.pem", <prefix>_root_pem) for each.

set(text "/* Made by the build from the test certificates; do not edit. */\n")
string(TOUPPER "${PREFIX}" upper)
string(APPEND text "#ifndef OMNITLS_${upper}_PKI_H\n#define OMNITLS_${upper}_PKI_H\n")

string(REPLACE "," ";" FILES "${FILES}")
set(all "")
foreach(file IN LISTS FILES)
  file(STRINGS "${PKI}/${file}" lines)
  string(REGEX REPLACE "[-.]" "_" name "${file}")
  string(APPEND text "\nstatic const char ${PREFIX}_${name}[] =")
  foreach(line IN LISTS lines)
    string(APPEND text "\n    \"${line}\\n\"")
  endforeach()
  string(APPEND text ";\n")
  string(APPEND all " X(\"${file}\", ${PREFIX}_${name})")
endforeach()
string(APPEND text "\n#define OTLS_${upper}_PKI(X)${all}\n")

string(APPEND text "\n#endif\n")
file(WRITE "${OUT}" "${text}")
