//! Methods of the stages question: the ordered logit of counted rows, superiority and shares between teams.

use ndarray::Array2;
use oneonone::stats::arms;
use oneonone::stats::ordinal::cells::{Counted, fit};
use oneonone::stats::ordinal::{self, OrdinalFault};
use oneonone::stats::permute;
use oneonone::stats::unit_ratio::{Sums, drawn_shares};
use oneonone::stats::unit_superiority::{Member, superiority};

use super::agree::near;
use super::shared::{Table, keys, reference, shared};
use super::wine::wine;

#[test]
fn counted_rows_give_the_ordered_logit_of_the_rows() {
    let m = wine(false, |rating| f64::from(rating) - 1.0);
    let rows = ordinal::fit(&m, 5, 1e-10).unwrap();
    let patterns =
        Array2::from_shape_fn((4, 2), |(i, j)| f64::from(u8::from(if j == 0 { i >= 2 } else { i % 2 == 1 })));
    let pattern: Vec<u32> = m.x.rows().into_iter().map(|x| (2.0 * x[0] + x[1]) as u32).collect();
    let category: Vec<u32> = m.y.iter().map(|y| *y as u32).collect();
    let clusters = m.clusters.as_deref();
    let counted = Counted { patterns: &patterns, pattern: &pattern, category: &category, clusters };
    let cells = fit(&counted, 5).unwrap();
    let (by_judge, errors) = (rows.clustered(clusters).unwrap(), rows.model_based());
    near("log-likelihood", cells.loglik, rows.loglik, 1e-12);
    for j in 0..2 {
        near("coefficient", cells.coefficients[j], rows.coefficients[j], 1e-9);
        near("information", cells.information_inverse[[j, j]], errors.matrix[[j, j]], 1e-9);
        near("by judge", cells.covariance[[j, j]], by_judge.matrix[[j, j]], 1e-9);
        let (a, b) = (cells.coefficient(j, 0.95), rows.parameter(&by_judge, j, 0.95));
        near("limit", a.conf_high, b.conf_high, 1e-9);
    }
    let alone = fit(&Counted { clusters: None, ..counted }, 5).unwrap();
    let own: Vec<u32> = (0..72).collect();
    near("own cluster", alone.covariance[[0, 0]], rows.clustered(Some(&own)).unwrap().matrix[[0, 0]], 1e-9);
    assert_eq!(fit(&counted, 6).unwrap_err(), OrdinalFault::EmptyCategory { category: 5 });
    assert_eq!(fit(&counted, 4).unwrap_err(), OrdinalFault::NotACategory { row: 6 });
    let same = Array2::ones((4, 2));
    assert!(matches!(fit(&Counted { patterns: &same, ..counted }, 5), Err(OrdinalFault::Collinear(_))));
}

/// R's `polr` of `MASS::housing` with its frequencies as weights.
#[test]
fn the_counted_households_are_those_of_polr() {
    let Some(root) = shared() else { return };
    let folder = root.join("ordinal");
    let table = Table::read(&folder.join("housing_satisfaction.csv"));
    let of = |name: &str, values: &[&str]| -> Vec<usize> {
        table.texts(name).iter().map(|v| values.iter().position(|o| o == v).unwrap()).collect()
    };
    let (infl, kind) =
        (of("Infl", &["Low", "Medium", "High"]), of("Type", &["Tower", "Apartment", "Atrium", "Terrace"]));
    let (cont, sat) = (of("Cont", &["Low", "High"]), of("Sat", &["Low", "Medium", "High"]));
    let patterns = Array2::from_shape_fn((infl.len(), 6), |(i, j)| {
        let hit = [infl[i] == 1, infl[i] == 2, kind[i] == 1, kind[i] == 2, kind[i] == 3, cont[i] == 1][j];
        f64::from(u8::from(hit))
    });
    let (mut pattern, mut category) = (Vec::new(), Vec::new());
    for (i, times) in table.texts("Freq").iter().enumerate() {
        for _ in 0..times.parse::<usize>().unwrap() {
            pattern.push(i as u32);
            category.push(sat[i] as u32);
        }
    }
    let cells =
        fit(&Counted { patterns: &patterns, pattern: &pattern, category: &category, clusters: None }, 3).unwrap();
    let known = reference(&folder);
    let known = &known["housing_polr_weighted"];
    for (j, name) in keys(&known["coef"]).iter().enumerate() {
        near(name, cells.coefficients[j], known["coef"][name].as_f64().unwrap(), 1e-4);
        near(name, cells.information_inverse[[j, j]].sqrt(), known["se"][name].as_f64().unwrap(), 1e-4);
    }
    near("deviance", -2.0 * cells.loglik, known["deviance"].as_f64().unwrap(), 1e-8);
}

/// People of teams with levels that lean on the team, by a fixed rule.
fn crowd(teams: u32, size: u32, mixed: bool) -> Vec<Member> {
    let mut members = Vec::new();
    for unit in 0..teams {
        for person in 0..size + unit % 3 {
            let first = if mixed { person % 2 == 0 } else { unit % 2 == 0 };
            let level = (unit * 7 + person * 5 + u32::from(first) * 2) % 11;
            members.push(Member { first, level: level as usize, unit });
        }
    }
    members
}

