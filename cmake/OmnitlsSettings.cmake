# SPDX-License-Identifier: MIT
#
# Decides which engines are built and in which form, and gives every target its flags.
#
# OMNITLS_ENGINES         the engines, in link order (OpenSSL first: see docs/building.md)
# OMNITLS_FORM            single | modules | static
# OMNITLS_DEFAULT_ENGINE  what OMNITLS_DEFAULT_BACKEND came to
# OMNITLS_IPO             ON when core and backend are optimised together

# ---- engines ---------------------------------------------------------------------------------

string(REPLACE "," ";" OMNITLS_WANTED "${OMNITLS_BACKENDS}")
foreach(name IN LISTS OMNITLS_WANTED)
  if(NOT name IN_LIST OMNITLS_ENGINE_NAMES)
    list(JOIN OMNITLS_ENGINE_NAMES ", " known)
    message(FATAL_ERROR "OMNITLS_BACKENDS names \"${name}\", which is no engine. Known: ${known}.")
  endif()
endforeach()

set(OMNITLS_ENGINES "")
foreach(name IN LISTS OMNITLS_ENGINE_NAMES)
  if(OMNITLS_WANTED AND NOT name IN_LIST OMNITLS_WANTED)
    continue()
  endif()
  omnitls_find_engine(${name} found)
  set(lacks "")
  # a target that is yet to be built cannot be tried: there the compiler says what is missing
  set(tried ${found})
  if(OMNITLS_TARGET_${name})
    set(tried FALSE)
  endif()
  if(tried AND name STREQUAL "wolfssl")
    omnitls_wolfssl_lacks(lacks)
  endif()
  set(relative "")
  if(tried AND name STREQUAL "openssl")
    omnitls_openssl_relative(relative)
    if(relative)
      list(GET relative 0 who)
      list(GET relative 1 reason)
    endif()
  endif()
  if(relative AND OMNITLS_WANTED)
    message(FATAL_ERROR "OMNITLS_BACKENDS names \"openssl\", but what was found is ${who}, which omnitls "
      "does not take: ${reason}. Point PKG_CONFIG_PATH to OpenSSL, or take it out of OMNITLS_BACKENDS.")
  elseif(relative)
    message(STATUS "Engine openssl: left out, because what was found is ${who}: ${reason}")
    set(OMNITLS_ENGINE_LEFT_OUT_openssl "left out, because what was found is ${who}")
  elseif(lacks AND OMNITLS_WANTED)
    message(FATAL_ERROR "OMNITLS_BACKENDS names \"wolfssl\", but wolfSSL ${OMNITLS_ENGINE_VERSION_wolfssl} "
      "was built without what omnitls needs. Build wolfSSL with: ${lacks}.")
  elseif(lacks)
    message(STATUS "Engine wolfssl: ${OMNITLS_ENGINE_VERSION_wolfssl} left out, because wolfSSL was "
                   "built without what omnitls needs. Build it with: ${lacks}")
    set(OMNITLS_ENGINE_LEFT_OUT_wolfssl "left out, because it was built without what omnitls needs")
  elseif(found)
    list(APPEND OMNITLS_ENGINES ${name})
    message(STATUS "Engine ${name}: ${OMNITLS_ENGINE_VERSION_${name}}")
  elseif(OMNITLS_WANTED)
    set(old "")
    if(OMNITLS_ENGINE_OLD_${name})
      set(old " (${OMNITLS_ENGINE_OLD_${name}} is there)")
    endif()
    message(FATAL_ERROR
      "OMNITLS_BACKENDS names \"${name}\", but version ${OMNITLS_ENGINE_MIN_${name}} or later of it "
      "was not found with pkg-config or CMake${old}. Install its development package "
      "(docs/dependencies.md), point PKG_CONFIG_PATH to it, or take it out of OMNITLS_BACKENDS.")
  elseif(OMNITLS_ENGINE_OLD_${name})
    message(STATUS "Engine ${name}: left out, because ${OMNITLS_ENGINE_OLD_${name}} is too old; "
                   "omnitls needs ${OMNITLS_ENGINE_MIN_${name}} or later")
    set(OMNITLS_ENGINE_LEFT_OUT_${name} "left out, because ${OMNITLS_ENGINE_OLD_${name}} is too old")
  else()
    message(STATUS "Engine ${name}: not found, left out")
    set(OMNITLS_ENGINE_LEFT_OUT_${name} "left out, because it was not found")
  endif()
endforeach()
if(NOT OMNITLS_ENGINES)
  message(FATAL_ERROR "None of the engines was found: install the development package of OpenSSL, "
                      "GnuTLS or wolfSSL (docs/dependencies.md).")
endif()

list(LENGTH OMNITLS_ENGINES engine_count)
if(engine_count EQUAL 1)
  set(OMNITLS_FORM single)
elseif(OMNITLS_STATIC_BACKENDS)
  set(OMNITLS_FORM static)
else()
  set(OMNITLS_FORM modules)
endif()

