//! The crowd rule: nothing about one to four people is shown, and no published sum gives a hidden cell back.

use oneonone::domain::Ladder;
use oneonone::findings::attrition::{Attrition, FollowUp, KmPoint, MonthRate, PeriodRate};
use oneonone::findings::stages::{GroupShares, LevelShare, StageShare, Stages};
use oneonone::findings::{Draft, Finding, Findings, seal};

const CROWD: u64 = 5;

/// A small generator: the tables must be the same every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

fn sealed(finding: Finding) -> Findings {
    seal(Draft { findings: vec![finding], ..Draft::default() }, CROWD)
}

fn distribution(counts: &[u64]) -> (Vec<LevelShare>, Vec<StageShare>) {
    let ladder = Ladder::default();
    let n = counts.iter().sum::<u64>().max(1) as f64;
    let level = |(level, &count): (usize, &u64)| LevelShare {
        level: level as u32,
        stage: ladder.stage_code(level).to_string(),
        count: Some(count),
        share: Some(count as f64 / n),
        ..LevelShare::default()
    };
    let levels: Vec<LevelShare> = counts.iter().enumerate().map(level).collect();
    let stage = |stage: &String| {
        let count = levels.iter().filter(|l| &l.stage == stage).filter_map(|l| l.count).sum();
        StageShare { stage: stage.clone(), count: Some(count), ..StageShare::default() }
    };
    let stages = ladder.stages().iter().map(stage).collect();
    (levels, stages)
}

/// A study with two or more groups of random sizes.
fn ladder_of(dice: &mut Dice) -> Stages {
    let groups = 2 + dice.roll(4) as usize;
    let table: Vec<Vec<u64>> = (0..groups)
        .map(|_| {
            let size = [2, 6, 12, 30][dice.roll(4) as usize];
            (0..17).map(|_| dice.roll(size).saturating_sub(dice.roll(4))).collect()
        })
        .collect();
    let all: Vec<u64> = (0..17).map(|l| table.iter().map(|g| g[l]).sum()).collect();
    let (levels, stages) = distribution(&all);
    let group = |(at, counts): (usize, &Vec<u64>)| {
        let (levels, stages) = distribution(counts);
        let n = Some(counts.iter().sum());
        GroupShares { by: "department".into(), group: format!("d{at}"), n, levels, stages, ..GroupShares::default() }
    };
    let by = table.iter().enumerate().map(group).collect();
    Stages { n: all.iter().sum(), levels, stages, by, ..Stages::default() }
}

/// Parts of a published sum: how many are hidden, and how many people these hold in truth.
fn hidden_of(shown: &[Option<u64>], truth: &[u64]) -> (usize, u64) {
    let hidden = shown.iter().zip(truth).filter(|(s, _)| s.is_none());
    (hidden.clone().count(), hidden.map(|(_, t)| t).sum())
}

#[test]
fn no_small_cell_of_the_ladder_is_shown_and_no_sum_gives_one_back() {
    let mut dice = Dice(7);
    let mut hidden_cells = 0;
    for _ in 0..300 {
        let truth = ladder_of(&mut dice);
        if truth.n < CROWD {
            continue;
        }
        let findings = sealed(Finding::Stages(truth.clone()));
        let Finding::Stages(shown) = &findings.findings()[0] else { panic!("stages") };
        let cells = |s: &Stages| -> Vec<Vec<Option<u64>>> {
            let of = |l: &[LevelShare]| l.iter().map(|l| l.count).collect::<Vec<_>>();
            std::iter::once(of(&s.levels)).chain(s.by.iter().map(|g| of(&g.levels))).collect()
        };
        let (seen, known) = (cells(shown), cells(&truth));
        for (seen, known) in seen.iter().zip(&known) {
            for (seen, known) in seen.iter().zip(known) {
                assert!(seen.is_none_or(|n| n == 0 || n >= CROWD), "a cell of {seen:?}");
                hidden_cells += usize::from(seen.is_none());
                assert!(seen.is_none() || seen == known);
            }
        }
        // Level by level, the groups add up to everybody.
        for level in 0..17 {
            let parts: Vec<Option<u64>> = seen[1..].iter().map(|g| g[level]).collect();
            let real: Vec<u64> = known[1..].iter().map(|g| g[level].unwrap()).collect();
            let (hidden, together) = hidden_of(&parts, &real);
            let total_hidden = seen[0][level].is_none();
            assert!(hidden + usize::from(total_hidden) != 1, "level {level}: one unknown");
            assert!(total_hidden || hidden == 0 || together >= CROWD, "level {level}: {together} people");
        }
        // Within a shown group, the levels of a stage add up to the stage.
        for group in shown.by.iter().filter(|g| g.n.is_some()) {
            for stage in &group.stages {
                let parts: Vec<Option<u64>> =
                    group.levels.iter().filter(|l| l.stage == stage.stage).map(|l| l.count).collect();
                let hidden = parts.iter().filter(|c| c.is_none()).count();
                assert!(hidden + usize::from(stage.count.is_none()) != 1, "{}: one unknown", stage.stage);
            }
        }
    }
    assert!(hidden_cells > 1_000, "the tables were too large to test anything");
}

