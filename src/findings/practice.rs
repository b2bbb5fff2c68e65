//! How the 1on1s are really held: by month, by pair and by group, the gaps between them, their topics, the managers' side,
//! and outcomes by how much proper practice people had.

use super::atoms::{Caution, Estimate, Flow, Why};
use serde::{Deserialize, Serialize};

/// What counted as a proper month.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Definition {
    /// Least and most 1on1s a month.
    pub per_month: [u32; 2],
    /// Shortest and longest, in minutes.
    pub minutes: [u32; 2],
    /// Most days after the 1on1 before; `None` = not asked.
    pub longest_gap_days: Option<u32>,
    /// The topic that alone is not enough; `None` = not asked.
    pub more_than: Option<String>,
    /// The report's satisfaction is recorded.
    pub rated: bool,
    /// Parts that the log has no column for and that were therefore not asked: `minutes`, `topic`, `satisfaction`.
    pub not_checked: Vec<String>,
}

/// A number of people among all, with Wilson's interval.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct PeopleShare {
    /// Which: `never_met`, or the lower end of a band of the share of proper months.
    pub dose: String,
    /// Lower end of the band, 0-1; `None` for those who never met.
    pub from: Option<f64>,
    /// Upper end.
    pub to: Option<f64>,
    /// People; `None` when hidden.
    pub count: Option<u64>,
    /// Share of all.
    pub share: Option<f64>,
    /// Lower 95 % limit (Wilson).
    pub conf_low: Option<f64>,
    /// Upper 95 % limit.
    pub conf_high: Option<f64>,
    /// Hidden by the crowd rule.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub hidden: bool,
    /// `hidden` where the crowd rule took the numbers out.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub why: Option<Why>,
}

/// One month.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct PracticeMonth {
    /// `2024-04`.
    pub month: String,
    /// People employed throughout.
    pub people: Option<u64>,
    /// Of them: with a held 1on1.
    pub met: Option<u64>,
    /// Of them: with a proper month.
    pub proper: Option<u64>,
    /// 1on1s held.
    pub held: Option<u64>,
    /// Planned, and nothing more is known.
    pub scheduled: Option<u64>,
    /// Called off, by whom is not said.
    pub cancelled: Option<u64>,
    /// Called off by the manager.
    pub cancelled_by_manager: Option<u64>,
    /// Called off by the report.
    pub cancelled_by_employee: Option<u64>,
    /// Mean minutes of held ones.
    pub minutes: Option<f64>,
    /// People behind `held`, `scheduled` and the three kinds of cancelled (for the crowd rule; not written).
    #[serde(skip, default)]
    pub behind: [u64; 5],
    /// Something in it is hidden by the crowd rule.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub hidden: bool,
    /// `hidden` where the crowd rule took numbers out.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub why: Option<Why>,
}

/// How practice comes out for a group, or for everybody.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct GroupPractice {
    /// The column that groups: `department`, `tenure`, ...; "" for everybody.
    pub by: String,
    /// The group's value; "" for people without one.
    pub group: String,
    /// People.
    pub n: Option<u64>,
    /// Of them: not one 1on1 held.
    pub never_met: Option<u64>,
    /// Share of person-months that are proper.
    pub share_proper: Estimate,
    /// 1on1s held per person and month.
    pub per_month: Estimate,
    /// Mean minutes of held ones.
    pub minutes: Estimate,
    /// Share of the planned 1on1s that were held.
    pub share_held: Estimate,
    /// The whole group hidden by the crowd rule.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub hidden: bool,
    /// `hidden` where the crowd rule took the numbers out.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub why: Option<Why>,
}

/// A point of the curve of waiting.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct WaitPoint {
    /// Days since a 1on1.
    pub days: u32,
    /// Share that still wait for the next one.
    pub waiting: Option<f64>,
    /// Standard error between teams.
    pub std_error: Option<f64>,
    /// Lower 95 % limit (log-log).
    pub conf_low: Option<f64>,
    /// Upper 95 % limit.
    pub conf_high: Option<f64>,
    /// Gaps still open just before.
    pub at_risk: u64,
    /// Gaps that ended on this day.
    pub events: u64,
    /// People with a gap at least so long (for the crowd rule; not written).
    #[serde(skip, default)]
    pub people: u64,
}

