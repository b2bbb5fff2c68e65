//! `anonymise`: what it writes passes the gate for every profile and names nobody; the key decides and is never seen; the
//! search finds the least loss; what cannot be done is refused and nothing is written.

use crate::workshop::{Folder, Told};
use oneonone::release::key::Kind;
use oneonone::release::levels::{Ladder, Level, Step};
use oneonone::release::values::{self, Coarse, Series};
use oneonone::release::{Key, hmac_sha256, search};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;

const PROFILES: [&str; 4] = ["internal", "partner", "public", "pseudonymised"];
const KEY: &str = "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0\n";

fn hex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

/// A folder with a simulated study in `in/` and a key.
fn simulated(name: &str, people: usize, seed: u64, case: &str) -> Folder {
    let folder = Folder::new(name);
    let (people, seed) = (people.to_string(), seed.to_string());
    let told =
        folder.oneonone(&["simulate", "--out", "in", "--case", case, "--people", &people, "--seed", &seed, "--quiet"]);
    assert_eq!(told.status, 0, "{}", told.err());
    folder.write("key", KEY);
    folder
}

fn anonymise(folder: &Folder, out: &str, profile: &str, more: &[&str]) -> Told {
    let mut args = vec!["anonymise", "in/study.toml", "--out", out, "--profile", profile, "--language", "en"];
    args.extend(more);
    if !more.iter().any(|m| m.contains("key")) {
        args.extend(["--key-file", "key"]);
    }
    folder.oneonone(&args)
}

fn json(folder: &Folder, file: &str) -> Value {
    serde_json::from_str(&folder.read(file)).unwrap()
}

