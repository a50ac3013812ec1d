# SPDX-License-Identifier: MIT

include(CMakePackageConfigHelpers)

file(GLOB public_headers CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/api/omnitls/*.h"
     "${PROJECT_SOURCE_DIR}/api/omnitls/*.hpp")
set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/omnitls")

# Components: runtime (what a program needs to run), accelerator, development, tools, doc.
install(TARGETS omnitls EXPORT omnitls
  LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}"
    COMPONENT runtime NAMELINK_COMPONENT development
  ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}" COMPONENT development
  RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}" COMPONENT runtime)
install(FILES ${public_headers} "${PROJECT_BINARY_DIR}/generated/include/omnitls/config.h" DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}/omnitls"
        COMPONENT development)
if(OMNITLS_MODULE_TARGETS)
  install(TARGETS ${OMNITLS_MODULE_TARGETS}
          LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}/omnitls" COMPONENT runtime)
endif()
if(TARGET omnitls_accelerator_libcrypto AND OMNITLS_FORM STREQUAL "modules")
  install(TARGETS omnitls_accelerator_libcrypto
          LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}/omnitls" COMPONENT accelerator)
endif()
install(FILES LICENSE DESTINATION "${CMAKE_INSTALL_DATAROOTDIR}/licenses/omnitls" COMPONENT runtime)
# As in the source tree, so that their links lead somewhere.
install(FILES README.md CHANGELOG.md SECURITY.md LICENSE DESTINATION "${CMAKE_INSTALL_DOCDIR}"
        COMPONENT doc)
install(DIRECTORY packaging DESTINATION "${CMAKE_INSTALL_DOCDIR}" COMPONENT doc)
install(DIRECTORY docs DESTINATION "${CMAKE_INSTALL_DOCDIR}" COMPONENT doc
        REGEX "/examples/CMakeLists\\.txt$" EXCLUDE)

# The programs find the library beside them wherever the prefix ends up.
file(RELATIVE_PATH bin_to_lib "${CMAKE_INSTALL_FULL_BINDIR}" "${CMAKE_INSTALL_FULL_LIBDIR}")
foreach(program IN ITEMS omnitls_tool omnitls_bench)
  if(TARGET ${program})
    if(NOT APPLE)
      set_property(TARGET ${program} PROPERTY INSTALL_RPATH "$ORIGIN/${bin_to_lib}")
    endif()
    install(TARGETS ${program} RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}" COMPONENT tools)
  endif()
endforeach()

if(TARGET omnitls_tool_texts)
  set(texts "${PROJECT_BINARY_DIR}/generated")
  set(share "${CMAKE_INSTALL_DATAROOTDIR}")
  install(FILES "${texts}/omnitls.1" DESTINATION "${CMAKE_INSTALL_MANDIR}/man1" COMPONENT tools)
  install(FILES "${texts}/omnitls.bash" DESTINATION "${share}/bash-completion/completions"
          RENAME omnitls COMPONENT tools)
  install(FILES "${texts}/_omnitls" DESTINATION "${share}/zsh/site-functions" COMPONENT tools)
  install(FILES "${texts}/omnitls.fish" DESTINATION "${share}/fish/vendor_completions.d"
          COMPONENT tools)
endif()

# cmake --build BUILD --target uninstall: what the last installation from this directory put there.
if(OMNITLS_TOP_LEVEL)
  add_custom_target(uninstall
    COMMAND ${CMAKE_COMMAND} "-DBUILD=${PROJECT_BINARY_DIR}"
            -P "${PROJECT_SOURCE_DIR}/cmake/Uninstall.cmake"
    COMMENT "Removing what was installed from here" VERBATIM)
endif()

# ---- find_package(omnitls CONFIG) ------------------------------------------------------------

install(EXPORT omnitls NAMESPACE omnitls:: FILE omnitlsTargets.cmake
        DESTINATION "${package_dir}" COMPONENT development)
configure_package_config_file(cmake/omnitlsConfig.cmake.in
  "${PROJECT_BINARY_DIR}/omnitlsConfig.cmake" INSTALL_DESTINATION "${package_dir}")
write_basic_package_version_file("${PROJECT_BINARY_DIR}/omnitlsConfigVersion.cmake"
  VERSION ${PROJECT_VERSION} COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/omnitlsConfig.cmake"
              "${PROJECT_BINARY_DIR}/omnitlsConfigVersion.cmake"
              cmake/OmnitlsEngines.cmake
        DESTINATION "${package_dir}" COMPONENT development)

# ---- pkg-config ------------------------------------------------------------------------------

# Relative to the file itself, so that the installed tree can be moved.
file(RELATIVE_PATH pc_prefix "${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig" "${CMAKE_INSTALL_PREFIX}")
string(REGEX REPLACE "/$" "" pc_prefix "\${pcfiledir}/${pc_prefix}")
foreach(dir IN ITEMS LIBDIR INCLUDEDIR)
  if(IS_ABSOLUTE "${CMAKE_INSTALL_${dir}}")
    set(pc_${dir} "${CMAKE_INSTALL_${dir}}")
  else()
    set(pc_${dir} "\${prefix}/${CMAKE_INSTALL_${dir}}")
  endif()
endforeach()
if(IS_ABSOLUTE "${CMAKE_INSTALL_LIBDIR}")
  set(pc_prefix "${CMAKE_INSTALL_PREFIX}")
endif()

# A shared library carries what it needs; engines within it are private requirements, modules are none. A
# static one carries nothing, so that its engines are public requirements: Requires.private would ask
# for --static, which on Debian fails for a shared GnuTLS (it names libraries that GnuTLS's
# development package does not bring along).
set(pc_requires "")
set(pc_private "")
set(pc_libs "")
if(OMNITLS_SHARED)
  if(NOT OMNITLS_FORM STREQUAL "modules")
    list(JOIN OMNITLS_ENGINES ", " pc_private)
  endif()
else()
  if(NOT OMNITLS_FORM STREQUAL "modules")
    list(JOIN OMNITLS_ENGINES ", " pc_requires)
  endif()
  set(pc_libs "${CMAKE_THREAD_LIBS_INIT}")
  if(NOT OMNITLS_FORM STREQUAL "single" AND CMAKE_DL_LIBS)
    string(APPEND pc_libs " -l${CMAKE_DL_LIBS}")
  endif()
endif()
configure_file(cmake/omnitls.pc.in "${PROJECT_BINARY_DIR}/omnitls.pc" @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/omnitls.pc" DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig"
        COMPONENT development)
