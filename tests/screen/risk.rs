//! The risk of the whole release and the attacks on pseudonyms: definitions on small cases worked by hand, measured
//! figures on the shared corpus, and what stays quiet. No value ever comes out.

use super::privacy::{codes, issue, judge, release_of, shared};
use oneonone::findings::Level;
use oneonone::screen::privacy::classes::{self, Classes, Distance};
use oneonone::screen::privacy::closeness::Values;
use oneonone::screen::privacy::items::Items;
use oneonone::screen::privacy::pseudonyms::attack::{Outcome, Word, attack};
use oneonone::screen::privacy::pseudonyms::encoding::{Encoding, encoding, misshapen};
use oneonone::screen::privacy::pseudonyms::{embedded, order};
use oneonone::screen::privacy::values::{is_dominated, is_p_percent_unsafe, occurs_once, smallest_step};
use oneonone::screen::privacy::{Beside, Options, Profile, Release, Suggest, population, suggest};
use oneonone::stats::association::gamma;
use oneonone::stats::{permute, runs};
use oneonone::tables::Table;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

fn close(a: f64, b: f64) {
    assert!((a - b).abs() <= 1e-9 * b.abs().max(1e-300), "{a} {b}");
}

fn tallies(classes: &[&[u32]]) -> Vec<BTreeMap<u32, usize>> {
    let count = |values: &&[u32]| {
        let mut tally = BTreeMap::new();
        values.iter().for_each(|v| *tally.entry(*v).or_insert(0) += 1);
        tally
    };
    classes.iter().map(count).collect()
}

#[test]
fn recursive_c_alpha_beta_and_delta_follow_their_definitions() {
    let t = tallies(&[&[1, 1, 1, 2, 3], &[1, 2, 2, 3, 3]]);
    // Counts 3 1 1 and 2 2 1: r1 / (r2 + r3) = 1.5 and 2/3; r1 / r3 = 3 and 2.
    close(classes::recursive_c(&t, 2).unwrap(), 1.5);
    close(classes::recursive_c(&t, 3).unwrap(), 3.0);
    assert_eq!(classes::recursive_c(&t, 4), None);
    assert_eq!(classes::recursive_c(&t, 1), None);
    close(classes::alpha(&t).unwrap(), 0.6);
    // Shares in all: 0.4, 0.3, 0.3; the greatest gain is 0.6 over 0.4, the greatest |ln| that of 0.2 over 0.4.
    close(classes::beta_likeness(&t).unwrap(), 0.5);
    close(classes::delta_disclosure(&t).unwrap(), 2.0f64.ln());
}

#[test]
fn a_missing_value_fits_every_value_in_the_second_k() {
    // Code 0 is missing: the third fits the first two and itself, the fourth only itself.
    let keys = vec![vec![1, 1], vec![1, 2], vec![1, 0], vec![2, 1]];
    assert_eq!(Classes::of(&keys).k(), Some(1));
    assert_eq!(classes::k_missing_fits(&keys[..3]), Some(2));
    assert_eq!(classes::k_missing_fits(&keys), Some(1));
    let all = vec![vec![0, 0], vec![1, 0], vec![0, 2]];
    assert_eq!(classes::k_missing_fits(&all), Some(3));
}

