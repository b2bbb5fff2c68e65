//! Is the ladder a ladder: what the items' answers say about it. Names are the field's (Mokken scale analysis).

use super::{Caution, Flow, Why};
use serde::{Deserialize, Serialize};

/// How strong a scale is, by the band of H (Mokken 1971): from 0.3, 0.4 and 0.5.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Strength {
    /// H under 0.3.
    #[default]
    #[serde(rename = "not a ladder")]
    None,
    /// From 0.3.
    #[serde(rename = "weak ladder")]
    Weak,
    /// From 0.4.
    #[serde(rename = "medium ladder")]
    Medium,
    /// From 0.5.
    #[serde(rename = "strong ladder")]
    Strong,
}

impl Strength {
    /// The bands.
    pub const BANDS: [f64; 3] = [0.3, 0.4, 0.5];

    /// The band of a value of H.
    pub fn of(h: f64) -> Self {
        match Self::BANDS.iter().filter(|band| h >= **band).count() {
            0 => Self::None,
            1 => Self::Weak,
            2 => Self::Medium,
            _ => Self::Strong,
        }
    }

    /// Its name in `text`.
    pub fn code(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Weak => "weak",
            Self::Medium => "medium",
            Self::Strong => "strong",
        }
    }
}

/// How one item's share rises with the score on the others.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Monotonicity {
    /// Groups by the score on the other items; 0 with too few people for two.
    pub groups: u64,
    /// Pairs of groups compared, over all steps.
    pub comparisons: u64,
    /// Drops of more than 0.03.
    pub violations: u64,
    /// The largest drop, as a share.
    pub largest: f64,
    /// Smallest one-sided p of a drop, Holm over the item's comparisons.
    pub p_value: f64,
}

/// One item, in the order declared.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// Its column.
    pub item: String,
    /// The level it stands for, in a study.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub level: Option<u32>,
    /// H_i.
    pub h: Option<f64>,
    /// Its standard error.
    pub h_std_error: Option<f64>,
    /// Lower 95 % limit of H_i.
    pub conf_low: Option<f64>,
    /// Upper 95 % limit of H_i.
    pub conf_high: Option<f64>,
    /// Why H_i is not there: everybody answers alike, or hidden.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub why: Option<Why>,
    /// Highest answer above the lowest: 1 for yes or no.
    pub steps: u64,
    /// Share that agrees, or the mean answer above the lowest.
    pub mean: Option<f64>,
    /// Lower 95 % limit of the mean.
    pub mean_low: Option<f64>,
    /// Upper 95 % limit of the mean.
    pub mean_high: Option<f64>,
    /// Place from the most agreed (1) to the least.
    pub rank: u64,
    /// Whether its share rises with the score on the others.
    pub monotonicity: Monotonicity,
    /// The crowd rule hid its mean.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub hidden: bool,
    /// People who agree, for the crowd rule; yes-or-no items only.
    #[serde(skip)]
    pub agreed: Option<u64>,
}

/// H of two items.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct PairScale {
    /// The earlier item.
    pub first: String,
    /// The later item.
    pub second: String,
    /// H_ij.
    pub h: Option<f64>,
    /// Its standard error.
    pub h_std_error: Option<f64>,
    /// Why H_ij is not there.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub why: Option<Why>,
    /// Errors expected of items that have nothing to do with each other, for the crowd rule.
    #[serde(skip)]
    pub expected_errors: f64,
}

/// People by their number of inversions.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ErrorCount {
    /// Pairs of steps in the wrong order; the last row holds this many and more.
    pub errors: u64,
    /// People; `None` when hidden.
    pub count: Option<u64>,
    /// Share of the people.
    pub share: Option<f64>,
    /// Hidden by the crowd rule.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub hidden: bool,
    /// Why it is `None`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub why: Option<Why>,
}

/// What is made of the errors.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct GuttmanCounts {
    /// Steps of all items: items when all are yes or no.
    pub steps: u64,
    /// Pairs of steps in the wrong order, over all people.
    pub pair_errors: u64,
    /// As many are expected when items have nothing to do with each other; 1 - observed / expected is H.
    pub pair_errors_expected: f64,
    /// `1 - errors / answers`, an inversion counted as one error (Cornell technique).
    pub reproducibility_cornell: Option<f64>,
    /// What the margins alone would give.
    pub minimal_marginal_reproducibility: Option<f64>,
    /// Reproducibility beyond that, of what was possible.
    pub scalability: Option<f64>,
    /// The same of the Cornell count.
    pub scalability_cornell: Option<f64>,
    /// People by inversions.
    pub people: Vec<ErrorCount>,
}

/// What may be said of two neighbours' order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// As declared, significantly.
    Declared,
    /// The other way round, significantly.
    Swapped,
    /// Cannot be told.
    #[default]
    Open,
}

/// Two items compared in the same people: the earlier should be agreed with more.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct OrderStep {
    /// The item declared lower on the ladder.
    pub lower: String,
    /// The item declared higher.
    pub upper: String,
    /// Mean of the lower less mean of the upper: above 0 as declared.
    pub difference: Option<f64>,
    /// Its standard error.
    pub std_error: Option<f64>,
    /// Lower 95 % limit.
    pub conf_low: Option<f64>,
    /// Upper 95 % limit.
    pub conf_high: Option<f64>,
    /// One-sided p that the upper is agreed with no more than the lower, Holm over the family.
    pub p_adjusted: Option<f64>,
    /// What may be said.
    pub standing: Standing,
    /// Why a number is not there.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub why: Option<Why>,
}

