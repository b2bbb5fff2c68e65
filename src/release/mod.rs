//! From identified tables to a release that the gate passes for a profile: keyed pseudonyms, random order, coarser dates,
//! generalised quasi-identifiers, rounded numbers, at the least loss the search finds. It judges nothing itself: whether a
//! release passes is asked of `screen::privacy`, the same code as `validate`, and a fault it cannot answer is handed back.

mod alike;
mod answers;
mod apply;
mod fit;
pub mod grain;
pub mod held;
pub mod key;
mod lattice;
pub mod levels;
mod recipe;
mod told;
pub mod values;
pub mod write;

pub use answers::{ANSWERS, From, Lever};
pub use held::Tables;
pub use key::{Key, hmac_sha256};
pub use lattice::{Choice, search};

use crate::domain::Month;
use crate::findings::{Issue, Level, Loss};
use crate::screen::privacy::{self, Options, Profile, Release, Verdict};
use crate::study::{Clock, Study, Window};
use crate::tables::{Kind, MISSING_DAY, Table};
use answers::answer;
use fit::LeftOut;
use grain::Grain;
use held::{Held, Sheet};
use levels::Covered;
use recipe::{Alike, Coarse, Recipe, Waves};
use std::collections::{BTreeMap, BTreeSet};
use values::Series;

/// What came of it.
#[derive(Debug)]
pub enum Outcome {
    /// It is a release already: every id is a pseudonym and the gate passes.
    Unchanged,
    /// A release that passes, and what was done and lost on the way.
    Released(Box<Released>),
    /// Faults that nothing answers.
    Refused(Vec<Issue>),
}

/// A release.
#[derive(Debug)]
pub struct Released {
    /// The tables.
    pub tables: Tables,
    /// What was done, in codes and counts; the analyses are compared by the caller.
    pub loss: Loss,
    /// For whom.
    pub profile: Profile,
    /// How coarse the days of 1on1s are; `None` where they are as they were.
    pub events: Option<Grain>,
}

/// Attempts at pseudonyms and at random orders.
const ATTEMPTS: u32 = 3;
/// Rounds of asking the gate.
const ROUNDS: usize = 48;
/// What it weighs that 1on1s of different months can no longer be told apart, against leaving 1on1s out.
const MONTHS: f64 = 0.25;

/// Makes a release of `tables` for a profile. `quasi` are columns of people that the schema does not know and that may be
/// kept, as quasi-identifiers; all others go.
pub fn release(tables: &Tables, study: &Study, profile: Profile, quasi: &[String], key: &Key) -> Outcome {
    let options = Options { profile, ..Options::default() };
    if is_release(tables) && judge(tables, &options).passes() {
        return Outcome::Unchanged;
    }
    let (original, (tables, left_out)) = (tables, fit::fit(tables));
    let mut work = match Work::begin(tables, study, profile, quasi, key) {
        Ok(work) => work,
        Err(issue) => return Outcome::Refused(vec![*issue]),
    };
    for _ in 0..ROUNDS {
        let made = apply::apply(&work.tables, &work.recipe, key, work.covered);
        let verdict = judge(&made, &options);
        match work.answer(&verdict) {
            Next::Done => {
                if let Some(issue) = vanished(&work.tables, &made) {
                    return Outcome::Refused(vec![issue]);
                }
                let loss = told::told(original, &work, &made, &left_out, profile);
                let events = work.recipe.coarse.as_ref().map(|c| c.events);
                return Outcome::Released(Box::new(Released { tables: made, loss, profile, events }));
            }
            Next::Again => {}
            Next::Refused(issues) => return Outcome::Refused(issues),
        }
    }
    let made = apply::apply(&work.tables, &work.recipe, key, work.covered);
    Outcome::Refused(judge(&made, &options).issues.into_iter().filter(|i| i.level == Level::Error).collect())
}

