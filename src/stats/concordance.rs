//! How well scores tell who leaves first: Harrell's C with delayed entry, strata and ties, and its error by unit.
//! It deliberately weighs all pairs alike and predicts nothing.

use super::survival::Life;

/// Pairs of whom it is known who left first, and how the scores ranked them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Concordance {
    /// `(concordant + tied / 2) / (concordant + discordant + tied)`.
    pub c: f64,
    /// Infinitesimal jackknife error, by unit where units are given.
    pub std_error: f64,
    /// Pairs in which the one with the higher score left first.
    pub concordant: f64,
    /// Pairs in which the one with the lower score left first.
    pub discordant: f64,
    /// Pairs with equal scores.
    pub tied: f64,
}

/// Harrell's C (1982) of n scores, higher for those expected to leave earlier (Cox's `x'b`), as R's `concordance`: a pair
/// counts when one leaves while the other, of the same stratum, is at risk and stays on; pairs who leave at the same time
/// do not count, and who is lost when another leaves was still at risk. O(n log n).
///
/// The error is the root of the summed squares of each person's (or unit's) derivative,
/// `(concordant_i + tied_i / 2 - C pairs_i) / pairs`. Nothing without a pair that counts, or when scores, strata or units
/// are not those of the lives.
pub fn concordance(
    lives: &[Life],
    scores: &[f64],
    strata: Option<&[u32]>,
    units: Option<&[u32]>,
) -> Option<Concordance> {
    let n = lives.len();
    let misfit = [strata, units].into_iter().flatten().any(|codes| codes.len() != n);
    if scores.len() != n || misfit || scores.iter().any(|score| score.is_nan()) {
        return None;
    }
    let mut pairs = vec![Pairs::default(); n];
    for rows in by_stratum(lives, strata) {
        let ranks = ranks(&rows, scores);
        as_first(lives, &rows, &ranks, &mut pairs);
        as_second(lives, &rows, &ranks, &mut pairs);
    }
    let whole = pairs.iter().fold(Pairs::default(), |sum, one| sum.plus(one));
    // Every pair was met from both sides.
    let (concordant, discordant, tied) = (0.5 * whole.concordant, 0.5 * whole.discordant, 0.5 * whole.tied);
    let all = concordant + discordant + tied;
    if all == 0.0 {
        return None;
    }
    let c = (concordant + 0.5 * tied) / all;
    let derivative = |one: &Pairs| (one.concordant + 0.5 * one.tied - c * one.all()) / all;
    let variance: f64 = match units {
        None => pairs.iter().map(|one| derivative(one).powi(2)).sum(),
        Some(units) => {
            let mut sums = vec![0.0; units.iter().copied().max().map_or(0, |code| code as usize + 1)];
            units.iter().zip(&pairs).for_each(|(&code, one)| sums[code as usize] += derivative(one));
            sums.iter().map(|sum| sum * sum).sum()
        }
    };
    Some(Concordance { c, std_error: variance.sqrt(), concordant, discordant, tied })
}

/// Pairs that one person is in.
#[derive(Debug, Clone, Copy, Default)]
struct Pairs {
    concordant: f64,
    discordant: f64,
    tied: f64,
}

impl Pairs {
    fn plus(&self, other: &Self) -> Self {
        Self {
            concordant: self.concordant + other.concordant,
            discordant: self.discordant + other.discordant,
            tied: self.tied + other.tied,
        }
    }

    fn all(&self) -> f64 {
        self.concordant + self.discordant + self.tied
    }
}

/// Rows that are ever at risk, by stratum.
fn by_stratum(lives: &[Life], strata: Option<&[u32]>) -> Vec<Vec<usize>> {
    let stratum = |row: usize| strata.map_or(0, |codes| codes[row]);
    let mut rows: Vec<usize> = (0..lives.len()).filter(|&row| lives[row].exit > lives[row].entry).collect();
    rows.sort_by_key(|&row| stratum(row));
    rows.chunk_by(|&a, &b| stratum(a) == stratum(b)).map(<[usize]>::to_vec).collect()
}

/// Dense ranks of the scores of these rows, in their order.
fn ranks(rows: &[usize], scores: &[f64]) -> Vec<usize> {
    // -0 and 0 are one score.
    let mut levels: Vec<f64> = rows.iter().map(|&row| scores[row] + 0.0).collect();
    levels.sort_by(f64::total_cmp);
    levels.dedup();
    rows.iter().map(|&row| levels.partition_point(|&level| level < scores[row])).collect()
}

