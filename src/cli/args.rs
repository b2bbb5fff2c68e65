//! The command tree as clap sees it: names, options and the help a reader gets. Parses words into values and decides
//! nothing about them; commands that do not exist yet are not named here.

pub mod power;

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// From one-on-one logs, engagement surveys and sales to drivers, comparisons, stages and a report.
#[derive(Debug, Parser)]
#[command(
    name = "oneonone",
    version,
    about = "From one-on-one logs, engagement surveys, people and sales to drivers, comparisons, stages and a report",
    long_about = TOP,
    after_help = "Start with `oneonone simulate --out demo`, then `oneonone run demo/study.toml --out demo/out`.",
    propagate_version = true,
    disable_help_subcommand = true,
    max_term_width = 100
)]
pub struct Cli {
    /// What to do; without it the program says what to do next.
    #[command(subcommand)]
    pub command: Option<Command>,
}

const TOP: &str = "\
oneonone answers four questions from exported data: which one-on-one topics go with engagement, whether group A did \
better than group B on sales, whether fewer people left, and where people stand on the ladder of the relationship. \
It refuses to answer what the data cannot carry, and says what would change that.

Results go to standard output and nothing else does; warnings and errors go to standard error. The exit status is 0 \
when done, 1 when the data say no, 2 when the program could not run, 70 for a fault of oneonone itself.";

/// The commands of this version. The long help stands here, not at the options: a variant's own comment wins over theirs.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Do everything a study asks: read, screen, analyse, draw, write the report
    #[command(long_about = RUN)]
    Run(Run),
    /// What goes with the outcome: a study's topics, or any linear model on any table
    #[command(long_about = REGRESS)]
    Regress(Regress),
    /// Group A against group B on sales, or on any number of any table
    #[command(long_about = COMPARE)]
    Compare(Compare),
    /// Who left, group A against group B, by month and as survival
    #[command(long_about = ATTRITION)]
    Attrition(Attrition),
    /// How many people a trial needs, or what the data in hand could show
    #[command(long_about = power::POWER)]
    Power(power::Power),
    /// Where people stand on the ladder, overall and by group
    #[command(long_about = STAGES)]
    Stages(Stages),
    /// Is the ladder a ladder: do answers to its items make a scale, and in the declared order
    #[command(long_about = LADDER)]
    Ladder(Ladder),
    /// How the 1on1s are really held, and what goes with it
    #[command(long_about = PRACTICE)]
    Practice(Practice),
    /// The gate for exports: may these files be used, and may they leave the house
    #[command(long_about = VALIDATE)]
    Validate(Validate),
    /// Make an export that the gate passes, and say what it loses
    #[command(long_about = ANONYMISE)]
    Anonymise(Anonymise),
    /// Pack the exports of one shard, to be answered with other shards later
    #[command(long_about = SUMMARISE)]
    Summarise(Summarise),
    /// Write the pages again from findings.json, without the personal data
    #[command(long_about = REPORT)]
    Report(Report),
    /// Write synthetic exports with known truth and a study file that is ready to run
    #[command(long_about = SIMULATE)]
    Simulate(Simulate),
    /// What a code, mark, column or method means
    #[command(long_about = EXPLAIN)]
    Explain(Explain),
}

/// Options of every command.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Shared options")]
pub struct Shared {
    /// Language of pages and messages; without it the study's, then the locale's
    #[arg(long, value_enum, value_name = "ja|en")]
    pub language: Option<Tongue>,
    /// Say nothing on standard error but errors
    #[arg(long)]
    pub quiet: bool,
    /// Colour on a terminal; NO_COLOR switches it off as well
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Paint::Auto, hide_possible_values = true)]
    pub color: Paint,
    /// Threads to use; the numbers do not depend on it
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    pub threads: Option<u16>,
}

/// Options of every command that computes findings.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Shared options")]
pub struct Asking {
    /// Fewest people behind any number shown: 5 in a study unless it says otherwise, 1 on a plain table
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub crowd: Option<u64>,
    /// Treat faults of cells as a reason to exit 1
    #[arg(long)]
    pub strict: bool,
    /// The day after which a date lies in the future; without it today
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<String>,
    /// Seed of every random draw; without it the study's, or 1
    #[arg(long, value_name = "S")]
    pub seed: Option<u64>,
    /// Memory for the keys of a log whose ids do not rise, such as 500M or 2G; beyond it repeats are not looked for
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub memory: Option<u64>,
}