#[test]
fn hmac_sha256_gives_the_digests_of_rfc_4231() {
    let aa = |n| vec![0xaa; n];
    let count: Vec<u8> = (1..=25).collect();
    let cases: [(Vec<u8>, Vec<u8>, &str); 6] = [
        (vec![0x0b; 20], b"Hi There".to_vec(), "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
        (
            b"Jefe".to_vec(),
            b"what do ya want for nothing?".to_vec(),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        ),
        (aa(20), vec![0xdd; 50], "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
        (count, vec![0xcd; 50], "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"),
        (
            aa(131),
            b"Test Using Larger Than Block-Size Key - Hash Key First".to_vec(),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
        ),
        (
            aa(131),
            b"This is a test using a larger than block-size key and a larger than block-size data. The key needs to be \
              hashed before being used by the HMAC algorithm."
                .to_vec(),
            "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
        ),
    ];
    for (key, text, digest) in cases {
        assert_eq!(hmac_sha256(&key, &[&text]).to_vec(), hex(digest));
        // In however many parts it comes.
        let (head, tail) = text.split_at(text.len() / 3);
        assert_eq!(hmac_sha256(&key, &[head, tail]).to_vec(), hex(digest));
    }
}

#[test]
fn pseudonyms_depend_on_key_kind_and_id_and_nothing_else() {
    let key = Key::new(KEY.as_bytes()).unwrap();
    let other = Key::new(b"another key of thirty-two bytes and more").unwrap();
    assert_eq!(
        key.pseudonym(Kind::Employee, "E1", 0),
        Key::new(KEY.trim().as_bytes()).unwrap().pseudonym(Kind::Employee, "E1", 0)
    );
    let all: BTreeSet<String> = [
        key.pseudonym(Kind::Employee, "E1", 0),
        key.pseudonym(Kind::Employee, "E2", 0),
        key.pseudonym(Kind::Employee, "E1", 1),
        key.pseudonym(Kind::Manager, "E1", 0),
        other.pseudonym(Kind::Employee, "E1", 0),
    ]
    .into();
    assert_eq!(all.len(), 5);
    // The first 80 bits of the digest of the message that the documentation gives, in base32.
    let digest = hmac_sha256(KEY.trim().as_bytes(), &[b"oneonone 1\0pseudonym\0e_\x000\0E1"]);
    let bits = digest.iter().take(10).fold(0u128, |bits, byte| bits << 8 | u128::from(*byte));
    let letter = |at: u32| char::from(b"abcdefghijklmnopqrstuvwxyz234567"[(bits >> (75 - 5 * at) & 31) as usize]);
    let expected: String = (0..16).map(letter).collect();
    assert_eq!(key.pseudonym(Kind::Employee, "E1", 0), format!("e_{expected}"));
    assert!(Kind::Employee.fits(&format!("e_{expected}")) && !Kind::Manager.fits(&format!("e_{expected}")));
    assert!(!format!("{key:?}").contains("0f1e"), "the key does not print itself");
}

/// Ladders of three columns with random codes, coarser and coarser.
fn ladders(seed: u64, people: usize) -> Vec<Ladder> {
    let mut state = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
    let mut draw = |most: u32| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as u32 % most
    };
    (0..3)
        .map(|at| {
            let fine: Vec<u32> = (0..people).map(|_| draw(12)).collect();
            let level = |divisor: u32, loss: f64, step| {
                let codes = fine.iter().map(|code| code / divisor).collect();
                Level { step, codes, loss }
            };
            let levels = vec![
                level(1, 0.0, Step::Keep),
                level(3, 0.4, Step::Merge(3)),
                level(6, 0.7, Step::Merge(6)),
                level(12, 1.0, Step::Drop),
            ];
            Ladder { column: format!("c{at}"), weight: f64::from(at) + 1.0, levels }
        })
        .collect()
}

#[test]
fn the_search_finds_the_least_loss_of_all_combinations_and_leaves_k_alike() {
    for seed in 0..40 {
        let (people, k) = (60 + seed as usize, 5);
        let ladders = ladders(seed, people);
        let found = search(&ladders, people, k).unwrap();
        // By hand: every combination, every class below k left out.
        let total: f64 = ladders.iter().map(|l| l.weight).sum();
        let mut least = f64::INFINITY;
        for combination in 0..64 {
            let at = [combination % 4, combination / 4 % 4, combination / 16];
            let mut classes: BTreeMap<Vec<u32>, u64> = BTreeMap::new();
            for person in 0..people {
                let key = ladders.iter().zip(at).map(|(l, at)| l.levels[at].codes[person]).collect();
                *classes.entry(key).or_default() += 1;
            }
            let out: u64 = classes.values().filter(|n| **n < k).sum();
            let steps: f64 = ladders.iter().zip(at).map(|(l, at)| l.weight * l.levels[at].loss).sum();
            if out < people as u64 {
                least = least.min(steps + 3.0 * total * out as f64 / people as f64);
            }
        }
        assert!((found.loss - least).abs() < 1e-12, "seed {seed}: {} and not {least}", found.loss);
        assert!(found.weighed.1 <= found.weighed.0 && found.weighed.0 == 64);
        let mut classes: BTreeMap<Vec<u32>, u64> = BTreeMap::new();
        for person in (0..people).filter(|p| !found.out[*p]) {
            let level = |l: &Ladder| {
                let (_, step, _) = found.steps.iter().find(|(name, _, _)| *name == l.column).unwrap();
                l.levels.iter().find(|level| level.step == *step).unwrap().codes[person]
            };
            *classes.entry(ladders.iter().map(level).collect()).or_default() += 1;
        }
        assert!(classes.values().all(|n| *n >= k));
    }
    assert!(search(&ladders(1, 4), 4, 5).is_none(), "four people are no crowd of five");
}

#[test]
fn tails_are_shared_by_a_crowd_keep_their_sum_and_bases_are_the_smallest_that_serve() {
    let cells: Vec<f64> = (0..200).map(|i| f64::from(i * i) * 10.0 + 3.0).collect();
    let whose: Vec<u32> = (0..200).map(|i| i / 4).collect();
    let when: Vec<u32> = (0..200).map(|i| i % 4).collect();
    let series = Series { cells: &cells, whose: &whose, when: &when };
    let coded = values::coarser(series, Coarse { people: 5, base: 0.0 });
    let highest = coded.iter().copied().fold(f64::MIN, f64::max);
    let sharing: BTreeSet<u32> = (0..200).filter(|i| coded[*i] == highest).map(|i| whose[i]).collect();
    assert!(sharing.len() >= 5, "{sharing:?}");
    let (before, after) = (cells.iter().sum::<f64>(), coded.iter().sum::<f64>());
    assert!((before - after).abs() < 200.0 * 5.0, "{before} {after}");
    assert_eq!(values::alone(series), 1.0);
    let base = values::base(series, 0, 0.5);
    let share = |base| {
        let cells = values::coarser(series, Coarse { people: 0, base });
        values::alone(Series { cells: &cells, ..series })
    };
    assert!(share(base) <= 0.5);
    let smaller = [1.0, 2.0, 5.0].iter().flat_map(|d| (0..6).map(move |p| d * 10f64.powi(p))).filter(|b| *b < base);
    assert!(smaller.into_iter().all(|b| share(b) > 0.5));
}

/// Simulations, which take their time.
mod truth {
    use super::*;

    #[test]
    fn a_hundred_random_studies_pass_the_gate_for_their_profile() {
        let mut refused = 0;
        for study in 0..100u64 {
            let profile = PROFILES[(study % 4) as usize];
            let case = if study % 3 == 0 { "population" } else { "division" };
            // The population needs room for its truth; sizes are small because the program may be unoptimised.
            let people =
                if case == "division" { 40 + (study * 7 % 60) as usize } else { 150 + (study * 5 % 60) as usize };
            let folder = simulated(&format!("release-{study}"), people, 1_000 + study, case);
            let told = anonymise(&folder, "out", profile, &["--quiet"]);
            if told.status == 1 && profile == "public" && people < 60 {
                // A crowd of 20 among so few may leave nothing of a table: then it is refused, and nothing is written.
                assert!(told.err().contains("No row of this table could stay"), "study {study}: {}", told.err());
                assert!(!folder.path().join("out").exists());
                refused += 1;
                continue;
            }
            assert_eq!(told.status, 0, "study {study}, {people} people, {case}, {profile}: {}", told.err());
            let gate = folder.oneonone(&["validate", "out", "--profile", profile, "--format", "json"]);
            assert_eq!(gate.status, 0, "study {study}, {profile}: {}", gate.out());
            let verdict: Value = serde_json::from_str(&gate.out()).unwrap();
            assert_eq!((&verdict["verdict"], &verdict["profile"]), (&"pass".into(), &profile.into()));
            for table in ["people", "survey", "sessions", "sales"] {
                let text = folder.read(&format!("out/{table}.csv"));
                let ids = folder.read("in/people.csv");
                for id in ids.lines().skip(1).take(5).map(|line| line.split(',').next().unwrap()) {
                    assert!(!text.contains(id), "an id of the study is in {table}");
                }
            }
        }
        assert!(refused <= 3, "{refused} of 100 studies were refused");
    }
}

#[test]
fn the_same_key_gives_the_same_bytes_another_key_others_and_a_release_stays_as_it_is() {
    let folder = simulated("release-same", 60, 5, "division");
    folder.write("other", "an entirely different key, 32 bytes or more of it");
    for (out, key) in [("a", "key"), ("b", "key"), ("c", "other")] {
        assert_eq!(anonymise(&folder, out, "internal", &["--key-file", key]).status, 0);
    }
    for file in ["people.csv", "survey.csv", "sessions.csv", "sales.csv", "study.toml"] {
        let read = |out: &str| folder.read(&format!("{out}/{file}"));
        assert_eq!(read("a"), read("b"));
        assert!(read("a") != read("c") || file == "study.toml");
    }
    let ids = |out: &str| -> Vec<String> {
        folder.rows(&format!("{out}/people.csv")).into_iter().skip(1).map(|row| row[0].clone()).collect()
    };
    assert!(ids("a").iter().all(|id| Kind::Employee.fits(id)));
    assert!(ids("a").iter().all(|id| !ids("c").contains(id)));
    // The same people behind the same pseudonyms in every file.
    let known: BTreeSet<String> = ids("a").into_iter().collect();
    for file in ["survey.csv", "sales.csv"] {
        assert!(folder.rows(&format!("a/{file}")).iter().skip(1).all(|row| known.contains(&row[0])));
    }
    let again =
        folder.oneonone(&["anonymise", "a/study.toml", "--out", "d", "--key-file", "other", "--language", "en"]);
    assert_eq!(again.status, 0, "{}", again.err());
    assert!(again.err().contains("unchanged"), "{}", again.err());
    for file in ["people.csv", "survey.csv", "sessions.csv", "sales.csv", "study.toml"] {
        assert_eq!(folder.read(&format!("a/{file}")), folder.read(&format!("d/{file}")));
    }
    let run = folder.oneonone(&["run", "a/study.toml", "--out", "pages", "--format", "json"]);
    assert_eq!(run.status, 0, "{}", run.err());
}

#[test]
fn the_loss_report_says_what_the_analyses_lose_and_stays_beside_the_export() {
    let folder = simulated("release-loss", 200, 9, "division");
    let told = anonymise(&folder, "out", "internal", &[]);
    assert_eq!(told.status, 0, "{}", told.err());
    assert_eq!(folder.list("out"), ["people.csv", "sales.csv", "sessions.csv", "study.toml", "survey.csv"]);
    let loss = json(&folder, "out-loss/loss.json");
    let people = |file: &str| folder.rows(file).len() as u64 - 1;
    assert_eq!(loss["people_before"], people("in/people.csv"));
    assert_eq!(loss["people_after"], people("out/people.csv"));
    for table in loss["tables"].as_array().unwrap() {
        let lost: u64 = table["lost"].as_array().unwrap().iter().map(|l| l["rows"].as_u64().unwrap()).sum();
        let [before, after] = ["rows_before", "rows_after"].map(|side| table[side].as_u64().unwrap());
        assert_eq!(before, after + lost, "{table}");
        assert_eq!(after, people(&format!("out/{}.csv", table["table"].as_str().unwrap())));
    }
    // The numbers are those of the analyses themselves.
    let truth: Value =
        serde_json::from_str(&folder.oneonone(&["regress", "in/study.toml", "--format", "json"]).out()).unwrap();
    let after: Value =
        serde_json::from_str(&folder.oneonone(&["regress", "out/study.toml", "--format", "json"]).out()).unwrap();
    let drivers = loss["analyses"].as_array().unwrap().iter().find(|a| a["analysis"] == "drivers").unwrap();
    let mut compared = 0;
    for figure in drivers["figures"].as_array().unwrap() {
        let beta = |findings: &Value| {
            let terms = findings["findings"][0]["terms"].as_array().unwrap();
            terms.iter().find(|t| t["term"] == figure["of"]).unwrap()["beta"].clone()
        };
        assert_eq!((figure["before"].clone(), figure["after"].clone()), (beta(&truth), beta(&after)));
        compared += 1;
    }
    assert!(compared >= 7);
    assert!(folder.read("out-loss/loss.en.md").contains("the same conclusion"));
    assert!(folder.read("out-loss/loss.ja.md").contains("結論は同じ"));
    // Sums are kept but for the rounding.
    let mean = |file: &str| {
        let cells: Vec<f64> = folder.rows(file).iter().skip(1).map(|row| row[2].parse().unwrap()).collect();
        cells.iter().sum::<f64>() / cells.len() as f64
    };
    let (before, after) = (mean("in/sales.csv"), mean("out/sales.csv"));
    assert!(loss["people_after"] != loss["people_before"] || (before / after - 1.0).abs() < 0.01, "{before} {after}");
}

#[test]
fn what_names_people_is_gone_whatever_column_it_stands_in() {
    let folder = simulated("release-canary", 120, 3, "division");
    let mut people = folder.rows("in/people.csv");
    people[0].extend(["氏名", "badge", "age"].map(String::from));
    for (at, row) in people.iter_mut().enumerate().skip(1) {
        row.extend([format!("架空 {at}郎"), format!("QX-{at:05}-CANARY"), (20 + at % 40).to_string()]);
    }
    folder.put_rows("in/people.csv", &people);
    let mut survey = folder.rows("in/survey.csv");
    survey[0].push("memo".into());
    survey.iter_mut().skip(1).for_each(|row| row.push("canary@example.com said that CANARY wants to leave".into()));
    folder.put_rows("in/survey.csv", &survey);
    // The study's own words may name a client as well.
    folder.change("in/study.toml", "1on1s and engagement (simulated)", "Canary Trading Co.");
    for profile in PROFILES {
        let out = format!("out-{profile}");
        let told = anonymise(&folder, &out, profile, &["--quasi", "age"]);
        assert_eq!(told.status, 0, "{profile}: {}", told.err());
        let mut all = told.out() + &told.err();
        for file in folder.list(&out) {
            all += &folder.read(&format!("{out}/{file}"));
        }
        for file in ["loss.json", "loss.ja.md", "loss.en.md"] {
            all += &folder.read(&format!("{out}-loss/{file}"));
        }
        assert!(!all.contains("CANARY") && !all.contains("架空") && !all.contains("example.com"), "{profile}");
        assert!(profile == "pseudonymised" || !all.contains("Canary"), "{profile}");
        assert!(!all.contains(KEY.trim()), "the key is written nowhere");
    }
    // Anything unknown goes unless it is named; what is named and not there is refused.
    assert!(!folder.read("out-internal/people.csv").contains("badge"));
    let told = anonymise(&folder, "none", "internal", &["--quasi", "agee"]);
    assert_eq!(told.status, 1);
    assert!(!folder.path().join("none").exists() && !folder.path().join("none-loss").exists());
    assert!(told.err().contains("agee"));
}

#[test]
fn pseudonymised_data_keep_their_days_and_are_called_personal() {
    let folder = simulated("release-art31", 60, 4, "division");
    let told = anonymise(&folder, "out", "pseudonymised", &[]);
    assert_eq!(told.status, 0, "{}", told.err());
    assert!(told.err().contains("remain personal information"));
    let columns = |file: &str, column: &str| -> Vec<String> {
        let rows = folder.rows(file);
        let at = rows[0].iter().position(|name| name == column).unwrap();
        let mut cells: Vec<String> = rows.iter().skip(1).map(|row| row[at].clone()).collect();
        cells.sort();
        cells
    };
    for (file, column) in
        [("people.csv", "hired_on"), ("people.csv", "department"), ("sessions.csv", "held_on"), ("sales.csv", "sales")]
    {
        assert_eq!(columns(&format!("in/{file}"), column), columns(&format!("out/{file}"), column), "{column}");
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(folder.path().join("out/people.csv")).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "personal information is its owner's alone");
    }
}

