//! Staying: Kaplan-Meier with delayed entry, medians, the log-rank test and restricted mean time.
//! Covariates are `cox`'s question; calendar and clock are the caller's.

use super::inference::Inference;
use super::proportion::Limits;
use super::tail;

/// One person at risk on `(entry, exit]`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Life {
    /// Where observation begins; 0 or negative infinity without delayed entry.
    pub entry: f64,
    /// Where it ends.
    pub exit: f64,
    /// Whether it ended with the event (leaving) rather than with the end of observation.
    pub event: bool,
}

impl Life {
    /// Observed from the origin to `exit`, then left.
    pub fn left(exit: f64) -> Self {
        Self { entry: f64::NEG_INFINITY, exit, event: true }
    }

    /// Observed from the origin to `exit`, still there.
    pub fn stayed(exit: f64) -> Self {
        Self { entry: f64::NEG_INFINITY, exit, event: false }
    }

    /// The same, observed only after `entry` (left truncation).
    #[must_use]
    pub fn from(mut self, entry: f64) -> Self {
        self.entry = entry;
        self
    }
}

/// The curve just after an event time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// Event time.
    pub time: f64,
    /// At risk just before.
    pub at_risk: usize,
    /// Events at this time.
    pub events: usize,
    /// Share still there.
    pub survival: f64,
    /// Greenwood's standard error.
    pub std_error: f64,
    /// `sum of d / (n (n - d))`, Greenwood's variance of the logarithm.
    pub log_variance: f64,
}

impl Step {
    /// Limits on the logarithm of survival (R's default), cut at 1.
    pub fn log_limits(&self, level: f64) -> Limits {
        let half = normal(level) * self.log_variance.sqrt();
        if self.survival <= 0.0 || half.is_nan() {
            return Limits { low: 0.0, high: 1.0 };
        }
        Limits { low: self.survival * (-half).exp(), high: (self.survival * half.exp()).min(1.0) }
    }

    /// Limits on the logarithm of minus the logarithm, which stay between 0 and 1 (Kalbfleisch & Prentice).
    pub fn log_log_limits(&self, level: f64) -> Limits {
        if self.survival >= 1.0 {
            return Limits { low: 1.0, high: 1.0 };
        }
        let log = self.survival.ln();
        let half = normal(level) * self.log_variance.sqrt() / log.abs();
        if self.survival <= 0.0 || half.is_nan() {
            return Limits { low: 0.0, high: 1.0 };
        }
        Limits { low: (log * half.exp()).exp(), high: (log * (-half).exp()).exp() }
    }
}

/// A Kaplan-Meier curve: one step per event time, in rising order.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    /// People.
    pub people: usize,
    /// Events.
    pub events: usize,
    /// Last time anyone is observed.
    pub last: f64,
    /// Steps.
    pub steps: Vec<Step>,
}

impl Curve {
    /// The curve at a time: that of the last step at or before it; survival 1 before the first.
    pub fn at(&self, time: f64) -> Step {
        let after = self.steps.partition_point(|step| step.time <= time);
        let start = Step { time, at_risk: 0, events: 0, survival: 1.0, std_error: 0.0, log_variance: 0.0 };
        after.checked_sub(1).and_then(|i| self.steps.get(i)).copied().unwrap_or(start)
    }

    /// The time by which half have left; midway to the next step when the curve is exactly at a half (as in R).
    /// Nothing when the curve does not come down to it.
    pub fn median(&self) -> Option<f64> {
        let at = self.steps.iter().position(|step| step.survival <= 0.5 + 1e-12)?;
        let step = self.steps.get(at)?;
        match self.steps.get(at + 1) {
            Some(next) if (step.survival - 0.5).abs() <= 1e-12 => Some(0.5 * (step.time + next.time)),
            _ => Some(step.time),
        }
    }

    /// Limits of the median: the times at which the lower and the upper log-log limit of the curve have come down to a half
    /// (Brookmeyer & Crowley 1982, with the transformed limits that R calls `conf.type = "log-log"`). Nothing on a side
    /// where a limit does not come down to it.
    pub fn median_limits(&self, level: f64) -> (Option<f64>, Option<f64>) {
        let reached = |limit: &dyn Fn(Limits) -> f64| {
            // Where all have left the limits are not defined, as in R.
            let inside = |step: &&Step| step.survival > 0.0 && step.survival < 1.0;
            let mut steps = self.steps.iter().filter(inside);
            steps.find(|step| limit(step.log_log_limits(level)) <= 0.5).map(|step| step.time)
        };
        (reached(&|limits| limits.low), reached(&|limits| limits.high))
    }

    /// Restricted mean time up to `tau`: the area under the curve, with Greenwood's error
    /// `sum of (area beyond t)^2 d / (n (n - d))` (Uno et al. 2014).
    pub fn restricted_mean(&self, tau: f64) -> RestrictedMean {
        let steps: Vec<&Step> = self.steps.iter().filter(|step| step.time <= tau).collect();
        let (mut beyond, mut variance, mut right) = (0.0, 0.0, tau);
        for step in steps.iter().rev() {
            beyond += step.survival * (right - step.time);
            right = step.time;
            let (n, d) = (step.at_risk as f64, step.events as f64);
            // The last one at risk leaving has nothing beyond it; its infinite term stands for 0.
            if n > d {
                variance += beyond * beyond * d / (n * (n - d));
            }
        }
        RestrictedMean { mean: beyond + right, std_error: variance.sqrt(), tau }
    }
}

