//! Practice: what is kept of every 1on1 against a plain list of the same rows, and months judged by hand.

mod whole;

use oneonone::domain::{Day, Month};
use oneonone::panel::practice::{Fate, Meeting, Row, Told, manager_key};
use oneonone::panel::{People, Practice};
use oneonone::study::{self, Proper};
use oneonone::tables::MISSING_DAY;
use proptest::prelude::*;
use std::collections::BTreeMap;

const ALL: Told = Told { status: true, minutes: true, topics: true, ratings: true, managers: true };

fn topics() -> Vec<String> {
    ["work_progress", "career", "skills"].map(String::from).to_vec()
}

fn empty(people: usize) -> Practice {
    let mut practice = Practice::new(people, topics(), Some("work_progress"));
    practice.tell(ALL);
    practice
}

fn day(text: &str) -> i32 {
    Day::parse_iso(text).unwrap().0
}

/// A held, proper 1on1 in one row.
fn held(person: u32, manager: &str, on: &str) -> Row {
    let manager = manager_key(manager);
    Row { person, manager, day: day(on), fate: Fate::Held, minutes: 30.0, topics: 0b10, rated: true, starts: true }
}

fn proper() -> Proper {
    study::without_data("").unwrap().practice.proper
}

fn months(rows: &[Row], first: &str, last: &str, proper: &Proper) -> Vec<(u32, bool)> {
    let mut practice = empty(1);
    rows.iter().for_each(|row| practice.push(*row));
    practice.settle();
    let months = (Month::parse_iso(first).unwrap(), Month::parse_iso(last).unwrap());
    let found = practice.practised(0, months, proper, &mut Vec::new());
    found.months.iter().map(|m| (m.held, m.proper)).collect()
}

#[test]
fn a_month_is_proper_as_the_study_defines_it() {
    let one = |change: &dyn Fn(&mut Row)| {
        let mut row = held(0, "M1", "2024-03-15");
        change(&mut row);
        months(&[row], "2024-03", "2024-03", &proper())[0].1
    };
    assert!(one(&|_| {}));
    assert!(one(&|r| r.minutes = 60.0) && !one(&|r| r.minutes = 61.0) && !one(&|r| r.minutes = 29.0));
    assert!(!one(&|r| r.minutes = f64::NAN), "a length that is not written down is not known to be long enough");
    assert!(!one(&|r| r.topics = 0b1) && one(&|r| r.topics = 0b11) && !one(&|r| r.topics = 0));
    assert!(!one(&|r| r.rated = false) && !one(&|r| r.fate = Fate::Cancelled));
    // A third 1on1 is one too many; a short one beside a proper one does no harm.
    let three = ["2024-03-01", "2024-03-11", "2024-03-21"].map(|d| held(0, "M1", d));
    assert_eq!(months(&three, "2024-03", "2024-03", &proper()), [(3, false)]);
    assert_eq!(months(&three, "2024-03", "2024-03", &Proper { per_month: (1, 4), ..proper() }), [(3, true)]);
    assert_eq!(months(&three, "2024-03", "2024-03", &Proper { per_month: (4, 4), ..proper() }), [(3, false)]);
    let short = Row { minutes: 10.0, ..held(0, "M1", "2024-03-20") };
    assert_eq!(months(&[held(0, "M1", "2024-03-02"), short], "2024-03", "2024-03", &proper()), [(2, true)]);
    // 45 days after the one before it is regular, 46 are not; with another manager nothing came before.
    let pair =
        |b: &str, m: &str| months(&[held(0, "M1", "2024-01-01"), held(0, m, b)], "2024-01", "2024-02", &proper());
    assert_eq!(pair("2024-02-15", "M1"), [(1, true), (1, true)]);
    assert_eq!(pair("2024-02-16", "M1"), [(1, true), (1, false)]);
    assert_eq!(pair("2024-02-16", "M2"), [(1, true), (1, true)]);
    let unasked = Proper { longest_gap: None, ..proper() };
    let far = [held(0, "M1", "2023-01-01"), held(0, "M1", "2024-02-16")];
    assert_eq!(months(&far, "2024-02", "2024-03", &unasked), [(1, true), (0, false)]);
}

#[test]
fn what_the_log_has_no_column_for_is_not_asked() {
    let mut practice = Practice::new(1, topics(), Some("work_progress"));
    practice.push(Row { minutes: f64::NAN, topics: 0, rated: false, ..held(0, "", "2024-03-15") });
    practice.settle();
    let march = (Month::new(2024, 3), Month::new(2024, 3));
    assert!(practice.practised(0, march, &proper(), &mut Vec::new()).months[0].proper);
}

