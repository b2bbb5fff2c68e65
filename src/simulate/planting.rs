//! Engagement with known standardised coefficients on the observed window means. It deliberately plants on what the study
//! will see, not on hidden dispositions, so that measurement error does not shrink the truth.

use super::calendar::WAVES;
use super::draws::{self, Purpose};
use super::plan::Plan;
use super::truth::{BETAS, ICC, OVERALL_BETA};
use super::window::Windows;
use super::world::{SCORES, WHOLE, World};
use crate::{Error, Result};

/// How the part that no score explains is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Noise {
    /// Drawn and left alone: estimates scatter around the truth as in any sample.
    Independent,
    /// Made exactly orthogonal to the scores of the complete people: estimates hit the truth.
    Orthogonal,
}

/// Share of the unexplained variance within teams that belongs to the person rather than to the occasion.
const PERSISTENT: f64 = 0.7;
/// Fewer complete people than this cannot carry eight scores.
const FEWEST: usize = 30;

/// Scores of one person and wave, standardised over the complete people.
type Row = [f64; SCORES];

/// Standardised engagement (mean 0, sd 1 over complete people at their last wave), `people x waves`; a wave nobody was
/// asked in has a value too, which nobody writes.
#[derive(Debug)]
pub(super) struct Engagement {
    values: Vec<f64>,
    whole: Vec<f64>,
}

impl Engagement {
    /// Standardised engagement of a person at a wave.
    pub fn at(&self, person: usize, wave: usize) -> f64 {
        self.values[person * WAVES + wave]
    }

    /// Standardised overall satisfaction in the window of a wave.
    pub fn whole_at(&self, person: usize, wave: usize) -> f64 {
        self.whole[person * WAVES + wave]
    }
}

/// Moments of the scores over the complete people at their last wave.
struct Moments {
    mean: Row,
    sd: Row,
    correlation: [Row; SCORES],
}

/// Engagement is `sum of beta x standardised topic mean + a x overall freed of the topics + noise`, variance 1, with `a`
/// such that overall satisfaction alone has the planted simple coefficient.
///
/// # Errors
/// `simulate_size` when fewer than 30 people are complete or the coefficients leave no room for noise.
pub(super) fn engagement(world: &World, windows: &Windows, plan: &Plan, noise: Noise) -> Result<Engagement> {
    let complete: Vec<(usize, usize)> = (0..world.people.len())
        .filter_map(|p| world.people[p].last_wave().map(|w| (p, w)))
        .filter(|&(p, w)| windows.complete(p, w))
        .collect();
    let too_small = || Error::run("simulate_size").with("people", plan.people).with("sessions", plan.sessions);
    if complete.len() < FEWEST {
        return Err(too_small());
    }
    let moments = moments(world, windows, &complete);
    let freed = solve_topics(&moments);
    let explained: f64 = (0..WHOLE).map(|i| BETAS[i] * dot(&BETAS, &moments.correlation[i])).sum();
    let whole_left = 1.0 - dot(&freed, &moments.correlation[WHOLE]);
    let extra = (OVERALL_BETA - dot(&BETAS, &moments.correlation[WHOLE])) / whole_left;
    let rest = 1.0 - explained - extra * extra * whole_left;
    if rest <= ICC {
        return Err(too_small());
    }
    let mut errors = errors(world, plan, rest);
    let row = |p: usize, w: usize| standardised(world, windows, &moments, p, w);
    if noise == Noise::Orthogonal {
        orthogonalise(&mut errors, &complete, &row, rest);
    }
    let mut result = Engagement { values: errors, whole: vec![0.0; world.people.len() * WAVES] };
    for p in 0..world.people.len() {
        for w in 0..WAVES {
            let z = row(p, w);
            let signal = dot(&BETAS, &z) + extra * (z[WHOLE] - dot(&freed, &z));
            result.values[p * WAVES + w] += signal;
            result.whole[p * WAVES + w] = z[WHOLE];
        }
    }
    Ok(result)
}

/// Over the topics only.
fn dot(coefficients: &[f64; WHOLE], row: &Row) -> f64 {
    coefficients.iter().zip(row).map(|(c, x)| c * x).sum()
}

/// The window mean, or what the person tends to where a score was never given.
fn raw(world: &World, windows: &Windows, person: usize, wave: usize) -> Row {
    std::array::from_fn(|s| windows.mean(person, wave, s).unwrap_or(f64::from(world.people[person].liking[s])))
}