/// Asks the gate.
pub fn judge(tables: &Tables, options: &Options) -> Verdict {
    let mut release = Release::new();
    for sheet in &tables.0 {
        let layout = sheet.layout();
        sheet.batches().for_each(|batch| release.absorb(&layout, &batch));
    }
    release.finish(options)
}

/// A table of which no row could stay: an export without it is none of this study.
fn vanished(before: &Tables, after: &Tables) -> Option<Issue> {
    let gone = before.0.iter().find(|sheet| after.sheet(sheet.table).is_none_or(|s| s.rows == 0))?;
    Some(Issue::new("nothing_left", Level::Error).file(&gone.file()).table(gone.table.name()))
}

/// Whether nothing but pseudonyms names anybody.
fn is_release(tables: &Tables) -> bool {
    !tables.0.is_empty() && tables.0.iter().all(Sheet::is_pseudonymous)
}

/// What the next round is.
enum Next {
    Done,
    Again,
    Refused(Vec<Issue>),
}

/// The work on one release.
struct Work {
    tables: Tables,
    recipe: Recipe,
    covered: Covered,
    k: u64,
    people: usize,
    ladders: Vec<levels::Ladder>,
    quasi: Vec<String>,
    unknown: Vec<(Table, String)>,
    study: Study,
    key: Key,
}

impl Work {
    fn begin(
        mut tables: Tables,
        study: &Study,
        profile: Profile,
        quasi: &[String],
        key: &Key,
    ) -> Result<Self, Box<Issue>> {
        let mut unknown = Vec::new();
        for sheet in &mut tables.0 {
            // Answers to every item of the ladder, side by side, mark a person: only the level may leave the house.
            let marks = |c: &held::Column| c.kind == Kind::Agreement && profile != Profile::Pseudonymised;
            let kept = |c: &held::Column| {
                (c.declared && !marks(c)) || (sheet.table == Table::People && quasi.contains(&c.name))
            };
            unknown.extend(sheet.columns.iter().filter(|c| !kept(c)).map(|c| (sheet.table, c.name.clone())));
            sheet.columns.retain(kept);
        }
        // Fail closed on a name that is not there: a misspelt option must not look like a kept column.
        let people = tables.sheet(Table::People);
        if let Some(missing) = quasi.iter().find(|name| people.is_none_or(|p| p.column(name).is_none())) {
            return Err(Box::new(Issue::new("no_such_column", Level::Error).table("people").column(missing, None)));
        }
        let covered = covered(&tables, study);
        let count = people.map_or(0, |p| p.rows);
        let mut work = Self {
            recipe: Recipe::default(),
            covered,
            k: profile.k(),
            people: count,
            ladders: Vec::new(),
            quasi: quasi.to_vec(),
            unknown,
            study: study.clone(),
            key: key.clone(),
            tables,
        };
        if profile != Profile::Pseudonymised {
            work.coarse(profile)?;
            // Dates and counts of rows find people in any log that nobody has thinned out: this does not wait for the gate.
            work.make_alike();
        }
        Ok(work)
    }

    /// The first recipe of a profile that asks for more than pseudonyms.
    fn coarse(&mut self, profile: Profile) -> Result<(), Box<Issue>> {
        numbers_of_texts(&mut self.tables, &self.quasi);
        let choice = self.choose(self.k)?;
        let l = profile.l();
        let diversity = [((Table::Survey, "level".to_string()), l)].into();
        let share = match profile {
            Profile::Public => 0.01,
            Profile::Partner => 0.02,
            Profile::Internal | Profile::Pseudonymised => 0.05,
        };
        let (tables, k) = (&self.tables, self.k as usize);
        let mut numbers = BTreeMap::new();
        for (table, name) in [(Table::Survey, "engagement"), (Table::Sessions, "duration_min"), (Table::Sales, "sales")]
        {
            if let Some(sheet) = tables.sheet(table)
                && let Some(cells) = sheet.numbers(name)
            {
                let mut monthly = sheet.clone();
                // People are told apart within months: the days are about to go.
                if let Some(Held::Day(days)) = monthly.column_mut("held_on").map(|c| &mut c.cells) {
                    let known = |d: &&mut i32| **d != MISSING_DAY;
                    days.iter_mut().filter(known).for_each(|d| *d = Grain::Month.first(crate::domain::Day(*d)).0);
                }
                let (whose, when) = (apply::whose(sheet), apply::periods(&monthly));
                let base = values::base(Series { cells, whose: &whose, when: &when }, k, share);
                numbers.insert((table, name.to_string()), values::Coarse { people: k, base });
            }
        }
        let waves = waves(&self.tables, self.k);
        self.recipe.coarse =
            Some(Coarse { k: self.k, choice, diversity, events: Grain::Month, waves, numbers, alike: Alike::No });
        Ok(())
    }

