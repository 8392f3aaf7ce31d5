#!/bin/sh
# Builds the programs of this folder, and notes what they were built from. Wants clang and wasm-ld (Debian: clang lld).
#   build.sh [FOLDER]   where to; left out: beside the sources
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
into=${1:-$here}
cd -- "$here"
for program in guest procedures tour; do
  clang --target=wasm32 -Os -std=c99 -Wall -Wextra -Wno-unused-function -Werror -nostdlib -ffreestanding -fno-builtin \
    -Wl,--no-entry,--strip-all,-z,stack-size=16384 -o "$into/$program.wasm" "$program.c"
done
{
  clang --version | head -n 1
  sha256sum gate.h guest.c procedures.c tour.c
} >"$into/built.txt"
