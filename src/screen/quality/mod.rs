//! Quality of a study's tables: one pass in which every batch is cleaned, checked and handed to the panel, and the
//! checks that need everything at the end. Judges use, never anonymity.

mod arms;
mod degenerate;
mod emptiness;
mod keys;
mod ledger;
mod orphans;
mod ranges;
mod said;
mod time;

pub use keys::KeyMode;
use ledger::Ledger;

use super::{Data, Screened, admit};
use crate::domain::Day;
use crate::findings::{Input, Issue, Level};
use crate::panel::people::Fact;
use crate::panel::sessions::Plan;
use crate::panel::survey::Asked;
use crate::panel::{Between, NOBODY, Panel, People, Practice, Sales, Sessions, Survey, Totals, UnitMonths, Waves};
use crate::study::{Study, Wave, Window};
use crate::tables::{Batch, Layout, MISSING_DAY, Table};

/// What a check sees of a batch besides its cells.
struct Seen<'a> {
    layout: &'a Layout,
    batch: &'a Batch,
    /// Person number of each row, `NOBODY` when unknown or blank.
    person: &'a [u32],
    /// What is known of each row's person; empty where rows are not looked at by themselves.
    facts: &'a [Fact],
    people: &'a People,
    study: &'a Study,
}

/// A check that looks at every row in passing. Order: the order in which faults are told.
type Check = fn(&Seen, &mut Ledger);

/// In a log of months, two 1on1s under one date are told only when they are rarer than one in so many.
const MONTHLY_TWICE: u64 = 20;

/// Wrong guesses at the person of the next row after which a batch is taken to be in no order.
const GUESSES: u32 = 64;

/// The checks that need no memory of earlier rows.
const CHECKS: [Check; 4] = [orphans::check, orphans::company, orphans::own_manager, time::employment];

/// The checks that need the whole panel.
const LAST_CHECKS: [fn(&Panel, &Study, &mut Ledger); 2] = [arms::check, degenerate::check];

/// Cleans and checks batches and folds them into the panel; at the end, decides.
///
/// What concerns rows alone is done by a `Look`, on any thread and in any order; what needs the rows before, by the
/// `Fold`, in file order.
pub struct Gatekeeper<'a> {
    study: &'a Study,
    panel: Panel,
    /// Stands for the people while they are being read.
    nobody: People,
    ledger: Ledger,
    keys: keys::Keys,
    filled: emptiness::Filled,
    as_of: Option<Day>,
    planned: bool,
}

/// Cleans batches of one table and checks each row by itself.
#[derive(Clone, Copy)]
pub struct Look<'k> {
    study: &'k Study,
    people: &'k People,
    as_of: Option<Day>,
}

/// What a look at a batch told.
pub struct Looked {
    person: Vec<u32>,
    ledger: Ledger,
    held: Vec<emptiness::Held>,
}

/// Folds batches of one table into the panel.
pub struct Fold<'k> {
    study: &'k Study,
    people: Members<'k>,
    survey: &'k mut Survey,
    sessions: &'k mut Sessions,
    practice: &'k mut Practice,
    sales: &'k mut Sales,
    totals: &'k mut Totals,
    ledger: &'k mut Ledger,
    keys: &'k mut keys::Keys,
    filled: &'k mut emptiness::Filled,
}