    /// The least loss at which k people are alike.
    fn choose(&mut self, k: u64) -> Result<Choice, Box<Issue>> {
        let Some(people) = self.tables.sheet(Table::People) else {
            return Ok(Choice { steps: Vec::new(), out: Vec::new(), loss: 0.0, weighed: (0, 0) });
        };
        if self.ladders.is_empty() {
            let asked = |c: &&held::Column| privacy::quasi_identifiers().contains(&c.name.as_str()) || !c.declared;
            let names = people.columns.iter().filter(asked).map(|c| c.name.as_str());
            let weights = weights(&self.study);
            let weight = |name: &str| weights.get(name).copied().unwrap_or(1.0);
            self.ladders = names.filter_map(|n| levels::ladder(people, n, self.k, self.covered, weight(n))).collect();
        }
        let too_few = || {
            let issue = Issue::new("k_anonymity", Level::Error).file("people.csv").table("people");
            Box::new(issue.count(self.people as u64).limit(k as f64, self.people as f64).detail("0"))
        };
        search(&self.ladders, self.people, k).ok_or_else(too_few)
    }

    /// Answers the faults of a verdict by taking transformations further.
    fn answer(&mut self, verdict: &Verdict) -> Next {
        let mut moved: BTreeSet<(Lever, Option<(Table, String)>)> = BTreeSet::new();
        let mut again = false;
        let mut refused = Vec::new();
        for issue in verdict.issues.iter().filter(|i| i.level > Level::Note) {
            let known = answer(&issue.code);
            let wanted = known.is_some_and(|(from, _)| from == From::Warning) || issue.level == Level::Error;
            if !wanted {
                continue;
            }
            let levers = known.map_or(&[][..], |(_, levers)| levers);
            let place = place(issue);
            let answered = levers.iter().any(|lever| {
                let whole =
                    matches!(lever, Lever::Crowd | Lever::Pseudonyms | Lever::Order | Lever::Events | Lever::Alike);
                let aim = (*lever, if whole { None } else { place.clone() });
                moved.contains(&aim) || (self.pull(*lever, place.as_ref()) && moved.insert(aim))
            });
            again |= answered;
            if !answered && issue.level == Level::Error {
                refused.push(issue.clone());
            }
        }
        match (refused.is_empty(), again) {
            (false, _) => Next::Refused(refused),
            (true, true) => Next::Again,
            (true, false) => Next::Done,
        }
    }

