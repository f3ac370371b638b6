#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# `make install` into an empty prefix: program, library, man pages and scripts are whole and do
# without the source tree, also when they are moved; the example of the library, built by pkg-config
# alone, gets the times of `ordito run`; `make uninstall` leaves what was there before.
# usage: tests/install.sh PROGRAM      what it was built from is beside it
set -eu
[ -z "${SAN:-}" ] || {
    echo "what is installed has no sanitizers"
    exit 77
}
built=$(dirname "$(realpath "$1")")
cd "$(dirname "$0")/.."
root=$PWD
folder=$(realpath "$(mktemp -d)")
trap 'rm -rf "$folder"' EXIT
prefix=$folder/prefix

# Objects that are there already are not built again, but for those that name the prefix.
mkdir -p "$folder/build" "$prefix/bin"
cp -a "$built/obj" "$folder/build/obj"
touch "$prefix/bin/of-others"
built_there() {
    make -C "$root" -s B="$folder/build" PREFIX="$prefix" "$@" >"$folder/log" 2>&1 ||
        { cat "$folder/log" && exit 1; }
}
built_there install
built_there install # again, over what is there
built_there install DESTDIR="$folder/stage"

fail() {
    echo "$*"
    exit 1
}
there() { (cd "$1" && find . ! -type d ! -name of-others ! -name installed | sort); }
diff <(there "$prefix") <(there "$folder/stage$prefix") || fail "DESTDIR has other files"
for file in bin/ordito bin/ordito-plot bin/ordito-sweep include/ordito.h lib/libordito.a \
    lib/libordito.so lib/libordito.so.0 lib/pkgconfig/ordito.pc lib/pkgconfig/ordito-static.pc \
    share/man/man1/ordito.1 share/man/man3/ordito.3 share/ordito/examples/embed.c \
    share/ordito/rtl/router.sv share/ordito/rtl/examples/xy_ready_valid/map.yaml share/ordito/report.html share/ordito/samples/mg.S.64.ti.tar.zst share/doc/ordito/METRICS.md; do
    [ -s "$prefix/$file" ] || fail "$file is not installed"
done
if grep -rlaF "$root/" "$prefix"; then fail "these name the source tree"; fi

# From here on nothing but the prefix, and a cache for RTL that is built.
cd "$folder"
user=(env -i "PATH=$prefix/bin:$PATH" "HOME=$folder" "XDG_CACHE_HOME=$folder/cache"
    "LD_LIBRARY_PATH=$prefix/lib" "PKG_CONFIG_PATH=$prefix/lib/pkgconfig")
embed=$prefix/share/ordito/examples/embed.c
"${user[@]}" sh -ec "
    cc -Wall -Wextra -Werror $embed -o shared \$(pkg-config --cflags --libs ordito)
    cc -Wall -Wextra -Werror $embed -o static \$(pkg-config --cflags --libs ordito-static)
    pkg-config --static --libs ordito" | grep -q -- '-lordito.* -larchive.* -lm' ||
    fail "the example is not built, or --static does not name what the library needs"
[ "$(wc -l <"$embed")" -lt 60 ] || fail "the example is too long"
"${user[@]}" ldd shared | grep -q "libordito.so.0 => $prefix/lib" || fail "not linked with the library"
! "${user[@]}" ldd static | grep libordito || fail "the static library is not static"

# The SystemC module, which is there if SystemC is; by RTL that is built from what is installed, too.
if [ -e "$prefix/include/ordito_systemc.h" ]; then
    "${user[@]}" sh -ec "g++ -std=c++17 $prefix/share/ordito/examples/platform.cpp -o platform \
        \$(pkg-config --cflags --libs ordito-systemc)"
    "${user[@]}" ./platform --set='fabric.topology={kind: mesh, dims: [2, 1]}' \
        --set=fabric.backend=rtl-whole | grep -q '^100 transactions, 0 wrong' ||
        fail "the example of SystemC"
fi

