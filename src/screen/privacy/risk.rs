//! The risk of the whole release with the person as unit: the people table joined with what the other tables say of each.
//! Puts the measures together and says which limits were crossed; the measures have files of their own.

use super::classes::{self, Classes};
use super::habits::{Habits, codes_of};
use super::items::{Items, Support};
use super::people::{Coded, People};
use super::{Options, Profile, Verdict, population, sensitive, suggest, values};
use crate::findings::issue::MAX_LINES;
use crate::findings::{Issue, Level, Risk};
use crate::tables::{Plain, Table};

/// Mean share of a person's pairs of dates that fit nobody else, above which dates single people out.
const UNICITY: f64 = 0.05;
/// Columns of ids that colleagues know: k is measured with each besides.
const KNOWN_IDS: [&str; 2] = ["manager_id", "unit_id"];

/// Weighs the release and enters figures, issues and checks.
pub(super) fn weigh(
    verdict: &mut Verdict,
    people: &People,
    habits: &Habits,
    options: &Options,
    population: Option<&Plain>,
) {
    if people.is_empty() {
        verdict.skip(&["k_anonymity", "l_diversity", "t_against_chance"], "no_people");
        return;
    }
    let (sensitive, nowhere) = sensitive::gather(people, habits, &options.sensitive);
    let named: Vec<&str> = options.sensitive.iter().map(|name| people.canonical(name)).collect();
    let quasi: Vec<&str> = match &options.quasi {
        Some(named) => named.iter().map(|name| people.canonical(name)).collect(),
        None => people.default_quasi(&named),
    };
    let missing = quasi.iter().copied().filter(|name| !people.columns.contains_key(*name)).chain(nowhere);
    verdict.issues.extend(
        missing.map(|name| {
            Issue::new("no_such_column", Level::Error).file(&people.file).table("people").column(name, None)
        }),
    );
    let keys = people.keys(&quasi);
    let classes = Classes::of(&keys);
    let limit = options.profile.k();
    let mut risk = basic(&classes, &keys, limit);
    verdict.checked.push("k_anonymity".into());
    let columns: Vec<(&str, &Coded)> =
        quasi.iter().filter_map(|name| people.columns.get(*name).map(|c| (*name, c))).collect();
    verdict.issues.extend(too_small(people, &classes, &columns, limit));
    with_ids(verdict, &mut risk, people, &quasi, options.profile);
    for sensitive in &sensitive {
        verdict.issues.extend(sensitive.weigh(&mut risk, &classes, options.profile.l(), options.seed));
    }
    let measured = if risk.l.is_empty() { None } else { Some(()) };
    verdict.tell(&["l_diversity", "t_against_chance"], measured, "no_levels");
    joint(verdict, &mut risk, people, habits, &keys, &classes, options.profile);
    values::check(verdict, &mut risk, people, habits);
    if options.suggest == super::Suggest::Yes {
        risk.suggested = suggest::columns(people);
    }
    verdict.risk = Some(risk);
    match population {
        Some(table) => population::check(verdict, people, &quasi, table, options.profile),
        None => verdict.skip(&["population"], "no_population"),
    }
}

fn basic(classes: &Classes, keys: &[Vec<u32>], limit: u64) -> Risk {
    let k = classes.k().unwrap_or(0);
    let average = classes.average_risk().unwrap_or(0.0);
    Risk {
        k: k as u64,
        classes: classes.rows.len() as u64,
        uniques: classes.uniques() as u64,
        average_risk: average,
        marketer: average,
        highest_risk: if k > 0 { 1.0 / k as f64 } else { 0.0 },
        share_at_risk: classes.share_below(limit as usize).unwrap_or(0.0),
        k_missing_fits: classes::k_missing_fits(keys).map(|k| k as u64),
        ..Risk::default()
    }
}

/// k with the manager or the unit known as well. Colleagues know the team, yet its id is a pseudonym: inside the
/// organisation it is measured, outside it is told.
fn with_ids(verdict: &mut Verdict, risk: &mut Risk, people: &People, quasi: &[&str], profile: Profile) {
    for id in KNOWN_IDS.into_iter().filter(|id| !quasi.contains(id)) {
        let Some(column) = people.columns.get(id) else { continue };
        let known: Vec<&str> = quasi.iter().copied().chain([id]).collect();
        let classes = Classes::of(&people.keys(&known));
        let k = classes.k().unwrap_or(0) as u64;
        risk.k_with.insert(id.to_string(), k);
        verdict.checked.push(format!("k_with_{id}"));
        if k < profile.k() && risk.k >= profile.k() && matches!(profile, Profile::Partner | Profile::Public) {
            let below = classes.below(profile.k() as usize) as u64;
            let issue = Issue::new("k_with_id", Level::Warning).count(below).limit(profile.k() as f64, k as f64);
            verdict.issues.push(column.place.on(issue.item(5)));
        }
    }
}

