#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What libordito is made of: its symbols are those of its header, no more, shared and static; it
# keeps no state beside its instances; the header is C and C++, without a warning.
# usage: tests/library.sh PROGRAM      the libraries are beside it
set -eu
[ -z "${SAN:-}" ] || {
    echo "libraries with sanitizers are for programs that have them"
    exit 77
}
built=$(dirname "$(realpath "$1")")
cd "$(dirname "$0")/.."
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# Functions that the header declares.
grep -A1 '^ORDITO_API' sim/ordito.h | grep -oE '\bordito_[a-z_]+\(' | tr -d '(' | sort >"$folder/header"
nm -D --defined-only "$built/libordito.so.0" | awk '{ print $3 }' | sort >"$folder/shared"
nm -g --defined-only "$built/libordito.a" | awk 'NF == 3 { print $3 }' | sort >"$folder/static"
[ "$(wc -l <"$folder/header")" -ge 18 ]
diff "$folder/header" "$folder/shared"
diff "$folder/header" "$folder/static"
readelf -d "$built/libordito.so.0" | grep -q 'soname: \[libordito.so.0\]'

# Writable data: only what signals of the program set, which the library never listens to.
nm -f sysv "$built/libordito.a" | awk -F'|' '$7 ~ /^\.(bss|data) *$/ && $1 !~ /^\./ { print $1 }' |
    tr -d ' ' | sort >"$folder/data"
printf '%s\n' first_ms pending | diff - "$folder/data"

for language in "c -std=c99" "c++ -std=c++11"; do
    # shellcheck disable=SC2086 # two words
    gcc -x $language -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror -fsyntax-only sim/ordito.h
done

# Numbers have points, also inside a program whose locale has commas; that stays as it is.
cd "$folder"
cat >source <<'LOCALE'
comment_char %
escape_char /
LC_IDENTIFICATION
category "i18n:2012";LC_NUMERIC
END LC_IDENTIFICATION
LC_NUMERIC
decimal_point ","
thousands_sep ""
grouping -1
END LC_NUMERIC
LOCALE
cat >comma.c <<'C'
#include <locale.h>
#include <ordito.h>
#include <stdio.h>
int main(void)
{
    struct ordito_error error;
    const char *set = setlocale(LC_NUMERIC, "comma");
    struct ordito *o = ordito_new("fabric: {channel: {faults: {drop_rate: 0.5}}}", NULL, &error);
    printf("%s %g\n%s", set ? set : "no locale", 0.5, o ? ordito_json(o, NULL) : error.text);
    return o == NULL;
}
C
localedef -c -i ./source ./comma >/dev/null 2>&1 || true # it warns of all that is not there
# shellcheck disable=SC2046 # words
gcc -idirafter "$OLDPWD/sim" comma.c -o comma.program "$built/libordito.a" \
    $(pkg-config --libs yaml-0.1 jansson libarchive expat zlib) -lm
LOCPATH=$folder ./comma.program >numbers || {
    cat numbers
    exit 1
}
[ "$(head -n 1 numbers)" = "comma 0,5" ]
grep -q '"hops":' numbers
if grep -E '[0-9],[0-9]' <(tail -n +2 numbers); then exit 1; fi
