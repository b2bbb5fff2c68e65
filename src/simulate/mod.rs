//! Synthetic exports with known truth: a sales division in a trial, or a population of companies. It deliberately shares
//! nothing with the analyses, so that what they recover was not put there by their own code.

mod calendar;
mod draws;
mod folder;
mod log;
mod marks;
mod plan;
mod planting;
mod sales;
mod sessions;
mod study;
mod survey;
mod truth;
mod window;
mod words;
mod world;
mod write;

use crate::Result;
use crate::domain::Day;
use draws::Purpose;
use folder::Folder;
use log::Frame;
use marks::Marks;
use plan::Plan;
use planting::Noise;
use sessions::Status;
use std::path::PathBuf;
use window::Windows;
use words::Table;
use write::{Order, Sheet};

/// Which case is simulated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Case {
    /// One sales division, teams drawn by lot to A and B; 500 people unless said otherwise.
    Division,
    /// Many companies, one per 5,000 1on1s; 1.5 million 1on1s unless said otherwise.
    Population,
}

/// How the files are spelt; the numbers are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// Canonical headers, ISO dates, UTF-8.
    English,
    /// Japanese headers and values, CP932 with CRLF, eras, full-width digits here and there, thousands separators.
    Japanese,
}

/// How much the files tell of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Export {
    /// Running employee numbers, days.
    Identified,
    /// Random ids, rows in random order, months, coarse amounts, no company or department, nobody in a small crowd.
    Anonymised,
}

/// What to simulate and where to put it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The folder for the files; it is made, and files of the same names in it are replaced.
    pub out: PathBuf,
    /// Division or population.
    pub case: Case,
    /// People listed; 25 1on1s each when only one of the two sizes is given.
    pub people: Option<usize>,
    /// 1on1s in the log, of any status; under one a month per person the log gets shorter, not sparser.
    pub sessions: Option<usize>,
    /// Same seed, same bytes.
    pub seed: u64,
    /// Spelling of the files.
    pub dialect: Dialect,
    /// Identified or anonymised.
    pub export: Export,
}

/// What was written.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Summary {
    /// People in the files.
    pub people: usize,
    /// People left out because fewer than five shared their coarse traits; none in an identified export.
    pub people_suppressed: usize,
    /// Teams.
    pub teams: usize,
    /// Companies.
    pub companies: usize,
    /// 1on1s in the log (distinct session ids), whatever their status.
    pub sessions: u64,
    /// Those of them that were held.
    pub sessions_held: u64,
    /// Rows of the session log: one per topic, one for the whole.
    pub session_rows: u64,
    /// Rows of the survey.
    pub survey_rows: u64,
    /// Rows of sales.
    pub sales_rows: u64,
    /// People with an answer.
    pub answered: usize,
    /// Those of them with all seven topics rated in the window before their last answer.
    pub complete: usize,
    /// The second over the first, 0 to 1.
    pub share_complete: f64,
}

/// Writes `sessions.csv`, `survey.csv`, `people.csv`, `sales.csv`, `study.toml` and `truth.json`; `progress` is told 1on1s
/// done and to do. Streams company by company: memory grows with the people (0.5 kB each), not with the log, except for
/// an anonymised export, whose rows are kept to be shuffled.
///
/// # Errors
/// `simulate_size` for sizes that cannot carry the truth, `simulate_out` and `simulate_write` for the disk; then nothing
/// is left behind.
pub fn simulate(options: &Options, progress: &mut dyn FnMut(u64, u64)) -> Result<Summary> {
    let plan = plan::plan(options)?;
    let mut folder = Folder::open(&options.out)?;
    let world = world::build(&plan);
    let mut marks = Marks::new(&world, options.export, options.seed, plan.sessions);
    let noise = match options.case {
        Case::Division => Noise::Independent,
        Case::Population => Noise::Orthogonal,
    };
    let mut summary = Summary {
        people: world.people.len() - marks.suppressed(),
        people_suppressed: marks.suppressed(),
        teams: world.teams.len(),
        companies: plan.companies,
        ..Summary::default()
    };
    let mut files = Files { folder: &mut folder, options };
    let frame = Frame { world: &world, case: options.case, dialect: options.dialect, export: options.export };
    let windows = write_log(&mut files, &frame, &plan, &mut marks, &mut summary, progress)?;
    let engagement = planting::engagement(&world, &windows, &plan, noise)?;
    summary.survey_rows = files
        .table(Table::Survey, "survey.csv", |sheet| survey::write(sheet, &world, &engagement, &marks, options.seed))?;
    files.table(Table::People, "people.csv", |sheet| log::people(sheet, &frame, &marks))?;
    summary.sales_rows =
        files.table(Table::Sales, "sales.csv", |sheet| sales::write(sheet, &world, &marks, options.seed))?;
    folder.write("study.toml", &study::text(options))?;
    folder.write("truth.json", &truth::text(options, &plan, &summary, noise)?)?;
    folder.finish()?;
    Ok(summary)
}

/// The tables of one folder, opened as the options say.
struct Files<'a> {
    folder: &'a mut Folder,
    options: &'a Options,
}

impl Files<'_> {
    fn table(&mut self, table: Table, name: &'static str, fill: impl FnOnce(&mut Sheet) -> Result<u64>) -> Result<u64> {
        let (dialect, export) = (self.options.dialect, self.options.export);
        let order = match export {
            Export::Identified => Order::Written,
            Export::Anonymised => {
                Order::Shuffled(Box::new(draws::stream(self.options.seed, Purpose::RowOrder, table as u64)))
            }
        };
        let path = self.folder.file(name);
        let mut sheet = Sheet::create(&path, dialect, order, &words::header(table, dialect, export))?;
        let rows = fill(&mut sheet)?;
        sheet.close()?;
        Ok(rows)
    }
}

/// Writes the log and returns the windows as they truly were, on which engagement is planted.
fn write_log(
    files: &mut Files<'_>,
    frame: &Frame<'_>,
    plan: &Plan,
    marks: &mut Marks,
    summary: &mut Summary,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Windows> {
    let people = frame.world.people.len();
    let mut exact = Windows::new(people, calendar::waves());
    // An anonymised export has its own dates, hence its own share of complete people.
    let mut coarse = marks.coarse().then(|| Windows::new(people, marks.waves()));
    let (mut done, total) = (0, plan.sessions as u64);
    summary.session_rows = files.table(Table::Sessions, "sessions.csv", |sheet| {
        let mut rows = 0;
        for company in 0..plan.companies {
            for session in &sessions::of_company(frame.world, plan, company) {
                exact.absorb(session, session.day);
                done += 1;
                if !marks.keeps(session.person) {
                    continue;
                }
                if let Some(windows) = &mut coarse {
                    let day: Day = marks.day(session.day);
                    windows.absorb(session, day);
                }
                rows += log::session(sheet, frame, marks, session)?;
                summary.sessions += 1;
                summary.sessions_held += u64::from(session.status == Status::Held);
            }
            progress(done, total);
        }
        Ok(rows)
    })?;
    let coverage = coarse.as_ref().unwrap_or(&exact).coverage(frame.world, &|p| marks.keeps(p));
    (summary.answered, summary.complete) = (coverage.answered, coverage.complete);
    summary.share_complete = coverage.share();
    Ok(exact)
}
