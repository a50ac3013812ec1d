# SPDX-License-Identifier: MIT
#
# cmake -DBUILD=<build directory> -P Uninstall.cmake
# Removes the files that its manifests name, and then the directories of ours that are empty.

cmake_minimum_required(VERSION 3.16)

# One for all, or one for each component that was installed alone.
file(GLOB manifests "${BUILD}/install_manifest*.txt")
if(NOT manifests)
  message(FATAL_ERROR "Nothing was installed from ${BUILD}.")
endif()
set(directories "")
foreach(manifest IN LISTS manifests)
  file(STRINGS "${manifest}" files)
  foreach(file IN LISTS files)
    set(path "$ENV{DESTDIR}${file}")
    if(EXISTS "${path}" OR IS_SYMLINK "${path}")
      message(STATUS "Removing ${path}")
      file(REMOVE "${path}")
    endif()
    # From the file up to the directory that has our name; what is above it is not ours.
    get_filename_component(directory "${path}" DIRECTORY)
    while(directory MATCHES "/omnitls(/|$)")
      list(APPEND directories "${directory}")
      get_filename_component(directory "${directory}" DIRECTORY)
    endwhile()
  endforeach()
  file(REMOVE "${manifest}")
endforeach()

list(REMOVE_DUPLICATES directories)
list(SORT directories ORDER DESCENDING) # what is deepest first
foreach(directory IN LISTS directories)
  file(GLOB left LIST_DIRECTORIES TRUE "${directory}/*" "${directory}/.*")
  list(FILTER left EXCLUDE REGEX "/\\.\\.?$")
  if(IS_DIRECTORY "${directory}" AND NOT left)
    file(REMOVE_RECURSE "${directory}")
  endif()
endforeach()