/// A number of bytes: 1000000, 500M, 2G.
fn size(text: &str) -> Result<u64, String> {
    let (digits, power) = match text.char_indices().last() {
        Some((at, 'k' | 'K')) => (text.get(..at), 10),
        Some((at, 'm' | 'M')) => (text.get(..at), 20),
        Some((at, 'g' | 'G')) => (text.get(..at), 30),
        _ => (Some(text), 0),
    };
    let number = digits.and_then(|digits| digits.parse::<u64>().ok()).and_then(|n| n.checked_mul(1 << power));
    number.ok_or_else(|| "a size such as 500M or 2G".to_string())
}

/// Where the result goes on standard output.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Shared options")]
pub struct Shape {
    /// How the result is written on standard output: table, json, jsonl, csv or md
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = Format::Table, hide_possible_values = true)]
    pub format: Format,
}

/// Language of what is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Tongue {
    /// Japanese
    Ja,
    /// English
    En,
}

/// Languages of pages that are written to files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Tongues {
    /// Japanese
    Ja,
    /// English
    En,
    /// A page in each
    Both,
}

/// When to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Paint {
    /// On a terminal
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// How a result is written on standard output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Words and aligned columns for an 80-column terminal
    Table,
    /// The findings with their provenance
    Json,
    /// One finding a line
    Jsonl,
    /// One row per term, level or month
    Csv,
    /// Markdown
    Md,
}

impl Format {
    /// The name under which `report::RENDERERS` knows it.
    pub fn name(self) -> &'static str {
        match self {
            Format::Table => "table",
            Format::Json => "json",
            Format::Jsonl => "jsonl",
            Format::Csv => "csv",
            Format::Md => "md",
        }
    }
}

/// What `oneonone run --help` begins with.
const RUN: &str = "\
Reads the exports named in the study file, screens them, answers every question the study asks, and writes \
findings.json, charts, report.html and the other pages asked for, and manifest.json. A question that the data cannot \
answer is declined with what would make it answerable; the others go on.";

/// `oneonone run`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  The sample study, written beside it
    oneonone run data-samples/division/study.toml --out out

  Findings only with another crowd, stopping at any fault of a cell
    oneonone run study.toml --out out --crowd 10 --strict

  From the states of two shards, the same findings as from all their files at once
    oneonone run --from osaka.state tokyo.state --out out")]
pub struct Run {
    /// The study file
    #[arg(value_name = "STUDY.toml", required_unless_present = "from", conflicts_with = "from")]
    pub study: Option<PathBuf>,
    /// States instead of a study file, as `oneonone summarise` wrote them
    #[arg(long, value_name = "STATE", num_args = 1..)]
    pub from: Vec<PathBuf>,
    /// Where to write; without it `out` beside the study file
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Options about the question.
    #[command(flatten)]
    pub asking: Asking,
    /// Standard output.
    #[command(flatten)]
    pub shape: Shape,
    /// Options of every command.
    #[command(flatten)]
    pub shared: Shared,
}

/// What `oneonone summarise --help` begins with.
const SUMMARISE: &str = "\
Reads the exports of one shard - a company, a month - and writes what the analyses need of them into one file. `oneonone \
run --from` then answers from any number of such files as it would have from all the exports at once, to the last bit. A \
state is personal data like the exports: nobody but you can read it, and report does not take it.";

/// `oneonone summarise`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  Two shards, then the findings of both
    oneonone summarise tokyo/study.toml -o tokyo.state
    oneonone summarise osaka/study.toml -o osaka.state
    oneonone run --from osaka.state tokyo.state --out out")]
pub struct Summarise {
    /// The study file of the shard: the same questions as every other shard's, its own files
    #[arg(value_name = "STUDY.toml")]
    pub study: PathBuf,
    /// The state to write
    #[arg(long, short, value_name = "STATE")]
    pub output: PathBuf,
    /// Options of every command.
    #[command(flatten)]
    pub shared: Shared,
}

/// What `oneonone regress --help` begins with.
const REGRESS: &str = "\
With a study: how satisfaction with each one-on-one topic goes with the outcome, holding the others fixed. With a \
table: any linear model, a logit or a proportional-odds logit. Errors are CR2 with Satterthwaite degrees of freedom \
when a cluster is known, else HC2. What is shown is an association; the marks follow the declared rule, which is \
printed with them.";

/// `oneonone regress`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  The drivers of the sample study
    oneonone regress data-samples/division/study.toml

  Any table, company and month absorbed, errors by department, every covariance side by side
    oneonone regress staff.csv --formula 'score ~ pay + C(site) | company + month' --cluster department --vcov-table

  Of some rows only, two outcomes, a product and a logarithm
    oneonone regress staff.csv --formula 'score + stay ~ log(pay) * age' --where 'site == \"Osaka\" & pay > 0'")]