#[test]
fn superiority_of_people_who_are_their_own_teams_is_that_of_people() {
    let mut members = crowd(12, 6, false);
    members.iter_mut().enumerate().for_each(|(at, m)| m.unit = at as u32);
    let side =
        |first: bool| -> Vec<f64> { members.iter().filter(|m| m.first == first).map(|m| m.level as f64).collect() };
    let (ours, people) =
        (superiority(&members, 0.95).unwrap(), arms::superiority(&side(true), &side(false), 0.95).unwrap());
    near("probability", ours.probability, people.probability, 1e-12);
    near("error", ours.std_error, people.std_error, 1e-12);
    near("df", ours.df, people.df, 1e-10);
    near("low", ours.conf_low, people.conf_low, 1e-10);
}

/// The variance written out over all pairs, without placements: Obuchowski's for teams within a group, one sum where teams
/// cross the groups.
#[test]
fn superiority_by_team_is_the_sum_over_all_pairs() {
    for mixed in [false, true] {
        let members = crowd(9, 5, mixed);
        let ours = superiority(&members, 0.95).unwrap();
        let of = |first: bool| members.iter().filter(move |m| m.first == first);
        let (n, m) = (of(true).count() as f64, of(false).count() as f64);
        let win = |a: &Member, b: &Member| match a.level.cmp(&b.level) {
            std::cmp::Ordering::Greater => 1.0,
            std::cmp::Ordering::Equal => 0.5,
            std::cmp::Ordering::Less => 0.0,
        };
        let p = of(true).flat_map(|a| of(false).map(move |b| win(a, b))).sum::<f64>() / (n * m);
        near("probability", ours.probability, p, 1e-12);
        let (mut sums, mut sides) = ([0.0; 9], [[0.0; 2]; 9]);
        for a in of(true) {
            let part = of(false).map(|b| win(a, b) - p).sum::<f64>() / (n * m);
            sums[a.unit as usize] += part;
            sides[a.unit as usize][0] += part;
        }
        for b in of(false) {
            let part = of(true).map(|a| win(a, b) - p).sum::<f64>() / (n * m);
            sums[b.unit as usize] += part;
            sides[b.unit as usize][1] += part;
        }
        let variance = if mixed {
            9.0 / 8.0 * sums.iter().map(|s| s * s).sum::<f64>()
        } else {
            // Five teams of the first group, four of the second.
            5.0 / 4.0 * sides.iter().map(|s| s[0] * s[0]).sum::<f64>()
                + 4.0 / 3.0 * sides.iter().map(|s| s[1] * s[1]).sum::<f64>()
        };
        near("error", ours.std_error, variance.sqrt(), 1e-12);
    }
    assert!(superiority(&crowd(2, 5, false), 0.95).is_none(), "one team a group is no evidence between teams");
}

#[test]
fn shares_by_team_have_the_error_of_a_ratio_and_of_drawn_teams() {
    // Teams that are all alike inside: a share by team is as sure as the number of teams, not of people.
    let units: Vec<Vec<u32>> = (0..60).map(|g| if g % 3 == 0 { vec![8, 0, 8] } else { vec![0, 8, 8] }).collect();
    let mut sums = Sums::default();
    units.iter().for_each(|u| sums.add(f64::from(u[0]), f64::from(u[2])));
    let ratio = sums.ratio().unwrap();
    near("share", ratio.estimate, 1.0 / 3.0, 1e-12);
    near("error", ratio.std_error, (60.0 / 59.0 * (1.0 / 3.0) * (2.0 / 3.0) / 60.0_f64).sqrt(), 1e-12);
    let drawn = drawn_shares(&units, permute::key(1, "test", "shares"), 4_000, 0.95, 2).unwrap();
    let (low, high) = (drawn[0].unwrap().low, drawn[0].unwrap().high);
    let half = 1.96 * ratio.std_error;
    assert!((low - (1.0 / 3.0 - half)).abs() < 0.02 && (high - (1.0 / 3.0 + half)).abs() < 0.02, "{low} {high}");
    assert_eq!(drawn[2].unwrap().low, 1.0);
    // A share from 0 to 1 keeps inside; nobody and everybody give nothing.
    let mut none = Sums::default();
    units.iter().for_each(|u| none.add(0.0, f64::from(u[2])));
    assert!(none.ratio().unwrap().share_limits(0.95).is_none());
    let limits = ratio.share_limits(0.95).unwrap();
    assert!(limits.low > 0.2 && limits.high < 0.5 && limits.low < 1.0 / 3.0);
}

#[test]
fn intervals_of_shares_by_team_cover_what_they_should() {
    use rand::Rng;
    // 40 teams of 10 whose own share varies between 0.1 and 0.5: intervals that ignore teams cover far less than 95 %.
    let key = permute::key(3, "test", "cover");
    let (mut between, mut ignoring) = (0, 0);
    for set in 0..600 {
        let mut generator = permute::stream(key, set);
        let mut sums = Sums::default();
        let mut hits = 0;
        for _ in 0..40 {
            let own = 0.1 + 0.4 * f64::from(generator.random_bool(0.5));
            let count = (0..10).filter(|_| generator.random_bool(own)).count();
            sums.add(count as f64, 10.0);
            hits += count as u64;
        }
        let limits = sums.ratio().unwrap().share_limits(0.95).unwrap();
        between += u32::from(limits.low <= 0.3 && 0.3 <= limits.high);
        let alone = oneonone::stats::proportion::wilson(hits, 400, 0.95);
        ignoring += u32::from(alone.low <= 0.3 && 0.3 <= alone.high);
    }
    let (between, ignoring) = (f64::from(between) / 600.0, f64::from(ignoring) / 600.0);
    assert!((0.925..=0.975).contains(&between), "between teams {between}");
    assert!(ignoring < 0.90, "ignoring teams {ignoring}");
}