#[test]
fn every_other_measure_follows_the_definitions_on_the_public_tables() {
    let Some(folder) = shared("privacy") else { return };
    let text = std::fs::read_to_string(folder.join("expected.json")).unwrap();
    let expected: serde_json::Value = serde_json::from_str(&text).unwrap();
    let mut judged = 0;
    for (file, case) in expected.as_object().unwrap() {
        let (Some(quasi), Some(of)) = (case["quasi_identifiers"].as_array(), case["definition"].as_object()) else {
            continue;
        };
        let (rows, column) = table(&folder.join(file));
        let quasi: Vec<Vec<u32>> = quasi.iter().map(|q| column(q.as_str().unwrap()).0).collect();
        let keys: Vec<Vec<u32>> = (0..rows).map(|r| quasi.iter().map(|q| q[r]).collect()).collect();
        let classes = Classes::of(&keys);
        let (sensitive, distance) = column(case["sensitive"].as_str().unwrap());
        let values: Vec<Vec<u32>> = sensitive.into_iter().map(|v| vec![v]).collect();
        let tallies = classes.tallies(&values);
        close(classes::alpha(&tallies).unwrap(), of["alpha_max_share"].as_f64().unwrap());
        close(classes::beta_likeness(&tallies).unwrap(), of["beta_basic"].as_f64().unwrap());
        close(classes::delta_disclosure(&tallies).unwrap(), of["delta_disclosure"].as_f64().unwrap());
        let (alike, people) = classes::homogeneous(&classes, &tallies);
        assert_eq!(alike as u64, of["homogeneous_classes"].as_u64().unwrap(), "{file}");
        assert_eq!(people as u64, of["homogeneous_records"].as_u64().unwrap(), "{file}");
        for l in 2..=4 {
            let wanted = of["recursive_c0"].get(l.to_string()).and_then(serde_json::Value::as_f64);
            match (classes::recursive_c(&tallies, l), wanted) {
                (Some(c), Some(wanted)) => close(c, wanted),
                (c, wanted) => assert_eq!(c, wanted, "{file} {l}"),
            }
        }
        for (k, below) in of["records_below_k"].as_object().unwrap() {
            assert_eq!(classes.below(k.parse().unwrap()) as u64, below.as_u64().unwrap(), "{file} {k}");
        }
        // The fast distance is the plain one.
        for distance in [distance, Distance::Equal] {
            let fast = Values::new(&values, distance).unwrap().t(&classes.rows);
            close(fast, classes::t_closeness(&tallies, distance).unwrap());
        }
        judged += 1;
    }
    assert!(judged >= 8, "{judged}");
}

type Column<'c> = Box<dyn Fn(&str) -> (Vec<u32>, Distance) + 'c>;

fn table(path: &std::path::Path) -> (usize, Column<'static>) {
    let mut reader = csv::Reader::from_path(path).unwrap();
    let header = reader.headers().unwrap().clone();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let n = rows.len();
    let column = move |name: &str| {
        let at = header.iter().position(|h| h == name).unwrap();
        super::privacy::coded(&rows.iter().map(|r| r[at].to_string()).collect::<Vec<_>>())
    };
    (n, Box::new(column))
}

#[test]
fn distinction_and_separation_are_those_worked_by_hand() {
    // Three columns of five people: 20 30 40 20 40, F F F M M, CA CA TX NY CA.
    let (age, sex, state) = ([1, 2, 3, 1, 3], [1, 1, 1, 2, 2], [1, 1, 2, 3, 1]);
    let of = |columns: &[&[u32; 5]]| {
        let keys: Vec<Vec<u32>> = (0..5).map(|row| columns.iter().map(|c| c[row]).collect()).collect();
        let classes = Classes::of(&keys);
        (suggest::distinction(&classes).unwrap(), suggest::separation(&classes).unwrap())
    };
    assert_eq!(of(&[&age]), (0.6, 0.8));
    assert_eq!(of(&[&sex]), (0.4, 0.6));
    assert_eq!(of(&[&state]), (0.6, 0.7));
    assert_eq!(of(&[&sex, &state]), (0.8, 0.9));
    assert_eq!(of(&[&age, &sex]), (1.0, 1.0));
    let people = "employee_id,age,sex\na1x,20,F\nb1x,30,F\nc1x,40,F\nd1x,20,M\ne1x,40,M";
    let verdict = judge(&[(Table::People, people)], &Options { suggest: Suggest::Yes, ..Options::default() });
    let suggested = verdict.risk.unwrap().suggested;
    assert_eq!(suggested.len(), 3);
    assert_eq!((suggested[0].columns.as_slice(), suggested[0].separation), (["age".to_string()].as_slice(), 0.8));
}

#[test]
fn risk_against_a_population_is_that_of_its_classes() {
    // Two of 4 alike, one of 10, and one alone in a population of 20: four people in all.
    let risk = population::against(&[(2, 4), (1, 10), (1, 1)], 20);
    assert_eq!((risk.k_map, risk.unique_in_both, risk.people), (1, 1, 20));
    close(risk.average_risk, (2.0 * 0.25 + 0.1 + 1.0) / 4.0);
    assert_eq!((risk.highest_risk, risk.presence_low, risk.presence_high), (1.0, 0.0, 1.0));
    let whole = population::against(&[(1, 2), (2, 2)], 4);
    assert_eq!((whole.presence_low, whole.presence_high, whole.k_map), (0.5, 1.0, 2));
}

