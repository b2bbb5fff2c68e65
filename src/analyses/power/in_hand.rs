//! The smallest effect that data in hand can show, or the power they have against a declared one: base, spread, sizes and
//! intraclass correlation are theirs, the effect never is.

use super::{Effect, Kind, NAME, Question};
use crate::analyses::finite;
use crate::design::arms::{self, Arm, Arms, PlainArms};
use crate::design::spells::{self, Columns, Spells};
use crate::findings::power::Power;
use crate::findings::{Caution, Decline, Finding};
use crate::screen::Screened;
use crate::stats::arms::icc;
use crate::stats::moments::Moments;
use crate::stats::power_means::{ArmSize, Layout, Spread, Way};
use crate::study::Study;
use std::collections::BTreeMap;

/// What is asked of data in hand.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct InHand {
    /// The effect whose power is asked for; without it the smallest effect is.
    pub effect: Option<Effect>,
    /// Which way an unknown effect goes; without it up for means, down for leaving.
    pub way: Option<Way>,
    /// Two-sided level.
    pub alpha: f64,
    /// Power that is wanted.
    pub wanted: f64,
}

impl InHand {
    fn question(&self, kind: Kind) -> Question {
        Question { kind, alpha: self.alpha, wanted: self.wanted }
    }
}

/// What the study's people can show on sales and on leaving.
pub fn study(screened: &Screened, study: &Study, how: InHand) -> Vec<Result<Finding, Decline>> {
    let Some(panel) = screened.panel() else { return vec![Err(Decline::new(NAME, "no_study_tables"))] };
    let Some(asked) = study.comparison.as_ref() else { return vec![Err(Decline::new(NAME, "not_asked"))] };
    let mut answers = match arms::study(panel, asked, &study.practice) {
        Ok(arms) => of_arms(&arms, how),
        Err(decline) => vec![Err(renamed(decline))],
    };
    match spells::study(panel, asked, study.clock, &Columns::default()) {
        Ok(spells) => answers.extend(of_spells(&spells, how)),
        Err(decline) => answers.push(Err(renamed(decline))),
    }
    answers
}

/// What the rows of a plain table can show on an outcome.
pub fn plain(screened: &Screened, asked: &PlainArms, how: InHand) -> Vec<Result<Finding, Decline>> {
    let Some(table) = screened.plain() else { return vec![Err(Decline::new(NAME, "no_plain_table"))] };
    match arms::plain(table, asked) {
        Ok(arms) => of_arms(&arms, how),
        Err(decline) => vec![Err(renamed(decline))],
    }
}

/// The same decline, of this question.
fn renamed(decline: Decline) -> Decline {
    Decline { analysis: NAME.to_string(), ..decline }
}

/// People of a group and their units.
struct Members {
    arm: Vec<Arm>,
    values: Vec<f64>,
    unit: Option<(String, Vec<u32>)>,
}

