//! How states change a step at a time, from pairs of observations that are one or several steps apart; how long it takes to
//! rise; and how sure that is between blocks of people. It deliberately assumes that what comes next depends on the present
//! state alone and on neither the time nor the person: the caller says so.

use ndarray::{Array1, Array2};

use super::tail;

/// Counts of pairs of observations: `counts[[from, to]]` people who were so many steps apart.
#[derive(Debug, Clone, PartialEq)]
pub struct Gap {
    /// Steps between the two observations, at least 1.
    pub steps: u32,
    /// k x k.
    pub counts: Array2<f64>,
}

/// Rounds of the fit at most, and the change of a probability at which it ends.
const ROUNDS: usize = 2_000;
const STILL: f64 = 1e-7;

/// The k x k matrix of probabilities of one step with the largest likelihood, by the EM algorithm on the steps that were not
/// observed (Dempster, Laird & Rubin 1977; for chains seen at some times only, Craig & Sendi 2002): with
/// `W = N / P^g`, step counts are expected to be `P o sum_t (P^t)' W (P^(g-1-t))'`. With gaps of one step it is the matrix
/// of row shares. A state that nobody was seen in stays where it is. `from` is where to begin; O(rounds x steps x k³).
pub fn fit(gaps: &[Gap], from: Option<&Array2<f64>>) -> Option<Array2<f64>> {
    let k = gaps.first()?.counts.nrows();
    let mut chain = from.cloned().unwrap_or_else(|| begin(gaps, k));
    if gaps.iter().all(|gap| gap.steps == 1) {
        return Some(expected(gaps, &chain));
    }
    for _ in 0..ROUNDS {
        let next = expected(gaps, &chain);
        let moved = next.iter().zip(&chain).fold(0.0_f64, |most, (a, b)| most.max((a - b).abs()));
        chain = next;
        if moved < STILL {
            break;
        }
    }
    Some(chain)
}

/// Row shares of all pairs, whatever their gap, with something everywhere: what begins at 0 stays there.
fn begin(gaps: &[Gap], k: usize) -> Array2<f64> {
    let mut sum = Array2::from_elem((k, k), 0.01);
    for gap in gaps {
        sum += &(&gap.counts / f64::from(gap.steps));
        for state in 0..k {
            // A longer gap holds more steps in which nothing happened than moves.
            sum[[state, state]] += gap.counts.row(state).sum() * (1.0 - 1.0 / f64::from(gap.steps));
        }
    }
    shares(sum)
}

fn shares(mut counts: Array2<f64>) -> Array2<f64> {
    for (state, mut row) in counts.rows_mut().into_iter().enumerate() {
        let total = row.sum();
        if total > 0.0 {
            row.mapv_inplace(|count| count / total);
        } else {
            row.fill(0.0);
            row[state] = 1.0;
        }
    }
    counts
}

/// One round: the shares of the expected steps. With `R_t = sum over gaps g > t of W_g (P^(g-1-t))'`, which is
/// `R_(t+1) P' + W_(t+1)`, the sum over all gaps is `R_0 + P'(R_1 + P'(R_2 + ...))`: three products a step.
fn expected(gaps: &[Gap], chain: &Array2<f64>) -> Array2<f64> {
    let k = chain.nrows();
    let longest = gaps.iter().map(|gap| gap.steps).max().unwrap_or(1) as usize;
    let mut power = Array2::eye(k);
    let mut weights = vec![Array2::<f64>::zeros((k, k)); longest + 1];
    for (steps, weight) in weights.iter_mut().enumerate().skip(1) {
        power = power.dot(chain);
        for gap in gaps.iter().filter(|gap| gap.steps as usize == steps) {
            *weight += &Array2::from_shape_fn((k, k), |at| match gap.counts[at] {
                0.0 => 0.0,
                count => count / power[at].max(f64::MIN_POSITIVE),
            });
        }
    }
    let back = chain.t();
    let (mut rest, mut sums) = (Array2::<f64>::zeros((k, k)), Vec::with_capacity(longest));
    for weight in weights.iter().skip(1).rev() {
        rest = rest.dot(&back) + weight;
        sums.push(rest.clone());
    }
    // The last pushed is R_0.
    let mut sum = Array2::<f64>::zeros((k, k));
    for rest in &sums {
        sum = back.dot(&sum) + rest;
    }
    shares(sum * chain)
}

