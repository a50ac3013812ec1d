# SPDX-License-Identifier: MIT
# An overlay port: the sources are the tree that it stands in.
get_filename_component(SOURCE_PATH "${CURRENT_PORT_DIR}/../../.." ABSOLUTE)

set(engines "")
foreach(engine IN ITEMS openssl wolfssl)
  if(engine IN_LIST FEATURES)
    list(APPEND engines ${engine})
  endif()
endforeach()

vcpkg_cmake_configure(SOURCE_PATH "${SOURCE_PATH}" OPTIONS
  "-DOMNITLS_BACKENDS=${engines}" -DOMNITLS_STATIC_BACKENDS=ON
  -DOMNITLS_TOOLS=OFF -DOMNITLS_BENCH=OFF -DOMNITLS_TESTS=OFF)
vcpkg_cmake_install()
vcpkg_cmake_config_fixup(CONFIG_PATH lib/cmake/omnitls)
vcpkg_fixup_pkgconfig()
file(REMOVE_RECURSE "${CURRENT_PACKAGES_DIR}/debug/include" "${CURRENT_PACKAGES_DIR}/debug/share")
vcpkg_install_copyright(FILE_LIST "${SOURCE_PATH}/LICENSE")
