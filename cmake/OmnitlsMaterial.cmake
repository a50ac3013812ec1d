# SPDX-License-Identifier: MIT
#
# Keys, certificates and chains that a build makes for its tests. Another build of the same sources may
# take them over, since they depend on the sources and on OpenSSL's command alone: ./check makes seven.

set(OMNITLS_MATERIAL_FROM "" CACHE PATH
  "A build directory of the same sources whose test certificates are copied instead of made")

# omnitls_material(DIRECTORY STAMP ARGUMENT...): the command, as add_custom_command takes it, that fills
# a directory of the build and ends with that file.
function(omnitls_material directory stamp)
  set(own "${PROJECT_BINARY_DIR}/${directory}")
  set(made "${OMNITLS_MATERIAL_FROM}/${directory}")
  if(OMNITLS_MATERIAL_FROM AND EXISTS "${made}/${stamp}")
    add_custom_command(OUTPUT "${own}/${stamp}"
      COMMAND ${CMAKE_COMMAND} -E rm -rf "${own}"
      COMMAND ${CMAKE_COMMAND} -E copy_directory "${made}" "${own}"
      COMMAND ${CMAKE_COMMAND} -E touch "${own}/${stamp}"
      DEPENDS "${made}/${stamp}"
      COMMENT "Copying ${directory} from the other build" VERBATIM)
  else()
    add_custom_command(OUTPUT "${own}/${stamp}" ${ARGN})
  endif()
endfunction()