#[test]
fn a_group_that_is_hidden_whole_keeps_neither_its_size_nor_its_name() {
    let (levels, stages) = distribution(&[20; 17]);
    let group = |name: &str, each: u64, first: u64| {
        let mut counts = vec![each; 17];
        counts[0] = first;
        let (levels, stages) = distribution(&counts);
        let n = Some(counts.iter().sum());
        GroupShares { by: "name".into(), group: name.into(), n, levels, stages, ..GroupShares::default() }
    };
    let by = vec![group("one person", 0, 1), group("everybody else", 20, 19)];
    let findings = sealed(Finding::Stages(Stages { n: 340, levels, stages, by, ..Stages::default() }));
    let json = serde_json::to_string(&findings).unwrap();
    assert!(!json.contains("one person") && !json.contains("everybody else"), "{json}");
}

fn leaving(months: &[(u64, u64)]) -> Attrition {
    let month = |(at, &(headcount, leavers)): (usize, &(u64, u64))| MonthRate {
        month: format!("2024-{:02}", at + 1),
        group: "A".into(),
        headcount: Some(headcount),
        leavers: Some(leavers),
        rate: Some(leavers as f64 / headcount as f64),
        ..MonthRate::default()
    };
    let total = months.iter().map(|m| m.1).sum();
    let point = |(at, &(headcount, leavers)): (usize, &(u64, u64))| KmPoint {
        group: "A".into(),
        time: 30.0 * (at + 1) as f64,
        survival: Some(0.9),
        at_risk: headcount,
        events: leavers,
        ..KmPoint::default()
    };
    Attrition {
        groups: vec!["A".into()],
        start: Some("2024-01-01".into()),
        clock: "since_start".into(),
        follow_up: vec![FollowUp { group: "A".into(), n: 300, leavers: Some(total), ..FollowUp::default() }],
        km: months.iter().enumerate().map(point).collect(),
        months: months.iter().enumerate().map(month).collect(),
        periods: vec![PeriodRate {
            group: "A".into(),
            period: "after".into(),
            person_months: Some(months.iter().map(|m| m.0).sum()),
            leavers: Some(total),
            rate: Some(0.01),
            ..PeriodRate::default()
        }],
        ..Attrition::default()
    }
}

#[test]
fn months_headcounts_and_the_curve_give_no_small_count_of_leavers_away() {
    let truth = [(300, 2), (298, 9), (289, 1), (288, 7), (281, 3), (278, 6)];
    let findings = sealed(Finding::Attrition(leaving(&truth)));
    let Finding::Attrition(shown) = &findings.findings()[0] else { panic!("attrition") };
    assert!(shown.months.iter().all(|m| m.leavers.is_none_or(|l| l == 0 || l >= CROWD)));
    assert!(shown.months.iter().filter(|m| m.hidden).count() >= 3);
    // Neighbouring headcounts differ by the leavers.
    assert!(shown.months.iter().all(|m| m.headcount.is_none()));
    // Between two points of the curve at least five people left.
    let mut seen = 0;
    for point in &shown.km {
        let upto: u64 = truth.iter().take((point.time / 30.0) as usize).map(|m| m.1).sum();
        assert!(upto - seen >= CROWD, "{} leavers between two points", upto - seen);
        seen = upto;
    }
    assert!(!shown.km.is_empty());
    // Months that are all large are told in full.
    let findings = sealed(Finding::Attrition(leaving(&[(300, 8), (292, 0), (292, 12)])));
    let Finding::Attrition(shown) = &findings.findings()[0] else { panic!("attrition") };
    assert_eq!(shown.months.iter().map(|m| m.leavers).collect::<Vec<_>>(), [Some(8), Some(0), Some(12)]);
    assert!(shown.months.iter().all(|m| m.headcount.is_some()));
}

#[test]
fn an_answer_about_too_few_people_becomes_a_decline() {
    let mut small = leaving(&[(4, 0)]);
    small.follow_up[0].n = 4;
    let findings = sealed(Finding::Attrition(small));
    assert!(findings.findings().is_empty());
    assert_eq!(findings.declines()[0].code, "crowd_too_small");
    let few = sealed(Finding::Attrition(leaving(&[(300, 3)])));
    assert_eq!(few.declines()[0].code, "too_few_leavers");
}
