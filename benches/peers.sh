#!/usr/bin/env bash
# How `oneonone run` compares with the scripts an analyst would write instead (DuckDB, polars, pandas), from the same
# four CSV files to one JSON file. The answers are compared first, to 9 digits; then all run in turn, round after round.
#
#   benches/peers.sh [SESSIONS] [ROUNDS]        default 1500000 sessions, 3 rounds
#
# The scripts are not part of this repository: PEERS names their folder (default: ../shared/peers beside it), PEERS_PY
# their Python, PEERS_DATA a folder to keep the generated data in (default: a temporary one). A script whose packages
# are missing is left out, and that is said.
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
sessions="${1:-1500000}"
rounds="${2:-3}"
peers="${PEERS:-$root/../shared/peers}"
python="${PEERS_PY:-python3}"
if [[ ! -f "$peers/gen.py" ]]; then
    echo "no peers: gen.py is not in ${peers#"$root"/}; set PEERS" >&2
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
cat > "$data/study.toml" <<'TOML'
[study]
language = "en"
[data]
sessions = "sessions.csv"
survey = "survey.csv"
people = "people.csv"
sales = "sales.csv"
[scales]
engagement = [0, 100]
[drivers]
window_days = "all"
wave = "last"
vcov = "CR1"
[comparison]
design = "randomised"
unit = "manager_id"
start = "2024-01-01"
[report]
formats = []
TOML

ONEONONE="$root/target/release/oneonone" PEERS="$peers" DATA="$data" WORK="$work" ROUNDS="$rounds" "$python" - <<'PY'
import importlib.util, json, os, statistics, subprocess, sys, time

env = os.environ
ours, peers, data, work = env["ONEONONE"], env["PEERS"], env["DATA"], env["WORK"]
study = f"{data}/study.toml"
jobs = {"oneonone run": [ours, "run", study, "--out", f"{work}/out", "--quiet"]}
scripts = [("duckdb + numpy", "base_duckdb.py", ["duckdb"], []), ("polars + numpy", "base_polars.py", ["polars"], ["numpy"]),
           ("pandas + statsmodels", "base_pandas.py", ["pandas", "statsmodels"], ["c"])]
for name, script, packages, rest in scripts:
    missing = [p for p in packages + ["numpy", "scipy"] if importlib.util.find_spec(p) is None]
    if missing or not os.path.exists(f"{peers}/{script}"):
        print(f"left out: {name} ({', '.join(missing) or 'no script'})")
    else:
        jobs[name] = [sys.executable, f"{peers}/{script}", data, f"{work}/{script}.json", *rest]


def once(command):
    start = time.monotonic()
    # Byte code would be written beside the scripts, which are not ours.
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                             env={**env, "PYTHONDONTWRITEBYTECODE": "1"})
    errors = child.stderr.read()
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        sys.exit(f"{command[0]} ended with {child.returncode}: {errors.decode(errors='replace')[-2000:]}")
    return time.monotonic() - start, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def regress(vcov):
    out = subprocess.run([ours, "regress", study, "--vcov", vcov, "--format", "json", "--quiet"],
                         check=True, capture_output=True).stdout
    return json.loads(out)["findings"][0]


def check(reference):
    """Largest relative difference from a peer's answer."""
    cr1, hc1 = regress("CR1"), regress("HC1")
    found = {f["analysis"]: f for f in json.load(open(f"{work}/out/findings.json"))["findings"]}
    ols, pairs = reference["ols"], []
    assert cr1["n"] == ols["n"] and cr1["n_clusters"] == ols["clusters"], "rows or clusters differ"
    for i in range(8):
        pairs += [("coefficient", cr1["terms"][i]["estimate"], ols["coef"][i]),
                  ("CR1 error", cr1["terms"][i]["std_error"], ols["cr1"]["se"][i]),
                  ("HC1 error", hc1["terms"][i]["std_error"], ols["hc1"]["se"][i])]
    pairs.append(("log-rank", found["attrition"]["logrank"]["statistic"], reference["logrank"]["chi2"]))
    for arm in found["comparison"]["arms"]:
        for key in ("n", "mean"):
            pairs.append((f"sales {key} {arm['group']}", arm[key], reference["sales"][f"{key}_{arm['group']}"]))
    months = {(m["month"], m["group"]): m for m in found["attrition"]["months"]}
    names = sorted({month for month, _ in months})
    for group in "AB":
        for i, month in enumerate(names):
            mine = months.get((month, group), {})
            for key, theirs in (("headcount", "at_risk"), ("leavers", "leavers"), ("rate", "rate")):
                # Small cells are hidden by the crowd rule; what is shown must agree.
                if len(names) == 24 and mine.get(key) is not None:
                    pairs.append((f"{key} {month}", mine[key], reference["attrition"][group][theirs][i]))
    for level in found["stages"]["levels"]:
        if level.get("count") is not None:
            pairs.append((f"level {level['level']}", level["count"], reference["stage"]["all"]["level_n"][level["level"]]))
    worst = max((abs(a - b) / max(abs(b), 1e-300), name) if a != b else (0.0, name) for name, a, b in pairs)
    return len(pairs), worst


runs = {name: [] for name in jobs}
for name, command in jobs.items():      # the first round warms the page cache and gives the answers
    once(command)
if "duckdb + numpy" in jobs:
    count, (worst, what) = check(json.load(open(f"{work}/base_duckdb.py.json")))
    print(f"answers: {count} numbers against duckdb + numpy, largest relative difference {worst:.1e} ({what})")
    if worst > 1e-9:
        sys.exit("the answers differ: nothing timed")
for _ in range(int(env["ROUNDS"])):
    for name, command in jobs.items():
        runs[name].append(once(command))
first = runs["oneonone run"]
print(f"{'job':24s} {'wall s':>8s} {'CPU s':>8s} {'peak MiB':>9s} {'wall ratio':>11s} {'CPU ratio':>10s}")
for name, times in runs.items():
    wall, cpu, peak = (statistics.median(t[i] for t in times) for i in range(3))
    ratio = [statistics.median(t[i] / f[i] for t, f in zip(times, first)) for i in range(2)]
    print(f"{name:24s} {wall:8.2f} {cpu:8.2f} {peak:9.0f} {ratio[0]:11.2f} {ratio[1]:10.2f}")
print("Medians; the ratio is to `oneonone run` within rounds: above 1, the other one took more.")
PY