fn standardised(world: &World, windows: &Windows, moments: &Moments, person: usize, wave: usize) -> Row {
    let raw = raw(world, windows, person, wave);
    std::array::from_fn(|s| (raw[s] - moments.mean[s]) / moments.sd[s])
}

fn moments(world: &World, windows: &Windows, complete: &[(usize, usize)]) -> Moments {
    let n = complete.len() as f64;
    let mut mean = [0.0; SCORES];
    for &(p, w) in complete {
        let x = raw(world, windows, p, w);
        (0..SCORES).for_each(|i| mean[i] += x[i] / n);
    }
    let mut cross = [[0.0; SCORES]; SCORES];
    for &(p, w) in complete {
        let x = raw(world, windows, p, w);
        for i in 0..SCORES {
            for j in 0..SCORES {
                cross[i][j] += (x[i] - mean[i]) * (x[j] - mean[j]) / n;
            }
        }
    }
    let sd: Row = std::array::from_fn(|i| cross[i][i].sqrt());
    let correlation = std::array::from_fn(|i| std::array::from_fn(|j| cross[i][j] / (sd[i] * sd[j])));
    Moments { mean, sd, correlation }
}

/// Coefficients of overall satisfaction on the seven topics, all standardised.
fn solve_topics(moments: &Moments) -> [f64; WHOLE] {
    let matrix: Vec<Vec<f64>> = (0..WHOLE).map(|i| moments.correlation[i][..WHOLE].to_vec()).collect();
    let right: Vec<f64> = moments.correlation[WHOLE][..WHOLE].to_vec();
    let solution = solve(matrix, right);
    std::array::from_fn(|i| solution[i])
}

/// Team, person and occasion; the team part has variance `ICC`, all of it together `rest`.
fn errors(world: &World, plan: &Plan, rest: f64) -> Vec<f64> {
    let within = rest - ICC;
    let mut rng = draws::stream(plan.seed, Purpose::Engagement, 0);
    let mut errors = Vec::with_capacity(world.people.len() * WAVES);
    for person in &world.people {
        let standing =
            ICC.sqrt() * world.teams[person.team].engagement + (PERSISTENT * within).sqrt() * person.engagement;
        for _ in 0..WAVES {
            errors.push(standing + ((1.0 - PERSISTENT) * within).sqrt() * draws::normal(&mut rng));
        }
    }
    errors
}

/// Takes out of the complete people's errors everything the constant and the eight scores explain, then restores the
/// variance. Twice, because once leaves rounding behind.
fn orthogonalise(errors: &mut [f64], complete: &[(usize, usize)], row: &dyn Fn(usize, usize) -> Row, rest: f64) {
    let n = complete.len() as f64;
    let design = |p: usize, w: usize| -> [f64; SCORES + 1] {
        let z = row(p, w);
        std::array::from_fn(|i| if i == 0 { 1.0 } else { z[i - 1] })
    };
    for _ in 0..2 {
        let mut gram = vec![vec![0.0; SCORES + 1]; SCORES + 1];
        let mut right = vec![0.0; SCORES + 1];
        for &(p, w) in complete {
            let x = design(p, w);
            for i in 0..=SCORES {
                right[i] += x[i] * errors[p * WAVES + w] / n;
                (0..=SCORES).for_each(|j| gram[i][j] += x[i] * x[j] / n);
            }
        }
        let fitted = solve(gram, right);
        let mut variance = 0.0;
        for &(p, w) in complete {
            let x = design(p, w);
            let e = &mut errors[p * WAVES + w];
            *e -= x.iter().zip(&fitted).map(|(a, b)| a * b).sum::<f64>();
            variance += *e * *e / n;
        }
        let scale = (rest / variance).sqrt();
        complete.iter().for_each(|&(p, w)| errors[p * WAVES + w] *= scale);
    }
}

/// Gaussian elimination without pivoting: the matrices are correlation matrices, positive definite and mild.
fn solve(mut matrix: Vec<Vec<f64>>, mut right: Vec<f64>) -> Vec<f64> {
    let n = right.len();
    for i in 0..n {
        let row = matrix[i].clone();
        for j in i + 1..n {
            let factor = matrix[j][i] / row[i];
            matrix[j].iter_mut().zip(&row).for_each(|(value, above)| *value -= factor * above);
            right[j] -= factor * right[i];
        }
    }
    for i in (0..n).rev() {
        let known: f64 = (i + 1..n).map(|k| matrix[i][k] * right[k]).sum();
        right[i] = (right[i] - known) / matrix[i][i];
    }
    right
}
