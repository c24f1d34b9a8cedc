#!/bin/sh
# Builds the modules in this folder anew, with Zig 0.17 (`pip install ziglang`). They are kept beside their sources, as
# compilers of C, C++ and Zig are not on every machine that runs the tests. Needs to write to /foreign, which stands
# for this folder in the debug information.
set -eu
cd "$(dirname "$0")"
zig="${ZIG:-python3 -m ziglang}"
library=$($zig env | sed -n 's/.*\.lib_dir = "\(.*\)",/\1/p')
mkdir -p /foreign
ln -sfn "$library" /foreign/lib
cp c.c cpp.cpp zig.zig /foreign/
out="$PWD"
cd /foreign
flags="--target=wasm32-freestanding -g -O0 -nostdlib -nostdinc -fno-sanitize=undefined -fdebug-prefix-map=$library=/foreign/lib -Wl,--no-entry -Wl,--export=_start"
$zig cc $flags c.c -o "$out/c.wasm"
$zig cc $flags -gdwarf-2 -gstrict-dwarf c.c -o "$out/c-dwarf2.wasm"
$zig c++ $flags -nostdinc++ -fno-exceptions -fno-rtti -fno-threadsafe-statics cpp.cpp -o "$out/cpp.wasm"
$zig build-exe zig.zig -target wasm32-freestanding -ODebug -fno-entry --export=_start -fno-ubsan-rt \
    --zig-lib-dir /foreign/lib --global-cache-dir /foreign/cache --cache-dir /foreign/cache -femit-bin="$out/zig.wasm"
chmod 644 "$out"/*.wasm
rm -rf /foreign
