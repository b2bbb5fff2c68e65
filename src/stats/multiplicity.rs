//! Adjusted p-values for a family of tests. It deliberately leaves the choice of the family to the analysis; a p-value
//! that is not a number stays so and does not count.

/// Holm's step-down (1979): controls the family-wise error under any dependence. Order of the input.
pub fn holm(p_values: &[f64]) -> Vec<f64> {
    let order = rising(p_values);
    let m = order.len();
    let mut adjusted = vec![f64::NAN; p_values.len()];
    let mut running = 0.0_f64;
    for (rank, &at) in order.iter().enumerate() {
        running = running.max(((m - rank) as f64 * p_values[at]).min(1.0));
        adjusted[at] = running;
    }
    adjusted
}

/// Benjamini and Hochberg's step-up (1995): controls the false discovery rate. Order of the input.
pub fn bh(p_values: &[f64]) -> Vec<f64> {
    let order = rising(p_values);
    let m = order.len();
    let mut adjusted = vec![f64::NAN; p_values.len()];
    let mut running = 1.0_f64;
    for (rank, &at) in order.iter().enumerate().rev() {
        running = running.min(m as f64 / (rank + 1) as f64 * p_values[at]);
        adjusted[at] = running;
    }
    adjusted
}

fn rising(p_values: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..p_values.len()).filter(|&at| !p_values[at].is_nan()).collect();
    order.sort_by(|&a, &b| p_values[a].total_cmp(&p_values[b]));
    order
}