/// Time to the next 1on1 of a pair.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Waiting {
    /// Gaps: one after every held 1on1.
    pub n: u64,
    /// Of them: ended by the next one; the others are cut off by the end of what is known.
    pub events: u64,
    /// Teams behind the errors; `None` = errors by person.
    pub n_clusters: Option<u64>,
    /// Days by which half have met again; `None` when the curve does not come down to a half.
    pub median: Option<f64>,
    /// The curve.
    pub points: Vec<WaitPoint>,
}

/// People without a 1on1 for so long at some time.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SilenceShare {
    /// More days than this.
    pub days: u32,
    /// People.
    pub count: Option<u64>,
    /// Share of all.
    pub share: Option<f64>,
    /// Lower 95 % limit (Wilson).
    pub conf_low: Option<f64>,
    /// Upper 95 % limit.
    pub conf_high: Option<f64>,
    /// Hidden by the crowd rule.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub hidden: bool,
    /// `hidden` where the crowd rule took the numbers out.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub why: Option<Why>,
}

/// The longest run of days without a 1on1, person by person, open ends included.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Silence {
    /// Median over all people, in days; at least so long, because ends are open.
    pub median: Option<f64>,
    /// Longer than one, two, three months and half a year.
    pub longer: Vec<SilenceShare>,
}

/// How regular pairs are that have three gaps or more.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Regularity {
    /// Such pairs.
    pub pairs: u64,
    /// Mean coefficient of variation of a pair's gaps: 0 = like clockwork, 1 = as by chance.
    pub variation: Estimate,
    /// Mean burstiness (s - m) / (s + m): -1 like clockwork, 0 as by chance (Goh & Barabási 2008).
    pub burstiness: Estimate,
    /// Share of gaps within a third of their pair's median gap.
    pub near_rhythm: Estimate,
}

/// A topic's place among what is talked about.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct TopicShare {
    /// The topic's code.
    pub topic: String,
    /// Held 1on1s in which it was talked about.
    pub mentions: Option<u64>,
    /// Share of all mentions of topics.
    pub share: Option<f64>,
    /// Share of people with any topic who talked about it.
    pub people_share: Option<f64>,
    /// People who did (for the crowd rule; not written).
    #[serde(skip, default)]
    pub people: u64,
    /// Hidden by the crowd rule.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub hidden: bool,
    /// `hidden` where the crowd rule took the numbers out.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub why: Option<Why>,
}

/// The mix of topics of everybody, or of the people at one stage.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct TopicMix {
    /// The stage's code; "" for everybody.
    pub stage: String,
    /// People with a topic.
    pub n: Option<u64>,
    /// Every topic.
    pub topics: Vec<TopicShare>,
    /// Shannon entropy of the mix over the logarithm of the number of topics: 0 = one topic, 1 = all alike.
    pub evenness: Option<f64>,
    /// Hidden by the crowd rule.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub hidden: bool,
    /// `hidden` where the crowd rule took the numbers out.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub why: Option<Why>,
}

/// Managers with so many reports.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct LoadBand {
    /// Least reports.
    pub from: u32,
    /// Most; `None` = no end.
    pub to: Option<u32>,
    /// Managers.
    pub managers: Option<u64>,
    /// Their mean of 1on1s held a month.
    pub per_month: Option<f64>,
    /// Mean share of proper months of their reports.
    pub share_proper: Option<f64>,
    /// Hidden by the crowd rule.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub hidden: bool,
    /// `hidden` where the crowd rule took the numbers out.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub why: Option<Why>,
}

