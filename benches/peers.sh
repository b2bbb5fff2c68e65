#!/usr/bin/env bash
# How `oneonone run` compares with the scripts an analyst would write instead (DuckDB, polars, pandas), from the same
# four CSV files to one JSON file; beside it the same run on one thread, and the run with every chart and the report,
# which no script does. The answers are compared first, to 9 digits; then all run in turn, round after round, and the
# table of the README's performance section is printed.
#
#   benches/peers.sh [SESSIONS] [ROUNDS]        default 1500000 sessions, 3 rounds
#
# The scripts are not part of this repository: PEERS names their folder (default: ../shared/peers beside it), PEERS_PY
# their Python, PEERS_DATA a folder to keep the generated data in (default: a temporary one). A script whose packages
# are missing is left out, and that is said. Data that is found in PEERS_DATA is used as it is, however many sessions.
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
# Twice the same study: findings only, which is what the scripts give, and with the report and every chart.
study() { # formats
    cat <<'TOML'
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
TOML
    echo "formats = $1"
}
study '[]' > "$data/study.toml"
study '["html"]' > "$data/pages.toml"

ONEONONE="$root/target/release/oneonone" PEERS="$peers" DATA="$data" WORK="$work" ROUNDS="$rounds" "$python" - <<'PY'
import importlib.metadata, importlib.util, json, os, statistics, subprocess, sys, time

env = os.environ
ours, peers, data, work = env["ONEONONE"], env["PEERS"], env["DATA"], env["WORK"]
study = f"{data}/study.toml"
jobs = {"oneonone run": [ours, "run", study, "--out", f"{work}/out", "--quiet"],
        "oneonone run, 1 thread": [ours, "run", study, "--out", f"{work}/out1", "--quiet", "--threads", "1"],
        "oneonone run, report": [ours, "run", f"{data}/pages.toml", "--out", f"{work}/pages", "--quiet"]}
own, references, used = list(jobs), {}, {}
scripts = [("duckdb + numpy", "base_duckdb.py", ["duckdb"], []), ("polars + numpy", "base_polars.py", ["polars"], ["numpy"]),
           ("pandas + statsmodels", "base_pandas.py", ["pandas", "statsmodels"], ["c"])]
for name, script, packages, rest in scripts:
    missing = [p for p in packages + ["numpy", "scipy"] if importlib.util.find_spec(p) is None]
    if missing or not os.path.exists(f"{peers}/{script}"):
        print(f"left out: {name} ({', '.join(missing) or 'no script'})")
    else:
        jobs[name] = [sys.executable, f"{peers}/{script}", data, f"{work}/{script}.json", *rest]
        references[name] = f"{work}/{script}.json"
        used.update((p, importlib.metadata.version(p)) for p in packages + ["numpy"])


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


def answers(folder):
    """What was found, without the provenance, which names the options, and without what only a page asks for: intervals
    of shares, stability, influence, the wild bootstrap, the split within managers."""
    found = json.load(open(f"{work}/{folder}/findings.json"))["findings"]
    for model in found:
        for key in ("stability", "diagnostics", "wild", "beside", "not_run"):
            model.pop(key, None)
        for term in model.get("terms", []):
            for key in [key for key in term if key.startswith(("share_lmg_", "share_johnson_"))]:
                del term[key]
    return found


runs = {name: [] for name in jobs}
for name, command in jobs.items():      # the first round warms the page cache and gives the answers
    once(command)
if not all(answers(folder) == answers("out") for folder in ("out1", "pages")):
    sys.exit("oneonone answers differently on one thread or with the report: nothing timed")
if not all(os.path.exists(f"{work}/pages/{file}") for file in ("report.html", "charts")):
    sys.exit("no report or no charts: nothing timed")
for name, reference in references.items():
    count, (worst, what) = check(json.load(open(reference)))
    print(f"answers: {count} numbers against {name}, largest relative difference {worst:.1e} ({what})")
    if worst > 1e-9:
        sys.exit("the answers differ: nothing timed")
if not references:
    print("answers: not compared, there is no script to compare with")
for turn in range(int(env["ROUNDS"])):
    # Another one begins each round, so that nobody always follows the same neighbour.
    first = turn % len(jobs)
    for name in list(jobs)[first:] + list(jobs)[:first]:
        runs[name].append(once(jobs[name]))
base = "duckdb + numpy" if "duckdb + numpy" in jobs else own[0]
size = sum(os.path.getsize(f"{data}/{file}.csv") for file in ("sessions", "survey", "people", "sales")) / 1e6
with open(f"{data}/sessions.csv", "rb") as file:
    rows = sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b"")) - 1
print(f"\n{rows:,} rows of sessions, {size:.1f} MB in all; {len(os.sched_getaffinity(0))} processors; "
      f"medians of {env['ROUNDS']} rounds; " + ", ".join(f"{package} {used[package]}" for package in sorted(used)) + "\n")
print(f"| {'job':24s} | CPU s | wall s | peak MiB | CPU ratio | wall ratio |")
print(f"|{'-' * 26}|------:|-------:|---------:|----------:|-----------:|")
for name, times in runs.items():
    wall, cpu, peak = (statistics.median(t[i] for t in times) for i in range(3))
    ratio = [statistics.median(t[i] / b[i] for t, b in zip(times, runs[base])) for i in range(2)]
    print(f"| {name:24s} | {cpu:5.2f} | {wall:6.2f} | {peak:8.0f} | {ratio[1]:9.2f} | {ratio[0]:10.2f} |")
print(f"\nRatios are to {base} within rounds: at most 1.0 means no more of it than {base} took.")
PY
