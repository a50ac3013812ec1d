# SPDX-License-Identifier: MIT
#
# Certificates for the tests, for `omnitls selftest` and for the benchmark, made by the build.

include(OmnitlsMaterial)
set(OMNITLS_PKI_DIR "${PROJECT_BINARY_DIR}/pki")
set(pki_stamp "${OMNITLS_PKI_DIR}/stamp")
set(pki_script "${PROJECT_SOURCE_DIR}/tests/support/make_pki.sh")
set(ocsp_script "${PROJECT_SOURCE_DIR}/tests/support/make_ocsp.sh")
omnitls_material(pki stamp
  COMMAND ${CMAKE_COMMAND} -E env "OPENSSL=${OMNITLS_OPENSSL}"
          "${OMNITLS_BASH}" "${pki_script}" "${OMNITLS_PKI_DIR}"
  COMMAND ${CMAKE_COMMAND} -E env "OPENSSL=${OMNITLS_OPENSSL}"
          "${OMNITLS_BASH}" "${ocsp_script}" "${OMNITLS_PKI_DIR}"
  COMMAND ${CMAKE_COMMAND} -E touch "${pki_stamp}"
  DEPENDS "${pki_script}" "${ocsp_script}"
  COMMENT "Making the test certificates" VERBATIM)
add_custom_target(omnitls_pki DEPENDS "${pki_stamp}")

# omnitls_embed_pki(NAME FILE...): a header <name>_pki.h with those files, and a target that makes it;
# OMNITLS_<NAME>_PKI is its path.
set(embed_script "${PROJECT_SOURCE_DIR}/cmake/EmbedPki.cmake")
function(omnitls_embed_pki name)
  string(TOUPPER "${name}" upper)
  set(header "${PROJECT_BINARY_DIR}/generated/${name}_pki.h")
  list(JOIN ARGN "," files)
  add_custom_command(OUTPUT "${header}"
    COMMAND ${CMAKE_COMMAND} "-DPKI=${OMNITLS_PKI_DIR}" "-DOUT=${header}" "-DPREFIX=${name}"
            "-DFILES=${files}" -P "${embed_script}"
    DEPENDS "${pki_stamp}" "${embed_script}"
    COMMENT "Embedding the certificates of the ${name}" VERBATIM)
  add_custom_target(omnitls_${name}_pki DEPENDS "${header}")
  add_dependencies(omnitls_${name}_pki omnitls_pki)
  set(OMNITLS_${upper}_PKI "${header}" PARENT_SCOPE)
endfunction()

omnitls_embed_pki(selftest root.pem server-ecdsa-p256.pem server-ecdsa-p256.key
                  server-rsa-2048.pem server-rsa-2048.key server-ed25519.pem server-ed25519.key)
set(bench_files root.pem root.key int.key)
foreach(kind IN ITEMS ecdsa-p256 rsa-2048 ed25519)
  foreach(name IN ITEMS server-${kind} server-direct-${kind} client-${kind} client-direct-${kind})
    list(APPEND bench_files ${name}.pem ${name}.key)
  endforeach()
endforeach()
omnitls_embed_pki(bench ${bench_files})