#[test]
fn gamma_and_runs_are_those_of_other_programs() {
    // Pairs drawn at random; concordant and discordant counted one by one, p of scipy.stats.kendalltau (asymptotic).
    let x = [
        1, 1, 3, 4, 0, 4, 1, 1, 2, 0, 2, 0, 4, 0, 0, 0, 2, 3, 0, 2, 0, 4, 0, 4, 2, 1, 0, 3, 4, 0, 2, 4, 1, 3, 0, 0, 2,
        2, 4, 3,
    ];
    let y = [
        3, 3, 4, 1, 0, 3, 3, 0, 2, 2, 2, 0, 4, 2, 3, 2, 3, 2, 3, 2, 2, 2, 1, 2, 0, 2, 1, 4, 1, 1, 0, 2, 2, 4, 0, 1, 0,
        0, 3, 1,
    ];
    let pairs: Vec<(f64, f64)> = x.iter().zip(&y).map(|(x, y)| (f64::from(*x), f64::from(*y))).collect();
    let found = gamma(&pairs).unwrap();
    assert_eq!((found.concordant, found.discordant), (316, 181));
    close(found.gamma, 0.2716297786720322);
    close(found.p_value, 0.09442897311716016);
    assert_eq!(gamma(&[(1.0, 1.0), (1.0, 2.0), (1.0, 3.0)]), None);
    // Ties hide it from Spearman: 30 x 30 pairs concordant, none discordant.
    let tied: Vec<(f64, f64)> = (0..60).map(|i| (f64::from(i), f64::from(i / 30))).collect();
    let found = gamma(&tied).unwrap();
    assert_eq!((found.gamma, found.concordant, found.discordant), (1.0, 900, 0));
    // 20, 15, 7 and 3 of four kinds: mean and variance of 40,000 simulated orders were 30.82 and 8.25.
    let codes: Vec<u32> = [0; 20].into_iter().chain([1; 15]).chain([2; 7]).chain([3; 3]).collect();
    let sorted = runs::runs(&codes).unwrap();
    assert_eq!(sorted.runs, 4);
    close(sorted.expected, 1.0 + (2025.0 - 683.0) / 45.0);
    assert!(sorted.p_value < 1e-15);
    assert_eq!(runs::runs(&[1, 1, 1]), None);
}

#[test]
fn t_is_judged_against_people_dealt_at_random() {
    // Twelve classes of five with values dealt in turn: nothing beyond chance. One class with one value only: beyond.
    let classes = Classes { rows: (0..12).map(|c| (c * 5..c * 5 + 5).collect()).collect() };
    let even: Vec<Vec<u32>> = (0..60u32).map(|p| vec![(p * 7) % 17]).collect();
    let key = permute::key(1, "privacy", "test");
    let quiet = Values::new(&even, Distance::Ordered).unwrap().against_chance(&classes.rows, key);
    assert!(quiet.p_value > 0.05 && quiet.gain < 0.1, "{quiet:?}");
    let mut skewed = even;
    (0..5).for_each(|p| skewed[p] = vec![0]);
    let loud = Values::new(&skewed, Distance::Ordered).unwrap().against_chance(&classes.rows, key);
    assert!(loud.t > 0.35 && loud.p_value < 0.01, "{loud:?}");
    // The class tells the value: every guess is right, and half would be without it.
    let told: Vec<Vec<u32>> = (0..60u32).map(|p| vec![p / 30]).collect();
    let gain = Values::new(&told, Distance::Equal).unwrap().against_chance(&classes.rows, key);
    assert!(gain.over_base == 0.5 && gain.gain > 0.25, "{gain:?}");
}

#[test]
fn unicity_counts_the_sets_that_fit_nobody_else() {
    // Days 1 2 3 and 1 2 4 and 1: of the pairs 12 13 23 two are the first's alone, of 12 14 24 two the second's.
    let pairs = [(0, 1), (0, 2), (0, 3), (1, 1), (1, 2), (1, 4), (2, 1), (2, 1)];
    let support = Items::new(3, pairs.to_vec()).support().unwrap();
    close(support.unicity_one, (1.0 / 3.0 + 1.0 / 3.0) / 3.0);
    close(support.unicity_two, (2.0 / 3.0 + 2.0 / 3.0) / 3.0);
    assert_eq!((support.one, support.two), (1, 1));
    let all = Items::new(2, vec![(0, 1), (0, 2), (1, 1), (1, 2)]).support().unwrap();
    assert_eq!((all.one, all.two, all.unicity_two), (2, 2, 0.0));
    assert!(Items::new(2, Vec::new()).support().is_none());
}