pub struct Regress {
    /// A study file, or the table: CSV, Parquet or XLSX files of the same columns, or - for standard input
    #[arg(value_name = "STUDY.toml|DATA", required = true)]
    pub input: Vec<PathBuf>,
    /// The model, as in R: 'y ~ a + b + a:b + C(site) | absorbed'
    #[arg(long, value_name = "FORMULA")]
    pub formula: Option<String>,
    /// Rows that count: 'dept == \"sales\" & wave >= \"2024-06-30\"'; in (...), missing(x), !, | and brackets as well
    #[arg(long = "where", value_name = "EXPR")]
    pub condition: Option<String>,
    /// Kind of model: ols, logit (outcome of two values) or ordinal (proportional odds)
    #[arg(long, value_enum, value_name = "KIND", hide_possible_values = true)]
    pub model: Option<ModelKind>,
    /// Column of the clusters that errors are computed by; two that cross with a comma
    #[arg(long, value_name = "COL", value_delimiter = ',')]
    pub cluster: Vec<String>,
    /// Covariance: iid, HC0, HC1, HC2, HC3, CR0, CR1, CR2, CR3 or wild
    #[arg(long, value_name = "KIND", ignore_case = true,
        value_parser = ["iid", "HC0", "HC1", "HC2", "HC3", "CR0", "CR1", "CR2", "CR3", "wild"],
        hide_possible_values = true)]
    pub vcov: Option<String>,
    /// Every covariance side by side, with the R, Stata and Python call that gives the same
    #[arg(long)]
    pub vcov_table: bool,
    /// Weights of the wild bootstrap: rademacher or webb
    #[arg(long, value_enum, value_name = "WEIGHTS", hide_possible_values = true)]
    pub wild_weights: Option<WildWeights>,
    /// Draws of a bootstrap; without it 9999 of the wild one and 1999 of the shares of R2
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(99..=1_000_000))]
    pub draws: Option<u32>,
    /// Column of analytic weights
    #[arg(long, value_name = "COL")]
    pub weights: Option<String>,
    /// Leave out terms that follow exactly from others, and say which, instead of declining
    #[arg(long)]
    pub drop_collinear: bool,
    /// Rows with missing terms: complete (left out), mi (imputed) or ipw (weighted), beside the complete rows
    #[arg(long, value_enum, value_name = "METHOD", hide_possible_values = true)]
    pub missing: Option<Missing>,
    /// Influence, heteroscedasticity, robustness, and every cluster left out in turn
    #[arg(long)]
    pub diagnostics: bool,
    /// Resampled intervals of the shares of R2, and how stable their order is
    #[arg(long)]
    pub resample: bool,
    /// Order of the terms: file, estimate, beta, p or share
    #[arg(long, value_enum, value_name = "BY", hide_possible_values = true)]
    pub sort: Option<TermOrder>,
    /// Correction for looking at several terms: holm, bh or none
    #[arg(long, value_name = "METHOD", value_parser = ["holm", "bh", "none"], hide_possible_values = true)]
    pub adjust: Option<String>,
    /// Relative tolerance of the rank test; without it 1e-10
    #[arg(long, value_name = "TOL", value_parser = tolerance)]
    pub tol: Option<f64>,
    /// Options about the question.
    #[command(flatten)]
    pub asking: Asking,
    /// Standard output.
    #[command(flatten)]
    pub shape: Shape,
    /// Options of every command.
    #[command(flatten)]
    pub shared: Shared,
}

/// Kind of model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ModelKind {
    /// Linear
    Ols,
    /// Binary logit
    Logit,
    /// Proportional-odds logit
    Ordinal,
}

/// Weights of the wild bootstrap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum WildWeights {
    /// Two points
    Rademacher,
    /// Six points
    Webb,
}

/// What is done about missing terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Missing {
    /// Left out
    Complete,
    /// Imputed
    Mi,
    /// Weighted
    Ipw,
}

impl Missing {
    /// Its name in a study file.
    pub fn name(self) -> &'static str {
        match self {
            Missing::Complete => "complete",
            Missing::Mi => "mi",
            Missing::Ipw => "ipw",
        }
    }
}

/// Order of the terms in a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TermOrder {
    /// As in the formula
    File,
    /// Largest coefficient first
    Estimate,
    /// Largest |beta| first
    Beta,
    /// Smallest p first
    P,
    /// Largest share of R2 first
    Share,
}

/// What `oneonone compare --help` begins with.
const COMPARE: &str = "\
The mean of an outcome in the treatment arm against the control arm: difference, lift with Fieller's interval, whether \
the split came out as planned, and the smallest difference the data could have shown. Errors are by the unit that was \
assigned. Causal words appear only for a randomised design that passed its ratio check.";

/// `oneonone compare`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  Sales of A against B in the sample study
    oneonone compare data-samples/division/study.toml

  Any table, teams assigned by chance
    oneonone compare visits.csv --outcome spend --arm variant --treatment new --control old \\
      --unit store --design randomised")]
