//! What people answer in the quarterly waves: engagement 0-100 and the level of the relationship 0-16. It deliberately
//! writes a row only for people who answered.

use super::calendar::{self, WAVES};
use super::draws::{self, Purpose};
use super::planting::Engagement;
use super::world::{Arm, World};
use super::write::{DateForm, Sheet};
use super::{Marks, Result};

/// Engagement of an average person and its spread.
const MEAN: f64 = 58.0;
const SPREAD: f64 = 13.0;
/// Level of an average person before any treatment and levels per unit of the hidden relationship.
const MIDDLE: f64 = 6.6;
const STEP: f64 = 4.0;
/// What the hidden relationship is made of.
const FROM_ENGAGEMENT: f64 = 0.40;
const FROM_WHOLE: f64 = 0.20;
const FROM_TEAM: f64 = 0.30;
const FROM_PERSON: f64 = 0.55;
const FROM_OCCASION: f64 = 0.25;
/// What a quarter of treatment adds to it, and what time adds to everybody.
const GAIN_TREATED: f64 = 0.13;
const GAIN_TIME: f64 = 0.02;

/// The rows of the survey, wave by wave; returns how many.
pub(super) fn write(
    sheet: &mut Sheet,
    world: &World,
    engagement: &Engagement,
    marks: &Marks,
    seed: u64,
) -> Result<u64> {
    let mut rng = draws::stream(seed, Purpose::Levels, 0);
    let mut rows = 0;
    for wave in 0..WAVES {
        for (p, person) in world.people.iter().enumerate() {
            let occasion = draws::normal(&mut rng);
            if person.answered & (1 << wave) == 0 || !marks.keeps(p) {
                continue;
            }
            let tenths = (10.0 * (MEAN + SPREAD * engagement.at(p, wave))).round().clamp(0.0, 1000.0) as u32;
            let level = level(relation(world, engagement, p, wave, occasion));
            sheet.text(marks.employee(p));
            sheet.date(marks.wave(wave), DateForm::Slash);
            if marks.coarse() {
                sheet.int((tenths + 5) / 10);
            } else {
                sheet.tenths(tenths);
            }
            sheet.int(level);
            sheet.end()?;
            rows += 1;
        }
    }
    Ok(rows)
}

/// The hidden relationship, about standard normal before the treatment.
fn relation(world: &World, engagement: &Engagement, p: usize, wave: usize, occasion: f64) -> f64 {
    let person = &world.people[p];
    let team = &world.teams[person.team];
    let quarters = (wave as f64 + 1.0 - (calendar::START_MONTH / 3) as f64).max(0.0);
    let gain = if team.arm == Arm::Treatment { GAIN_TREATED * quarters } else { 0.0 };
    FROM_ENGAGEMENT * engagement.at(p, wave)
        + FROM_WHOLE * engagement.whole_at(p, wave)
        + FROM_TEAM * team.relation
        + FROM_PERSON * person.relation
        + FROM_OCCASION * occasion
        + gain
        + GAIN_TIME * wave as f64
}

/// The level a relationship is answered with: a rising step function onto 0-16.
fn level(relation: f64) -> u32 {
    (MIDDLE + STEP * relation).round().clamp(0.0, 16.0) as u32
}