#[test]
fn without_a_good_key_nothing_is_made_and_the_reader_learns_how_to_make_one() {
    let folder = simulated("release-key", 40, 2, "division");
    folder.write("short", "thirty-one bytes are not enough");
    folder.write("plain", "abababababababababababababababababababab");
    let cases: [(&[&str], &str); 5] = [
        (&["--key-file", "none.key"], "none.key"),
        (&["--key-file", "short"], "31 bytes"),
        (&["--key-file", "plain"], "repeats"),
        (&["--new-key", "key"], "never overwritten"),
        (&["--new-key", "out/key"], "out"),
    ];
    for (more, said) in cases {
        let told = anonymise(&folder, "out", "internal", more);
        assert_eq!(told.status, 2, "{more:?}: {}", told.err());
        assert!(told.err().contains(said) && !told.err().contains("abab"), "{more:?}: {}", told.err());
        assert!(!folder.path().join("out").exists());
    }
    let told = folder.oneonone(&["anonymise", "in/study.toml", "--out", "out", "--language", "en"]);
    assert_eq!(told.status, 2);
    assert!(told.err().contains("--new-key") && told.err().contains("ONEONONE_KEY"), "{}", told.err());
    let told = anonymise(&folder, "out", "internal", &["--new-key", "fresh.key"]);
    assert_eq!(told.status, 0, "{}", told.err());
    let fresh = folder.read("fresh.key");
    assert!(fresh.trim().len() == 64 && !told.err().contains(fresh.trim()) && !told.out().contains(fresh.trim()));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(folder.path().join("fresh.key")).unwrap().permissions().mode() & 0o777, 0o600);
    }
    // The key that was made gives the same export again.
    assert_eq!(anonymise(&folder, "again", "internal", &["--key-file", "fresh.key"]).status, 0);
    assert_eq!(folder.read("out/people.csv"), folder.read("again/people.csv"));
}