pub struct Compare {
    /// A study file, or the table: CSV, Parquet or XLSX files of the same columns, or - for standard input
    #[arg(value_name = "STUDY.toml|DATA", required = true)]
    pub input: Vec<PathBuf>,
    /// The number compared
    #[arg(long, value_name = "COL")]
    pub outcome: Option<String>,
    /// The column that says who is in which arm
    #[arg(long, value_name = "COL")]
    pub arm: Option<String>,
    /// The treatment arm's value
    #[arg(long, value_name = "A")]
    pub treatment: Option<String>,
    /// The control arm's value
    #[arg(long, value_name = "B")]
    pub control: Option<String>,
    /// The unit that was assigned, if not the row
    #[arg(long, value_name = "COL")]
    pub unit: Option<String>,
    /// Strata within which units were assigned
    #[arg(long, value_name = "COL")]
    pub strata: Option<String>,
    /// Columns by whose values the difference is shown too, declared beforehand
    #[arg(long, value_name = "COL,...", value_delimiter = ',')]
    pub groups: Vec<String>,
    /// Numbers from before the start to hold fixed in the adjusted difference
    #[arg(long, value_name = "COL,...", value_delimiter = ',')]
    pub adjust: Vec<String>,
    /// The largest difference that would not matter: 5% of the control mean, or a number
    #[arg(long, value_name = "MARGIN")]
    pub margin: Option<String>,
    /// Month or date of a row, for the monthly series
    #[arg(long, value_name = "COL")]
    pub time: Option<String>,
    /// First month of the treatment: rows before it serve differences in differences
    #[arg(long, value_name = "MONTH")]
    pub start: Option<String>,
    /// Month that is 100 in the index; without it the same month a year earlier
    #[arg(long, value_name = "MONTH")]
    pub index_base: Option<String>,
    /// What was done, 0 or 1 or a dose: effect on those whom the assignment moved
    #[arg(long, value_name = "COL")]
    pub dose: Option<String>,
    /// Were the units assigned by chance: randomised or observational
    #[arg(long, value_enum, value_name = "DESIGN", hide_possible_values = true)]
    pub design: Option<Design>,
    /// Options about the question.
    #[command(flatten)]
    pub asking: Asking,
    /// Standard output.
    #[command(flatten)]
    pub shape: Shape,
    /// Options of every command.
    #[command(flatten)]
    pub shared: Shared,
}

/// Was the treatment assigned by chance?
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Design {
    /// By chance
    #[value(alias = "randomized")]
    Randomised,
    /// Not by chance, or not known
    Observational,
}

/// What `oneonone attrition --help` begins with.
const ATTRITION: &str = "\
Who left, treatment against control: monthly rates, the index against the same month a year earlier, Kaplan-Meier \
curves, log-rank, hazards with what is held fixed, reasons for leaving, and the share that left by assigned unit, which \
leads wherever units were assigned. A table gives durations with an event, or two dates with the period that was \
watched, or only who is gone. What is not shown says how many people it would have taken.";

/// `oneonone attrition`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  Leaving in the sample study
    oneonone attrition data-samples/division/study.toml

  Two dates per person, watched for a year
    oneonone attrition staff.csv --arm pilot --treatment yes --control no \\
      --entered hired --left quit --from 2024-01-01 --to 2024-12-31

  Durations, teams assigned by chance, age and site held fixed, reasons apart
    oneonone attrition staff.csv --arm pilot --duration days --event gone --unit team \\
      --covariates age,site --reason why --design randomised")]
