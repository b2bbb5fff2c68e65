//! Levels of factors as sets of rows: dense codes, rows that a level holds alone, levels that other factors give, factors
//! that clusters contain. It deliberately knows no numbers but those of the columns made of levels.

use std::collections::HashMap;

use ndarray::Axis;

use super::matrix::Matrix;
use super::triangle::Triangle;
use crate::reduce::Rows;

/// A column of levels of which no more than this share of its length is left is redundant.
const REDUNDANT: f64 = 1e-9;

/// A table of places may be this many times as long as there are rows; `u32` codes of pairs then suffice up to a billion.
const SPARSE: usize = 4;

/// A factor with dense codes.
#[derive(Debug, Clone, PartialEq)]
pub struct Levels {
    /// n codes `0..count`, in the order of the codes given.
    pub codes: Vec<u32>,
    /// Levels.
    pub count: usize,
}

impl Levels {
    /// Dense codes of any codes.
    pub fn new(codes: &[u32]) -> Self {
        let highest = codes.iter().copied().max().map_or(0, |code| code as usize + 1);
        // Codes that are nearly dense have their place in a table; others are looked up among the sorted ones.
        if highest <= SPARSE * codes.len() {
            return Self::by_table(codes, highest);
        }
        let mut distinct = codes.to_vec();
        distinct.sort_unstable();
        distinct.dedup();
        let dense = |code: &u32| distinct.partition_point(|other| other < code) as u32;
        Self { codes: codes.iter().map(dense).collect(), count: distinct.len() }
    }

    fn by_table(codes: &[u32], highest: usize) -> Self {
        let mut places = vec![0_u32; highest];
        codes.iter().for_each(|&code| places[code as usize] = 1);
        let mut count = 0;
        for place in &mut places {
            let seen = *place;
            *place = count;
            count += seen;
        }
        Self { codes: codes.iter().map(|&code| places[code as usize]).collect(), count: count as usize }
    }

    /// The pairs that occur: dense codes of `a` and `b` together.
    pub fn crossed(a: &[u32], b: &[u32]) -> Self {
        let (a, b) = (Self::new(a), Self::new(b));
        let rows = a.codes.len().min(b.codes.len());
        if let Some(pairs) = a.count.checked_mul(b.count).filter(|&pairs| pairs <= SPARSE * rows) {
            let pair = |(&one, &other): (&u32, &u32)| one * b.count as u32 + other;
            let codes: Vec<u32> = a.codes.iter().zip(&b.codes).map(pair).collect();
            return Self::by_table(&codes, pairs);
        }
        let mut seen: HashMap<(u32, u32), u32> = HashMap::new();
        let mut code = |pair| {
            let next = seen.len() as u32;
            *seen.entry(pair).or_insert(next)
        };
        let codes = a.codes.iter().zip(&b.codes).map(|(&one, &other)| code((one, other))).collect();
        Self { codes, count: seen.len() }
    }
}

/// Positions of the rows that are left once no level holds a row alone: taking one out may leave another alone.
pub fn without_singletons(factors: &[Vec<u32>], n: usize) -> Vec<usize> {
    let factors: Vec<Levels> = factors.iter().map(|codes| Levels::new(codes)).collect();
    // The exclusive or of the rows of a level is its row, once it has only one.
    let mut tallies: Vec<Vec<(usize, usize)>> = factors.iter().map(|factor| vec![(0, 0); factor.count]).collect();
    for (factor, tally) in factors.iter().zip(&mut tallies) {
        for (row, &code) in factor.codes.iter().enumerate() {
            let (count, rows) = &mut tally[code as usize];
            (*count, *rows) = (*count + 1, *rows ^ row);
        }
    }
    let mut alone: Vec<usize> =
        tallies.iter().flatten().filter(|(count, _)| *count == 1).map(|&(_, row)| row).collect();
    let mut kept = vec![true; n];
    while let Some(row) = alone.pop() {
        if !std::mem::replace(&mut kept[row], false) {
            continue;
        }
        for (factor, tally) in factors.iter().zip(&mut tallies) {
            let (count, rows) = &mut tally[factor.codes[row] as usize];
            (*count, *rows) = (*count - 1, *rows ^ row);
            if *count == 1 {
                alone.push(*rows);
            }
        }
    }
    (0..n).filter(|&row| kept[row]).collect()
}

/// Whether every level lies within one cluster.
pub fn contained(codes: &[u32], clusters: &[u32]) -> bool {
    let levels = Levels::new(codes);
    let mut of: Vec<Option<u32>> = vec![None; levels.count];
    levels.codes.iter().zip(clusters).all(|(&level, &cluster)| *of[level as usize].get_or_insert(cluster) == cluster)
}

/// Levels of a factor that the factors before it give: connected components with one of them (Abowd, Creecy & Kramarz
/// 2002), the most of any; 0 for the first. Codes are dense.
pub fn redundant(before: &[&[u32]], codes: &[u32]) -> usize {
    before.iter().map(|other| components(other, codes)).max().unwrap_or(0)
}

/// Connected components of the graph in which every row joins its level of `a` with its level of `b`.
fn components(a: &[u32], b: &[u32]) -> usize {
    let size = |codes: &[u32]| codes.iter().copied().max().map_or(0, |code| code as usize + 1);
    let first = size(a);
    let mut parent: Vec<usize> = (0..first + size(b)).collect();
    let mut count = parent.len();
    for (&a, &b) in a.iter().zip(b) {
        let (x, y) = (root(&mut parent, a as usize), root(&mut parent, first + b as usize));
        if x != y {
            parent[x] = y;
            count -= 1;
        }
    }
    count
}

fn root(parent: &mut [usize], mut node: usize) -> usize {
    while parent[node] != node {
        // Halving the path keeps trees flat.
        parent[node] = parent[parent[node]];
        node = parent[node];
    }
    node
}

/// Drops columns after the `slopes` first that earlier ones of them give, sets slopes that they give to 0 and names them
/// in `swallowed`, and finds the constant where its column is the first of them.
pub(super) fn drop_redundant(m: &mut Matrix, swallowed: &mut Vec<usize>, intercept: &mut Option<usize>, slopes: usize) {
    let r = m.fold(&|| Triangle::new(m.columns())).regressors();
    let mut basis: Vec<ndarray::Array1<f64>> = Vec::new();
    let left = |column: usize, basis: &[ndarray::Array1<f64>]| {
        let mut left = r.column(column).to_owned();
        for direction in basis.iter().chain(basis) {
            let share = left.dot(direction);
            left.scaled_add(-share, direction);
        }
        let length = left.dot(&left).sqrt();
        (left / length, length / r.column(column).dot(&r.column(column)).sqrt())
    };
    let mut kept: Vec<usize> = (0..slopes).collect();
    for column in slopes..m.columns() {
        let (direction, share) = left(column, &basis);
        if share > REDUNDANT {
            basis.push(direction);
            kept.push(column);
        }
    }
    for column in 0..slopes {
        // A column already 0 has no share at all.
        let (_, share) = left(column, &basis);
        if (share.is_nan() || share <= 1e-8) && !swallowed.contains(&column) {
            swallowed.push(column);
            m.x.column_mut(column).fill(0.0);
        }
    }
    swallowed.retain(|&column| column < slopes);
    swallowed.sort_unstable();
    m.x = m.x.select(Axis(1), &kept);
    let is_constant = |column: usize| m.x.column(column).iter().all(|&value| value > 0.0);
    *intercept = (slopes < m.columns() && is_constant(slopes)).then_some(slopes);
}
