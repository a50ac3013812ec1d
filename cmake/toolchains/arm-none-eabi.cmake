# SPDX-License-Identifier: MIT
#
# A Cortex-M with newlib's small form: cmake --toolchain cmake/toolchains/arm-none-eabi.cmake
# -DOMNITLS_CPU=cortex-m33 (the default) -DOMNITLS_BACKENDS=wolfssl -DCMAKE_PREFIX_PATH=<wolfSSL's prefix>

set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR arm)
set(CMAKE_C_COMPILER arm-none-eabi-gcc)

set(OMNITLS_CPU cortex-m33 CACHE STRING "What -mcpu gets")
set(CMAKE_C_FLAGS_INIT "-mcpu=${OMNITLS_CPU} -mthumb -ffunction-sections -fdata-sections")
# --specs=nosys lets configuration checks link; a program brings its own _sbrk, _write and _exit.
set(CMAKE_EXE_LINKER_FLAGS_INIT "--specs=nano.specs --specs=nosys.specs -Wl,--gc-sections")

set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
set(CMAKE_FIND_ROOT_PATH ${CMAKE_PREFIX_PATH})
set(CMAKE_TRY_COMPILE_PLATFORM_VARIABLES OMNITLS_CPU CMAKE_PREFIX_PATH)