pub struct Attrition {
    /// A study file, or the table: CSV, Parquet or XLSX files of the same columns, or - for standard input
    #[arg(value_name = "STUDY.toml|DATA", required = true)]
    pub input: Vec<PathBuf>,
    /// The column that says who is in which arm
    #[arg(long, value_name = "COL")]
    pub arm: Option<String>,
    /// The treatment arm's value
    #[arg(long, value_name = "A")]
    pub treatment: Option<String>,
    /// The control arm's value
    #[arg(long, value_name = "B")]
    pub control: Option<String>,
    /// Time until leaving or until last seen
    #[arg(long, value_name = "COL", requires = "event", conflicts_with_all = ["entered", "left", "from", "to"])]
    pub duration: Option<String>,
    /// Whether the person left: 0/1, true/false, 1/2, or 'col == value'; alone, the shares that left are compared
    #[arg(long, value_name = "COL", conflicts_with = "entered")]
    pub event: Option<String>,
    /// Time at which watching began, where that was not at 0 (a tenure at the start of the period)
    #[arg(long, value_name = "COL", requires = "duration")]
    pub entry: Option<String>,
    /// Date of entry
    #[arg(long, value_name = "COL", requires_all = ["left", "from", "to"])]
    pub entered: Option<String>,
    /// Date of leaving, blank while there
    #[arg(long, value_name = "COL", requires = "entered")]
    pub left: Option<String>,
    /// First day watched
    #[arg(long, value_name = "DATE", requires = "entered")]
    pub from: Option<String>,
    /// Last day watched
    #[arg(long, value_name = "DATE", requires = "entered")]
    pub to: Option<String>,
    /// Days over which mean time is compared
    #[arg(long, value_name = "DAYS", value_parser = positive)]
    pub horizon: Option<f64>,
    /// The unit that was assigned, if not the row
    #[arg(long, value_name = "COL")]
    pub unit: Option<String>,
    /// Strata within which units were assigned: log-rank and hazards within them
    #[arg(long, value_name = "COL")]
    pub strata: Option<String>,
    /// Why people left: the share that left for each reason, the others at work
    #[arg(long, value_name = "COL")]
    pub reason: Option<String>,
    /// Columns held fixed in the hazard model; a text is taken as categories
    #[arg(long, value_name = "COL,COL", value_delimiter = ',')]
    pub covariates: Vec<String>,
    /// People who leave at the same time, in the hazard model: efron (the default) or breslow
    #[arg(long, value_enum, value_name = "RULE", hide_possible_values = true)]
    pub ties: Option<Ties>,
    /// Fall in leaving that should be found, for how many people that would take: 0.2 (the default) is 20 % less
    #[arg(long, value_name = "SHARE", value_parser = between)]
    pub effect: Option<f64>,
    /// Were the units assigned by chance: randomised or observational
    #[arg(long, value_enum, value_name = "DESIGN", hide_possible_values = true)]
    pub design: Option<Design>,
    /// Options about the question.
    #[command(flatten)]
    pub asking: Asking,
    /// Standard output.
    #[command(flatten)]
    pub shape: Shape,
    /// Options of every command.
    #[command(flatten)]
    pub shared: Shared,
}

/// The rule for ties of a hazard model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Ties {
    /// Efron's
    Efron,
    /// Breslow's
    Breslow,
}

/// What `oneonone stages --help` begins with.
const STAGES: &str = "\
How many people stand on each of the 17 levels and 10 stages of the ladder, with intervals, overall and by group, and \
who moved up or down between two answers. Levels nobody chose stay in the picture; small groups are hidden.";

/// `oneonone stages`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  The ladder of the sample study
    oneonone stages data-samples/division/study.toml

  Any table of answers, by department
    oneonone stages answers.csv --level level --by department")]
pub struct Stages {
    /// A study file, or the table: CSV, Parquet or XLSX files of the same columns, or - for standard input
    #[arg(value_name = "STUDY.toml|DATA", required = true)]
    pub input: Vec<PathBuf>,
    /// The answer, 0 to 16
    #[arg(long, value_name = "COL")]
    pub level: Option<String>,
    /// Column to group by
    #[arg(long, value_name = "COL", value_delimiter = ',')]
    pub by: Vec<String>,
    /// Column that tells people apart, when a person has several answers
    #[arg(long, value_name = "COL", requires = "wave")]
    pub person: Option<String>,
    /// Column that orders a person's answers
    #[arg(long, value_name = "COL", requires = "person")]
    pub wave: Option<String>,
    /// Column of the teams that people come in: intervals and tests are between teams
    #[arg(long, value_name = "COL")]
    pub cluster: Option<String>,
    /// Numeric columns to be told by stage, now and at the next answer
    #[arg(long, value_name = "COL", value_delimiter = ',')]
    pub outcome: Vec<String>,
    /// Draw whole teams for the intervals of shares
    #[arg(long)]
    pub resample: bool,
    /// Options about the question.
    #[command(flatten)]
    pub asking: Asking,
    /// Standard output.
    #[command(flatten)]
    pub shape: Shape,
    /// Options of every command.
    #[command(flatten)]
    pub shared: Shared,
}

/// What `oneonone ladder --help` begins with.
const LADDER: &str = "\
Whether answers to the items of a ladder make one: Loevinger's H of the scale, of each item and of each pair, with errors \
by cluster; Guttman errors and reproducibility beside what the margins alone would give; which items fall where they \
should rise; which neighbours stand the other way round; which neighbouring levels do not differ on an outcome. H under \
0.3 is not a ladder, from 0.3 a weak, from 0.4 a medium, from 0.5 a strong one.";

/// `oneonone ladder`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  Six items answered by yes or no, the most common step first
    oneonone ladder answers.csv --items i1,i2,i3,i4,i5,i6

  Answers from 1 to 5, agreed from 4 on, people in teams, levels against an outcome
    oneonone ladder answers.csv --items s1,s2,s3 --agree 4 --cluster team --outcome engagement")]
