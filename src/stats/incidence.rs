//! Competing exits: the share that has left for one reason, with the others at work (Aalen-Johansen), its error and its
//! pseudo-observations. Tests and hazard ratios of one reason are `survival`'s and `cox`'s on [`Exit::life`]; it
//! deliberately never takes those who left for another reason as if they could still leave for this one.

use super::proportion::Limits;
use super::survival::Life;
use super::tail;

/// One person at risk on `(entry, exit]`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Exit {
    /// Where observation begins; 0 or negative infinity without delayed entry.
    pub entry: f64,
    /// Where it ends.
    pub exit: f64,
    /// The reason for leaving; nothing when observation ended first.
    pub cause: Option<u32>,
}

impl Exit {
    /// The same person as the cause-specific hazard sees them: leaving for another reason ends observation. The
    /// cause-specific log-rank test and Cox model are those of these lives.
    pub fn life(&self, cause: u32) -> Life {
        Life { entry: self.entry, exit: self.exit, event: self.cause == Some(cause) }
    }
}

/// The curve just after an exit for this reason.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct IncidenceStep {
    /// Time.
    pub time: f64,
    /// At risk just before.
    pub at_risk: usize,
    /// Exits for this reason at this time.
    pub events: usize,
    /// Share that has left for this reason.
    pub incidence: f64,
    /// Standard error.
    pub std_error: f64,
}

impl IncidenceStep {
    /// Limits on the logarithm of minus the logarithm of the share, which stay between 0 and 1.
    pub fn limits(&self, level: f64) -> Limits {
        let share = self.incidence;
        if share <= 0.0 || share >= 1.0 {
            return Limits { low: share, high: share };
        }
        let log = share.ln();
        let half = tail::normal_quantile(0.5 + 0.5 * level) * self.std_error / (share * log.abs());
        Limits { low: (log * half.exp()).exp(), high: (log * (-half).exp()).exp() }
    }
}

/// Cumulative incidence of one reason: one step per time at which somebody left for it, in rising order.
#[derive(Debug, Clone, PartialEq)]
pub struct Incidence {
    /// People.
    pub people: usize,
    /// Exits for this reason.
    pub events: usize,
    /// Last time anyone is observed.
    pub last: f64,
    /// Steps.
    pub steps: Vec<IncidenceStep>,
}

impl Incidence {
    /// The curve at a time: that of the last step at or before it; 0 before the first.
    pub fn at(&self, time: f64) -> IncidenceStep {
        let after = self.steps.partition_point(|step| step.time <= time);
        let start = IncidenceStep { time, at_risk: 0, events: 0, incidence: 0.0, std_error: 0.0 };
        after.checked_sub(1).and_then(|i| self.steps.get(i)).copied().unwrap_or(start)
    }

    /// Mean time lost to this reason up to `tau`: the area under the curve. Over all reasons and the restricted mean time
    /// these add up to `tau`.
    pub fn time_lost(&self, tau: f64) -> f64 {
        let steps = self.steps.iter().filter(|step| step.time <= tau);
        let mut before = 0.0;
        let gain = |step: &IncidenceStep| {
            let own = step.incidence - before;
            before = step.incidence;
            own * (tau - step.time)
        };
        steps.map(gain).sum()
    }
}

/// Aalen and Johansen's estimate (1978) of leaving for this reason, with delayed entry:
/// `F(t) = sum of S(t_k-) d_jk / n_k`. Its variance is the Greenwood kind (Marubini & Valsecchi 1995, 10.12; R's `survfit`):
/// `sum of (F(t) - F(t_k))² d_k / (n_k (n_k - d_k)) + S(t_k-)² d_jk (n_k - d_jk) / n_k³ - 2 (F(t) - F(t_k)) S(t_k-) d_jk / n_k²`.
/// Lives that end at or before their entry are never at risk.
pub fn incidence(exits: &[Exit], cause: u32) -> Incidence {
    let mut steps = Vec::new();
    let mut sums = Greenwood::default();
    for moment in moments(exits, cause) {
        sums.add(&moment);
        if moment.own > 0.0 {
            let share = moment.after;
            steps.push(IncidenceStep {
                time: moment.time,
                at_risk: moment.at_risk as usize,
                events: moment.own as usize,
                incidence: share,
                std_error: sums.variance(share).max(0.0).sqrt(),
            });
        }
    }
    let valid = exits.iter().filter(|exit| exit.exit > exit.entry);
    Incidence {
        people: valid.clone().count(),
        events: steps.iter().map(|step| step.events).sum(),
        last: valid.map(|exit| exit.exit).fold(f64::NEG_INFINITY, f64::max),
        steps,
    }
}

