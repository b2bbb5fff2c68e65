#!/usr/bin/env bash
# What `oneonone practice` and `oneonone stages` cost together beside one plain read of the same four CSV files by polars
# (`floor.py` of the peers, every column). The issue's bar: at most twice its CPU time. All three run in turn, round after
# round; medians are printed, and the script ends with 1 when the bar is missed.
#
#   benches/practice.sh [SESSIONS] [ROUNDS]     default 1500000 sessions, 5 rounds
#
# PEERS names the folder of the peers (default: ../shared/peers beside the repository), PEERS_PY their Python with polars,
# PEERS_DATA a folder to keep the generated data in (default: a temporary one). Not to be run beside other work.
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
sessions="${1:-1500000}"
rounds="${2:-5}"
peers="${PEERS:-$root/../shared/peers}"
python="${PEERS_PY:-python3}"
if [[ ! -f "$peers/floor.py" ]]; then
    echo "no peers: floor.py is not in ${peers#"$root"/}; set PEERS" >&2
    exit 2
fi
if ! "$python" -c 'import polars' 2> /dev/null; then
    echo "no polars in the Python of PEERS_PY: there is nothing to compare with" >&2
    exit 2
fi
peers="$(cd "$peers" && pwd)"

(cd "$root" && cargo build --release --quiet)
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
data="${PEERS_DATA:-$work/data}"
if [[ ! -f "$data/sales.csv" ]]; then
    "$python" "$peers/gen.py" --sessions "$sessions" --seed 1 --out "$data"
fi
cat > "$data/practice.toml" <<'TOML'
[study]
language = "en"
[data]
sessions = "sessions.csv"
survey = "survey.csv"
people = "people.csv"
sales = "sales.csv"
[scales]
engagement = [0, 100]
TOML

ONEONONE="${CARGO_TARGET_DIR:-$root/target}/release/oneonone" PEERS="$peers" DATA="$data" ROUNDS="$rounds" "$python" - <<'PY'
import json
import os
import statistics
import subprocess
import sys
import time

env = os.environ
ours, study = env["ONEONONE"], f"{env['DATA']}/practice.toml"
asked = ["--format", "json", "--quiet", "--as-of", "2030-01-01"]
jobs = {"polars, every column": [sys.executable, f"{env['PEERS']}/floor.py", env["DATA"], "polars", "all"],
        "oneonone practice": [ours, "practice", study, *asked],
        "oneonone stages": [ours, "stages", study, *asked]}


def once(command):
    start = time.monotonic()
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                             env={**env, "PYTHONDONTWRITEBYTECODE": "1"})
    out = child.stdout.read()
    errors = child.stderr.read()
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        sys.exit(f"{command[0]} ended with {child.returncode}: {errors.decode(errors='replace')[-2000:]}")
    return out, (time.monotonic() - start, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def held():
    """1on1s held in the whole months, counted by polars from the same file."""
    import polars as pl
    log = pl.read_csv(f"{env['DATA']}/sessions.csv", try_parse_dates=True)
    if "status" in log.columns:
        log = log.filter(pl.col("status") == "held")
    return log.select("session_id").n_unique()


# The answer is looked at before anything is timed: every held 1on1 stands in a month, but for months not worked through.
out, _ = once(jobs["oneonone practice"])
found = json.loads(out)["findings"][0]
told, all_held = sum(m["held"] or 0 for m in found["months"]), held()
if not 0.8 * all_held <= told <= all_held:
    sys.exit(f"the answers differ: {told} 1on1s in whole months of {all_held} held: nothing timed")
print(f"answers: {told:,} of {all_held:,} held 1on1s stand in months that were worked through")

runs = {name: [] for name in jobs}
for turn in range(int(env["ROUNDS"]) + 1):
    first = turn % len(jobs)
    for name in list(jobs)[first:] + list(jobs)[:first]:
        _, used = once(jobs[name])
        if turn:        # the first round warms the page cache
            runs[name].append(used)
print(f"\n| {'job':24s} | CPU s | wall s | peak MiB |\n|{'-' * 26}|------:|-------:|---------:|")
for name, times in runs.items():
    wall, cpu, peak = (statistics.median(t[i] for t in times) for i in range(3))
    print(f"| {name:24s} | {cpu:5.2f} | {wall:6.2f} | {peak:8.0f} |")
ratio = statistics.median(
    (a[1] + b[1]) / c[1] for a, b, c in zip(runs["oneonone practice"], runs["oneonone stages"], runs["polars, every column"]))
print(f"\npractice and stages together: {ratio:.2f} times the CPU of the plain read (bar: 2.00)")
sys.exit(ratio > 2.0)
PY
