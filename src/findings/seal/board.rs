//! Which cells to hide: small ones, and then as many more as it takes that no sum gives a hidden one away. Knows counts
//! and sums only, not what they count.
//!
//! Primary: a cell of 1 to crowd - 1 people. Complementary: in every published sum the hidden parts are none or at least
//! two, and hold the crowd together; and no combination of the published sums determines a hidden cell (a check of the
//! row space of all sums, up to `MOST_UNKNOWNS` hidden cells).

/// Hidden cells up to which all sums are looked at together; beyond, each sum is looked at by itself.
const MOST_UNKNOWNS: usize = 800;

/// A published sum: its parts, and the cell of the total when that can be hidden too.
#[derive(Debug, Clone)]
struct Sum {
    parts: Vec<usize>,
    total: Option<usize>,
}

/// Cells, sums among them, and what is hidden.
#[derive(Debug, Clone, Default)]
pub struct Board {
    counts: Vec<u64>,
    hidden: Vec<bool>,
    fixed: Vec<bool>,
    spare: Vec<bool>,
    sums: Vec<Sum>,
    crowd: u64,
}

impl Board {
    /// An empty board for a crowd.
    pub fn new(crowd: u64) -> Self {
        Self { crowd, ..Self::default() }
    }

    /// A cell that may be hidden; hidden from the start when it holds 1 to crowd - 1 people.
    pub fn cell(&mut self, count: u64) -> usize {
        self.counts.push(count);
        self.hidden.push(count > 0 && count < self.crowd);
        self.fixed.push(false);
        self.spare.push(false);
        self.counts.len() - 1
    }

    /// A cell that is known anyway and cannot be hidden.
    pub fn known(&mut self, count: u64) -> usize {
        let cell = self.cell(count);
        self.hidden[cell] = false;
        self.fixed[cell] = true;
        cell
    }

    /// A cell that can be missed: where something must be hidden, it goes before others.
    pub fn spare(&mut self, count: u64) -> usize {
        let cell = self.cell(count);
        self.spare[cell] = true;
        cell
    }

    /// Parts whose total is known anyway.
    pub fn sum(&mut self, parts: &[usize]) {
        self.sums.push(Sum { parts: parts.to_vec(), total: None });
    }

    /// Parts that add up to another cell.
    pub fn sum_to(&mut self, parts: &[usize], total: usize) {
        self.sums.push(Sum { parts: parts.to_vec(), total: Some(total) });
    }

    /// Whether a cell is hidden.
    pub fn is_hidden(&self, cell: usize) -> bool {
        self.hidden.get(cell).copied().unwrap_or(true)
    }

    /// Hides a cell whatever it holds.
    pub fn hide(&mut self, cell: usize) {
        if let Some(hidden) = self.hidden.get_mut(cell) {
            *hidden = true;
        }
    }

    /// Whether all sums could be looked at together.
    pub fn is_proved(&self) -> bool {
        self.hidden.iter().filter(|hidden| **hidden).count() <= MOST_UNKNOWNS
    }

    /// Hides more cells until no sum gives one away.
    pub fn cover(&mut self) {
        loop {
            let exposed = (0..self.sums.len()).find_map(|s| self.exposed(s));
            let more = exposed.or_else(|| self.determined());
            match more {
                Some(cell) => self.hidden[cell] = true,
                None => return,
            }
        }
    }

    /// The cell to hide next because this sum gives too much away.
    fn exposed(&self, sum: usize) -> Option<usize> {
        let sum = &self.sums[sum];
        let hidden_parts: Vec<usize> = sum.parts.iter().copied().filter(|c| self.hidden[*c]).collect();
        let total_hidden = sum.total.is_some_and(|t| self.hidden[t]);
        let unknowns = hidden_parts.len() + usize::from(total_hidden);
        let together: u64 = hidden_parts.iter().map(|c| self.counts[*c]).sum();
        let exposed = unknowns == 1 || (unknowns > 1 && !total_hidden && together < self.crowd);
        if exposed { self.smallest(sum) } else { None }
    }

    /// The visible cell of a sum that costs least to hide: spare ones, then fewest people first, empty cells last, totals
    /// after parts.
    fn smallest(&self, sum: &Sum) -> Option<usize> {
        let cost = |cell: &usize| {
            let count = self.counts[*cell];
            (!self.spare[*cell], Some(*cell) == sum.total, count == 0, count, *cell)
        };
        let candidates = sum.parts.iter().copied().chain(sum.total);
        candidates.filter(|c| !self.hidden[*c] && !self.fixed[*c]).min_by_key(cost)
    }

    /// A further cell to hide because all sums together determine a hidden one.
    fn determined(&self) -> Option<usize> {
        let unknowns: Vec<usize> = (0..self.counts.len()).filter(|c| self.hidden[*c]).collect();
        if unknowns.is_empty() || unknowns.len() > MOST_UNKNOWNS {
            return None;
        }
        let column = |cell: usize| unknowns.binary_search(&cell).ok();
        let mut rows: Vec<Vec<f64>> = Vec::new();
        for sum in &self.sums {
            let mut row = vec![0.0; unknowns.len()];
            sum.parts.iter().filter_map(|c| column(*c)).for_each(|at| row[at] += 1.0);
            sum.total.and_then(column).into_iter().for_each(|at| row[at] -= 1.0);
            if row.iter().any(|v| *v != 0.0) {
                rows.push(row);
            }
        }
        // The first hidden cell that is known from the sums and that hiding a neighbour can protect.
        lone_unknowns(rows).into_iter().find_map(|known| {
            let cell = unknowns[known];
            let touching = self.sums.iter().filter(|s| s.parts.contains(&cell) || s.total == Some(cell));
            touching.filter_map(|s| self.smallest(s)).min_by_key(|c| (self.counts[*c] == 0, self.counts[*c], *c))
        })
    }
}

/// The unknowns that the equations determine: alone in a row of the reduced echelon form.
fn lone_unknowns(mut rows: Vec<Vec<f64>>) -> Vec<usize> {
    const ZERO: f64 = 1e-9;
    let width = rows.first().map_or(0, Vec::len);
    let mut rank = 0;
    for column in 0..width {
        let Some(pivot) = (rank..rows.len()).find(|r| rows[*r][column].abs() > ZERO) else { continue };
        rows.swap(rank, pivot);
        let factor = rows[rank][column];
        rows[rank].iter_mut().for_each(|v| *v /= factor);
        let lead = rows[rank].clone();
        for (at, row) in rows.iter_mut().enumerate() {
            let share = row[column];
            if at != rank && share.abs() > ZERO {
                row.iter_mut().zip(&lead).for_each(|(v, l)| *v -= share * l);
            }
        }
        rank += 1;
        if rank == rows.len() {
            break;
        }
    }
    let support = |row: &Vec<f64>| -> Vec<usize> {
        row.iter().enumerate().filter(|(_, v)| v.abs() > ZERO).map(|(at, _)| at).collect()
    };
    rows[..rank].iter().map(support).filter(|s| s.len() == 1).flatten().collect()
}