/// Pseudo-observations of the share of one group that has left for this reason by `time`: `F + n psi_i` with the
/// infinitesimal jackknife, whose mean is the estimate exactly. With `unit_contrast` they compare two arms by unit.
///
/// `psi_i = sum over t_k <= t of S(t_k-) (dN_ji - Y_i d_jk / n_k) / n_k - (F(t) - F(t_k)) (dN_i - Y_i d_k / n_k) / (n_k - d_k)`.
/// Nothing without people, when a life ends at or before its entry, or beyond the last time anyone is observed.
pub fn pseudo(exits: &[Exit], cause: u32, time: f64) -> Option<Vec<f64>> {
    let last = exits.iter().map(|exit| exit.exit).fold(f64::NEG_INFINITY, f64::max);
    let observed = |exit: &Exit| exit.exit > exit.entry;
    if exits.is_empty() || time > last || !exits.iter().all(observed) {
        return None;
    }
    let moments: Vec<Moment> = moments(exits, cause).into_iter().take_while(|moment| moment.time <= time).collect();
    let share = moments.last().map_or(0.0, |moment| moment.after);
    // What leaving for this reason gives, what leaving at all takes, and what being at risk comes to.
    let (mut gives, mut takes, mut risk) = (Vec::new(), Vec::new(), vec![0.0]);
    let mut sum = 0.0;
    for moment in &moments {
        let give = moment.before / moment.at_risk;
        let stay = moment.at_risk - moment.all;
        let take = if stay > 0.0 { (share - moment.after) / stay } else { 0.0 };
        sum += (take * moment.all - give * moment.own) / moment.at_risk;
        gives.push(give);
        takes.push(take);
        risk.push(sum);
    }
    let upto = |time: f64| moments.partition_point(|moment| moment.time <= time);
    let n = exits.len() as f64;
    let value = |exit: &Exit| {
        let (first, last) = (upto(exit.entry), upto(exit.exit));
        let mut psi = risk[last] - risk[first];
        let here = last.checked_sub(1).filter(|&place| moments[place].time == exit.exit);
        if let (Some(place), Some(reason)) = (here, exit.cause) {
            psi += if reason == cause { gives[place] } else { 0.0 } - takes[place];
        }
        share + n * psi
    };
    Some(exits.iter().map(value).collect())
}

/// One time at which somebody leaves for any reason.
struct Moment {
    time: f64,
    at_risk: f64,
    /// Exits for any reason.
    all: f64,
    /// Exits for this one.
    own: f64,
    /// Share still there just before.
    before: f64,
    /// Share that has left for this reason, just after.
    after: f64,
}

fn moments(exits: &[Exit], cause: u32) -> Vec<Moment> {
    let mut valid: Vec<&Exit> = exits.iter().filter(|exit| exit.exit > exit.entry).collect();
    let mut entries: Vec<f64> = valid.iter().map(|exit| exit.entry).collect();
    entries.sort_by(f64::total_cmp);
    valid.sort_by(|a, b| a.exit.total_cmp(&b.exit));
    let (mut moments, mut gone) = (Vec::new(), 0);
    let (mut staying, mut share) = (1.0, 0.0);
    for together in valid.chunk_by(|a, b| a.exit == b.exit) {
        let time = together.first().map_or(f64::NAN, |exit| exit.exit);
        let at_risk = (entries.partition_point(|&entry| entry < time) - gone) as f64;
        let all = together.iter().filter(|exit| exit.cause.is_some()).count() as f64;
        let own = together.iter().filter(|exit| exit.cause == Some(cause)).count() as f64;
        gone += together.len();
        if all > 0.0 {
            share += staying * own / at_risk;
            moments.push(Moment { time, at_risk, all, own, before: staying, after: share });
            staying *= (at_risk - all) / at_risk;
        }
    }
    moments
}

/// The sums of the variance, expanded in powers of `F(t)`.
#[derive(Default)]
struct Greenwood {
    staying: [f64; 3],
    own: f64,
    mixed: [f64; 2],
}

impl Greenwood {
    fn add(&mut self, moment: &Moment) {
        let (n, d, own, share) = (moment.at_risk, moment.all, moment.own, moment.after);
        // When all at risk leave, nothing comes after.
        let staying = if n > d { d / (n * (n - d)) } else { 0.0 };
        self.staying[0] += staying;
        self.staying[1] += staying * share;
        self.staying[2] += staying * share * share;
        self.own += moment.before * moment.before * own * (n - own) / (n * n * n);
        let mixed = moment.before * own / (n * n);
        self.mixed[0] += mixed;
        self.mixed[1] += mixed * share;
    }

    fn variance(&self, share: f64) -> f64 {
        let staying = share * (share * self.staying[0] - 2.0 * self.staying[1]) + self.staying[2];
        staying + self.own - 2.0 * (share * self.mixed[0] - self.mixed[1])
    }
}
