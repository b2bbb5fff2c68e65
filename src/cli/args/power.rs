//! The options of `oneonone power`: a plan in numbers, or data in hand.

use super::{Asking, Shape, Shared, between, positive};
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// What `oneonone power --help` begins with.
pub const POWER: &str = "\
How many people a trial needs, the smallest effect that one of a given size finds, or its power: whichever of size, \
effect and power is not given. For means, lifts, shares and leaving over time, with teams of any size, their intraclass \
correlation, strata and what covariates explain. With a study or a table: the smallest effect that the data in hand could \
show, never the power of the effect they happened to show.";

/// `oneonone power`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  How many people in teams of 9, to find leaving 20 % lower than 12 % a year
    oneonone power --kind share --base 0.12 --effect=-20% --unit-size 9 --icc 0.02

  The power of 250 against 250 people, each assigned alone, for 9.6 % against 12 %
    oneonone power --kind share --base 0.12 --effect=-0.024 --people 500

  The smallest lift in sales that 40 teams of 10 find 8 times in 10, within 4 strata
    oneonone power --kind lift --base 100 --sd 55 --units 40 --unit-size 10 --icc 0.1 --strata 4

  What the data of a study could have shown
    oneonone power data-samples/division/study.toml")]
pub struct Power {
    /// A study file or a table in hand; without it a plan
    #[arg(value_name = "STUDY.toml|DATA")]
    pub input: Vec<PathBuf>,
    /// What is compared: mean, lift, share or survival (leaving over time)
    #[arg(long, value_enum, value_name = "KIND", hide_possible_values = true, conflicts_with = "input")]
    pub kind: Option<KindOf>,
    /// The control: its mean, its share, or the share that will have left by the end
    #[arg(long, value_name = "X", conflicts_with = "input")]
    pub base: Option<f64>,
    /// Standard deviation of people, for means and lifts
    #[arg(long, value_name = "SD", value_parser = positive, conflicts_with = "input")]
    pub sd: Option<f64>,
    /// The effect: a difference, a lift (0.1), a difference of shares (-0.024), a hazard ratio (0.8), or relative: -20%
    #[arg(long, value_name = "EFFECT", allow_hyphen_values = true, value_parser = effect)]
    pub effect: Option<Said>,
    /// People of both groups together
    #[arg(long, value_name = "N", value_parser = positive, conflicts_with_all = ["input", "units"])]
    pub people: Option<f64>,
    /// Assigned units of both groups together
    #[arg(long, value_name = "N", value_parser = positive, conflicts_with = "input")]
    pub units: Option<f64>,
    /// Mean people of an assigned unit; 1 where people are assigned
    #[arg(long, value_name = "N", value_parser = positive, conflicts_with = "input", requires = "icc")]
    pub unit_size: Option<f64>,
    /// How unequal the units are: standard deviation of their sizes over the mean
    #[arg(long, value_name = "CV", value_parser = share, requires = "unit_size")]
    pub variation: Option<f64>,
    /// Intraclass correlation: how much people of one unit are alike, 0 to 1
    #[arg(long, value_name = "ICC", value_parser = share, requires = "unit_size")]
    pub icc: Option<f64>,
    /// Treated units for each control unit; without it 1
    #[arg(long, value_name = "R", value_parser = positive, conflicts_with = "input")]
    pub ratio: Option<f64>,
    /// Strata within which units are assigned: each beyond the first costs a degree of freedom
    #[arg(long, value_name = "K", conflicts_with = "input")]
    pub strata: Option<usize>,
    /// Share of the variance between units that strata and covariates explain
    #[arg(long, value_name = "R2", value_parser = share, conflicts_with = "input")]
    pub explained_between: Option<f64>,
    /// Share of the variance within units that covariates explain
    #[arg(long, value_name = "R2", value_parser = share, conflicts_with = "input")]
    pub explained_within: Option<f64>,
    /// Two-sided level; without it 0.05
    #[arg(long, value_name = "P", value_parser = between)]
    pub alpha: Option<f64>,
    /// Power that is wanted; without it 0.8
    #[arg(long, value_name = "P", value_parser = between)]
    pub power: Option<f64>,
    /// Which way an effect that is asked for goes: up or down; without it down for shares and leaving, up otherwise
    #[arg(long, value_enum, value_name = "WAY", hide_possible_values = true, conflicts_with = "effect")]
    pub direction: Option<Direction>,
    /// Of a table: the number compared
    #[arg(long, value_name = "COL", requires = "input")]
    pub outcome: Option<String>,
    /// Of a table: who is in which group
    #[arg(long, value_name = "COL", requires = "input")]
    pub arm: Option<String>,
    /// Of a table: the treatment group's value
    #[arg(long, value_name = "A", requires = "input")]
    pub treatment: Option<String>,
    /// Of a table: the control group's value
    #[arg(long, value_name = "B", requires = "input")]
    pub control: Option<String>,
    /// Of a table: the unit that was assigned, if not the row
    #[arg(long, value_name = "COL", requires = "input")]
    pub unit: Option<String>,
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

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum KindOf {
    /// A difference of means
    Mean,
    /// A lift over the control mean
    Lift,
    /// A difference of shares
    Share,
    /// A ratio of hazards of leaving
    Survival,
}

/// Up or down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Direction {
    /// More
    Up,
    /// Less
    Down,
}

/// An effect as written: a number, or a part of the control.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Said {
    /// The number; 0.2 for 20 %.
    pub value: f64,
    /// Written in per cent.
    pub relative: bool,
}

fn effect(text: &str) -> Result<Said, String> {
    let (digits, relative) = match text.trim().strip_suffix(['%', '％']) {
        Some(digits) => (digits.trim(), true),
        None => (text.trim(), false),
    };
    match digits.parse::<f64>() {
        Ok(value) if value.is_finite() => Ok(Said { value: if relative { value / 100.0 } else { value }, relative }),
        _ => Err("a number such as -0.024, or a part of the control such as -20%".to_string()),
    }
}

fn share(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if (0.0..1.0).contains(&value) => Ok(value),
        _ => Err("a number from 0 up to 1".to_string()),
    }
}