impl Members {
    fn rows(&self, arm: Arm) -> impl Iterator<Item = usize> + '_ {
        (0..self.arm.len()).filter(move |row| self.arm[*row] == arm)
    }

    fn moments(&self, arm: Arm) -> Moments {
        let values: Vec<f64> = self.rows(arm).map(|row| self.values[row]).collect();
        Moments::of(&values)
    }

    fn size(&self, arm: Arm) -> ArmSize {
        let Some((_, codes)) = &self.unit else { return ArmSize::people(self.rows(arm).count() as f64) };
        let mut sizes: BTreeMap<u32, f64> = BTreeMap::new();
        self.rows(arm).for_each(|row| *sizes.entry(codes[row]).or_default() += 1.0);
        ArmSize::teams(&sizes.into_values().collect::<Vec<f64>>())
    }

    /// Intraclass correlation about the means of the arms; 0 at least.
    fn icc(&self) -> Option<f64> {
        let (_, codes) = self.unit.as_ref()?;
        let means = [self.moments(Arm::Treatment).mean, self.moments(Arm::Control).mean];
        let mut units: BTreeMap<u32, Vec<f64>> = BTreeMap::new();
        for (row, code) in codes.iter().enumerate() {
            let mean = means[usize::from(self.arm[row] == Arm::Control)];
            units.entry(*code).or_default().push(self.values[row] - mean);
        }
        let units: Vec<Moments> = units.values().map(|values| Moments::of(values)).collect();
        icc(&units).and_then(|found| finite(found.icc)).map(|icc| icc.max(0.0))
    }

    fn layout(&self) -> Layout {
        let spread = Spread { icc: self.icc().unwrap_or(0.0), ..Spread::default() };
        Layout { treated: self.size(Arm::Treatment), control: self.size(Arm::Control), spread }
    }

    /// Within both arms together.
    fn sd(&self) -> f64 {
        let (a, b) = (self.moments(Arm::Treatment), self.moments(Arm::Control));
        ((a.m2 + b.m2) / (a.count as f64 + b.count as f64 - 2.0)).sqrt()
    }

    fn answer(&self, kind: Kind, outcome: &str, way: Way, how: InHand) -> Result<Finding, Decline> {
        let question = how.question(kind);
        let effect = how.effect.map(|effect| question.effect(effect)).transpose()?;
        let mut told: Power = question.of_layout(&self.layout(), effect, how.way.unwrap_or(way))?;
        told.source = "data".to_string();
        told.outcome = outcome.to_string();
        told.unit = self.unit.as_ref().map_or("person", |(name, _)| name).to_string();
        told.cautions.push(Caution::new("power_from_data"));
        let smallest = [Arm::Treatment, Arm::Control].map(|arm| self.rows(arm).count() as u64).into_iter().min();
        told.behind = smallest;
        Ok(Finding::Power(told))
    }
}

/// A lift where the outcome is above 0 throughout and its control mean is, else a difference.
fn of_arms(arms: &Arms, how: InHand) -> Vec<Result<Finding, Decline>> {
    let members = Members { arm: arms.arm.clone(), values: arms.values.clone(), unit: arms.unit.clone() };
    let control = members.moments(Arm::Control);
    let few = [Arm::Treatment, Arm::Control].into_iter().find(|arm| members.moments(*arm).count < 2);
    if let Some(arm) = few {
        let name = &arms.names[usize::from(arm == Arm::Control)];
        let n = members.moments(arm).count;
        return vec![Err(Decline::new(NAME, "empty_arm").with("arm", name.as_str()).with("n", n))];
    }
    let sd = members.sd();
    if sd.is_nan() || sd <= 0.0 {
        return vec![Err(Decline::new(NAME, "constant_outcome").with("outcome", arms.outcome.as_str()))];
    }
    let crosses = arms.values.iter().any(|value| *value < 0.0);
    let kind = match control.mean > 0.0 && !crosses {
        true => Kind::Lift { base: control.mean, sd },
        false => Kind::Mean { base: None, sd },
    };
    vec![members.answer(kind, &arms.outcome, Way::Up, how)]
}

fn of_spells(spells: &Spells, how: InHand) -> Vec<Result<Finding, Decline>> {
    let values = spells.event.iter().map(|event| f64::from(u8::from(*event))).collect();
    let members = Members { arm: spells.arm.clone(), values, unit: spells.unit.clone() };
    let control = members.moments(Arm::Control);
    if control.mean.is_nan() || control.mean <= 0.0 || control.mean >= 1.0 {
        return vec![Err(Decline::new(NAME, "nobody_left"))];
    }
    // An effect was said of the other outcome too: shares understand the part, not the absolute number.
    let how = InHand { effect: how.effect.filter(|effect| matches!(effect, Effect::Relative(_))), ..how };
    vec![members.answer(Kind::Share { base: control.mean }, "attrition", Way::Down, how)]
}