/// Two items whose order turns for people low or high on the scale.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Turned {
    /// The item agreed with more overall.
    pub common: String,
    /// The item agreed with less overall.
    pub rare: String,
    /// By how much it is the other way round in some group.
    pub by: f64,
}

/// The order of the items.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Order {
    /// Whether an order was declared; without one nothing can be swapped.
    pub declared: bool,
    /// The items from the most agreed to the least.
    pub observed: Vec<String>,
    /// Neighbours in the declared order.
    pub neighbours: Vec<OrderStep>,
    /// Pairs that stand the other way round: neighbours first, then others.
    pub swapped: Vec<OrderStep>,
    /// Pairs of items whose order could be compared in groups of people.
    pub pairs_compared: u64,
    /// Those whose order turns.
    pub turned: Vec<Turned>,
    /// H of people instead of items, H^T: how alike people order the items.
    pub transposed_h: Option<f64>,
}

/// People at a level made from the items.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct LevelOfItems {
    /// The level: 0 for nothing agreed.
    pub level: u32,
    /// People; `None` when hidden.
    pub count: Option<u64>,
    /// Share.
    pub share: Option<f64>,
    /// People with the outcome; `None` when hidden or not asked.
    pub n: Option<u64>,
    /// Mean of the outcome.
    pub mean: Option<f64>,
    /// Hidden by the crowd rule.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub hidden: bool,
    /// Why a number is not there.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub why: Option<Why>,
}

/// Two neighbouring levels compared on the outcome.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct OutcomeStep {
    /// The lower level.
    pub lower: u32,
    /// The higher level.
    pub upper: u32,
    /// Mean of the higher less mean of the lower.
    pub difference: Option<f64>,
    /// Its standard error.
    pub std_error: Option<f64>,
    /// Lower 95 % limit.
    pub conf_low: Option<f64>,
    /// Upper 95 % limit.
    pub conf_high: Option<f64>,
    /// Two-sided p, Holm over the neighbours.
    pub p_adjusted: Option<f64>,
    /// Whether they differ: `p_adjusted` under 0.05.
    pub differs: Option<bool>,
    /// Why a number is not there.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub why: Option<Why>,
}

/// The levels made from the answers.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Made {
    /// `unbroken`, `highest` or `count`.
    pub rule: String,
    /// Every level.
    pub levels: Vec<LevelOfItems>,
    /// Share of people who agree with a level after denying one below it.
    pub inconsistent_share: Option<f64>,
    /// Why it is not there.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub why: Option<Why>,
    /// The outcome that neighbours are compared on.
    pub outcome: Option<String>,
    /// Neighbouring levels.
    pub neighbours: Vec<OutcomeStep>,
}

/// H from every available answer, beside the complete ones.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Pairwise {
    /// People with two answers or more.
    pub n: u64,
    /// H.
    pub h: Option<f64>,
    /// Its standard error.
    pub h_std_error: Option<f64>,
}

/// H in one wave.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct WaveScale {
    /// Label or day.
    pub wave: String,
    /// Complete answers; `None` when hidden.
    pub n: Option<u64>,
    /// H.
    pub h: Option<f64>,
    /// Its standard error.
    pub h_std_error: Option<f64>,
    /// Lower 95 % limit.
    pub conf_low: Option<f64>,
    /// Upper 95 % limit.
    pub conf_high: Option<f64>,
    /// Its band.
    pub verdict: Option<Strength>,
    /// Neighbours that stand the other way round, as "lower > upper" in items.
    pub swapped: u64,
    /// Why a number is not there.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub why: Option<Why>,
}

/// Whether the ladder is one.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct LadderScale {
    /// People who answered every item.
    pub n: u64,
    /// Clusters among them.
    pub n_clusters: Option<u64>,
    /// The cluster column.
    pub cluster: Option<String>,
    /// `last`, or the wave's label; `None` on a plain table.
    pub wave: Option<String>,
    /// H of the items together.
    pub h: Option<f64>,
    /// Its standard error: delta method, by cluster where there are some.
    pub h_std_error: Option<f64>,
    /// Lower 95 % limit.
    pub conf_low: Option<f64>,
    /// Upper 95 % limit.
    pub conf_high: Option<f64>,
    /// Why H is not there.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub why: Option<Why>,
    /// The band of H.
    pub verdict: Strength,
    /// The band of the lower limit.
    pub verdict_low: Option<Strength>,
    /// The band of the upper limit.
    pub verdict_high: Option<Strength>,
    /// Lower limits of the bands.
    pub bands: Vec<f64>,
    /// Every item, in the order declared.
    pub items: Vec<Item>,
    /// Every pair.
    pub pairs: Vec<PairScale>,
    /// Answers that differ from the perfect pattern with as many steps (Goodenough and Edwards), over all people.
    pub guttman_errors: u64,
    /// `1 - guttman_errors / answers`.
    pub reproducibility: Option<f64>,
    /// The same told in other ways, and by person.
    pub guttman: GuttmanCounts,
    /// The order of the items.
    pub order: Order,
    /// The levels made from the answers; `None` where none can be made.
    pub made: Option<Made>,
    /// H of all available answers, where some are missing.
    pub pairwise: Option<Pairwise>,
    /// Wave by wave, in a study with several.
    pub waves: Vec<WaveScale>,
    /// From all rows to the people counted.
    pub flow: Flow,
    /// Read first.
    pub cautions: Vec<Caution>,
}