/// Steps it takes on average from each state to the first state above it; nothing for the highest and where none is reached.
///
/// For state s the states up to s are left at a rate that solves `(I - Q) m = 1`, Q the chain among them (Kemeny & Snell
/// 1960, theorem 3.2.4).
pub fn steps_to_rise(chain: &Array2<f64>) -> Vec<Option<f64>> {
    let k = chain.nrows();
    let time = |state: usize| {
        // Only the states on the way count: one that is never reached may never be left either.
        let way = reached(chain, state);
        let own = way.iter().position(|s| *s == state)?;
        let inside = |i: usize, j: usize| f64::from(u8::from(i == j)) - chain[[way[i], way[j]]];
        let system = Array2::from_shape_fn((way.len(), way.len()), |(i, j)| inside(i, j));
        let times = solve(system, Array1::ones(way.len()))?;
        Some(times[own]).filter(|steps| steps.is_finite() && *steps > 0.0 && *steps < 1e6)
    };
    (0..k).map(|state| if state + 1 == k { None } else { time(state) }).collect()
}

/// States that can be met from a state without rising above it, in order.
fn reached(chain: &Array2<f64>, state: usize) -> Vec<usize> {
    let mut seen = vec![false; state + 1];
    let mut open = vec![state];
    while let Some(at) = open.pop() {
        if !std::mem::replace(&mut seen[at], true) {
            open.extend((0..=state).filter(|to| !seen[*to] && chain[[at, *to]] > 1e-9));
        }
    }
    (0..=state).filter(|at| seen[*at]).collect()
}

/// Gaussian elimination with partial pivoting: small, and not symmetric.
fn solve(mut a: Array2<f64>, mut b: Array1<f64>) -> Option<Array1<f64>> {
    let n = b.len();
    for column in 0..n {
        let pivot = (column..n).max_by(|&i, &j| a[[i, column]].abs().total_cmp(&a[[j, column]].abs()))?;
        if a[[pivot, column]].abs() < 1e-12 {
            return None;
        }
        for j in 0..n {
            a.swap([column, j], [pivot, j]);
        }
        b.swap(column, pivot);
        for row in column + 1..n {
            let factor = a[[row, column]] / a[[column, column]];
            for j in column..n {
                a[[row, j]] -= factor * a[[column, j]];
            }
            b[row] -= factor * b[column];
        }
    }
    let mut x = Array1::zeros(n);
    for row in (0..n).rev() {
        let known: f64 = (row + 1..n).map(|j| a[[row, j]] * x[j]).sum();
        x[row] = (b[row] - known) / a[[row, row]];
    }
    Some(x)
}

/// A time with its interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Time {
    /// Steps on average.
    pub steps: f64,
    /// Lower limit.
    pub conf_low: f64,
    /// Upper limit.
    pub conf_high: f64,
}

/// Times to rise with intervals from leaving out each block of whole teams in turn: the delete-a-group jackknife (Kott 2001)
/// of the logarithm, t on the blocks less one. `blocks` hold the gaps of each block, in the same order of steps; together they
/// are everybody. A state whose time cannot be told without some block has no interval and no time.
pub fn times(blocks: &[Vec<Gap>], level: f64) -> Option<(Array2<f64>, Vec<Option<Time>>)> {
    let all = summed(blocks, None)?;
    let chain = fit(&all, None)?;
    let whole = steps_to_rise(&chain);
    let used: Vec<usize> = (0..blocks.len()).filter(|at| !blocks[*at].is_empty()).collect();
    let g = used.len() as f64;
    let left_out: Vec<Vec<Option<f64>>> = used
        .iter()
        .map(|&block| {
            let rest = summed(blocks, Some(block)).and_then(|gaps| fit(&gaps, Some(&chain)));
            rest.map_or_else(|| vec![None; whole.len()], |chain| steps_to_rise(&chain))
        })
        .collect();
    let time = |(state, steps): (usize, &Option<f64>)| {
        let steps = (*steps)?;
        let logs = left_out.iter().map(|times| Some(times.get(state).copied().flatten()?.ln()));
        let logs = logs.collect::<Option<Vec<f64>>>()?;
        if logs.len() < 2 {
            return None;
        }
        let squares: f64 = logs.iter().map(|log| (log - steps.ln()).powi(2)).sum();
        let half = tail::t_quantile(0.5 + 0.5 * level, g - 1.0) * ((g - 1.0) / g * squares).sqrt();
        Some(Time { steps, conf_low: steps * (-half).exp(), conf_high: steps * half.exp() })
    };
    let times = whole.iter().enumerate().map(time).collect();
    Some((chain, times))
}

/// All blocks but one together, by steps.
fn summed(blocks: &[Vec<Gap>], without: Option<usize>) -> Option<Vec<Gap>> {
    let mut sums: Vec<Gap> = Vec::new();
    for (at, block) in blocks.iter().enumerate() {
        if Some(at) == without {
            continue;
        }
        for gap in block {
            match sums.iter_mut().find(|sum| sum.steps == gap.steps) {
                Some(sum) => sum.counts += &gap.counts,
                None => sums.push(gap.clone()),
            }
        }
    }
    (!sums.is_empty()).then_some(sums)
}