#[test]
fn the_measured_unicity_and_t_of_the_corpus_are_found_again() {
    let Some(folder) = shared("nasty/cases") else { return };
    let risk = |case: &str| release_of(&folder.join(case)).finish(&Options::default()).risk.unwrap();
    let dates = risk("join_unique_by_dates");
    assert!((dates.unicity["1"] - 0.103).abs() < 5e-4 && (dates.unicity["2"] - 0.944).abs() < 5e-4);
    assert_eq!((dates.k, dates.k_dates, dates.k_counts), (5, Some(1), Some(5)));
    let skewed = risk("t_skewed");
    assert!((skewed.t["level"] - 0.429).abs() < 5e-4 && (skewed.t_p_value["level"] - 0.0005).abs() < 5e-5);
    let alike = risk("l1_homogeneous");
    assert!(alike.homogeneous["level"].people == 5 && alike.t_p_value["level"] < 0.01, "{:?}", alike.t_p_value);
    let clean = risk("clean_utf8");
    assert!(clean.t_p_value.values().all(|p| *p > 0.01), "{:?}", clean.t_p_value);
    assert_eq!((clean.k_dates, clean.k_counts, clean.k_with["manager_id"]), (Some(5), Some(5), 5));
}

#[test]
fn dominance_and_the_p_percent_rule_are_those_of_the_vectors() {
    assert!(is_dominated(&[90.0, 5.0, 5.0], 0.8) && !is_dominated(&[80.0, 10.0, 10.0], 0.8));
    assert!(is_p_percent_unsafe(&[90.0, 8.0, 2.0], 0.1) && !is_p_percent_unsafe(&[30.0, 25.0, 20.0, 15.0, 10.0], 0.1));
    assert!(!is_dominated(&[0.0, 0.0], 0.8) && !is_p_percent_unsafe(&[0.0, 0.0, 0.0], 0.1));
    let Some(path) = shared("privacy/vectors.json") else { return };
    let vectors: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    for case in vectors["dominance"].as_array().unwrap() {
        let x: Vec<f64> = case["x"].as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect();
        assert_eq!(is_dominated(&x, 0.8), case["nk_unsafe"].as_bool().unwrap(), "{x:?}");
        assert_eq!(is_p_percent_unsafe(&x, 0.1), case["p_percent_unsafe"].as_bool().unwrap(), "{x:?}");
    }
}

#[test]
fn values_that_occur_once_are_told_with_the_rounding_that_mends_it() {
    assert_eq!(occurs_once(&[1.0, 2.0, 2.0, 3.0]), Some(0.5));
    assert_eq!(occurs_once(&[]), None);
    // Steps of 7 from 1000: fives still tell all apart, tens do not.
    let values: Vec<f64> = (0..40).map(|i| 1000.0 + 7.0 * f64::from(i)).collect();
    let step = smallest_step(&values).unwrap();
    assert_eq!(step, 10.0);
    let rounded = |step: f64| occurs_once(&values.iter().map(|v| (v / step).round()).collect::<Vec<_>>()).unwrap();
    assert!(rounded(5.0) > 0.5 && rounded(10.0) <= 0.5);
}

/// Ids of twelve people made by a recipe.
fn ids(make: impl Fn(u64) -> String) -> Vec<String> {
    (0..12).map(|i| make(100 + i * i)).collect()
}

fn attacked(ids: &[String], words: &[Word]) -> Outcome {
    attack(&ids.iter().map(String::as_str).collect::<Vec<_>>(), words, 600)
}

