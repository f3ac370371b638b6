#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A sample of the mutants of the router: lockstep finds each that is not shown equivalent.
# usage: tests/mutants.sh PROGRAM
set -eu
ordito=$(realpath "$1")
cd "$(dirname "$0")/.."
exec scripts/mutants --mutants 11 --seed 8 --program "$ordito"
