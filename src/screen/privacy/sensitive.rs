//! What a class gives away of its people: l, entropy l, recursive (c, l), alpha, t against chance, homogeneous classes and
//! the gain of guessing, for every sensitive column of every table. Says which limit was crossed, never a value.

use super::classes::{self, Classes, Distance};
use super::closeness::{Against, Values};
use super::habits::Habits;
use super::people::{Coded, People, Place};
use crate::findings::{Confidence, Homogeneous, Issue, Level, Risk};
use crate::stats::permute;
use crate::tables::Table;
use std::collections::BTreeMap;

/// t above which a class is told, when chance gives it less than once in a hundred.
const T_LIMIT: f64 = 0.35;
const T_CHANCE: f64 = 0.01;
/// Share of values guessed right beyond the base rate, and beyond chance, above which a gain is told.
const GAIN_LIMIT: f64 = 0.3;
/// l of recursive (c, l)-diversity that is reported.
const RECURSIVE: [usize; 2] = [2, 3];

/// One sensitive column: each person's values as codes that rise with the value; none where there is none.
#[derive(Debug, Clone)]
pub(super) struct Sensitive {
    name: String,
    place: Place,
    distance: Distance,
    values: Vec<Vec<u32>>,
    /// In other tables having said nothing is a value of its own: it keeps a class from being all alike.
    silence: bool,
    /// Named by the user: a column in which everybody has one value is told then, too.
    named: bool,
}

/// The sensitive columns: those of the canonical tables, and those named. Names that are nowhere come back as well.
pub(super) fn gather<'n>(people: &People, habits: &Habits, named: &'n [String]) -> (Vec<Sensitive>, Vec<&'n str>) {
    let mut found: BTreeMap<String, Sensitive> = BTreeMap::new();
    let canonical = ["level", "engagement", "satisfaction", "sales"];
    let others = habits.numbers.iter().filter(|((_, name), _)| canonical.contains(&name.as_str()));
    for ((_, name), numbers) in others {
        let mut cells: Vec<Option<Vec<f64>>> = vec![None; people.len()];
        for cell in &numbers.cells {
            if let Some(list) = cells.get_mut(cell.person as usize) {
                list.get_or_insert_default().push(cell.value);
            }
        }
        found.insert(name.clone(), Sensitive::ranked(name, numbers.place.clone(), cells, true));
    }
    let topics = habits.topics();
    if !topics.is_empty() {
        let mut values = vec![Vec::new(); people.len()];
        for (person, topic) in topics {
            if let Some(list) = values.get_mut(person as usize) {
                list.push(topic as u32 + 1);
            }
        }
        let place = habits.place(Table::Sessions, "topic");
        let topic =
            Sensitive { name: "topic".into(), place, distance: Distance::Equal, values, silence: true, named: false };
        found.insert("topic".into(), topic);
    }
    let mut nowhere = Vec::new();
    for name in named {
        let column = people.canonical(name);
        if let Some(coded) = people.columns.get(column) {
            found.insert(column.to_string(), Sensitive::of_people(column, coded));
            continue;
        }
        let bare = name.rsplit('.').next().unwrap_or(name);
        match found.values_mut().find(|s| s.name == bare || s.place.header == bare) {
            Some(sensitive) => sensitive.named = true,
            None => nowhere.push(name.as_str()),
        }
    }
    (found.into_values().collect(), nowhere)
}

impl Sensitive {
    fn of_people(name: &str, coded: &Coded) -> Self {
        let place = coded.place.clone();
        match coded.numbers() {
            Some(numbers) => {
                // A missing value is the lowest of all.
                let value = |number: Option<f64>| Some(vec![number.unwrap_or(f64::NEG_INFINITY)]);
                Self::ranked(name, place, numbers.into_iter().map(value).collect(), false)
            }
            None => {
                let values = coded.codes.iter().map(|code| vec![*code]).collect();
                Self { name: name.to_string(), place, distance: Distance::Equal, values, silence: false, named: true }
            }
        }
    }

    fn ranked(name: &str, place: Place, cells: Vec<Option<Vec<f64>>>, silence: bool) -> Self {
        let mut sorted: Vec<f64> = cells.iter().flatten().flatten().copied().collect();
        sorted.sort_by(f64::total_cmp);
        sorted.dedup();
        let rank = |value: &f64| sorted.partition_point(|v| v < value) as u32 + 1;
        let values = cells.into_iter().map(|list| list.iter().flatten().map(rank).collect()).collect();
        Self { name: name.to_string(), place, distance: Distance::Ordered, values, silence, named: !silence }
    }

