//! Question: are the 1on1s really held: how often, how long, how regularly, about what; and what goes with it? Population:
//! everybody employed for a whole month of the window, met or not. Method: shares and rates over person-months with CR2 by
//! team (HC2 where no manager is known), time to the next 1on1 by Kaplan-Meier with errors between teams, coefficient of
//! variation and burstiness of gaps, entropy of topics, outcomes by share of proper months as an association. Assumes:
//! teams independent, a cut-off gap says nothing of its length. Declines when: no 1on1 was held, nobody was employed for a
//! whole month. References: `stats::waiting`, `stats::ols`; Goh & Barabási (2008, EPL 81, 48002); Pielou (1966).

mod dose;
mod parts;

use super::{Answer, finite};
use crate::design::practice::{self, PracticeRows, Told};
use crate::domain::Month;
use crate::findings::practice::{Definition, PeopleShare, Practice, Regularity, Silence, SilenceShare};
use crate::findings::{Caution, Decline, Finding};
use crate::screen::Screened;
use crate::stats::inference::LEVEL;
use crate::stats::moments::quantile;
use crate::stats::proportion::wilson;
use crate::study::{self, Study};
use dose::Bands;
use parts::Teams;

const NAME: &str = "practice";

/// Silences that are counted, in days.
const SILENCES: [u32; 4] = [31, 62, 93, 183];
/// Teams under which a caution is due.
const FEW_TEAMS: usize = 20;

/// Answers the practice question of a study.
///
/// # Errors
/// A decline with what would make the question answerable.
pub fn study(screened: &Screened, study: &Study) -> Result<Answer, Decline> {
    let panel = screened.panel().ok_or_else(|| Decline::new(NAME, "no_study_tables"))?;
    if study.data.sessions.is_empty() {
        return Err(Decline::new(NAME, "no_sessions"));
    }
    let rows = practice::study(panel, study)?;
    Ok(Finding::Practice(Box::new(practised(&rows, study, rows.told))).into())
}

fn practised(rows: &PracticeRows, study: &Study, told: Told) -> Practice {
    let teams = Teams::of(rows);
    let bands = Bands::new(&study.practice.bands);
    let all: Vec<usize> = (0..rows.people.len()).collect();
    Practice {
        n: rows.people.len() as u64,
        pairs: rows.pairs,
        from: Month(rows.window.0).to_string(),
        to: Month(rows.window.1).to_string(),
        definition: definition(&study.practice.proper, told),
        overall: parts::group("", "", &all, rows, &teams, told.status),
        doses: doses(rows, &bands),
        months: parts::months(rows, told),
        waiting: parts::waiting(rows, &teams),
        silence: silence(rows),
        regularity: regularity(rows, &teams),
        topics: parts::topics(rows),
        evenness: parts::evenness(rows, &teams),
        load: parts::load(rows),
        by: rows.by.iter().flat_map(|g| parts::groups(g, rows, &teams, told.status)).collect(),
        weekdays: parts::weekdays(rows),
        group_months: parts::group_months(rows),
        outcomes: dose::outcomes(rows, &teams, &bands),
        flow: rows.flow.clone(),
        cautions: cautions(rows, &teams, told, &study.practice.proper),
    }
}

fn definition(proper: &study::Proper, told: Told) -> Definition {
    let parts = [("minutes", told.minutes), ("topic", told.topics), ("satisfaction", told.ratings)];
    Definition {
        per_month: [proper.per_month.0, proper.per_month.1],
        minutes: [proper.minutes.0, proper.minutes.1],
        longest_gap_days: proper.longest_gap,
        more_than: proper.more_than.clone(),
        rated: proper.rated,
        not_checked: parts.iter().filter(|(_, told)| !told).map(|(name, _)| (*name).to_string()).collect(),
    }
}

/// People by their share of proper months; whoever never met stands first and apart.
fn doses(rows: &PracticeRows, bands: &Bands) -> Vec<PeopleShare> {
    let mut counts = vec![0u64; bands.count()];
    for person in &rows.people {
        if let Some(count) = bands.of(&person.all).and_then(|band| counts.get_mut(band)) {
            *count += 1;
        }
    }
    let n = rows.people.len() as u64;
    let share = |(band, count): (usize, u64)| {
        let limits = wilson(count, n, LEVEL);
        let (dose, from, to) = bands.name(band);
        PeopleShare {
            dose,
            from,
            to,
            count: Some(count),
            share: finite(count as f64 / n as f64),
            conf_low: finite(limits.low),
            conf_high: finite(limits.high),
            ..PeopleShare::default()
        }
    };
    counts.into_iter().enumerate().map(share).collect()
}

fn silence(rows: &PracticeRows) -> Silence {
    let days: Vec<f64> = rows.people.iter().map(|p| f64::from(p.silence)).collect();
    let n = days.len() as u64;
    let longer = |limit: &u32| {
        let count = rows.people.iter().filter(|p| p.silence > *limit).count() as u64;
        let limits = wilson(count, n, LEVEL);
        SilenceShare {
            days: *limit,
            count: Some(count),
            share: finite(count as f64 / n as f64),
            conf_low: finite(limits.low),
            conf_high: finite(limits.high),
            ..SilenceShare::default()
        }
    };
    Silence { median: quantile(&days, 0.5).and_then(finite), longer: SILENCES.iter().map(longer).collect() }
}

fn regularity(rows: &PracticeRows, teams: &Teams) -> Option<Regularity> {
    let found = &rows.rhythms;
    if found.variation.is_empty() {
        return None;
    }
    let places: Vec<usize> = found.row.iter().map(|row| *row as usize).collect();
    let ones = vec![1.0; places.len()];
    let burst: Vec<f64> = found.variation.iter().map(|v| (v - 1.0) / (v + 1.0)).collect();
    let near: Vec<f64> = found.near.iter().map(|[near, all]| f64::from(*near) / f64::from(*all)).collect();
    let gaps: Vec<f64> = found.near.iter().map(|[_, all]| f64::from(*all)).collect();
    Some(Regularity {
        pairs: places.len() as u64,
        variation: teams.mean(&places, &found.variation, &ones),
        burstiness: teams.mean(&places, &burst, &ones),
        near_rhythm: teams.mean(&places, &near, &gaps),
    })
}

fn cautions(rows: &PracticeRows, teams: &Teams, told: Told, proper: &study::Proper) -> Vec<Caution> {
    let mut cautions = Vec::new();
    let unchecked = [
        ("duration_min", told.minutes),
        ("topic", told.topics || proper.more_than.is_none()),
        ("satisfaction", told.ratings || !proper.rated),
    ];
    for (column, _) in unchecked.iter().filter(|(_, told)| !told) {
        cautions.push(Caution::new("definition_not_checked").with("column", *column));
    }
    if !told.status {
        cautions.push(Caution::new("no_status"));
    }
    match teams.count() {
        None => cautions.push(Caution::new("no_teams")),
        Some(count) if count < FEW_TEAMS => cautions.push(Caution::new("few_teams").with("teams", count)),
        Some(_) => {}
    }
    if rows.undated > 0 {
        cautions.push(Caution::new("undated_meetings").with("count", rows.undated));
    }
    let column = |code: &'static str| move |name: &String| Caution::new(code).with("column", name.as_str());
    cautions.extend(rows.not_found.iter().map(column("grouping_unknown")));
    cautions.extend(rows.identifying.iter().map(column("grouping_identifies")));
    cautions
}
