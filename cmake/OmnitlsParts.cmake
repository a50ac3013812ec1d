# SPDX-License-Identifier: MIT
#
# Which parts beside the library are built. A part whose option is AUTO is left out when something it
# needs is missing, and the summary says so; one that was asked for by name is an error then.
#
# OMNITLS_TOOLS, OMNITLS_BENCH, OMNITLS_TESTS  become ON or OFF
# OMNITLS_OPENSSL, OMNITLS_BASH, OMNITLS_PYTHON  programs
# omnitls_need::jansson, omnitls_need::criterion  imported targets of what was found
# omnitls_summary()  says it all, at the end

# ---- how to get what is missing --------------------------------------------------------------

# omnitls_package(PROBE OUT): "apt-get install x" for a row of cmake/packages.sh, in the words of
# this machine's package manager; Debian's where there is none that we know.
function(omnitls_package probe out)
  set(commands "apt-get install" "dnf install" "apk add" "pacman -S" "brew install")
  set(column 2)
  set(command "Debian's package")
  foreach(try IN LISTS commands)
    string(REGEX REPLACE " .*" "" program "${try}")
    find_program(OMNITLS_MANAGER_${program} ${program})
    mark_as_advanced(OMNITLS_MANAGER_${program})
    if(OMNITLS_MANAGER_${program})
      list(FIND commands "${try}" index)
      math(EXPR column "${index} + 2")
      set(command "${try}")
      break()
    endif()
  endforeach()
  file(STRINGS "${PROJECT_SOURCE_DIR}/cmake/packages.sh" row REGEX "^[qc]\\|${probe}\\|")
  string(REPLACE "|" ";" row "${row}")
  if(row)
    list(GET row ${column} package)
  else()
    string(REGEX REPLACE "^.*:" "" package "${probe}") # everywhere of the program's own name
  endif()
  set(${out} "${command} ${package}" PARENT_SCOPE)
endfunction()

# ---- what the parts need ---------------------------------------------------------------------

find_package(PkgConfig QUIET)
find_program(OMNITLS_OPENSSL openssl)
find_program(OMNITLS_BASH bash)
find_program(OMNITLS_PYTHON NAMES python3 python)

# JSON is written by jansson; only the programs need it, never the library.
if(PKG_CONFIG_FOUND)
  pkg_check_modules(OMNITLS_JANSSON QUIET IMPORTED_TARGET GLOBAL jansson)
  pkg_check_modules(OMNITLS_CRITERION QUIET IMPORTED_TARGET GLOBAL criterion)
endif()
if(NOT OMNITLS_JANSSON_FOUND)
  find_path(OMNITLS_JANSSON_INCLUDE_DIR jansson.h)
  find_library(OMNITLS_JANSSON_LIBRARY jansson)
endif()
if(NOT TARGET omnitls_need::jansson)
  add_library(omnitls_need::jansson INTERFACE IMPORTED)
  add_library(omnitls_need::criterion INTERFACE IMPORTED)
endif()
set(OMNITLS_HAVE_jansson OFF)
if(OMNITLS_JANSSON_FOUND)
  set(OMNITLS_HAVE_jansson ON)
  set_property(TARGET omnitls_need::jansson PROPERTY
               INTERFACE_LINK_LIBRARIES PkgConfig::OMNITLS_JANSSON)
elseif(OMNITLS_JANSSON_INCLUDE_DIR AND OMNITLS_JANSSON_LIBRARY)
  set(OMNITLS_HAVE_jansson ON)
  set_property(TARGET omnitls_need::jansson PROPERTY
               INTERFACE_LINK_LIBRARIES "${OMNITLS_JANSSON_LIBRARY}")
  set_property(TARGET omnitls_need::jansson PROPERTY
               INTERFACE_INCLUDE_DIRECTORIES "${OMNITLS_JANSSON_INCLUDE_DIR}")
endif()
if(OMNITLS_SMALL_TESTS) # a library of tests/CMakeLists.txt
  set(OMNITLS_CRITERION_FOUND TRUE)
  set_property(TARGET omnitls_need::criterion PROPERTY
               INTERFACE_INCLUDE_DIRECTORIES "${PROJECT_SOURCE_DIR}/tests/support/small")
  set_property(TARGET omnitls_need::criterion PROPERTY INTERFACE_LINK_LIBRARIES omnitls_test_small)
