# How every target of the project is compiled, and three words for the folders' own lists:
#   ch_library(name SOURCES ... LINK ...)   ch_test(name SOURCES ... LINK ...)   ch_fuzzer(name SOURCES ... LINK ...)
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
    set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
endif()

add_library(ch_flags INTERFACE)
target_include_directories(ch_flags INTERFACE ${CMAKE_SOURCE_DIR} ${CMAKE_SOURCE_DIR}/include)
target_compile_options(ch_flags INTERFACE
    -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion -Wnon-virtual-dtor -Woverloaded-virtual -Werror
    -fno-omit-frame-pointer
    # GCC 12 sees an overlap in every literal + std::string that it inlines at -O3.
    $<$<AND:$<CXX_COMPILER_ID:GNU>,$<CONFIG:Release>>:-Wno-restrict>)

set(CH_SANITIZE "" CACHE STRING "Value of -fsanitize= for the whole build, e.g. address,undefined")
if(CH_SANITIZE)
    add_compile_options(-fsanitize=${CH_SANITIZE} -fno-sanitize-recover=all)
    add_link_options(-fsanitize=${CH_SANITIZE})
endif()

function(ch_library name)
    cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
    add_library(${name} STATIC ${ARG_SOURCES})
    target_link_libraries(${name} PUBLIC ch_flags ${ARG_LINK})
endfunction()

function(ch_test name)
    cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
    find_package(GTest REQUIRED)
    add_executable(${name} ${ARG_SOURCES})
    target_link_libraries(${name} PRIVATE ch_flags ${ARG_LINK} GTest::gtest_main)
    add_test(NAME ${name} COMMAND ${name})
endfunction()

function(ch_fuzzer name)
    cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
    if(CH_BUILD_FUZZERS)
        add_executable(${name} ${ARG_SOURCES})
        target_link_libraries(${name} PRIVATE ch_flags ${ARG_LINK})
        target_link_options(${name} PRIVATE -fsanitize=fuzzer)
        # The preset's own tests are not wanted there: `fuzzers` builds these programs and their libraries.
        if(NOT TARGET fuzzers)
            add_custom_target(fuzzers)
        endif()
        add_dependencies(fuzzers ${name})
    endif()
endfunction()

function(ch_benchmark name)
    cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
    if(CH_BUILD_BENCHMARKS)
        find_package(benchmark REQUIRED)
        add_executable(${name} ${ARG_SOURCES})
        target_link_libraries(${name} PRIVATE ch_flags ${ARG_LINK} benchmark::benchmark_main)
    endif()
endfunction()