if(OMNITLS_DEFAULT_BACKEND)
  set(OMNITLS_DEFAULT_ENGINE "${OMNITLS_DEFAULT_BACKEND}")
  if(NOT OMNITLS_DEFAULT_ENGINE IN_LIST OMNITLS_ENGINES)
    message(FATAL_ERROR "OMNITLS_DEFAULT_BACKEND names \"${OMNITLS_DEFAULT_ENGINE}\", "
                        "which is not among the engines of this build.")
  endif()
else()
  list(GET OMNITLS_ENGINES 0 OMNITLS_DEFAULT_ENGINE)
endif()

# ---- flags -----------------------------------------------------------------------------------

set(OMNITLS_WARNINGS -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion
    -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wformat=2)

set(OMNITLS_SANITIZE_FLAGS "")
if(OMNITLS_SANITIZE)
  set(OMNITLS_SANITIZE_FLAGS -fsanitize=${OMNITLS_SANITIZE} -fno-sanitize-recover=all
      -fno-omit-frame-pointer)
endif()

# libFuzzer's counters in core, backends and targets; without them it sees its own file alone.
option(OMNITLS_FUZZ "Instrument everything for libFuzzer and link the fuzz targets with it (clang)" OFF)
set(OMNITLS_FUZZ_ENGINE "" CACHE STRING
    "What the fuzz targets are linked with. Empty: clang's libFuzzer. Given: the compiler's flags have sanitizers and counters")
set(OMNITLS_FUZZ_FLAGS "")
if(OMNITLS_FUZZ AND OMNITLS_FUZZ_ENGINE STREQUAL "")
  if(NOT OMNITLS_SANITIZE MATCHES "address")
    message(FATAL_ERROR "OMNITLS_FUZZ wants -DOMNITLS_SANITIZE=address,undefined as well: its runtime has the "
                        "counters' functions for shared objects")
  endif()
  set(OMNITLS_FUZZ_FLAGS -fsanitize=fuzzer-no-link)
endif()

# One engine: core and backend are compiled to be optimised as one, so that core's calls through
# the backend's const tables become direct calls. gcc writes objects that work without link-time
# optimisation as well, so that an installed static library serves every compiler and linker.
set(OMNITLS_IPO OFF)
if(OMNITLS_FORM STREQUAL "single" AND OMNITLS_LTO AND NOT OMNITLS_SANITIZE)
  include(CheckIPOSupported)
  check_ipo_supported(RESULT OMNITLS_IPO OUTPUT ipo_output LANGUAGES C)
  if(NOT CMAKE_C_COMPILER_ID STREQUAL "GNU" AND NOT OMNITLS_SHARED)
    set(OMNITLS_IPO OFF)
  endif()
  if(NOT OMNITLS_IPO)
    message(STATUS "Link-time optimisation is not available: the engine is called through its table")
  endif()
endif()

# A static library may end up in a shared one, but on a board.
set(OMNITLS_SHARED_CODE ON)
if(OMNITLS_PLATFORM STREQUAL "bare")
  set(OMNITLS_SHARED_CODE OFF)
endif()

function(omnitls_settings target)
  set_target_properties(${target} PROPERTIES
    C_STANDARD 11 C_STANDARD_REQUIRED ON C_EXTENSIONS OFF
    C_VISIBILITY_PRESET hidden
    POSITION_INDEPENDENT_CODE ${OMNITLS_SHARED_CODE})
  # Files are not bounded by 2 GiB where long has 32 bits. Not _TIME_BITS: engines' calls take time_t.
  target_compile_definitions(${target} PRIVATE _GNU_SOURCE _FILE_OFFSET_BITS=64)
  if(OMNITLS_TOP_LEVEL)
    target_compile_options(${target} PRIVATE ${OMNITLS_WARNINGS})
  endif()
  if(OMNITLS_WERROR)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
  if(OMNITLS_SANITIZE_FLAGS)
    target_compile_options(${target} PRIVATE ${OMNITLS_SANITIZE_FLAGS} ${OMNITLS_FUZZ_FLAGS})
    target_link_options(${target} PRIVATE ${OMNITLS_SANITIZE_FLAGS})
  endif()
endfunction()

# For targets made of code that goes into the library itself.
function(omnitls_ipo target)
  if(NOT OMNITLS_IPO)
    return()
  endif()
  if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
    target_compile_options(${target} PRIVATE -flto=auto -ffat-lto-objects)
    target_link_options(${target} PRIVATE -flto=auto)
  else()
    set_property(TARGET ${target} PROPERTY INTERPROCEDURAL_OPTIMIZATION ON)
  endif()
endfunction()

# Several engines in one program: OpenSSL's library must come before wolfSSL's, which exports six of
# its names. OMNITLS_ENGINES has that order.
set(OMNITLS_ENGINE_TARGETS "")
foreach(name IN LISTS OMNITLS_ENGINES)
  list(APPEND OMNITLS_ENGINE_TARGETS omnitls_engine::${name})
endforeach()