pub struct Ladder {
    /// A study file, or the table: CSV or Parquet files of the same columns, or - for standard input
    #[arg(value_name = "STUDY.toml|DATA", required = true)]
    pub input: Vec<PathBuf>,
    /// The item columns, lowest step of the ladder first: whole numbers, or words like yes and no
    #[arg(long, value_name = "COL,COL,...", value_delimiter = ',')]
    pub items: Vec<String>,
    /// Answers from this number on agree; without it answers are taken as they are
    #[arg(long, value_name = "NUMBER")]
    pub agree: Option<f64>,
    /// Column of people who sit together: errors by team
    #[arg(long, value_name = "COL")]
    pub cluster: Option<String>,
    /// Column on which neighbouring levels are compared
    #[arg(long, value_name = "COL")]
    pub outcome: Option<String>,
    /// Whether the order of --items is a claim to be tested
    #[arg(long, value_enum, value_name = "declared|observed", default_value_t = DeclaredOrder::Declared, hide_possible_values = true)]
    pub order: DeclaredOrder,
    /// Options about the question.
    #[command(flatten)]
    pub asking: Asking,
    /// Standard output.
    #[command(flatten)]
    pub shape: Shape,
    /// Options of every command.
    #[command(flatten)]
    pub shared: Shared,
}

/// Whether the order of the items is a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DeclaredOrder {
    /// It is: lowest step first.
    Declared,
    /// It is not: the items come in any order.
    Observed,
}

/// What `oneonone practice --help` begins with.
const PRACTICE: &str = "\
Are the 1on1s really held: how often, how long, how regularly, about what, and how long until the next one? Everybody \
employed for a whole month counts, met or not. What a proper month is stands under [practice] of the study file. Outcomes \
by the share of proper months are associations.";

/// `oneonone practice`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  The practice of the sample study
    oneonone practice data-samples/division/study.toml

  Any log of 1on1s, whatever its headers
    oneonone practice log.csv --employee staff --held-on day --minutes length")]
pub struct Practice {
    /// A study file, or the log: CSV or Parquet files of the same columns
    #[arg(value_name = "STUDY.toml|DATA", required = true)]
    pub input: Vec<PathBuf>,
    /// Column of the log that tells reports apart
    #[arg(long, value_name = "COL")]
    pub employee: Option<String>,
    /// Column of the day
    #[arg(long, value_name = "COL")]
    pub held_on: Option<String>,
    /// Column of the manager
    #[arg(long, value_name = "COL")]
    pub manager: Option<String>,
    /// Column of the length in minutes
    #[arg(long, value_name = "COL")]
    pub minutes: Option<String>,
    /// Column that says whether it was held, planned or called off (and by whom)
    #[arg(long, value_name = "COL")]
    pub status: Option<String>,
    /// Column of the topics
    #[arg(long, value_name = "COL")]
    pub topic: Option<String>,
    /// Column of the report's satisfaction
    #[arg(long, value_name = "COL")]
    pub satisfaction: Option<String>,
    /// Options about the question.
    #[command(flatten)]
    pub asking: Asking,
    /// Standard output.
    #[command(flatten)]
    pub shape: Shape,
    /// Options of every command.
    #[command(flatten)]
    pub shared: Shared,
}

/// What `oneonone validate --help` begins with.
const VALIDATE: &str = "\
Looks at every file and says every fault at once: encoding, structure, types, ranges, keys and time, then direct \
identifiers, day-level dates and people who stand alone. It prints places, kinds and counts, never a value. On an \
identified internal study it fails, as it should: that study may be analysed, its files may not leave the house.";

/// `oneonone validate`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  The sample export passes, the sample study does not
    oneonone validate data-samples/division-export/study.toml
    oneonone validate data-samples/division/study.toml

  A folder in a CI job: annotations on the lines at fault, and a file for the code scanning page
    oneonone validate export/ --profile partner --format sarif --output gate.sarif --format github")]