    /// Takes a transformation one step further; false when it is at its end.
    fn pull(&mut self, lever: Lever, place: Option<&(Table, String)>) -> bool {
        match lever {
            Lever::Pseudonyms => step(&mut self.recipe.ids),
            Lever::Order => step(&mut self.recipe.order),
            Lever::DropColumn => {
                let may_go = |(table, name): &&(Table, String)| {
                    table.field(name).is_none_or(|field| !field.required && !field.key)
                };
                place.filter(may_go).is_some_and(|place| self.recipe.dropped.insert(place.clone()))
            }
            Lever::Crowd => self.larger_crowd(),
            Lever::Silence => self.with(|coarse| {
                let Some(least) = place.and_then(|place| coarse.diversity.get_mut(place)) else { return false };
                *least += 1;
                *least <= 8
            }),
            Lever::Events => self.with(|coarse| match coarse.events.coarser() {
                Some(grain) => {
                    coarse.events = grain;
                    true
                }
                None => false,
            }),
            Lever::Tails => {
                let most = self.people / 4;
                self.numbers(place, |how, _| {
                    how.people *= 2;
                    how.people <= most
                })
            }
            Lever::Rounding => self.numbers(place, |how, cells| {
                let next = values::next_base(cells, how.base);
                next.into_iter().for_each(|next| how.base = next);
                next.is_some()
            }),
            Lever::Alike => self.make_alike(),
        }
    }

    /// Turns `alike` on, at the span of time at which least is lost; false when it was on.
    fn make_alike(&mut self) -> bool {
        let Some(coarse) = &self.recipe.coarse else { return false };
        if coarse.alike == Alike::Yes {
            return false;
        }
        let sessions = |tables: &Tables| tables.sheet(Table::Sessions).map_or(0, |s| s.rows) as f64;
        let before = sessions(&self.tables).max(1.0);
        let mut best: Option<(f64, Grain)> = None;
        for grain in Grain::ALL.into_iter().filter(|grain| *grain >= coarse.events) {
            let mut tried = Coarse { events: grain, alike: Alike::Yes, ..coarse.clone() };
            // Numbers change no count.
            tried.numbers.clear();
            let recipe = Recipe { coarse: Some(tried), ..self.recipe.clone() };
            let made = apply::apply(&self.tables, &recipe, &self.key, self.covered);
            let months = f64::from(grain.days() / Grain::Month.days());
            // A span longer than the window mixes 1on1s that count with those that do not.
            let window = match self.study.drivers.window {
                Window::Days(days) if f64::from(grain.days()) > 1.1 * f64::from(days) => 1.0,
                _ => 0.0,
            };
            let loss = 1.0 - sessions(&made) / before + MONTHS * months.ln() / 12f64.ln() + window;
            if best.is_none_or(|(least, _)| loss < least) {
                best = Some((loss, grain));
            }
        }
        let Some((_, grain)) = best else { return false };
        self.with(|coarse| {
            (coarse.events, coarse.alike) = (grain, Alike::Yes);
            true
        })
    }

    fn with(&mut self, change: impl FnOnce(&mut Coarse) -> bool) -> bool {
        self.recipe.coarse.as_mut().is_some_and(change)
    }

    /// Takes the coarseness of the numbers of one column further.
    fn numbers(
        &mut self,
        place: Option<&(Table, String)>,
        change: impl FnOnce(&mut values::Coarse, &[f64]) -> bool,
    ) -> bool {
        let Some((table, name)) = place else { return false };
        let Some(cells) = self.tables.sheet(*table).and_then(|s| s.numbers(name)) else { return false };
        let how = self.recipe.coarse.as_mut().and_then(|c| c.numbers.get_mut(&(*table, name.clone())));
        how.is_some_and(|how| change(how, cells))
    }

    /// Half as many people again must be alike, up to eight times what the profile asks.
    fn larger_crowd(&mut self) -> bool {
        let Some(now) = self.recipe.coarse.as_ref().map(|c| c.k) else { return false };
        let k = now + now.div_ceil(2);
        if k > self.k * 8 {
            return false;
        }
        match self.choose(k) {
            Ok(choice) => self.with(|coarse| {
                (coarse.k, coarse.choice) = (k, choice);
                true
            }),
            Err(_) => false,
        }
    }
}

fn step(attempts: &mut u32) -> bool {
    *attempts += 1;
    *attempts < ATTEMPTS
}