/// The people, as far as they are known.
enum Members<'k> {
    /// This table says who they are.
    Growing(&'k mut People),
    Known(&'k People),
}

impl<'a> Gatekeeper<'a> {
    /// An empty panel for a study. `as_of` is the day after which a date lies in the future, `memory` the bytes that the
    /// keys of the session log may take.
    pub fn new(study: &'a Study, mode: KeyMode, as_of: Option<Day>, memory: Option<u64>) -> Self {
        Self {
            study,
            panel: Panel::default(),
            nobody: People::default(),
            ledger: Ledger::default(),
            keys: keys::Keys::new(mode, memory),
            filled: emptiness::Filled::default(),
            as_of,
            planned: false,
        }
    }

    /// The two halves of the work on one table. Tables come in the order of `Table::ALL`: people first. Without a people
    /// table, those who answered the survey are the people.
    pub fn table(&mut self, table: Table) -> (Look<'_>, Fold<'_>) {
        if table > Table::Survey && !self.planned {
            self.plan();
        }
        let Self { study, panel, nobody, ledger, keys, filled, as_of, .. } = self;
        if table == Table::Survey {
            panel.people.settle();
        }
        let Panel { people, survey, sessions, practice, sales, totals } = panel;
        let alone = study.data.people.is_empty() && study.data.survey.is_empty();
        let growing = match table {
            Table::People => true,
            Table::Survey => study.data.people.is_empty(),
            // Only those who met are known where the log is all there is.
            Table::Sessions => alone,
            Table::Sales | Table::Attrition => false,
        };
        let (seen, people) =
            if growing { (&*nobody, Members::Growing(people)) } else { (&*people, Members::Known(people)) };
        let look = Look { study, people: seen, as_of: *as_of };
        (look, Fold { study, people, survey, sessions, practice, sales, totals, ledger, keys, filled })
    }
}

impl Look<'_> {
    /// Blanks what cannot be, and writes down what is wrong with rows by themselves.
    pub fn look(&self, layout: &Layout, batch: &mut Batch) -> Looked {
        let mut ledger = Ledger::default();
        ranges::clean(layout, batch, self.study, &mut ledger);
        time::clean(layout, batch, self.as_of, &mut ledger);
        let person = self.people_of(layout, batch);
        // Logs name people in no order: asked for in a loop that does nothing else, their facts come many at a time.
        let facts: Vec<Fact> = person.iter().map(|who| self.people.fact(*who)).collect();
        let seen = Seen { layout, batch, person: &person, facts: &facts, people: self.people, study: self.study };
        for check in CHECKS {
            check(&seen, &mut ledger);
        }
        let held = emptiness::look(&seen);
        Looked { person, ledger, held }
    }

    fn people_of(&self, layout: &Layout, batch: &Batch) -> Vec<u32> {
        let ids = batch.texts(layout, "employee_id").filter(|_| !self.people.is_empty());
        let Some(ids) = ids else { return vec![NOBODY; batch.rows()] };
        // Tables come sorted, logs do not: guessing the next person ends when it fails, because each guess waits for the
        // answer before it.
        let (mut near, mut guesses) = (0, GUESSES);
        let number = |id| {
            if guesses == 0 {
                return self.people.ids.find(id).unwrap_or(NOBODY);
            }
            let found = self.people.ids.find_near(id, near);
            guesses -= u32::from(found.is_none_or(|n| n.wrapping_sub(near) > 1));
            near = found.unwrap_or(near);
            found.unwrap_or(NOBODY)
        };
        ids.iter().map(number).collect()
    }
}

impl Fold<'_> {
    /// Takes in one batch that was looked at, in the order of its file.
    pub fn take(&mut self, layout: &Layout, batch: &Batch, looked: Looked) {
        let Looked { mut person, ledger, held } = looked;
        self.ledger.merge(ledger, batch.before);
        self.filled.absorb(layout, batch, held);
        if let (Members::Growing(people), Table::Survey | Table::Sessions) = (&mut self.people, layout.table)
            && let Some(ids) = batch.texts(layout, "employee_id")
        {
            person = ids.iter().map(|id| people.meet(id)).collect();
            self.practice.grow(people.len());
        }
        let people = match &self.people {
            Members::Growing(people) => people,
            Members::Known(people) => *people,
        };
        let seen = Seen { layout, batch, person: &person, facts: &[], people, study: self.study };
        let rows = self.keys.check(&seen, self.survey.answers.len(), self.ledger);
        match (layout.table, &mut self.people) {
            (Table::People, Members::Growing(people)) => people.absorb(layout, batch, &rows.keep),
            (Table::Sales, Members::Known(people)) => self.sales.absorb(layout, batch, &person, &rows.keep, people),
            (Table::Survey, _) => {
                self.survey.absorb(layout, batch, &person, &rows.keep, self.study.items.as_ref());
            }
            (Table::Sessions, _) => {
                self.sessions.absorb(layout, batch, &person, &rows.keep, &rows.first);
                self.practice.absorb(layout, batch, &person, &rows.keep, &rows.first);
            }
            (Table::Attrition, _) => self.totals.absorb(layout, batch, &rows.keep),
            (Table::People, Members::Known(_)) | (Table::Sales, Members::Growing(_)) => {}
        }
    }
}