#[test]
fn an_export_is_whole_or_not_there_and_replaces_only_exports() {
    let folder = simulated("release-place", 40, 6, "division");
    assert_eq!(anonymise(&folder, "out", "internal", &[]).status, 0);
    let refused = |out: &str, more: &[&str], said: &str| {
        let told = anonymise(&folder, out, "internal", more);
        assert_eq!(told.status, 2, "{out}: {}", told.err());
        let err = told.err().replace('\n', " ");
        assert!(err.contains(said), "{out}: {err}");
    };
    refused("out", &[], "--force");
    assert_eq!(anonymise(&folder, "out", "public", &["--force"]).status, 0);
    folder.write("out/notes.txt", "mine");
    refused("out", &["--force"], "no export has");
    assert_eq!(folder.read("out/notes.txt"), "mine");
    refused("in", &["--force"], "own files");
    refused("key", &[], "needs a folder");
    let left: Vec<String> =
        folder.list("").into_iter().filter(|name| name.contains(".part") || name.contains(".old")).collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn faulty_rows_are_left_out_and_counted_and_a_study_that_cannot_be_read_is_refused() {
    let folder = simulated("release-broken", 80, 8, "division");
    let mut survey = folder.rows("in/survey.csv");
    let mut stranger = survey[1].clone();
    stranger[0] = "E99999".into();
    survey.push(survey[2].clone());
    survey.push(stranger);
    survey[3][2] = "5000".into();
    folder.put_rows("in/survey.csv", &survey);
    let told = anonymise(&folder, "out", "internal", &[]);
    assert_eq!(told.status, 0, "{}", told.err());
    let loss = json(&folder, "out-loss/loss.json");
    let table = loss["tables"].as_array().unwrap().iter().find(|t| t["table"] == "survey").unwrap();
    let reasons: BTreeMap<&str, u64> = (table["lost"].as_array().unwrap().iter())
        .map(|l| (l["reason"].as_str().unwrap(), l["rows"].as_u64().unwrap()))
        .collect();
    assert_eq!((reasons.get("repeated"), reasons.get("nobody")), (Some(&1), Some(&1)));
    // Two rows for one person that contradict each other: nobody knows which is right.
    let mut people = folder.rows("in/people.csv");
    let mut twin = people[1].clone();
    twin[2] = "Elsewhere".into();
    people.push(twin);
    folder.put_rows("in/people.csv", &people);
    let told = anonymise(&folder, "other", "internal", &[]);
    assert_eq!(told.status, 1, "{}", told.err());
    assert!(!folder.path().join("other").exists() && !folder.path().join("other-loss").exists());
    // Fewer people than the profile asks to be alike.
    let few = Folder::new("release-few");
    few.write("key", KEY);
    fs::create_dir_all(few.path().join("in")).unwrap();
    few.write("in/study.toml", "[data]\npeople = \"people.csv\"\n");
    few.write("in/people.csv", "employee_id,group\nE1,A\nE2,B\nE3,A\n");
    let told = anonymise(&few, "out", "internal", &[]);
    assert_eq!(told.status, 1, "{}", told.err());
    assert!(told.err().contains("cannot be made to pass"), "{}", told.err());
    assert!(!few.path().join("out").exists());
}
