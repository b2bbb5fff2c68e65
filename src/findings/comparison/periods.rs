//! The same comparison over time: changes of both arms, month by month, and the whole time as an index.

use crate::findings::atoms::{Estimate, Why};
use serde::{Deserialize, Serialize};

/// Difference in differences: the change of the treated less the change of the control.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// The effect.
    pub difference: Estimate,
    /// Rows, or means by unit and month.
    pub n: u64,
    /// Units.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub n_units: Option<u64>,
    /// Covariance: HC2, CR2, CR1.
    pub vcov: String,
    /// The same units before and after (effects of units and months), else repeated samples.
    pub panel: bool,
    /// What was held fixed besides.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub covariates: Vec<String>,
}

/// One month of the event study.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct EventPoint {
    /// The month.
    pub month: String,
    /// Difference of the arms less that in the reference month; all `None` in the reference month itself.
    pub effect: Estimate,
    /// The month against which the others stand.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub reference: bool,
    /// Hidden by the crowd rule.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub hidden: bool,
}

/// The test of the months before the start.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct PreTrend {
    /// Hotelling's F that all effects before the reference are 0.
    pub statistic: Option<f64>,
    /// Its first degrees of freedom.
    pub df1: f64,
    /// Its second.
    pub df2: f64,
    /// Its p-value.
    pub p_value: Option<f64>,
    /// Straight line through the effects before, per month.
    pub slope: Estimate,
    /// Slope per month that the test would have found 8 times in 10.
    pub slope_detectable: Option<f64>,
    /// What a trend of that slope adds to the mean effect from the start on.
    pub bias_detectable: Option<f64>,
}

/// The event study.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// The last month before the start.
    pub reference: String,
    /// Every month, in order.
    pub points: Vec<EventPoint>,
    /// Mean of the effects from the start on.
    pub average: Estimate,
    /// The test of the months before; `None` where units are too few for it, or there is one month only.
    pub pre_trend: Option<PreTrend>,
    /// Units.
    pub n_units: Option<u64>,
    /// Covariance.
    pub vcov: String,
}

/// The whole time from the start on as an index of one group.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Whole {
    /// The group.
    pub group: String,
    /// Months that enter.
    pub months: u64,
    /// 100 x mean of these months / mean of the months that are 100.
    pub index: Option<f64>,
    /// Lower 95 % limit.
    pub index_low: Option<f64>,
    /// Upper 95 % limit.
    pub index_high: Option<f64>,
    /// Why there is none.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub why: Option<Why>,
}