impl Gatekeeper<'_> {
    /// Once people and survey are in: whose window is where, and from which month sales count.
    fn plan(&mut self) {
        self.planned = true;
        self.panel.people.settle();
        let people = self.panel.people.len();
        self.keys.answers(&mut self.panel.survey, people, &mut self.ledger);
        self.panel.survey.order(&self.study.waves);
        // Answers off the scale must be gone before anybody's last answer is chosen.
        ranges::engagement(&self.panel, self.study, &mut self.ledger);
        ranges::blank_engagement(&mut self.panel.survey, self.study);
        let asked = if self.study.drivers.outcome == "level" { Asked::Level } else { Asked::Engagement };
        let chosen = self.panel.survey.chosen(people, &self.study.drivers.wave, asked);
        let day = |index: &Option<usize>| {
            let answer = index.and_then(|i| self.panel.survey.answers.get(i));
            answer.and_then(|a| self.panel.survey.day(a.wave)).map_or(MISSING_DAY, |d| d.0)
        };
        let mut wave_day: Vec<i32> = chosen.iter().map(day).collect();
        if self.panel.survey.by_unit {
            wave_day = self.wave_days_by_unit(asked);
        }
        let codes: Vec<String> = self.study.topics.iter().map(|t| t.code.clone()).collect();
        let wants_manager = self.study.drivers.cluster.as_deref() == Some("manager_id");
        let by_manager = wants_manager && self.panel.people.column("manager_id").is_none();
        let more_than = self.study.practice.proper.more_than.as_deref();
        self.panel.practice = Practice::new(people, Vec::clone(&codes), more_than);
        let plan = Plan::new(wave_day, self.study.drivers.window, codes, by_manager);
        self.panel.sessions = Sessions::new(plan, people);
        if let (Wave::All, Window::Days(days), false) =
            (&self.study.drivers.wave, self.study.drivers.window, self.panel.survey.by_unit)
        {
            let topics = self.study.topics.len();
            self.panel.sessions.waves = Some(Waves::new(&self.panel.survey, people, asked, days, topics));
        }
        if !self.study.data.sessions.is_empty() {
            let (topics, highest) = (self.study.topics.len(), self.study.satisfaction.1);
            self.panel.sessions.between = Between::new(&self.panel.survey, people, topics, highest);
        }
        let comparison = self.study.comparison.as_ref();
        let start = comparison.and_then(|c| c.start).map(Day::month);
        let end = comparison.and_then(|c| c.end).map(Day::month);
        self.panel.sales = Sales::new(people, start, end);
        if let Some(comparison) = comparison {
            self.panel.sales.units = UnitMonths::new(&self.panel.people, comparison.unit_column());
        }
    }

    /// The day of the answer of each person's unit; a survey by unit says nothing of persons.
    fn wave_days_by_unit(&self, asked: Asked) -> Vec<i32> {
        let survey = &self.panel.survey;
        let waves = survey.waves_of_units(&self.study.drivers.wave, asked);
        let Some(units) = self.panel.people.column("unit_id") else {
            return vec![MISSING_DAY; self.panel.people.len()];
        };
        let day = |unit: u32| {
            let at = survey.units.find(units.ids.name(unit))?;
            Some(survey.day(waves.get(at as usize).copied().flatten()?)?.0)
        };
        let days: Vec<i32> = (0..units.ids.len() as u32).map(|unit| day(unit).unwrap_or(MISSING_DAY)).collect();
        units.of.iter().map(|&unit| days.get(unit as usize).copied().unwrap_or(MISSING_DAY)).collect()
    }

    /// Whether the keys of the log rose as promised; if not, the pass must be made again with `KeyMode::Hashed`.
    pub fn keys_settled(&self) -> bool {
        self.keys.settled()
    }

    /// The decision: data that may be used, or every fault that was found.
    pub fn admit(mut self, mut issues: Vec<Issue>, inputs: Vec<Input>) -> Result<Screened, Vec<Issue>> {
        if !self.planned {
            self.plan();
        }
        self.panel.sessions.settle();
        self.panel.practice.settle();
        self.window_without_dates();
        if let Some(memory) = self.keys.overfull() {
            let issue = self.ledger.file_note("duplicate_keys_not_checked", "sessions", Level::Warning);
            issue.threshold = Some(memory as f64);
        }
        if self.keys.only_months() {
            self.ledger.drop_code("two_on_one_day", self.panel.sessions.meetings / MONTHLY_TWICE);
        }
        if issues.iter().any(|i| i.structural && i.table.as_deref() == Some("people")) {
            // Ids are missing from a people table that could not be read whole: that is one fault, not one in each table.
            self.ledger.drop_code("orphan_id", 0);
        }
        self.filled.check(&mut self.ledger);
        for check in LAST_CHECKS {
            check(&self.panel, self.study, &mut self.ledger);
        }
        issues.extend(self.ledger.into_issues());
        admit(Data::Study(Box::new(self.panel)), issues, inputs)
    }

    fn window_without_dates(&mut self) {
        let survey = &self.panel.survey;
        let dated = (survey.answers.is_empty() && survey.unit_answers.is_empty()) || survey.dated();
        if !dated && self.study.drivers.window != Window::All {
            self.ledger.file_note("waves_without_dates", "survey", crate::findings::Level::Warning);
        }
    }
}