/// k where what is known of a person includes how many rows they have, or on which days they met.
fn joint(
    verdict: &mut Verdict,
    risk: &mut Risk,
    people: &People,
    habits: &Habits,
    keys: &[Vec<u32>],
    classes: &Classes,
    profile: Profile,
) {
    let n = people.len();
    let limit = profile.k() as usize;
    let with = |more: &[Vec<u32>]| {
        let add = |(row, key): (usize, &Vec<u32>)| {
            key.iter().copied().chain(more.iter().map(|codes| codes.get(row).copied().unwrap_or(0))).collect()
        };
        Classes::of(&keys.iter().enumerate().map(add).collect::<Vec<Vec<u32>>>())
    };
    let told = |code, joint: &Classes, table, column| {
        // People who are too few already are another issue.
        let (below, before) = (joint.below(limit), classes.below(limit));
        let k = joint.k().unwrap_or(0);
        (below > before).then(|| {
            let issue = Issue::new(code, Level::Error).count(below as u64).limit(limit as f64, k as f64).item(5);
            habits.place(table, column).on(issue)
        })
    };
    let tables = [(Table::Sessions, "held_on"), (Table::Survey, "wave"), (Table::Sales, "sales")];
    if tables.iter().any(|(table, _)| habits.has(*table)) {
        let counts = with(&habits.counts(n));
        risk.k_counts = counts.k().map(|k| k as u64);
        let alone = habits.counts(n).map(|codes| with(&[codes]).below(limit));
        // The table whose counts single out most people, the sessions first among equals.
        let worst = (0..3).rev().max_by_key(|at| alone.get(*at)).and_then(|at| tables.get(at));
        let (table, _) = worst.copied().unwrap_or((Table::Sessions, ""));
        verdict.issues.extend(told("count_fingerprint", &counts, table, "").map(|mut issue| {
            issue.column = None;
            issue.column_index = None;
            issue
        }));
        verdict.checked.push("count_fingerprint".into());
    } else {
        verdict.skip(&["count_fingerprint"], "no_logs");
    }
    if !habits.has(Table::Sessions) {
        verdict.skip(&["date_fingerprint", "known_items"], "no_logs");
        return;
    }
    let dates = with(&[codes_of(&habits.days(n))]);
    risk.k_dates = dates.k().map(|k| k as u64);
    verdict.issues.extend(told("date_fingerprint", &dates, Table::Sessions, "held_on"));
    let dated = Items::new(n, habits.dated()).support();
    if let Some(support) = dated {
        risk.unicity.insert("1".into(), support.unicity_one);
        risk.unicity.insert("2".into(), support.unicity_two);
        if support.unicity_two > UNICITY {
            let issue = Issue::new("date_unicity", Level::Error).limit(UNICITY, support.unicity_two).item(5);
            let people = habits.days(n).iter().filter(|days| !days.is_empty()).count() as u64;
            verdict.issues.push(habits.place(Table::Sessions, "held_on").on(issue.count(people)));
        }
    }
    verdict.checked.extend(["date_fingerprint".to_string(), "known_items".to_string()]);
    let topics = Items::new(n, habits.topics()).support();
    let monthly = Items::new(n, habits.monthly_topics()).support();
    for (kind, column, support) in
        [("held_on", "held_on", dated), ("topic", "topic", topics), ("month_topic", "topic", monthly)]
    {
        verdict.issues.extend(
            few_share(risk, kind, support, profile).map(|issue| habits.place(Table::Sessions, column).on(issue)),
        );
    }
}

/// k^2 of one kind of item. What was talked about in which month is known to one other person: it is told only where
/// the release leaves the organisation.
fn few_share(risk: &mut Risk, kind: &str, support: Option<Support>, profile: Profile) -> Option<Issue> {
    let shared = support?.two;
    risk.known_items.insert(kind.to_string(), shared);
    let outside = matches!(profile, Profile::Partner | Profile::Public);
    let limit = profile.k();
    (shared < limit && (kind != "month_topic" || outside))
        .then(|| Issue::new("known_items", Level::Warning).limit(limit as f64, shared as f64).item(5).detail(kind))
}

fn too_small(people: &People, classes: &Classes, columns: &[(&str, &Coded)], k: u64) -> Option<Issue> {
    let smallest = classes.k()?;
    if smallest as u64 >= k {
        return None;
    }
    let mut small: Vec<&Vec<usize>> = classes.rows.iter().filter(|c| (c.len() as u64) < k).collect();
    small.sort_by_key(|class| (class.len(), class.first().copied()));
    let rows: Vec<usize> = small.into_iter().flatten().copied().collect();
    let lines: Vec<u64> = rows.iter().filter_map(|row| people.lines.get(*row)).copied().collect();
    let first = rows.first().copied().unwrap_or(0);
    let mut issue = Issue::new("k_anonymity", Level::Error)
        .file(&people.file)
        .table("people")
        .count(rows.len() as u64)
        .limit(k as f64, smallest as f64)
        .detail(classes.uniques().to_string())
        .item(5);
    issue.line = lines.first().copied();
    issue.lines = lines.into_iter().take(MAX_LINES).collect();
    let alone = columns.iter().map(|(name, coded)| (coded.carriers(first), *name, coded.place.index));
    if let Some((carriers, name, index)) = alone.min_by_key(|(carriers, _, _)| *carriers)
        && (carriers as u64) < k
    {
        issue = issue.column(name, Some(index));
    }
    Some(issue)
}
