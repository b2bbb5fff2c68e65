//! People who answer alike because they sit together: sums of what each person contributes to an estimate, by cluster.
//! It deliberately knows no estimate; the contributions are given.

/// Clusters of n people, or everybody by themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clusters {
    /// Dense code of each person; empty when everybody is a cluster.
    codes: Vec<u32>,
    /// How many.
    count: usize,
    /// People in the order of clusters.
    order: Vec<u32>,
}

impl Clusters {
    /// Everybody by themselves.
    pub fn none(people: usize) -> Self {
        Self { codes: Vec::new(), count: people, order: Vec::new() }
    }

    /// From the code of each person, any numbers.
    pub fn new(codes: &[u32]) -> Self {
        let mut order: Vec<u32> = (0..codes.len() as u32).collect();
        order.sort_by_key(|&person| (codes[person as usize], person));
        let (mut dense, mut count) = (vec![0; codes.len()], 0);
        for (at, &person) in order.iter().enumerate() {
            let before = at.checked_sub(1).map(|before| codes[order[before] as usize]);
            count += usize::from(before != Some(codes[person as usize]));
            dense[person as usize] = (count - 1) as u32;
        }
        Self { codes: dense, count, order }
    }

    /// How many clusters; people when nobody sits together.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Whether people sit together.
    pub fn is_clustered(&self) -> bool {
        !self.codes.is_empty()
    }

    /// `G / (G - 1)`, the small-sample factor of a sum over G clusters (CR1's first half); NaN below two.
    pub fn factor(&self) -> f64 {
        if self.count > 1 { self.count as f64 / (self.count as f64 - 1.0) } else { f64::NAN }
    }

    /// Degrees of freedom of the t reference: `G - 1`, or infinity when everybody is by themselves.
    pub fn df(&self) -> f64 {
        if self.is_clustered() { self.count as f64 - 1.0 } else { f64::INFINITY }
    }

    /// The cluster of a person.
    pub fn of(&self, person: usize) -> usize {
        if self.is_clustered() { self.codes[person] as usize } else { person }
    }

    /// People, cluster by cluster.
    pub fn in_order(&self) -> impl Iterator<Item = usize> {
        let clustered = self.is_clustered();
        (0..if clustered { self.order.len() } else { self.count })
            .map(move |at| if clustered { self.order[at] as usize } else { at })
    }

    /// `factor * sum over clusters of (sum of contributions)^2`, and how many clusters contributed. Contributions come as
    /// (person, value).
    pub fn variance(&self, contributions: impl Iterator<Item = (usize, f64)>) -> Spread {
        let (mut sum, mut seen) = (0.0, 0);
        if !self.is_clustered() {
            for (_, value) in contributions {
                sum += value * value;
                seen += 1;
            }
            return Spread::of(sum, seen);
        }
        let mut sums = vec![(0.0, false); self.count];
        for (person, value) in contributions {
            let slot = &mut sums[self.codes[person] as usize];
            *slot = (slot.0 + value, true);
        }
        for (value, _) in sums.into_iter().filter(|(_, given)| *given) {
            sum += value * value;
            seen += 1;
        }
        Spread::of(sum, seen)
    }
}

/// The variance of an estimate, and the clusters behind it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// The variance, with `G / (G - 1)`; NaN below two clusters.
    pub variance: f64,
    /// Clusters that contributed.
    pub clusters: usize,
}

impl Spread {
    fn of(sum: f64, clusters: usize) -> Self {
        let g = clusters as f64;
        Self { variance: if clusters > 1 { sum * g / (g - 1.0) } else { f64::NAN }, clusters }
    }
}
