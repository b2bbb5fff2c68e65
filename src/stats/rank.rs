//! Which columns are exact combinations of others, and how: a column-pivoted check on the k x k triangle.
//! It deliberately drops nothing; dropping by name is the caller's choice.

use ndarray::{Array1, Array2};

/// An exact linear relation between columns.
#[derive(Debug, Clone, PartialEq)]
pub struct Relation {
    /// The column that the others give.
    pub column: usize,
    /// `column = sum of coefficient x other column`, in the units of the data. Empty: the column is 0 throughout.
    pub combination: Vec<(usize, f64)>,
}

/// The relations among the columns of the rows whose R factor this is; empty when they are independent.
///
/// The rank is the number of pivots of Householder QR with column pivoting (Businger & Golub 1965) on columns of length
/// 1 that reach `tol`. Where it falls short, the dependent columns are the last of their relations in the order given,
/// unless another column is the natural total of the rest (all coefficients above 0, else at most 1 in size).
pub fn relations(r: &Array2<f64>, intercept: Option<usize>, tol: f64) -> Vec<Relation> {
    let k = r.ncols();
    let lengths: Vec<f64> = r.columns().into_iter().map(|column| column.dot(&column).sqrt()).collect();
    let scaled: Vec<Array1<f64>> = r
        .columns()
        .into_iter()
        .zip(&lengths)
        .map(|(column, &length)| if length > 0.0 { &column / length } else { column.to_owned() })
        .collect();
    let missing = k - pivots(&scaled, tol);
    if missing == 0 {
        return Vec::new();
    }
    let mut found = in_order(&scaled, intercept, missing, tol);
    for relation in &mut found {
        for (other, coefficient) in &mut relation.combination {
            *coefficient *= lengths[relation.column] / lengths[*other];
        }
    }
    let solved: Vec<Relation> = (0..found.len()).map(|i| natural(&found, i, intercept)).collect();
    solved.into_iter().map(tidy).collect()
}

/// Number of pivots of at least `tol`.
fn pivots(scaled: &[Array1<f64>], tol: f64) -> usize {
    let mut left: Vec<Array1<f64>> = scaled.to_vec();
    let mut rank = 0;
    while !left.is_empty() {
        let (at, length) = left
            .iter()
            .map(|column| column.dot(column).sqrt())
            .enumerate()
            .fold((0, -1.0), |best, (at, length)| if length > best.1 { (at, length) } else { best });
        if length < tol || length == 0.0 {
            return rank;
        }
        let direction = left.swap_remove(at) / length;
        for column in &mut left {
            // Twice is enough: the second projection removes what rounding left of the first (Kahan & Parlett).
            for _ in 0..2 {
                let share = column.dot(&direction);
                column.scaled_add(-share, &direction);
            }
        }
        rank += 1;
    }
    rank
}

/// The `missing` columns that depend most exactly on the independent ones before them, in the order given (the
/// constant first), with coefficients for columns of length 1.
fn in_order(scaled: &[Array1<f64>], intercept: Option<usize>, missing: usize, tol: f64) -> Vec<Relation> {
    let mut order: Vec<usize> = (0..scaled.len()).collect();
    order.sort_by_key(|&column| (Some(column) != intercept, column));
    let mut dependent: Vec<usize> = Vec::new();
    for _ in 0..missing {
        let mut basis: Vec<Array1<f64>> = Vec::new();
        let mut worst: Option<(usize, f64)> = None;
        for &column in order.iter().filter(|column| !dependent.contains(column)) {
            let left = project_out(&basis, &scaled[column]);
            let length = left.dot(&left).sqrt();
            if worst.is_none_or(|(_, shortest)| length < shortest) {
                worst = Some((column, length));
            }
            // What rounding leaves of a dependent column has no direction of its own.
            if length > tol {
                basis.push(left / length);
            }
        }
        if let Some((column, _)) = worst {
            dependent.push(column);
        }
    }
    dependent.sort_unstable();
    let independent: Vec<usize> = order.into_iter().filter(|column| !dependent.contains(column)).collect();
    dependent.iter().map(|&column| express(scaled, &independent, column)).collect()
}

