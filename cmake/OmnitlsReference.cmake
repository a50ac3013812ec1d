# SPDX-License-Identifier: MIT
#
# The reference, from the headers' comments: a page of the manual for each function and each header, and
# one page of HTML. Made with Python; without it the headers themselves are the reference.

if(NOT OMNITLS_PYTHON)
  message(STATUS "Without Python 3 there are no manual pages for the library")
  return()
endif()
file(GLOB reference_headers CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/api/omnitls/*.h")
set(reference_dir "${PROJECT_BINARY_DIR}/generated/reference")
add_custom_command(
  OUTPUT "${reference_dir}/stamp"
  COMMAND ${CMAKE_COMMAND} -E remove_directory "${reference_dir}"
  COMMAND ${OMNITLS_PYTHON} "${PROJECT_SOURCE_DIR}/cmake/reference.py" "${PROJECT_SOURCE_DIR}"
          --man "${reference_dir}/man3" --html "${reference_dir}/html/index.html"
  COMMAND ${CMAKE_COMMAND} -E touch "${reference_dir}/stamp"
  DEPENDS ${reference_headers} "${PROJECT_SOURCE_DIR}/cmake/reference.py"
  COMMENT "Writing the reference" VERBATIM)
add_custom_target(omnitls_reference ALL DEPENDS "${reference_dir}/stamp")
if(OMNITLS_INSTALL)
  install(DIRECTORY "${reference_dir}/man3/" DESTINATION "${CMAKE_INSTALL_MANDIR}/man3"
          COMPONENT development)
  install(DIRECTORY "${reference_dir}/html/" DESTINATION "${CMAKE_INSTALL_DOCDIR}/reference"
          COMPONENT doc)
endif()