pub struct Validate {
    /// A folder of exports, a study file, or the files themselves
    #[arg(value_name = "DIR|STUDY.toml|FILE", required = true)]
    pub input: Vec<PathBuf>,
    /// Who will receive the files: internal, partner, public or pseudonymised
    #[arg(long, value_enum, value_name = "PROFILE", default_value_t = Profile::Internal, hide_possible_values = true)]
    pub profile: Profile,
    /// Quasi-identifiers: columns that others may know about a person
    #[arg(long, value_name = "COL", value_delimiter = ',')]
    pub quasi: Vec<String>,
    /// Sensitive columns: what must not be learned about a person
    #[arg(long, value_name = "COL", value_delimiter = ',')]
    pub sensitive: Vec<String>,
    /// The release before this one
    #[arg(long, value_name = "DIR")]
    pub previous: Option<PathBuf>,
    /// A table with the quasi-identifiers of everybody whom the people might be taken for
    #[arg(long, value_name = "FILE")]
    pub population: Option<PathBuf>,
    /// Shows how well every column, alone and combined, singles people out
    #[arg(long)]
    pub suggest: bool,
    /// Seconds after which the attempt to reverse digests in ids gives up; 0 does not try
    #[arg(long, value_name = "SECONDS", default_value_t = 3)]
    pub attack_seconds: u64,
    /// Warnings fail the gate as well
    #[arg(long)]
    pub strict: bool,
    /// The day after which a date lies in the future; without it today
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<String>,
    /// Memory for the keys of a log whose ids do not rise, such as 500M or 2G; beyond it repeats are not looked for
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub memory: Option<u64>,
    /// How the verdict is written: table, json, sarif, junit, github, gitlab or md; may be given again
    #[arg(long, value_name = "FORMAT", value_parser = gate_format)]
    pub format: Vec<&'static str>,
    /// A file for each --format, in order; the one without a file goes to standard output
    #[arg(long, value_name = "FILE")]
    pub output: Vec<PathBuf>,
    /// Findings that somebody accepts: TOML with rule, file, column, count, reason, owner and expires
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// Options of every command.
    #[command(flatten)]
    pub shared: Shared,
}

/// What `oneonone anonymise --help` begins with.
const ANONYMISE: &str = "\
From an identified study to an export that validate passes for the chosen profile: pseudonyms that only your key can make \
again, rows in random order, months for days, departments merged and dates of employment coarser where too few people would \
be alike, numbers rounded, free text and unknown columns gone. The coarsest step is never taken where a finer one will do: \
the search looks for the least loss, and the loss report says what each analysis loses. What cannot be made to pass is \
refused with the reason, and nothing is written.";

/// `oneonone anonymise`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  A new key, and an export for colleagues
    oneonone anonymise data-samples/division/study.toml --out export --new-key house.key

  For anybody, with the key from the environment of a CI job; the gate on what came of it
    ONEONONE_KEY=... oneonone anonymise study.toml --out export --profile public
    oneonone validate export --profile public")]
pub struct Anonymise {
    /// The identified study
    #[arg(value_name = "STUDY.toml")]
    pub study: PathBuf,
    /// The folder of the export; it must not be there yet
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Who will receive the files: internal, partner, public or pseudonymised
    #[arg(long, value_enum, value_name = "PROFILE", default_value_t = Profile::Internal, hide_possible_values = true)]
    pub profile: Profile,
    /// File with the key of the pseudonyms, 32 bytes or more; without it the environment variable ONEONONE_KEY
    #[arg(long, value_name = "FILE")]
    pub key_file: Option<PathBuf>,
    /// Make a new key, write it to this file (readable by you alone) and use it
    #[arg(long, value_name = "FILE", conflicts_with = "key_file")]
    pub new_key: Option<PathBuf>,
    /// Columns of people that are not of the schema and may stay, as quasi-identifiers; all others go
    #[arg(long, value_name = "COL", value_delimiter = ',')]
    pub quasi: Vec<String>,
    /// Where the loss report goes; without it a folder beside the export, because it is not part of it
    #[arg(long, value_name = "DIR")]
    pub report: Option<PathBuf>,
    /// Replace an earlier export in the folder
    #[arg(long)]
    pub force: bool,
    /// The day after which a date lies in the future; without it today
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<String>,
    /// How the loss is told on standard output: table, json or md
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = ExplainFormat::Table, hide_possible_values = true)]
    pub format: ExplainFormat,
    /// Options of every command.
    #[command(flatten)]
    pub shared: Shared,
}

/// Who will receive an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Profile {
    /// Colleagues
    Internal,
    /// A named partner
    Partner,
    /// Anybody
    Public,
    /// Pseudonymised data that stay personal information
    Pseudonymised,
}

impl Profile {
    /// Its name in the output.
    pub fn name(self) -> &'static str {
        match self {
            Profile::Internal => "internal",
            Profile::Partner => "partner",
            Profile::Public => "public",
            Profile::Pseudonymised => "pseudonymised",
        }
    }
}

/// How a verdict is written.
fn gate_format(text: &str) -> Result<&'static str, String> {
    let mut names = crate::report::gate::FORMATS.iter().map(|(name, _)| *name);
    let known = names.clone().collect::<Vec<_>>().join(", ");
    names.find(|name| *name == text).ok_or_else(|| format!("use one of {known}"))
}

/// What `oneonone report --help` begins with.
const REPORT: &str = "\
Writes the pages again from findings.json, in another language or format, without the personal data: the findings \
have already passed the crowd rule and hold nothing about one person.";