/// Counts each leaver's pairs with those still at risk: times fall, and a tree holds the ranks at risk.
fn as_first(lives: &[Life], rows: &[usize], ranks: &[usize], pairs: &mut [Pairs]) {
    let mut by_exit: Vec<usize> = (0..rows.len()).collect();
    let mut by_entry = by_exit.clone();
    by_exit.sort_by(|&a, &b| lives[rows[b]].exit.total_cmp(&lives[rows[a]].exit));
    by_entry.sort_by(|&a, &b| lives[rows[b]].entry.total_cmp(&lives[rows[a]].entry));
    let mut tree = Tree::new(rows.len());
    let mut entered = by_entry.into_iter().peekable();
    for together in by_exit.chunk_by(|&a, &b| lives[rows[a]].exit == lives[rows[b]].exit) {
        let time = together.first().map_or(f64::NAN, |&place| lives[rows[place]].exit);
        let (leavers, lost): (Vec<usize>, Vec<usize>) = together.iter().partition(|&&place| lives[rows[place]].event);
        lost.iter().for_each(|&place| tree.add(ranks[place], 1.0));
        while let Some(place) = entered.next_if(|&place| lives[rows[place]].entry >= time) {
            tree.add(ranks[place], -1.0);
        }
        for &place in &leavers {
            let (below, equal, above) = tree.around(ranks[place]);
            let own = Pairs { concordant: below, discordant: above, tied: equal };
            pairs[rows[place]] = pairs[rows[place]].plus(&own);
        }
        leavers.iter().for_each(|&place| tree.add(ranks[place], 1.0));
    }
}

/// Counts each person's pairs with those who left while they were at risk: leavers up to the exit less leavers up to the
/// entry.
fn as_second(lives: &[Life], rows: &[usize], ranks: &[usize], pairs: &mut [Pairs]) {
    let mut leavers: Vec<usize> = (0..rows.len()).filter(|&place| lives[rows[place]].event).collect();
    leavers.sort_by(|&a, &b| lives[rows[a]].exit.total_cmp(&lives[rows[b]].exit));
    // (time, whether those who leave at it count, sign, place)
    let mut asked: Vec<(f64, bool, f64, usize)> = Vec::with_capacity(2 * rows.len());
    for (place, life) in rows.iter().map(|&row| &lives[row]).enumerate() {
        asked.push((life.entry, true, -1.0, place));
        asked.push((life.exit, !life.event, 1.0, place));
    }
    asked.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let mut tree = Tree::new(rows.len());
    let mut leavers = leavers.into_iter().peekable();
    for (time, with, sign, place) in asked {
        let gone = |leaver: usize| {
            let left = lives[rows[leaver]].exit;
            left < time || with && left == time
        };
        while let Some(leaver) = leavers.next_if(|&leaver| gone(leaver)) {
            tree.add(ranks[leaver], 1.0);
        }
        let (below, equal, above) = tree.around(ranks[place]);
        let own = Pairs { concordant: sign * above, discordant: sign * below, tied: sign * equal };
        pairs[rows[place]] = pairs[rows[place]].plus(&own);
    }
}

/// Counts by rank, with sums up to a rank in logarithmic time (Fenwick 1994).
struct Tree {
    sums: Vec<f64>,
    counts: Vec<f64>,
    all: f64,
}

impl Tree {
    fn new(ranks: usize) -> Self {
        Self { sums: vec![0.0; ranks + 1], counts: vec![0.0; ranks], all: 0.0 }
    }

    fn add(&mut self, rank: usize, count: f64) {
        self.counts[rank] += count;
        self.all += count;
        let mut at = rank + 1;
        while at < self.sums.len() {
            self.sums[at] += count;
            at += at & at.wrapping_neg();
        }
    }

    /// Counts below, at and above a rank.
    fn around(&self, rank: usize) -> (f64, f64, f64) {
        let (mut below, mut at) = (0.0, rank);
        while at > 0 {
            below += self.sums[at];
            at &= at - 1;
        }
        let equal = self.counts[rank];
        (below, equal, self.all - below - equal)
    }
}