#[test]
fn a_dose_counts_whole_months_of_employment_and_never_met_has_them_too() {
    let mut people = People::default();
    for id in ["a", "b", "c"] {
        people.meet(id);
    }
    people.hired = vec![MISSING_DAY, day("2024-02-02"), day("2024-06-02")];
    people.left = vec![MISSING_DAY, day("2024-05-30"), MISSING_DAY];
    let mut practice = empty(3);
    for on in ["2024-01-03", "2024-02-05", "2024-04-10", "2024-06-20"] {
        practice.push(held(0, "M1", on));
    }
    practice.push(Row { fate: Fate::CancelledByManager, ..held(0, "M1", "2024-03-10") });
    practice.settle();
    let asked = study::without_data("").unwrap().practice;
    let window = practice.window(&asked).unwrap();
    // The log ends on the 20th: June is not whole.
    assert_eq!(window, (Month::new(2024, 1), Month::new(2024, 5)));
    let dose = practice.of(&people, 0, window, &asked.proper).unwrap();
    assert_eq!((dose.months, dose.held, dose.planned), (5, 3, 4));
    // April comes 65 days after February.
    assert_eq!((dose.proper, dose.share_proper()), (2, 0.4));
    assert_eq!((dose.per_month(), dose.mean_minutes(), dose.share_held()), (0.6, Some(30.0), Some(0.75)));
    let never = practice.of(&people, 1, window, &asked.proper).unwrap();
    assert_eq!((never.months, never.held, never.never_met(), never.share_held()), (2, 0, true, None));
    assert_eq!(practice.of(&people, 2, window, &asked.proper), None);
    let asked = study::without_data("[practice]\nfrom = \"2024-02-01\"\nto = \"2024-06-29\"\n").unwrap().practice;
    assert_eq!(practice.window(&asked).unwrap(), (Month::new(2024, 2), Month::new(2024, 5)));
}

#[test]
fn further_rows_add_to_their_1on1_wherever_they_stand() {
    let first = Row { topics: 0b1, rated: false, minutes: f64::NAN, ..held(7, "M1", "2024-03-15") };
    let further = Row { starts: false, topics: 0b100, minutes: 40.0, ..first };
    let rated = Row { starts: false, topics: 0b1, rated: true, ..first };
    let other = held(7, "M1", "2024-03-16");
    for rows in [[first, further, rated, other], [first, other, rated, further]] {
        for settle_each in [false, true] {
            let mut practice = empty(9);
            for row in rows {
                practice.push(row);
                if settle_each {
                    practice.settle();
                }
            }
            practice.settle();
            let mut found = Vec::new();
            practice.meetings(7, &mut found);
            let expected = Meeting {
                manager: manager_key("M1"),
                day: first.day,
                fate: Fate::Held,
                minutes: Some(40),
                beyond: true,
                rated: true,
            };
            assert_eq!(found[0], expected);
            assert_eq!((found.len(), found[1].minutes), (2, Some(30)));
            practice.meetings(8, &mut found);
            assert!(found.is_empty());
        }
    }
}

/// Rows of few or many people, with managers, days and fates of all kinds, in any order.
fn rows() -> impl Strategy<Value = Vec<Row>> {
    let fates = [Fate::Held, Fate::Scheduled, Fate::Cancelled, Fate::CancelledByManager, Fate::CancelledByEmployee];
    let one = (0u32..9_000, 0u64..5, 0i32..20_000, 0usize..5, 0u32..300, 0u32..8, any::<bool>());
    prop::collection::vec(one, 0..400).prop_map(move |all| {
        let row =
            |(person, manager, after, fate, minutes, topics, rated): (u32, u64, i32, usize, u32, u32, bool)| Row {
                person: if person % 2 == 0 { person % 10 * 1_000 } else { person },
                manager,
                day: day("1999-12-25") + after,
                fate: fates[fate],
                minutes: f64::from(minutes),
                topics,
                rated,
                starts: true,
            };
        all.into_iter().map(row).collect()
    })
}

proptest! {
    /// Every 1on1 comes back as it was, whatever the order of the rows and however often they were put away between.
    #[test]
    fn nothing_of_a_1on1_is_lost(rows in rows(), every in 1usize..80) {
        let mut practice = empty(9_000);
        let mut plain: BTreeMap<u32, Vec<Meeting>> = BTreeMap::new();
        let mut counts: BTreeMap<(u32, usize), u16> = BTreeMap::new();
        let mut undated = 0;
        for (number, row) in rows.iter().enumerate() {
            practice.push(*row);
            if number % every == 0 {
                practice.settle();
            }
            if !(day("2000-01-01")..day("2044-11-09")).contains(&row.day) {
                undated += 1;
                continue;
            }
            let is_held = row.fate == Fate::Held;
            plain.entry(row.person).or_default().push(Meeting {
                manager: row.manager,
                day: row.day,
                fate: row.fate,
                minutes: Some((row.minutes as u32).min(254)),
                beyond: is_held && row.topics & !1 != 0,
                rated: is_held && row.rated,
            });
            for topic in (0..3).filter(|t| is_held && row.topics >> t & 1 == 1) {
                *counts.entry((row.person, topic)).or_default() += 1;
            }
        }
        practice.settle();
        prop_assert_eq!(practice.undated, undated);
        let mut found = Vec::new();
        for person in 0..9_000u32 {
            practice.meetings(person as usize, &mut found);
            let mut expected = plain.remove(&person).unwrap_or_default();
            expected.sort_unstable();
            prop_assert_eq!(&found, &expected);
            for topic in 0..3 {
                let all = practice.topics(person as usize).get(topic).copied().unwrap_or(0);
                prop_assert_eq!(all, counts.get(&(person, topic)).copied().unwrap_or(0));
            }
        }
    }
}