/// `oneonone report`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  The English page of a Japanese run
    oneonone report out/findings.json --language en --out pages

  Both languages as HTML and Markdown
    oneonone report out/findings.json --format html,md --language both --out pages")]
pub struct Report {
    /// The findings of an earlier run
    #[arg(value_name = "findings.json")]
    pub findings: PathBuf,
    /// Pages to write: html, md
    #[arg(
        long,
        value_enum,
        value_name = "FORMAT",
        value_delimiter = ',',
        default_value = "html",
        hide_possible_values = true
    )]
    pub format: Vec<Page>,
    /// Language of the pages: ja, en or both
    #[arg(long, value_enum, value_name = "LANGUAGE", hide_possible_values = true)]
    pub language: Option<Tongues>,
    /// Where to write; without it the folder of the findings
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Say nothing on standard error but errors
    #[arg(long)]
    pub quiet: bool,
}

/// A page that can be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Page {
    /// One self-contained page
    Html,
    /// Markdown
    Md,
}

impl Page {
    /// Its name, which is also the file's extension.
    pub fn name(self) -> &'static str {
        match self {
            Page::Html => "html",
            Page::Md => "md",
        }
    }
}

/// What `oneonone simulate --help` begins with.
const SIMULATE: &str = "\
Writes sessions, survey, people and sales of people who do not exist, with the effects planted in them written to \
truth.json and a study.toml that is ready to run. The same seed gives the same bytes.";

/// `oneonone simulate`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  One sales division of 500 people, then its report
    oneonone simulate --out demo
    oneonone run demo/study.toml --out demo/out

  1.5 million one-on-ones of 300 companies
    oneonone simulate --out big --case population --sessions 1500000 --seed 7")]
pub struct Simulate {
    /// Where to write
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// What to write: division (one division, A against B) or population (many companies)
    #[arg(long, value_enum, value_name = "CASE", default_value_t = Case::Division, hide_possible_values = true)]
    pub case: Case,
    /// How many people
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(20..))]
    pub people: Option<u64>,
    /// How many one-on-ones, for the population
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub sessions: Option<u64>,
    /// Seed of every random draw
    #[arg(long, value_name = "S", default_value_t = 1)]
    pub seed: u64,
    /// Write an anonymised export of it instead: months for days, random ids, no names
    #[arg(long)]
    pub anonymised: bool,
    /// Language of headers and values, and of what is printed
    #[arg(long, value_enum, value_name = "ja|en")]
    pub language: Option<Tongue>,
    /// Say nothing on standard error but errors
    #[arg(long)]
    pub quiet: bool,
}

/// What to simulate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Case {
    /// One sales division, teams assigned to A and B
    Division,
    /// Many companies
    Population,
}

fn tolerance(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if value > 0.0 && value < 1.0 => Ok(value),
        _ => Err("a number between 0 and 1 such as 1e-10".to_string()),
    }
}

/// A share that is neither none nor all.
fn between(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if value > 0.0 && value < 1.0 => Ok(value),
        _ => Err("a share between 0 and 1 such as 0.2".to_string()),
    }
}

fn positive(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if value > 0.0 && value.is_finite() => Ok(value),
        _ => Err("a number above 0".to_string()),
    }
}

/// What `oneonone explain --help` begins with.
const EXPLAIN: &str = "\
Says what a word of the results means: a code of a caution, decline or fault, a strength mark, a column, a covariance, a \
method or a part of a formula; how to read it, what to do about it, its source, and the call that gives the same in R, \
Stata or Python. English and Japanese names both work, in upper or lower case. Without a word it lists all it knows.";

/// `oneonone explain`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  What a caution means and what to do about it
    oneonone explain few_clusters

  A method by its usual name, in Japanese
    oneonone explain Shapley --language ja")]
pub struct Explain {
    /// The word, such as few_clusters, ++++ or robustness value; without it the list of all
    #[arg(value_name = "CODE|TERM", allow_hyphen_values = true)]
    pub word: Option<String>,
    /// The rest of a name of several words
    #[arg(hide = true)]
    pub more: Vec<String>,
    /// How the answer is written on standard output: table, json or md
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = ExplainFormat::Table, hide_possible_values = true)]
    pub format: ExplainFormat,
    /// Language of the answer; without it the locale's
    #[arg(long, value_enum, value_name = "ja|en")]
    pub language: Option<Tongue>,
    /// Colour on a terminal; NO_COLOR switches it off as well
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Paint::Auto, hide_possible_values = true)]
    pub color: Paint,
}

/// How the answer of `explain` is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExplainFormat {
    /// Words for an 80-column terminal
    Table,
    /// One object, or the list as an array
    Json,
    /// Markdown
    Md,
}
