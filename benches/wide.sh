#!/usr/bin/env bash
# A wide plain table: `oneonone regress` on 20 numeric terms with errors by 2,000 clusters (CR1), against DuckDB's CSV
# reader and numpy. The answers are compared first, to 9 digits; then all run in turn, round after round.
#
#   benches/wide.sh [ROWS] [ROUNDS]        default 5000000 rows (about 1 GB of CSV), 3 rounds
#
# PEERS_PY names a Python with numpy and duckdb (default: python3), WIDE_DATA a folder to keep the table in (default: a
# temporary one).
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
rows="${1:-5000000}"
rounds="${2:-3}"
python="${PEERS_PY:-python3}"
if ! "$python" -c 'import duckdb, numpy' 2> /dev/null; then
    echo "no peer: $python lacks duckdb or numpy; set PEERS_PY" >&2
    exit 2
fi

(cd "$root" && cargo build --release --locked --quiet)
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
folder="${WIDE_DATA:-$work}"
mkdir -p "$folder"
data="$folder/wide-$rows.csv"

# The table, written in blocks so that it never stands in memory. Teams are numbers, not names: that is the lighter way
# for numpy, which would otherwise sort strings. Written under another name first: a broken table is not found later.
[[ -f "$data" ]] || "$python" - "$rows" "$data.part" <<'PY_END'
import sys
import numpy as np

rows, path = int(sys.argv[1]), sys.argv[2]
terms, teams, block = 20, 2000, 20_000
draw = np.random.default_rng(1)
effects = np.round(draw.normal(0, 0.5, terms), 2)
of_team = draw.normal(0, 0.5, (teams, terms + 1))      # terms and outcome both go with the team
line = "%d,%.6f" + ",%.6f" * terms + "\n"
with open(path, "w") as out:
    out.write("team,y," + ",".join(f"x{i}" for i in range(1, terms + 1)) + "\n")
    for start in range(0, rows, block):
        n = min(block, rows - start)
        team = draw.integers(teams, size=n)
        x = draw.standard_normal((n, terms)) + of_team[team, :terms]
        y = 3 + x @ effects + of_team[team, terms] + draw.standard_normal(n)
        cells = np.column_stack([team + 1, y, x])
        out.write(line * n % tuple(cells.ravel().tolist()))
PY_END
[[ -f "$data" ]] || mv "$data.part" "$data"

# What the analyst would write: only coefficients and errors, none of the tests, intervals and shares that come with them
# in `oneonone regress`. Normal equations are numpy's cheapest way and do for terms that are this far from collinear.
cat > "$work/peer.py" <<'PY_END'
import json, sys
import duckdb
import numpy as np

columns = duckdb.connect().execute(f"select * from read_csv('{sys.argv[1]}')").fetchnumpy()
team, y = columns.pop("team"), columns.pop("y")
names, n = ["(Intercept)", *columns], len(y)
k = len(names)
X = np.ones((n, k), order="F")
for j in range(1, k):
    X[:, j] = columns.pop(names[j])
gram = X.T @ X
b = np.linalg.solve(gram, X.T @ y)
u = y - X @ b
_, code = np.unique(team, return_inverse=True)
G = int(code.max()) + 1
scores = np.column_stack([np.bincount(code, weights=X[:, j] * u, minlength=G) for j in range(k)])
bread = np.linalg.inv(gram)
cov = bread @ (scores.T @ scores) @ bread * (G / (G - 1)) * ((n - 1) / (n - k))
print(json.dumps({"n": n, "clusters": G, "terms": names, "coef": b.tolist(), "se": np.sqrt(np.diag(cov)).tolist()}))
PY_END

# No numpy in this one: a child's peak counts from its parent's size on.
ONEONONE="$root/target/release/oneonone" DATA="$data" WORK="$work" ROUNDS="$rounds" "$python" - <<'PY_END'
import importlib.metadata, json, os, statistics, subprocess, sys, time

env = os.environ
data, work = env["DATA"], env["WORK"]
formula = "y ~ " + " + ".join(f"x{i}" for i in range(1, 21))
ours = [env["ONEONONE"], "regress", data, "--formula", formula, "--vcov", "CR1", "--cluster", "team",
        "--format", "json", "--quiet"]
base = "duckdb + numpy"
jobs = {"oneonone regress": ours, "oneonone regress, 1 thread": [*ours, "--threads", "1"],
        base: [sys.executable, f"{work}/peer.py", data]}


def once(name):
    with open(f"{work}/{name}.json", "wb") as out, open(f"{work}/errors.txt", "wb") as errors:
        start = time.monotonic()
        child = subprocess.Popen(jobs[name], stdout=out, stderr=errors)
        _, status, used = os.wait4(child.pid, 0)
        wall = time.monotonic() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        sys.exit(f"{name} ended with {child.returncode}: {open(f'{work}/errors.txt', errors='replace').read()[-2000:]}")
    return wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def answer(name):
    return json.load(open(f"{work}/{name}.json"))


def check(mine, theirs):
    """How many numbers were compared, and the largest relative difference."""
    assert mine["n"] == theirs["n"] and mine["n_clusters"] == theirs["clusters"], "rows or clusters differ"
    assert [term["term"] for term in mine["terms"]] == theirs["terms"], "terms differ"
    pairs = [pair for term, coef, se in zip(mine["terms"], theirs["coef"], theirs["se"])
             for pair in ((term["estimate"], coef, f"coefficient of {term['term']}"), (term["std_error"], se, f"error of {term['term']}"))]
    return len(pairs), max((abs(a - b) / abs(b), what) for a, b, what in pairs)


for name in jobs:       # the first round warms the page cache and gives the answers
    once(name)
mine = answer("oneonone regress")["findings"][0]
if answer("oneonone regress, 1 thread")["findings"][0] != mine:
    sys.exit("oneonone answers differently on one thread: nothing timed")
count, (worst, what) = check(mine, answer(base))
print(f"answers: {count} numbers against {base}, largest relative difference {worst:.1e} ({what})")
if worst > 1e-9:
    sys.exit("the answers differ: nothing timed")
runs = {name: [] for name in jobs}
for turn in range(int(env["ROUNDS"])):
    # Another one begins each round, so that nobody always follows the same neighbour.
    first = turn % len(jobs)
    for name in list(jobs)[first:] + list(jobs)[:first]:
        runs[name].append(once(name))
print(f"\n{mine['n']:,} rows, {os.path.getsize(data) / 1e6:.1f} MB; {len(os.sched_getaffinity(0))} processors; "
      f"medians of {env['ROUNDS']} rounds; "
      + ", ".join(f"{package} {importlib.metadata.version(package)}" for package in ("duckdb", "numpy")) + "\n")
print(f"| {'job':26s} | CPU s | wall s | peak MiB | CPU ratio | wall ratio |")
print(f"|{'-' * 28}|------:|-------:|---------:|----------:|-----------:|")
for name, times in runs.items():
    wall, cpu, peak = (statistics.median(t[i] for t in times) for i in range(3))
    ratio = [statistics.median(t[i] / b[i] for t, b in zip(times, runs[base])) for i in range(2)]
    print(f"| {name:26s} | {cpu:5.2f} | {wall:6.2f} | {peak:8.0f} | {ratio[1]:9.2f} | {ratio[0]:10.2f} |")
print(f"\nRatios are to {base} within rounds: at most 1.0 means no more of it than {base} took.")
PY_END
