#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A sample of the mutants of the router: each that is not shown equivalent is found.
# usage: tests/mutation.sh PROGRAM
set -eu
ordito=$(realpath "$1")
cd "$(dirname "$0")/.."
exec scripts/mutation --mutants 9 --seed 8 --source buffer-tail-lost --program "$ordito"