# same SETTING...: the examples and the program agree on when each packet arrives.
examples=(shared static)
same() {
    local setting example sets=()
    for setting in "$@"; do sets+=(--set "$setting"); done
    for example in "${examples[@]}"; do "${user[@]}" "./$example" "$@" >"arrived.$example"; done
    cat "arrived.${examples[0]}" >arrived
    cmp arrived "arrived.${examples[-1]}"
    sort -n -k1,1 -k2,2 -k3,3 arrived | awk '{ print $1, $2, $3, $4 }' >packets
    "${user[@]}" ordito run --quiet --set fabric.topology.kind=torus "${sets[@]}" --set workload.kind=packets \
        --set workload.path=packets --packets packets.csv >table
    tail -n +2 packets.csv | awk -F, '{ print $6, $2, $3, $4, $8 }' | sort >by-run
    sort arrived | diff - by-run || fail "by the library and by the program ($*)"
    [ "$(wc -l <by-run)" -gt 20 ]
}
for switching in store-and-forward virtual-cut-through wormhole circuit; do
    same "fabric.router.switching=$switching"
done
same fabric.topology.kind=hypercube
small=('fabric.topology={kind: ring, n: 12}' fabric.router.vcs=2 fabric.router.buffer_flits=8)
same "${small[@]}" fabric.backend=rtl
same "${small[@]}" fabric.backend=lockstep
ls "$folder"/cache/ordito/router_sim-* >/dev/null || fail "RTL is not kept in XDG_CACHE_HOME"
[ ! -e "$prefix/share/ordito/build" ]

if "${user[@]}" ./shared fabric.router.vcs=9 >out 2>err; then fail "bad settings are not refused"; fi
grep -q '^embed: setting: fabric.router.vcs: ' err

for page in "$prefix"/share/man/man[13]/ordito.[13]; do
    groff -man -Tutf8 -ww "$page" >rendered 2>warnings
    [ ! -s warnings ] || fail "groff: $(cat warnings)"
    grep -q libordito rendered || fail "$page does not tell of the library"
done
# Every function of the header is on its page.
while read -r name; do
    grep -qF "$name" "$prefix/share/man/man3/ordito.3" || fail "ordito.3 does not tell of $name)"
done < <(grep -oE '\bordito_[a-z_]+\(' "$prefix/include/ordito.h")

# Moved, and without the place that it was built for.
cp -a "$prefix" moved
built_there uninstall
[ "$(find "$prefix" ! -type d)" = "$prefix/bin/of-others" ] || fail "uninstall has left files"
[ "$(find "$prefix" -type d | wc -l)" -eq 2 ] || fail "uninstall has left folders"
user=(env -i "PATH=$folder/moved/bin:$PATH" "HOME=$folder" "XDG_CACHE_HOME=$folder/cache"
    "LD_LIBRARY_PATH=$folder/moved/lib" "PKG_CONFIG_PATH=$folder/moved/lib/pkgconfig")
"${user[@]}" pkg-config --cflags ordito | grep -q "moved/.*include"
"${user[@]}" ordito run | grep -q "$folder/moved/share/ordito/examples" || fail "no examples are shown"
"${user[@]}" ordito run --quiet moved/share/ordito/examples/hypercube-mpi.yaml --set run.max_cycles=2000 \
    --set run.slice=true --report page.html >table
grep -q '"schema":"ordito.report/1"' page.html || fail "there is no page of the run"
examples=(shared) # the library knows where it is
same "${small[@]}" fabric.backend=rtl
if /usr/bin/python3 -c 'import yaml' 2>out; then
    "${user[@]}" ordito-sweep moved/share/ordito/sweeps/mpi.yaml --dry-run >points ||
        fail "ordito-sweep does not find its way: $(cat points)"
    [ "$(wc -l <points)" -gt 40 ]
fi
if /usr/bin/python3 -c 'import matplotlib' 2>out; then
    "${user[@]}" ordito-plot --help | grep -q '^usage: ' || fail "ordito-plot has no help"
fi
