#!/usr/bin/env bash
# The simulations of the tests, larger: how often a true null is rejected, how often intervals of imputed slopes and of
# shares of R2 hold the truth, errors by unit. The figures are printed; a test that leaves its bounds fails.
#
#   benches/simulations.sh [TIMES]         default 10 times the draws of the tests
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
ONEONONE_TIMES="${1:-10}" cargo test --release --locked -- --nocapture --test-threads 1 \
    the_default_errors_reject imputed_intervals_cover intervals_of_shares_cover