fn project_out(basis: &[Array1<f64>], column: &Array1<f64>) -> Array1<f64> {
    let mut left = column.clone();
    for _ in 0..2 {
        for direction in basis {
            let share = left.dot(direction);
            left.scaled_add(-share, direction);
        }
    }
    left
}

/// The column as a combination of independent ones, by Gram-Schmidt with the triangle kept.
fn express(scaled: &[Array1<f64>], independent: &[usize], column: usize) -> Relation {
    let m = independent.len();
    let mut basis: Vec<Array1<f64>> = Vec::with_capacity(m);
    let mut triangle = Array2::<f64>::zeros((m, m));
    for (j, &other) in independent.iter().enumerate() {
        let left = project_out(&basis, &scaled[other]);
        let length = left.dot(&left).sqrt();
        for (i, direction) in basis.iter().enumerate() {
            triangle[[i, j]] = direction.dot(&scaled[other]);
        }
        triangle[[j, j]] = length;
        basis.push(if length > 0.0 { left / length } else { left });
    }
    let target: Array1<f64> = basis.iter().map(|direction| direction.dot(&scaled[column])).collect();
    let solution = super::triangle::solve_upper(&triangle, &target);
    let combination = independent
        .iter()
        .zip(solution)
        .filter(|(_, coefficient)| coefficient.is_finite() && coefficient.abs() > 1e-9)
        .map(|(&other, coefficient)| (other, coefficient))
        .collect();
    Relation { column, combination }
}

/// The column that is the sum of the others with coefficients above 0, if one is: a total or a mean of its parts.
fn total(relation: &Relation, intercept: Option<usize>) -> Option<usize> {
    let parts: Vec<(usize, f64)> =
        relation.combination.iter().copied().filter(|(other, _)| Some(*other) != intercept).collect();
    let positive = parts.iter().filter(|(_, coefficient)| *coefficient > 0.0).count();
    if positive == parts.len() {
        return Some(relation.column);
    }
    // Moved to the other side, what was subtracted is added.
    parts.iter().find(|(_, coefficient)| *coefficient > 0.0 && positive == 1).map(|(other, _)| *other)
}

/// Solves a relation for the column that is the total of the others, else for the one with the largest coefficient,
/// unless that column is the constant or stands in another relation too.
fn natural(found: &[Relation], at: usize, intercept: Option<usize>) -> Relation {
    let relation = &found[at];
    let largest =
        relation
            .combination
            .iter()
            .filter(|(other, _)| Some(*other) != intercept)
            .fold((relation.column, 1.0 + 1e-6), |best: (usize, f64), &(other, coefficient)| {
                if coefficient.abs() > best.1 { (other, coefficient.abs()) } else { best }
            })
            .0;
    let largest = total(relation, intercept).unwrap_or(largest);
    let shared = found
        .iter()
        .enumerate()
        .any(|(i, other)| i != at && other.combination.iter().any(|&(column, _)| column == largest));
    let weight = relation.combination.iter().find(|(other, _)| *other == largest).map(|&(_, coefficient)| coefficient);
    let (Some(weight), false) = (weight, shared) else { return relation.clone() };
    let mut combination: Vec<(usize, f64)> = relation
        .combination
        .iter()
        .filter(|(other, _)| *other != largest)
        .map(|&(other, coefficient)| (other, -coefficient / weight))
        .collect();
    combination.push((relation.column, 1.0 / weight));
    combination.sort_by_key(|&(other, _)| other);
    Relation { column: largest, combination }
}

/// Coefficients within 1e-8 of a fraction with a denominator up to 60 are that fraction.
fn tidy(mut relation: Relation) -> Relation {
    for (_, coefficient) in &mut relation.combination {
        let near = (1..=60).map(f64::from).find_map(|denominator| {
            let numerator = (*coefficient * denominator).round();
            let fraction = numerator / denominator;
            let close = (*coefficient - fraction).abs() <= 1e-8 * coefficient.abs();
            (numerator != 0.0 && close).then_some(fraction)
        });
        *coefficient = near.unwrap_or(*coefficient);
    }
    relation
}