/// The table and column of a fault.
fn place(issue: &Issue) -> Option<(Table, String)> {
    let table = Table::ALL.into_iter().find(|t| Some(t.name()) == issue.table.as_deref())?;
    Some((table, issue.column.clone()?))
}

/// What losing a column weighs: by the questions that use it.
fn weights(study: &Study) -> BTreeMap<&'static str, f64> {
    let tenure = study.clock == Clock::Tenure;
    let by = |name: &str| study.stages_by.iter().any(|column| column == name);
    let unit = |name: &str| study.comparison.as_ref().and_then(|c| c.unit.as_deref()) == Some(name);
    let of = |name: &str, base: f64| base + if by(name) { 1.0 } else { 0.0 } + if unit(name) { 6.0 } else { 0.0 };
    [
        ("company_id", of("company_id", 1.0)),
        ("department", of("department", 1.0)),
        ("group", of("group", if study.comparison.is_some() { 8.0 } else { 2.0 })),
        ("hired_on", of("hired_on", if tenure { 6.0 } else { 2.0 })),
        ("left_on", of("left_on", if study.comparison.is_some() { 6.0 } else { 1.0 })),
    ]
    .into()
}

/// The months in which the data begin and end.
fn covered(tables: &Tables, study: &Study) -> Covered {
    let days = |table: Table, name: &str| {
        let days = tables.sheet(table).and_then(|s| s.days(name)).unwrap_or(&[]);
        days.iter().copied().filter(|d| *d != MISSING_DAY).collect::<Vec<i32>>()
    };
    let month = |d: i32| crate::domain::Day(d).month().0;
    let mut seen: Vec<i32> = days(Table::Sessions, "held_on").into_iter().map(month).collect();
    seen.extend(days(Table::Sales, "month"));
    let waves = tables.sheet(Table::Survey).and_then(|s| s.texts("wave"));
    seen.extend(waves.into_iter().flat_map(|(ids, _)| {
        (0..ids.len() as u32).filter_map(|n| crate::domain::Day::parse_iso(ids.name(n)).map(|d| d.month().0))
    }));
    let left = days(Table::People, "left_on").into_iter().map(month);
    let ends = left.chain(days(Table::People, "hired_on").into_iter().map(month));
    let last = ends.chain(seen.iter().copied()).max().unwrap_or(0);
    let first = seen.iter().copied().min().unwrap_or(last);
    let start = study.comparison.as_ref().and_then(|c| c.start);
    Covered { first: Month(first), last: Month(last), start }
}

/// Days of waves stay when a crowd answered on each: then they tell nothing of anybody.
fn waves(tables: &Tables, k: u64) -> Waves {
    let Some((ids, of)) = tables.sheet(Table::Survey).and_then(|s| s.texts("wave")) else { return Waves::Kept };
    let mut counts = vec![0u64; ids.len()];
    of.iter().for_each(|n| counts.get_mut(*n as usize).into_iter().for_each(|c| *c += 1));
    if counts.iter().all(|count| *count >= k) { Waves::Kept } else { Waves::Months }
}

/// Columns kept as quasi-identifiers come as text: those of numbers become numbers, so that they can be banded.
fn numbers_of_texts(tables: &mut Tables, quasi: &[String]) {
    let people = tables.0.iter_mut().find(|s| s.table == Table::People);
    for column in people.into_iter().flat_map(|s| &mut s.columns).filter(|c| quasi.contains(&c.name)) {
        let Held::Text(ids, of) = &column.cells else { continue };
        let names = (0..ids.len() as u32).map(|n| ids.name(n).trim().parse::<f64>().ok().filter(|v| v.is_finite()));
        let Some(values) = names.collect::<Option<Vec<f64>>>() else { continue };
        let cells = of.iter().map(|n| values.get(*n as usize).copied().unwrap_or(f64::NAN)).collect();
        column.cells = Held::Number(cells);
    }
}

/// The rows that were left out before the search began.
type Fitted = [LeftOut];
