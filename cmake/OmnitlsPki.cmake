# SPDX-License-Identifier: MIT
#
# Certificates for the tests and for `omnitls selftest`, made by the build.

set(OMNITLS_PKI_DIR "${PROJECT_BINARY_DIR}/pki")
set(pki_stamp "${OMNITLS_PKI_DIR}/stamp")
set(pki_script "${PROJECT_SOURCE_DIR}/tests/support/make_pki.sh")
set(ocsp_script "${PROJECT_SOURCE_DIR}/tests/support/make_ocsp.sh")
add_custom_command(OUTPUT "${pki_stamp}"
  COMMAND ${CMAKE_COMMAND} -E env "OPENSSL=${OMNITLS_OPENSSL}"
          "${OMNITLS_BASH}" "${pki_script}" "${OMNITLS_PKI_DIR}"
  COMMAND ${CMAKE_COMMAND} -E env "OPENSSL=${OMNITLS_OPENSSL}"
          "${OMNITLS_BASH}" "${ocsp_script}" "${OMNITLS_PKI_DIR}"
  COMMAND ${CMAKE_COMMAND} -E touch "${pki_stamp}"
  DEPENDS "${pki_script}" "${ocsp_script}"
  COMMENT "Making the test certificates" VERBATIM)
add_custom_target(omnitls_pki DEPENDS "${pki_stamp}")

set(OMNITLS_SELFTEST_PKI "${PROJECT_BINARY_DIR}/generated/selftest_pki.h")
set(embed_script "${PROJECT_SOURCE_DIR}/cmake/EmbedPki.cmake")
add_custom_command(OUTPUT "${OMNITLS_SELFTEST_PKI}"
  COMMAND ${CMAKE_COMMAND} "-DPKI=${OMNITLS_PKI_DIR}" "-DOUT=${OMNITLS_SELFTEST_PKI}"
          -P "${embed_script}"
  DEPENDS "${pki_stamp}" "${embed_script}"
  COMMENT "Embedding the selftest's certificates" VERBATIM)
add_custom_target(omnitls_selftest_pki DEPENDS "${OMNITLS_SELFTEST_PKI}")
add_dependencies(omnitls_selftest_pki omnitls_pki)
