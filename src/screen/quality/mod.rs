//! Quality of a study's tables: one pass in which every batch is cleaned, checked and handed to the panel, and the
//! checks that need everything at the end. Judges use, never anonymity.

mod arms;
mod degenerate;
mod emptiness;
mod keys;
mod ledger;
mod orphans;
mod ranges;
mod time;

pub use keys::KeyMode;
use ledger::Ledger;

use super::{Data, Screened, admit};
use crate::domain::Day;
use crate::findings::{Input, Issue};
use crate::panel::sessions::Plan;
use crate::panel::survey::Asked;
use crate::panel::{NOBODY, Panel, Sales, Sessions};
use crate::study::{Study, Window};
use crate::tables::{Batch, Layout, MISSING_DAY, Table};

/// What a check sees of a batch besides its cells.
struct Seen<'a> {
    layout: &'a Layout,
    batch: &'a Batch,
    /// Person number of each row, `NOBODY` when unknown or blank.
    person: &'a [u32],
    panel: &'a Panel,
    study: &'a Study,
}

/// A check that looks at every row in passing. Order: the order in which faults are told.
type Check = fn(&Seen, &mut Ledger);

/// In a log of months, two 1on1s under one date are told only when they are rarer than one in so many.
const MONTHLY_TWICE: u64 = 20;

/// The checks that need no memory of earlier rows.
const CHECKS: [Check; 4] = [orphans::check, orphans::company, orphans::own_manager, time::employment];

/// The checks that need the whole panel.
const LAST_CHECKS: [fn(&Panel, &Study, &mut Ledger); 2] = [arms::check, degenerate::check];

/// Cleans and checks batches and folds them into the panel; at the end, decides.
pub struct Gatekeeper<'a> {
    study: &'a Study,
    panel: Panel,
    ledger: Ledger,
    keys: keys::Keys,
    filled: emptiness::Filled,
    as_of: Option<Day>,
    planned: bool,
}

impl<'a> Gatekeeper<'a> {
    /// An empty panel for a study. `as_of` is the day after which a date lies in the future.
    pub fn new(study: &'a Study, mode: KeyMode, as_of: Option<Day>) -> Self {
        Self {
            study,
            panel: Panel::default(),
            ledger: Ledger::default(),
            keys: keys::Keys::new(mode),
            filled: emptiness::Filled::default(),
            as_of,
            planned: false,
        }
    }

    /// Takes in one batch of any table. Tables come in the order of `Table::ALL`: people first.
    pub fn absorb(&mut self, layout: &Layout, batch: &mut Batch) {
        if layout.table > Table::Survey && !self.planned {
            self.plan();
        }
        ranges::clean(layout, batch, self.study, &mut self.ledger);
        time::clean(layout, batch, self.as_of, &mut self.ledger);
        let person = self.people_of(layout, batch);
        let seen = Seen { layout, batch, person: &person, panel: &self.panel, study: self.study };
        for check in CHECKS {
            check(&seen, &mut self.ledger);
        }
        self.filled.absorb(&seen);
        let rows = self.keys.check(&seen, &mut self.ledger);
        match layout.table {
            Table::People => self.panel.people.absorb(layout, batch, &rows.keep),
            Table::Survey => self.panel.survey.absorb(layout, batch, &person, &rows.keep),
            Table::Sessions => self.panel.sessions.absorb(layout, batch, &person, &rows.keep, &rows.first),
            Table::Sales => self.panel.sales.absorb(layout, batch, &person, &rows.keep, &self.panel.people),
            Table::Attrition => self.panel.totals.absorb(layout, batch, &rows.keep),
        }
    }

    /// The person of each row. Without a people table, those who answered the survey are the people.
    fn people_of(&mut self, layout: &Layout, batch: &Batch) -> Vec<u32> {
        let ids = layout.position("employee_id").and_then(|at| batch.text(at));
        let Some(ids) = ids.filter(|_| layout.table != Table::People) else { return vec![NOBODY; batch.rows()] };
        if layout.table == Table::Survey && self.study.data.people.is_empty() {
            return (0..batch.rows()).map(|row| self.panel.people.meet(ids.get(row))).collect();
        }
        (0..batch.rows()).map(|row| self.panel.people.ids.find(ids.get(row)).unwrap_or(NOBODY)).collect()
    }

    /// Once people and survey are in: whose window is where, and from which month sales count.
    fn plan(&mut self) {
        self.planned = true;
        let people = self.panel.people.len();
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
        let wave_day = chosen.iter().map(day).collect();
        let codes = self.study.topics.iter().map(|t| t.code.clone()).collect();
        let wants_manager = self.study.drivers.cluster.as_deref() == Some("manager_id");
        let by_manager = wants_manager && self.panel.people.column("manager_id").is_none();
        let plan = Plan::new(wave_day, self.study.drivers.window, codes, by_manager);
        self.panel.sessions = Sessions::new(plan, people);
        let comparison = self.study.comparison.as_ref();
        let start = comparison.and_then(|c| c.start).map(Day::month);
        let end = comparison.and_then(|c| c.end).map(Day::month);
        self.panel.sales = Sales::new(people, start, end);
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
        self.window_without_dates();
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
        let dated = self.panel.survey.answers.is_empty() || self.panel.survey.dated();
        if !dated && self.study.drivers.window != Window::All {
            self.ledger.file_note("waves_without_dates", "survey", crate::findings::Level::Warning);
        }
    }
}