#[test]
fn digests_of_numbers_are_reversed_and_told_by_scheme_and_count_alone() {
    let hex = |text: String, digits: usize| {
        let all: String = Sha256::digest(text).iter().map(|b| format!("{b:02x}")).collect();
        all[..digits].to_string()
    };
    let reversed = |scheme: &str| Outcome::Reversed { scheme: scheme.to_string(), count: 12 };
    assert_eq!(attacked(&ids(|n| hex(format!("E{n:05}"), 64)), &[]), reversed("SHA-256(E#####)"));
    assert_eq!(attacked(&ids(|n| hex(n.to_string(), 64).to_uppercase()), &[]), reversed("SHA-256(#)"));
    assert_eq!(attacked(&ids(|n| format!("u_{}", hex(format!("emp-{n:03}"), 16))), &[]), reversed("SHA-256(emp-#)"));
    let crc = ids(|n| format!("{:08x}", crc32fast::hash(format!("{n:08}").as_bytes())));
    assert_eq!(attacked(&crc, &[]), reversed("CRC-32(########)"));
    let base64 = ids(|n| {
        use base64::Engine;
        base64::engine::general_purpose::STANDARD.encode(Sha256::digest(format!("zq{n:04}")))
    });
    let word = Word { text: "zq".to_string(), kind: "company_id".to_string() };
    assert_eq!(attacked(&base64, std::slice::from_ref(&word)), reversed("SHA-256(company_id+####)"));
    assert_eq!(attacked(&ids(|n| format!("E{n:05}")), &[]), Outcome::NoDigest);
    assert_eq!(attacked(&ids(|n| format!("{:08}", 10_000_000 + n)), &[]), Outcome::NoDigest);
}

#[test]
fn digests_with_a_key_hold_and_time_that_ran_out_is_said() {
    let keyed = ids(|n| Sha256::digest(format!("a long secret {n}")).iter().map(|b| format!("{b:02x}")).collect());
    let keyed: Vec<&str> = keyed.iter().map(String::as_str).collect();
    assert_eq!(attack(&keyed, &[], 0), Outcome::OutOfTime);
    // Ids of eight digits meet the CRC of some number by luck; that is no scheme.
    let short: Vec<String> = keyed.iter().map(|id| id[..8].to_string()).collect();
    let short: Vec<&str> = short.iter().map(String::as_str).collect();
    assert!(!matches!(attack(&short, &[], 1), Outcome::Reversed { .. }));
}

#[test]
fn reversed_ids_are_told_without_an_original() {
    let rows: String = ids(|n| Sha256::digest(format!("E{n:05}")).iter().map(|b| format!("{b:02x}")).collect())
        .into_iter()
        .map(|id| format!("{id},hr\n"))
        .collect();
    let people = format!("employee_id,department\n{rows}");
    let verdict = judge(&[(Table::People, &people)], &Options { attack_seconds: 600, ..Options::default() });
    let found = issue(&verdict, "reversed_ids");
    assert_eq!((found.level, found.count, found.appi_item), (Level::Error, 12, Some(1)));
    assert_eq!((found.line, found.column.as_deref()), (Some(2), Some("employee_id")));
    assert!(!serde_json::to_string(&verdict).unwrap().contains("E00"));
    let none = judge(&[(Table::People, &people)], &Options { attack_seconds: 0, ..Options::default() });
    assert!(none.not_checked.iter().any(|n| n.check == "pseudonym_reversal" && n.reason == "not_asked"));
    // Pseudonymised data must withstand it as well.
    let options = Options { profile: Profile::Pseudonymised, attack_seconds: 600, ..Options::default() };
    assert_eq!(codes(&judge(&[(Table::People, &people)], &options)), ["reversed_ids"]);
}

#[test]
fn encodings_are_told_apart_from_random_ids() {
    let of = |ids: &[&str]| encoding(ids);
    assert_eq!(
        of(&["454d50313031", "454d50313032", "454d50313033", "454d50313034", "454d50313035"]),
        Some(Encoding::Hexadecimal)
    );
    assert_eq!(
        of(&["MVWXALJRGAYQ", "MVWXALJRGAZA", "MVWXALJRGAZQ", "MVWXALJRGA2A", "MVWXALJRGA2Q"]),
        Some(Encoding::Base32)
    );
    assert_eq!(
        of(&["ZW1wLTEwMQ==", "ZW1wLTEwMg==", "ZW1wLTEwMw==", "ZW1wLTEwNA==", "ZW1wLTEwNQ=="]),
        Some(Encoding::Base64)
    );
    assert_eq!(of(&["RZC101", "RZC102", "RZC103", "RZC104", "RZC105"]), Some(Encoding::Rot13));
    assert_eq!(of(&["10100E", "20100E", "30100E", "40100E", "50100E", "60100E"]), Some(Encoding::Reversed));
    assert_eq!(of(&["e_ra6jqcn6vs2a", "e_3kq8kbngbjnt", "e_qdra2p8bbydm", "e_p8dk86qz34qr", "e_7mcdtcrnaj69"]), None);
    assert_eq!(of(&["E00101", "E00102", "E00103", "E00104", "E00105"]), None);
    assert_eq!(of(&["00101-A", "00102-A", "00103-A", "00104-A", "00105-A"]), None);
}

