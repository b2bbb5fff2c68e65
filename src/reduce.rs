//! The contract between data and mathematics: `Reduce` (an aggregate that streams and merges) and `Rows` (fold one over
//! the rows). It deliberately knows nothing of tables, people or formulas.

/// An aggregate: made empty, fed batches, merged with another of its kind.
///
/// Laws (checked in `tests/laws.rs`): merging with an empty one changes nothing; any split of the same batches gives the
/// same answer, exactly for counts and sums, to 1e-12 for triangles.
pub trait Reduce: Sized {
    /// What one step absorbs.
    type Batch<'a>;

    /// Takes one batch in.
    fn absorb(&mut self, batch: Self::Batch<'_>);

    /// Takes another aggregate of the same shape in; `other` covers later rows.
    fn merge(&mut self, other: Self);
}

/// Rows of numbers in a fixed order, cut in fixed batches.
pub trait Rows {
    /// One batch of rows.
    type Batch<'a>
    where
        Self: 'a;

    /// Folds every batch, in order and with the same bits on any thread count, into aggregates made by `empty`.
    fn fold<'r, R>(&'r self, empty: &(dyn Fn() -> R + Sync)) -> R
    where
        R: Reduce<Batch<'r> = Self::Batch<'r>> + Send;
}
