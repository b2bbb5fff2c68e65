//! The curve of waiting between units against R's `survfit(cluster =, conf.type = "log-log")`, and packed durations
//! against the same as lives.

use super::agree::digits;
use oneonone::stats::curve_by_unit;
use oneonone::stats::inference::LEVEL;
use oneonone::stats::survival::{self, Life};
use oneonone::stats::waiting::{Wait, between_units, kaplan_meier};
use proptest::prelude::*;

/// Team, days, whether the next 1on1 ended it, how many.
const GAPS: [(usize, u32, bool, u64); 16] = [
    (0, 14, true, 3),
    (0, 28, true, 4),
    (0, 35, false, 1),
    (1, 14, true, 2),
    (1, 21, true, 2),
    (1, 28, true, 1),
    (1, 40, false, 1),
    (2, 7, true, 5),
    (2, 28, true, 2),
    (2, 60, false, 1),
    (3, 21, true, 1),
    (3, 28, true, 3),
    (3, 35, true, 2),
    (3, 35, false, 1),
    (4, 30, true, 2),
    (4, 45, false, 1),
];

/// R 4.2.2, survival 3.5-3: time, at risk, events, survival, standard error by team, log-log limits.
const R: [(f64, usize, usize, [f64; 4]); 6] = [
    (7.0, 32, 5, [0.84375, 0.1322872771889069, 0.354591626158112, 0.972542562918954]),
    (14.0, 27, 5, [0.68750, 0.1090606531899509, 0.423538974173635, 0.849234961634025]),
    (21.0, 22, 3, [0.59375, 0.1010258508213600, 0.372188203717646, 0.759608486896882]),
    (28.0, 19, 10, [0.28125, 0.0953537148338605, 0.117433787864844, 0.471769156660247]),
    (30.0, 9, 2, [0.21875, 0.0584470820603320, 0.117063146315902, 0.340669783585132]),
    (35.0, 7, 2, [0.15625, 0.0202504310091091, 0.119013867989126, 0.198117542185485]),
];

fn units(rows: &[(usize, u32, bool, u64)]) -> Vec<Vec<Wait>> {
    let mut units = vec![Vec::new(); rows.iter().map(|r| r.0 + 1).max().unwrap_or(0)];
    for (team, time, event, count) in rows {
        let wait = if *event { Wait::ended(*time) } else { Wait::cut_off(*time) };
        units[*team].extend(std::iter::repeat_n(wait.unwrap(), *count as usize));
    }
    units
}

#[test]
fn a_wait_of_no_time_or_of_ninety_years_is_none() {
    assert_eq!((Wait::ended(0), Wait::cut_off(32_768)), (None, None));
    assert!(Wait::ended(32_767).is_some());
}

#[test]
fn waiting_between_teams_is_r_survfit_with_clusters() {
    let units = units(&GAPS);
    let curve = between_units(kaplan_meier(&units), &units);
    assert_eq!((curve.people, curve.events, curve.median()), (32, 27, Some(28.0)));
    assert_eq!(curve.steps.len(), R.len());
    for (step, (time, at_risk, events, expected)) in curve.steps.iter().zip(R) {
        assert_eq!((step.time, step.at_risk, step.events), (time, at_risk, events));
        let limits = step.log_log_limits(LEVEL);
        for (found, expected) in [step.survival, step.std_error, limits.low, limits.high].into_iter().zip(expected) {
            digits(&format!("day {time}"), found, expected, 12);
        }
    }
}

proptest! {
    #[test]
    fn packed_durations_give_the_curve_and_errors_of_the_same_lives(
        rows in prop::collection::vec((0usize..6, 1u32..40, any::<bool>(), 1u64..5), 1..40)
    ) {
        let units = units(&rows);
        let (mut lives, mut codes) = (Vec::new(), Vec::new());
        for (team, time, event, count) in &rows {
            for _ in 0..*count {
                let time = f64::from(*time);
                lives.push(if *event { Life::left(time) } else { Life::stayed(time) });
                codes.push(*team as u32);
            }
        }
        let (of_lives, packed) = (survival::kaplan_meier(&lives), kaplan_meier(&units));
        prop_assert_eq!(&of_lives, &packed);
        let errors = curve_by_unit::std_errors(&lives, &codes, &of_lives).unwrap();
        let between = between_units(packed, &units);
        for (step, error) in between.steps.iter().zip(errors) {
            prop_assert!((step.std_error - error).abs() <= 1e-12 * (1.0 + error), "{} {}", step.std_error, error);
        }
    }
}