#[test]
fn one_id_in_another_shape_is_told_and_numbers_of_any_length_are_not() {
    let mut mixed: Vec<String> = (0..20u64).map(|i| format!("e_{:010}", i * 7_919_773 % 9_999_999_967)).collect();
    mixed[7] = "e_yamada".to_string();
    let shapes = |ids: &[String]| misshapen(&ids.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(shapes(&mixed), [7]);
    assert!(shapes(&(1..200).map(|i| format!("E{i}")).collect::<Vec<_>>()).is_empty());
    let rows: String = mixed.iter().map(|id| format!("{id}\n")).collect();
    let verdict = judge(&[(Table::People, &format!("employee_id\n{rows}"))], &Options::default());
    assert_eq!((issue(&verdict, "mixed_ids").line, issue(&verdict, "mixed_ids").count), (Some(9), 1));
}

#[test]
fn ids_in_the_order_of_hiring_are_an_error_and_so_are_running_numbers_then() {
    let people = |id: &dyn Fn(u64) -> String| {
        let rows: String =
            (0..60u64).map(|i| (i * 37 % 60, i)).map(|(n, _)| format!("{},{}-04-01\n", id(n), 2015 + n / 10)).collect();
        judge(&[(Table::People, &format!("employee_id,hired_on\n{rows}"))], &Options::default())
    };
    let leaking = people(&|n| format!("p{n:04}"));
    let found = issue(&leaking, "order_leak");
    assert_eq!((found.level, found.observed, found.detail.as_deref()), (Level::Error, Some(1.0), Some("hired_on")));
    assert_eq!(issue(&leaking, "sequential_ids").level, Level::Error);
    let random = people(&|n| format!("p{:06}", (n * 7_919_773 + 13) % 999_983));
    assert!(!codes(&random).contains(&"order_leak"), "{:?}", codes(&random));
    assert_eq!(order::ranks(&["e-9", "e-10", "e-100"]), [9.0, 10.0, 100.0]);
}

#[test]
fn parts_of_ids_that_tell_an_attribute_are_found_and_random_ids_are_not() {
    let key = permute::key(1, "privacy", "test");
    let department: Vec<u32> = (0..60).map(|i| i % 3).collect();
    let telling: Vec<String> =
        (0..60usize).map(|i| format!("{}-{:03}", ["SL", "HR", "DV"][i % 3], i * 7 % 61)).collect();
    let random: Vec<String> = (0..60u64)
        .map(|i| Sha256::digest(i.to_le_bytes()).iter().take(6).map(|b| format!("{b:02x}")).collect())
        .collect();
    let texts = |ids: &[String]| ids.to_vec();
    let found = |ids: &[String]| {
        let ids = texts(ids);
        embedded::explained(&ids.iter().map(String::as_str).collect::<Vec<_>>(), &department, key)
    };
    assert_eq!(found(&telling), Some(1.0));
    assert_eq!(found(&random), None);
    let at_the_end: Vec<String> = telling.iter().map(|id| id.chars().rev().collect()).collect();
    assert!(found(&at_the_end).is_some());
}

/// Sixty people of two departments, hired in one of three years, in the order of their ids.
fn people(ids: &dyn Fn(u64) -> String) -> String {
    let rows: String = (0..60).map(|i| format!("{},{}\n", ids(i), if i % 2 == 0 { "hr" } else { "dev" })).collect();
    format!("employee_id,department\n{rows}")
}

fn release(tables: &[(Table, &str)]) -> Release {
    super::privacy::release(tables)
}

#[test]
fn a_release_is_compared_with_the_one_before() {
    let sales = |id: &dyn Fn(u64) -> String, people: u64| {
        let rows: String = (0..people).map(|i| format!("{},2024-04,{}\n", id(i), 100 + 7 * i * i)).collect();
        format!("employee_id,month,sales\n{rows}")
    };
    let old = |i: u64| format!("a{:05}", i * 7_919 % 99_991);
    let new = |i: u64| format!("b{:05}", i * 6_841 % 99_991);
    let before = || release(&[(Table::People, &people(&old)), (Table::Sales, &sales(&old, 60))]);
    let against = |tables: &[(Table, &str)], profile| {
        let beside = Beside { previous: Some(before()), population: None };
        release(tables).finish_beside(&Options { profile, ..Options::default() }, beside)
    };
    let same = against(&[(Table::People, &people(&old))], Profile::Internal);
    let found = issue(&same, "same_ids");
    assert_eq!((found.level, found.count, found.observed), (Level::Warning, 60, Some(1.0)));
    assert_eq!(issue(&against(&[(Table::People, &people(&old))], Profile::Partner), "same_ids").level, Level::Error);
    // Two people fewer, known by their ids, and two more.
    let fewer: String = people(&old).lines().take(59).map(|line| format!("{line}\n")).collect();
    let verdict = against(&[(Table::People, &format!("{fewer}zzz,hr\nzzy,dev\n"))], Profile::Internal);
    assert_eq!((issue(&verdict, "few_removed").count, issue(&verdict, "few_added").count), (2, 2));
    // New ids, the same sales: found again by their values.
    let linked = against(&[(Table::People, &people(&new)), (Table::Sales, &sales(&new, 60))], Profile::Internal);
    assert_eq!((issue(&linked, "same_values").count, linked.risk.unwrap().previous.unwrap().shared), (60, 0));
    let fresh = against(&[(Table::People, &people(&new))], Profile::Internal);
    assert!(!codes(&fresh).iter().any(|code| code.starts_with("same_") || code.starts_with("few_")));
    assert!(fresh.checked.iter().any(|check| check == "previous_release"));
}

#[test]
fn a_person_far_above_all_others_and_a_total_that_one_makes_up_are_told() {
    let sales = |top: u64| {
        let rows: String = (0..60)
            .map(|i| format!("a{:05},2024-04,{}\n", i * 7_919 % 99_991, if i == 8 { top } else { 100 + i % 20 * 10 }))
            .collect();
        format!("employee_id,month,sales\n{rows}")
    };
    let id = |i: u64| format!("a{:05}", i * 7_919 % 99_991);
    let verdict = |top| judge(&[(Table::People, &people(&id)), (Table::Sales, &sales(top))], &Options::default());
    let quiet = verdict(300);
    assert!(!codes(&quiet).contains(&"outlier") && !codes(&quiet).contains(&"dominance"), "{:?}", codes(&quiet));
    let loud = verdict(1_000_000);
    assert_eq!((issue(&loud, "outlier").count, issue(&loud, "outlier").appi_item), (1, Some(4)));
    assert_eq!((issue(&loud, "dominance").count, issue(&loud, "dominance").level), (2, Level::Error));
    assert!(!serde_json::to_string(&loud).unwrap().contains("1000000"));
}

#[test]
fn the_number_of_rows_is_a_fingerprint() {
    let id = |i: u64| format!("a{:05}", i * 7_919 % 99_991);
    let sessions = |fewer: u64| {
        let rows: String = (0..60u64)
            .flat_map(|i| (1..=if i == 3 { 6 - fewer } else { 6 }).map(move |m| (i, m)))
            .map(|(i, m)| format!("s{i}x{m},{},2024-{m:02}-01\n", id(i)))
            .collect();
        format!("session_id,employee_id,held_on\n{rows}")
    };
    let verdict =
        |fewer| judge(&[(Table::People, &people(&id)), (Table::Sessions, &sessions(fewer))], &Options::default());
    let even = verdict(0);
    assert_eq!((even.risk.as_ref().unwrap().k_counts, even.risk.as_ref().unwrap().k_dates), (Some(30), Some(30)));
    assert!(!codes(&even).iter().any(|code| code.ends_with("fingerprint")));
    let odd = verdict(5);
    let found = issue(&odd, "count_fingerprint");
    assert_eq!((found.count, found.observed, found.file.as_deref()), (1, Some(1.0), Some("sessions.csv")));
    assert_eq!(issue(&odd, "date_fingerprint").level, Level::Error);
}