elseif(OMNITLS_CRITERION_FOUND)
  set_property(TARGET omnitls_need::criterion PROPERTY
               INTERFACE_LINK_LIBRARIES PkgConfig::OMNITLS_CRITERION)
endif()

# omnitls_missing(OUT HAVE PROBE NAME): when HAVE is false, append "NAME (how to get it)".
function(omnitls_missing out have probe name)
  if(have)
    return()
  endif()
  omnitls_package("${probe}" package)
  list(APPEND ${out} "${name} (${package})")
  set(${out} "${${out}}" PARENT_SCOPE)
endfunction()

set(missing_commands "")
omnitls_missing(missing_commands "${OMNITLS_OPENSSL}" cmd:openssl "the openssl command")
omnitls_missing(missing_commands "${OMNITLS_BASH}" cmd:bash bash)
set(missing_json "")
omnitls_missing(missing_json "${OMNITLS_HAVE_jansson}" pc:jansson jansson)
set(missing_tests "")
omnitls_missing(missing_tests "${PKG_CONFIG_FOUND}" cmd:pkg-config pkg-config)
if(PKG_CONFIG_FOUND)
  omnitls_missing(missing_tests "${OMNITLS_CRITERION_FOUND}" pc:criterion Criterion)
endif()
omnitls_missing(missing_tests "${OMNITLS_PYTHON}" cmd:python3 "Python 3")

# ---- the decision ----------------------------------------------------------------------------

# omnitls_part(OPTION NAME [MISSING...]): makes the option ON or OFF, and keeps a line for the summary.
set(OMNITLS_SUMMARY "")
macro(omnitls_part option name)
  set(part_missing ${ARGN})
  list(JOIN part_missing ", " part_reason)
  if(NOT ${option})
    set(${option} OFF)
    list(APPEND OMNITLS_SUMMARY "${name}: off")
  elseif(NOT part_missing)
    set(${option} ON)
    list(APPEND OMNITLS_SUMMARY "${name}: built")
  elseif("${${option}}" STREQUAL "AUTO")
    set(${option} OFF)
    list(APPEND OMNITLS_SUMMARY "${name}: left out for want of ${part_reason}")
  else()
    message(FATAL_ERROR "${option} is ${${option}}, but this is missing: ${part_reason}. Install it, or "
                        "set ${option} to OFF, or to AUTO to build it where that is possible.")
  endif()
endmacro()

# They use everything.
set(missing_features "")
if(OMNITLS_FEATURES_OFF)
  list(JOIN OMNITLS_FEATURES_OFF ", OMNITLS_WITH_" off)
  set(missing_features "OMNITLS_WITH_${off}")
  list(APPEND missing_json "${missing_features}")
  list(APPEND missing_tests "${missing_features}")
endif()

omnitls_part(OMNITLS_TOOLS "tool" ${missing_json} ${missing_commands})
omnitls_part(OMNITLS_BENCH "benchmark" ${missing_json} ${missing_commands})
omnitls_part(OMNITLS_TESTS "tests" ${missing_tests} ${missing_commands})

function(omnitls_summary)
  list(JOIN OMNITLS_ENGINES ", " engines)
  set(kind static)
  if(OMNITLS_SHARED)
    set(kind shared)
  endif()
  message(STATUS "omnitls ${PROJECT_VERSION}: engines ${engines}; form ${OMNITLS_FORM}; "
                 "default ${OMNITLS_DEFAULT_ENGINE}")
  message(STATUS "  library: built, ${kind}")
  foreach(name IN LISTS OMNITLS_ENGINE_NAMES)
    if(DEFINED OMNITLS_ENGINE_LEFT_OUT_${name})
      omnitls_package("pc:${name}" package)
      message(STATUS "  engine ${name}: ${OMNITLS_ENGINE_LEFT_OUT_${name}} (${package})")
    endif()
  endforeach()
  foreach(line IN LISTS OMNITLS_SUMMARY)
    message(STATUS "  ${line}")
  endforeach()
endfunction()
