#!/usr/bin/env bash
# A prepared table: `oneonone regress` on 8 terms with errors by 2,000 clusters, against polars + pyfixest and, where R is
# there, data.table + estimatr; and our CR2 against our HC1. Answers are compared first; then all run in turn.
#
#   benches/table.sh [ROWS] [ROUNDS]       default 1500000 rows (about 130 MB of CSV), 5 rounds
#
# PEERS_PY names a Python with numpy, polars and pyfixest (default: python3), TABLE_DATA a folder to keep the table in.
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
rows="${1:-1500000}"
rounds="${2:-5}"
python="${PEERS_PY:-python3}"
if ! "$python" -c 'import numpy, polars, pyfixest' 2> /dev/null; then
    echo "no peer: $python lacks numpy, polars or pyfixest; set PEERS_PY" >&2
    exit 2
fi
(cd "$root" && cargo build --release --locked --quiet)
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
folder="${TABLE_DATA:-$work}"
mkdir -p "$folder"
data="$folder/table-$rows.csv"
[[ -f "$data" ]] || "$python" - "$rows" "$data.part" <<'PY_END'
import sys
import numpy as np

rows, path = int(sys.argv[1]), sys.argv[2]
draw = np.random.default_rng(1)
of_team = draw.normal(0, 0.5, (2000, 9))
with open(path, "w") as out:
    out.write("team,y," + ",".join(f"x{i}" for i in range(1, 9)) + "\n")
    for start in range(0, rows, 20_000):
        n = min(20_000, rows - start)
        team = draw.integers(2000, size=n)
        x = draw.standard_normal((n, 8)) + of_team[team, :8]
        y = 3 + x @ np.linspace(-0.4, 0.6, 8) + of_team[team, 8] + draw.standard_normal(n)
        out.write(("%d,%.6f" + ",%.6f" * 8 + "\n") * n % tuple(np.column_stack([team + 1, y, x]).ravel().tolist()))
PY_END
[[ -f "$data" ]] || mv "$data.part" "$data"

cat > "$work/peer.py" <<'PY_END'
import json, sys
import polars as pl
import pyfixest as pf

table = pl.read_csv(sys.argv[1]).to_pandas()
fit = pf.feols("y ~ " + " + ".join(f"x{i}" for i in range(1, 9)), table, vcov={"CRV1": "team"})
print(json.dumps({"coef": fit.coef().tolist(), "se": fit.se().tolist()}))
PY_END
cat > "$work/peer.R" <<'R_END'
suppressMessages({library(data.table); library(estimatr)})
table <- fread(commandArgs(TRUE)[1])
fit <- lm_robust(y ~ x1 + x2 + x3 + x4 + x5 + x6 + x7 + x8, table, clusters = team, se_type = "stata")
cat(sprintf('{"coef": [%s], "se": [%s]}', paste(sprintf("%.17g", fit$coefficients), collapse = ","),
            paste(sprintf("%.17g", fit$std.error), collapse = ",")))
R_END

ONEONONE="$root/target/release/oneonone" DATA="$data" WORK="$work" ROUNDS="$rounds" "$python" - <<'PY_END'
import json, os, shutil, statistics, subprocess, sys, time

env = os.environ
data, work, base = env["DATA"], env["WORK"], "polars + pyfixest, CR1"
formula = "y ~ " + " + ".join(f"x{i}" for i in range(1, 9))


def ours(vcov):
    cluster = ["--cluster", "team"] if vcov.startswith("CR") else []
    return [env["ONEONONE"], "regress", data, "--formula", formula, "--vcov", vcov, *cluster, "--format", "json", "--quiet"]


jobs = {f"oneonone, {vcov}": ours(vcov) for vcov in ("CR1", "HC1", "CR2")}
jobs[base] = [sys.executable, f"{work}/peer.py", data]
if shutil.which("Rscript") and subprocess.run(["Rscript", "-e", "library(estimatr);library(data.table)"],
                                              capture_output=True).returncode == 0:
    jobs["data.table + estimatr, CR1"] = ["Rscript", f"{work}/peer.R", data]


def once(name):
    with open(f"{work}/out.json", "wb") as out, open(f"{work}/errors.txt", "wb") as errors:
        start = time.monotonic()
        child = subprocess.Popen(jobs[name], stdout=out, stderr=errors)
        _, status, used = os.wait4(child.pid, 0)
        wall = time.monotonic() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        sys.exit(f"{name} ended with {child.returncode}: {open(f'{work}/errors.txt', errors='replace').read()[-2000:]}")
    return wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def numbers(name):
    told = json.load(open(f"{work}/out.json"))
    if name.startswith("oneonone"):
        terms = told["findings"][0]["terms"]
        return [t["estimate"] for t in terms] + [t["std_error"] for t in terms]
    return told["coef"] + told["se"]


answers = {}
for name in jobs:       # the first round warms the page cache and gives the answers
    once(name)
    answers[name] = numbers(name)
for name in jobs:
    if name.endswith("CR1"):
        worst = max(abs(a - b) / abs(b) for a, b in zip(answers["oneonone, CR1"], answers[name], strict=True))
        print(f"answers: largest relative difference to {name}: {worst:.1e}")
        if worst > 1e-8:
            sys.exit("the answers differ: nothing timed")
runs = {name: [] for name in jobs}
for turn in range(int(env["ROUNDS"])):
    first = turn % len(jobs)
    for name in list(jobs)[first:] + list(jobs)[:first]:
        runs[name].append(once(name))
print(f"\n{os.path.getsize(data) / 1e6:.1f} MB; {len(os.sched_getaffinity(0))} processors; medians of {env['ROUNDS']} rounds\n")
print(f"| {'job':26s} | CPU s | wall s | peak MiB | CPU ratio | wall ratio |")
print(f"|{'-' * 28}|------:|-------:|---------:|----------:|-----------:|")
for name, times in runs.items():
    wall, cpu, peak = (statistics.median(t[i] for t in times) for i in range(3))
    ratio = [statistics.median(t[i] / b[i] for t, b in zip(times, runs[base])) for i in range(2)]
    print(f"| {name:26s} | {cpu:5.2f} | {wall:6.2f} | {peak:8.0f} | {ratio[1]:9.2f} | {ratio[0]:10.2f} |")
print(f"\nRatios are to {base} within rounds.")
PY_END