/// The managers' side: never who, only how many.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Load {
    /// Managers with a report.
    pub managers: u64,
    /// Median number of reports.
    pub reports_median: Option<f64>,
    /// Median of 1on1s held a month.
    pub per_month_median: Option<f64>,
    /// By number of reports.
    pub bands: Vec<LoadBand>,
}

/// 1on1s held on one day of the week in one month.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct WeekdayCell {
    /// `2024-04`.
    pub month: String,
    /// 1 = Monday ... 7 = Sunday.
    pub weekday: u8,
    /// 1on1s held.
    pub held: Option<u64>,
    /// People behind them (for the crowd rule; not written).
    #[serde(skip, default)]
    pub people: u64,
    /// Hidden by the crowd rule.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub hidden: bool,
    /// `hidden` where the crowd rule took the numbers out.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub why: Option<Why>,
}

/// One group's month.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct GroupMonth {
    /// `2024-04`.
    pub month: String,
    /// The column that groups.
    pub by: String,
    /// The group's value.
    pub group: String,
    /// 1on1s held per person employed throughout the month.
    pub per_person: Option<f64>,
    /// People, and those of them who met (for the crowd rule; not written).
    #[serde(skip, default)]
    pub people: [u64; 2],
    /// Hidden by the crowd rule.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub hidden: bool,
    /// `hidden` where the crowd rule took the numbers out.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub why: Option<Why>,
}

/// An outcome in one band of the dose.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct DoseBand {
    /// As in `PeopleShare`.
    pub dose: String,
    /// Lower end of the band.
    pub from: Option<f64>,
    /// Upper end.
    pub to: Option<f64>,
    /// People with the outcome.
    pub n: Option<u64>,
    /// Mean of the outcome with its interval by team.
    pub mean: Estimate,
    /// Hidden by the crowd rule.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub hidden: bool,
    /// `hidden` where the crowd rule took the numbers out.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub why: Option<Why>,
}

/// An outcome against the share of proper months: an association.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct DoseOutcome {
    /// `engagement` or `sales`.
    pub outcome: String,
    /// Which months make the dose: `before_answer` or `same_months`.
    pub months: String,
    /// People.
    pub n: u64,
    /// Teams.
    pub n_clusters: Option<u64>,
    /// `CR2`, or `HC2` without teams.
    pub vcov: String,
    /// Difference of the outcome that goes with a share of proper months of 1 instead of 0.
    pub slope: Estimate,
    /// Band by band.
    pub bands: Vec<DoseBand>,
}

/// How the 1on1s are held.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Practice {
    /// People employed for at least one whole month.
    pub n: u64,
    /// Pairs of manager and report that met.
    pub pairs: u64,
    /// First month.
    pub from: String,
    /// Last month.
    pub to: String,
    /// What counted as proper.
    pub definition: Definition,
    /// Everybody.
    pub overall: GroupPractice,
    /// People by share of proper months; those who never met are a group of their own.
    pub doses: Vec<PeopleShare>,
    /// Month by month.
    pub months: Vec<PracticeMonth>,
    /// Time to the next 1on1; `None` when nobody met.
    pub waiting: Option<Waiting>,
    /// Longest silence.
    pub silence: Silence,
    /// Regularity; `None` when no pair has three gaps.
    pub regularity: Option<Regularity>,
    /// Topics of everybody, then stage by stage.
    pub topics: Vec<TopicMix>,
    /// Mean evenness of the topics of a person with five mentions or more.
    pub evenness: Option<Estimate>,
    /// The managers' side; `None` where no manager is known.
    pub load: Option<Load>,
    /// By group, in the order of the study's `by`.
    pub by: Vec<GroupPractice>,
    /// Month and day of the week.
    pub weekdays: Vec<WeekdayCell>,
    /// Month and group.
    pub group_months: Vec<GroupMonth>,
    /// Outcomes by dose.
    pub outcomes: Vec<DoseOutcome>,
    /// From all people to these.
    pub flow: Flow,
    /// Read first.
    pub cautions: Vec<Caution>,
}