    fn is_empty(&self) -> bool {
        self.values.iter().all(Vec::is_empty)
    }

    /// Everybody has one and the same value: no class tells more than the whole does.
    fn is_constant(&self) -> bool {
        let mut values = self.values.iter().flatten();
        let first = values.next();
        values.all(|value| Some(value) == first) && self.values.iter().all(|list| !list.is_empty())
    }

    /// Enters the figures of this column into the risk; the limits that were crossed come back.
    pub(super) fn weigh(&self, risk: &mut Risk, classes: &Classes, l: u64, seed: u64) -> Vec<Issue> {
        if self.is_empty() {
            return Vec::new();
        }
        let tallies = classes.tallies(&self.values);
        let answered = if self.silence { with_silence(&self.values, classes) } else { tallies.clone() };
        let enter = |map: &mut BTreeMap<String, f64>, value: Option<f64>| {
            map.extend(value.map(|value| (self.name.clone(), value)));
        };
        enter(&mut risk.entropy_l, classes::entropy_l(&answered));
        enter(&mut risk.alpha, classes::alpha(&answered));
        enter(&mut risk.beta_likeness, classes::beta_likeness(&tallies));
        enter(&mut risk.delta_disclosure, classes::delta_disclosure(&tallies));
        let recursive: BTreeMap<String, f64> =
            RECURSIVE.iter().filter_map(|l| classes::recursive_c(&answered, *l).map(|c| (l.to_string(), c))).collect();
        if !recursive.is_empty() {
            risk.recursive_c.insert(self.name.clone(), recursive);
        }
        let (alike, people) = classes::homogeneous(classes, &answered);
        risk.homogeneous.insert(self.name.clone(), Homogeneous { classes: alike as u64, people: people as u64 });
        let mut issues: Vec<Issue> = self.diversity(risk, &answered, classes, l).into_iter().collect();
        if let Some(values) = Values::new(&self.values, self.distance) {
            let against = values.against_chance(&classes.rows, permute::key(seed, "privacy", &self.name));
            risk.t.insert(self.name.clone(), against.t);
            risk.t_p_value.insert(self.name.clone(), against.p_value);
            risk.inference_gain.insert(self.name.clone(), against.gain);
            issues.extend(self.beyond_chance(&against));
        }
        issues
    }

    fn diversity(&self, risk: &mut Risk, tallies: &[BTreeMap<u32, usize>], classes: &Classes, l: u64) -> Option<Issue> {
        let distinct = classes::distinct_l(tallies)? as u64;
        risk.l.insert(self.name.clone(), distinct);
        if distinct >= l || (!self.named && self.is_constant()) {
            return None;
        }
        let alike = classes.rows.iter().zip(tallies).filter(|(_, t)| !t.is_empty() && (t.len() as u64) < l);
        let people: usize = alike.map(|(rows, _)| rows.len()).sum();
        let issue =
            Issue::new("l_diversity", Level::Error).count(people as u64).limit(l as f64, distinct as f64).item(5);
        Some(self.place.on(issue))
    }

    fn beyond_chance(&self, against: &Against) -> Vec<Issue> {
        let told = |code, limit, seen| {
            let issue = Issue::new(code, Level::Warning).limit(limit, seen).item(5).sure(Confidence::High);
            self.place.on(issue)
        };
        let rare = against.p_value < T_CHANCE;
        let far = (rare && against.t > T_LIMIT).then(|| told("t_closeness", T_LIMIT, against.t));
        let gain = against.gain.min(against.over_base);
        let guessed = (gain > GAIN_LIMIT).then(|| told("attribute_inference", GAIN_LIMIT, gain));
        far.into_iter().chain(guessed).collect()
    }
}

/// How often each value occurs in each class, not having answered being one; a class in which nobody answered gives no
/// answer away.
fn with_silence(values: &[Vec<u32>], classes: &Classes) -> Vec<BTreeMap<u32, usize>> {
    let silent = |list: &Vec<u32>| if list.is_empty() { vec![0] } else { list.clone() };
    let values: Vec<Vec<u32>> = values.iter().map(silent).collect();
    let mut tallies = classes.tallies(&values);
    tallies.iter_mut().filter(|tally| tally.keys().all(|value| *value == 0)).for_each(BTreeMap::clear);
    tallies
}
