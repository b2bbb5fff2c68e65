#!/usr/bin/env bash
# What `oneonone compare` and `oneonone attrition` cost on 600,000 people with 24 months of sales, beside the same parts of
# the DuckDB script that an analyst would write instead: mean sales A against B, the sales index by month, leavers and
# index by month, the log-rank test. Answers are compared first, to 9 digits; then both run in turn, round after round.
# The goal is at most half the script's CPU for both commands together.
#
#   benches/leaving.sh [PEOPLE] [ROUNDS]        default 600000 people, 3 rounds
#
# The script is not part of this repository: PEERS names its folder (default: ../shared/peers beside it), PEERS_PY a Python
# with duckdb and numpy, PEERS_DATA a folder to keep the generated data in (default: a temporary one). Of the script only the
# statements about people, sales and leaving are run, taken from it as they stand; reading the log, the survey, the
# regression and the stages are left out, because the two commands do not do them either.
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
people="${1:-600000}"
rounds="${2:-3}"
peers="${PEERS:-$root/../shared/peers}"
python="${PEERS_PY:-python3}"
if [[ ! -f "$peers/base_duckdb.py" ]]; then
    echo "no peer: base_duckdb.py is not in ${peers#"$root"/}; set PEERS" >&2
    exit 2
fi
peers="$(cd "$peers" && pwd)"
"$python" -c 'import duckdb, numpy, scipy' || { echo "no duckdb, numpy or scipy in $python; set PEERS_PY" >&2; exit 2; }

# BINARY: a binary that is there already, for a try on few people; what is told of one is no measurement of the release.
ours="${BINARY:-$root/target/release/oneonone}"
[[ -n "${BINARY:-}" ]] || (cd "$root" && cargo build --release --locked --quiet)
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
data="${PEERS_DATA:-$work/data}"
if [[ ! -f "$data/sales.csv" ]]; then
    # Four 1on1s a person, the fewest that can be simulated: the two commands do not read them.
    "$ours" simulate --case population --people "$people" --sessions "$((4 * people))" --out "$data" --quiet
fi
cat > "$data/leaving.toml" <<'TOML'
[study]
language = "en"
[data]
people = "people.csv"
sales = "sales.csv"
[comparison]
design = "randomised"
unit = "manager_id"
start = "2024-01-01"
end = "2024-12-31"
[report]
formats = []
TOML

OURS="$ours" PEERS="$peers" DATA="$data" WORK="$work" ROUNDS="$rounds" "$python" - <<'PY'
import ast, json, os, statistics, subprocess, sys, time

env = os.environ
ours, peers, data, work = env["OURS"], env["PEERS"], env["DATA"], env["WORK"]
# The statements that speak of the log, the survey, the regression or the stages go; what is written is what is left.
OTHERS = ("latest", "topic", "TOPICS", "allset", "c.ols", "n_emp", "stages", "cnt")
source = open(f"{peers}/base_duckdb.py", encoding="utf-8").read()
kept = [ast.get_source_segment(source, s) for s in ast.parse(source).body]
kept = [s for s in kept if not s.startswith(("c.write", "X =", "for g, s_")) and not any(word in s for word in OTHERS)]
script = "\n".join(kept + ["c.write(out, sales=sales, attrition=attr, logrank=logrank)"])
for part in ("sales.csv", "people.csv", "c.welch_ratio", "c.attrition", "c.logrank"):
    assert script.count(part) >= 1, f"the script no longer has {part}"
with open(f"{work}/parts.py", "w", encoding="utf-8") as file:
    file.write(f"import sys\nsys.path.insert(0, {peers!r})\n{script}\n")

study = f"{data}/leaving.toml"
jobs = {
    "oneonone compare": [ours, "compare", study, "--format", "json", "--quiet"],
    "oneonone attrition": [ours, "attrition", study, "--format", "json", "--quiet"],
    "duckdb, the same parts": [sys.executable, f"{work}/parts.py", data, f"{work}/parts.json"],
}


def once(name):
    start = time.monotonic()
    with open(f"{work}/{name.split()[1].strip(',')}.out", "wb") as out:
        child = subprocess.Popen(jobs[name], stdout=out, stderr=subprocess.PIPE, env={**env, "PYTHONDONTWRITEBYTECODE": "1"})
        errors = child.stderr.read()
        _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        sys.exit(f"{name} ended with {child.returncode}: {errors.decode(errors='replace')[-2000:]}")
    return time.monotonic() - start, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def told(command):
    return json.load(open(f"{work}/{command}.out", encoding="utf-8"))["findings"][0]


for name in jobs:       # the first round warms the page cache and gives the answers
    once(name)
reference, sales, leaving = json.load(open(f"{work}/parts.json")), told("compare"), told("attrition")
pairs = [("log-rank", leaving["logrank"]["statistic"], reference["logrank"]["chi2"])]
for arm in sales["arms"]:
    pairs += [(f"{key} {arm['group']}", arm[key], reference["sales"][f"{key}_{arm['group']}"]) for key in ("n", "mean")]
months = {(m["month"], m["group"]): m for m in leaving["months"]}
names = sorted({month for month, _ in months})
for group in "AB":
    for i, month in enumerate(names):
        for mine, theirs in (("headcount", "at_risk"), ("leavers", "leavers"), ("rate", "rate")):
            if months[month, group].get(mine) is not None:
                pairs.append((f"{mine} {month}", months[month, group][mine], reference["attrition"][group][theirs][i]))
worst, what = max((abs(a - b) / max(abs(b), 1e-300) if a != b else 0.0, name) for name, a, b in pairs)
print(f"answers: {len(pairs)} numbers, largest relative difference {worst:.1e} ({what})")
if worst > 1e-9:
    sys.exit("the answers differ: nothing timed")

runs = {name: [] for name in jobs}
for turn in range(int(env["ROUNDS"])):
    for name in list(jobs)[turn % 3:] + list(jobs)[:turn % 3]:
        runs[name].append(once(name))
print(f"\n{sum(arm['n'] for arm in sales['arms']):,} people with sales; {len(os.sched_getaffinity(0))} processors; "
      f"medians of {env['ROUNDS']} rounds\n")
print(f"| {'job':24s} | CPU s | wall s | peak MiB |")
print(f"|{'-' * 26}|------:|-------:|---------:|")
for name, times in runs.items():
    wall, cpu, peak = (statistics.median(t[i] for t in times) for i in range(3))
    print(f"| {name:24s} | {cpu:5.2f} | {wall:6.2f} | {peak:8.0f} |")
both = [a[1] + b[1] for a, b in zip(runs["oneonone compare"], runs["oneonone attrition"])]
ratio = statistics.median(mine / theirs[1] for mine, theirs in zip(both, runs["duckdb, the same parts"]))
print(f"\nBoth commands together take {ratio:.2f} of the script's CPU (goal: at most 0.50).")
sys.exit(0 if ratio <= 0.5 else 1)
PY