/// Restricted mean time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RestrictedMean {
    /// Mean time within `tau`.
    pub mean: f64,
    /// Standard error.
    pub std_error: f64,
    /// Horizon.
    pub tau: f64,
}

/// Difference of two restricted means, treated minus control, by the normal (`df` infinite).
pub fn restricted_mean_difference(treated: &RestrictedMean, control: &RestrictedMean, level: f64) -> Inference {
    let estimate = treated.mean - control.mean;
    let std_error = treated.std_error.hypot(control.std_error);
    let half = normal(level) * std_error;
    let statistic = estimate / std_error;
    Inference {
        estimate,
        std_error,
        statistic,
        df: f64::INFINITY,
        p_value: tail::normal_two_sided(statistic),
        conf_low: estimate - half,
        conf_high: estimate + half,
    }
}

fn normal(level: f64) -> f64 {
    tail::normal_quantile(0.5 + 0.5 * level)
}

/// People at risk just before a time: entered before it, not gone before it.
pub fn at_risk(lives: &[Life], time: f64) -> usize {
    lives.iter().filter(|life| life.entry < time && life.exit >= time).count()
}

/// Kaplan and Meier's estimate (1958), with delayed entry. Lives that end at or before their entry are never at risk.
pub fn kaplan_meier(lives: &[Life]) -> Curve {
    let mut risk = RiskTable::of(lives);
    let (mut survival, mut log_variance) = (1.0, 0.0);
    let mut steps = Vec::new();
    for time in risk.event_times() {
        let (at_risk, events) = risk.at(time);
        let (n, d) = (at_risk as f64, events as f64);
        survival *= 1.0 - d / n;
        log_variance += d / (n * (n - d));
        let std_error = if survival > 0.0 { survival * log_variance.sqrt() } else { 0.0 };
        steps.push(Step { time, at_risk, events, survival, std_error, log_variance });
    }
    let valid = lives.iter().filter(|life| life.exit > life.entry);
    Curve {
        people: valid.clone().count(),
        events: steps.iter().map(|step| step.events).sum(),
        last: valid.map(|life| life.exit).fold(f64::NEG_INFINITY, f64::max),
        steps,
    }
}

/// Entries and exits in order, so that numbers at risk cost a search and not a scan.
struct RiskTable {
    entries: Vec<f64>,
    exits: Vec<f64>,
    events: Vec<f64>,
}

impl RiskTable {
    fn of(lives: &[Life]) -> Self {
        let valid = || lives.iter().filter(|life| life.exit > life.entry);
        let sorted = |mut values: Vec<f64>| {
            values.sort_by(f64::total_cmp);
            values
        };
        Self {
            entries: sorted(valid().map(|life| life.entry).collect()),
            exits: sorted(valid().map(|life| life.exit).collect()),
            events: sorted(valid().filter(|life| life.event).map(|life| life.exit).collect()),
        }
    }

    fn event_times(&self) -> Vec<f64> {
        let mut times = self.events.clone();
        times.dedup();
        times
    }

    /// At risk just before a time, and events at it.
    fn at(&mut self, time: f64) -> (usize, usize) {
        let entered = self.entries.partition_point(|&entry| entry < time);
        let gone = self.exits.partition_point(|&exit| exit < time);
        let events =
            self.events.partition_point(|&event| event <= time) - self.events.partition_point(|&event| event < time);
        (entered - gone, events)
    }
}

/// The log-rank test of two groups.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LogRank {
    /// Events observed among the treated and the control.
    pub observed: [f64; 2],
    /// Events expected if the hazards were the same.
    pub expected: [f64; 2],
    /// Hypergeometric variance of observed minus expected.
    pub variance: f64,
    /// Chi-square, one degree of freedom.
    pub statistic: f64,
    /// Upper tail.
    pub p_value: f64,
}

/// Mantel's log-rank test (1966) of treated against control, summed over strata (one pair of groups each). Nothing
/// without any event while both groups are at risk.
pub fn log_rank(strata: &[(&[Life], &[Life])]) -> Option<LogRank> {
    let mut observed = [0.0; 2];
    let mut expected = [0.0; 2];
    let mut variance = 0.0;
    for (treated, control) in strata {
        let (mut a, mut b) = (RiskTable::of(treated), RiskTable::of(control));
        let mut times = a.event_times();
        times.extend(b.event_times());
        times.sort_by(f64::total_cmp);
        times.dedup();
        for time in times {
            let ((n1, d1), (n2, d2)) = (a.at(time), b.at(time));
            let (n, d) = ((n1 + n2) as f64, (d1 + d2) as f64);
            let share = n1 as f64 / n;
            observed[0] += d1 as f64;
            observed[1] += d2 as f64;
            expected[0] += d * share;
            expected[1] += d * (1.0 - share);
            if n > 1.0 {
                variance += d * share * (1.0 - share) * (n - d) / (n - 1.0);
            }
        }
    }
    if variance.is_nan() || variance <= 0.0 {
        return None;
    }
    let statistic = (observed[0] - expected[0]).powi(2) / variance;
    Some(LogRank { observed, expected, variance, statistic, p_value: tail::chi2_upper(statistic, 1.0) })
}
