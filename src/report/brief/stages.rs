//! The ladder as a short page: every level with its bar, every stage by group, who moved. Hidden cells are said as hidden.

use super::figures::{joined, ranges};
use super::shared::{self, word};
use super::{Align, Bar, Bars, Block, Table};
use crate::findings::stages::{GroupShares, LevelShare, StageShare, Stages};
use crate::text::{Language, names, number, say};

/// Groups side by side in one table.
const ABREAST: usize = 4;
/// Groups of one column shown; the rest is in the findings.
const GROUPS: usize = 12;

/// The whole answer.
pub fn compose(page: &mut Vec<Block>, s: &Stages, language: Language) {
    page.push(Block::Heading(say(language, "table.stages_heading", &[])));
    let wave = match s.wave.as_str() {
        "last" => word(language, "wave_last"),
        label => say(language, "table.wave", &[("wave", names::clean(label))]),
    };
    page.push(Block::Paragraph(say(language, "table.stages_lead", &[("n", number::count(s.n)), ("wave", wave)])));
    page.push(Block::Bars(levels(s, language)));
    if let Some(sentence) = most(s, language) {
        page.push(Block::Paragraph(sentence));
    }
    page.push(Block::Table(stages(&s.stages, language)));
    page.push(Block::Paragraph(say(language, "table.goodman", &[])));
    shared::cautions(page, &s.cautions, language);
    groups(page, s, language);
    pairs(page, s, language);
    movement(page, s, language);
    moves(page, s, language);
    trends(page, s, language);
    if s.levels.iter().any(|l| l.hidden) || s.stages.iter().any(|l| l.hidden) || s.by.iter().any(any_hidden) {
        page.push(Block::Paragraph(say(language, "table.hidden_rule", &[])));
    }
    shared::not_run(page, &s.not_run, language);
    shared::flow(page, &s.flow, language);
}

fn any_hidden(group: &GroupShares) -> bool {
    group.hidden || group.levels.iter().any(|l| l.hidden) || group.stages.iter().any(|l| l.hidden)
}

fn per_cent(x: f64) -> String {
    number::decimal(x * 100.0, 1)
}

fn levels(s: &Stages, language: Language) -> Bars {
    let ends: Vec<_> = s.levels.iter().map(|l| (l.conf_low, l.conf_high)).collect();
    let ranges = ranges(language, &ends, per_cent);
    let bar = |(level, range): (&LevelShare, String)| Bar {
        label: format!("{:>2} {}", level.level, names::stage(language, &level.stage)),
        count: shared::count(language, level.count.filter(|_| !level.hidden)),
        share: level
            .share
            .filter(|_| !level.hidden)
            .map_or_else(String::new, |x| joined(&number::percent(x, 1), &range)),
        length: level.share.filter(|_| !level.hidden),
    };
    Bars {
        titles: [word(language, "level"), word(language, "people"), word(language, "share_interval")],
        bars: s.levels.iter().zip(ranges).map(bar).collect(),
    }
}

fn most(s: &Stages, language: Language) -> Option<String> {
    let seen = s.stages.iter().filter(|x| !x.hidden);
    let top = seen.max_by(|a, b| a.share.unwrap_or(0.0).total_cmp(&b.share.unwrap_or(0.0)))?;
    let share = top.share?;
    let values = [("stage", names::stage(language, &top.stage)), ("share", number::percent(share, 1))];
    Some(say(language, "table.most_stand", &values))
}

fn stages(stages: &[StageShare], language: Language) -> Table {
    let mut table = Table::new(vec![
        (word(language, "stage"), Align::Left),
        (word(language, "people"), Align::Right),
        (word(language, "share_interval"), Align::Right),
        (word(language, "by_team_interval"), Align::Right),
    ]);
    let ends: Vec<_> = stages.iter().map(|x| (x.conf_low, x.conf_high)).collect();
    let between: Vec<_> = stages.iter().map(|x| (x.other.team_low, x.other.team_high)).collect();
    let between = ranges(language, &between, per_cent);
    for ((stage, range), between) in stages.iter().zip(ranges(language, &ends, per_cent)).zip(between) {
        let share = stage.share.filter(|_| !stage.hidden);
        table.rows.push(vec![
            names::stage(language, &stage.stage),
            shared::count(language, stage.count.filter(|_| !stage.hidden)),
            share.map_or_else(String::new, |x| joined(&number::percent(x, 1), &range)),
            if stage.other.team_low.is_some() { between } else { String::new() },
        ]);
    }
    table.without_blank(3)
}

fn groups(page: &mut Vec<Block>, s: &Stages, language: Language) {
    let mut columns: Vec<&str> = s.by.iter().map(|g| g.by.as_str()).collect();
    columns.dedup();
    for by in columns {
        let all: Vec<&GroupShares> = s.by.iter().filter(|g| g.by == by).collect();
        let shown: Vec<&GroupShares> = all.iter().copied().filter(|g| !g.hidden).take(GROUPS).collect();
        for (part, four) in shown.chunks(ABREAST).enumerate() {
            if part == 0 {
                let title = say(language, "table.by", &[("by", names::column(language, by))]);
                page.push(Block::Paragraph(title));
            }
            page.push(Block::Table(group_table(four, language)));
        }
        let hidden = all.iter().filter(|g| g.hidden).count();
        if hidden > 0 {
            let values = [("count", hidden.to_string())];
            page.push(Block::Paragraph(say(language, "table.groups_hidden", &values)));
        }
        let left_out = all.len() - hidden - shown.len();
        if left_out > 0 {
            let values = [("count", left_out.to_string())];
            page.push(Block::Paragraph(say(language, "table.groups_more", &values)));
        }
    }
}

fn group_table(groups: &[&GroupShares], language: Language) -> Table {
    let mut columns = vec![(word(language, "stage"), Align::Left)];
    for group in groups {
        let values = [("group", group_name(group, language)), ("n", shared::count(language, group.n))];
        columns.push((say(language, "table.group_n", &values), Align::Right));
    }
    let mut table = Table::new(columns);
    let rows = groups.iter().map(|g| g.stages.len()).max().unwrap_or(0);
    for i in 0..rows {
        let code = groups.iter().find_map(|g| g.stages.get(i)).map_or("", |s| s.stage.as_str());
        let mut row = vec![names::stage(language, code)];
        row.extend(groups.iter().map(|g| g.stages.get(i).map_or_else(String::new, |s| stage_cell(s, language))));
        table.rows.push(row);
    }
    table
}

fn group_name(group: &GroupShares, language: Language) -> String {
    names::member(language, &group.by, &group.group)
}

fn stage_cell(stage: &StageShare, language: Language) -> String {
    match (stage.hidden, stage.count, stage.share) {
        (true, _, _) | (false, None, _) => say(language, "word.hidden", &[]),
        (false, Some(0), _) => "0".to_string(),
        (false, Some(count), Some(share)) => format!("{} ({})", number::count(count), number::percent(share, 0)),
        (false, Some(count), None) => number::count(count),
    }
}

fn pairs(page: &mut Vec<Block>, s: &Stages, language: Language) {
    for pair in &s.superiority {
        let why = super::figures::reason(pair.why);
        let share = number::with_interval(language, pair.estimate, pair.conf_low, pair.conf_high, why, |x| {
            number::percent(x, 1)
        });
        let member = |name: &str| names::member(language, &pair.by, name);
        let values = [("first", member(&pair.first)), ("second", member(&pair.second)), ("share", share)];
        page.push(Block::Paragraph(say(language, "table.superiority", &values)));
    }
    for pair in s.odds.iter().filter(|o| o.odds_ratio.is_some()) {
        let why = super::figures::reason(pair.log_odds.why);
        let (point, low, high) = (pair.odds_ratio, pair.odds_low, pair.odds_high);
        let ratio = number::with_interval(language, point, low, high, why, number::natural);
        let member = |name: &str| names::member(language, &pair.by, name);
        let values = [("first", member(&pair.first)), ("second", member(&pair.second)), ("ratio", ratio)];
        page.push(Block::Paragraph(say(language, "table.odds_pair", &values)));
    }
}

fn movement(page: &mut Vec<Block>, s: &Stages, language: Language) {
    if s.movement.is_empty() {
        return;
    }
    let mut table = Table::new(vec![
        (word(language, "movement"), Align::Left),
        (word(language, "people"), Align::Right),
        (word(language, "share_interval"), Align::Right),
    ]);
    let ends: Vec<_> = s.movement.iter().map(|m| (m.conf_low, m.conf_high)).collect();
    for (row, range) in s.movement.iter().zip(ranges(language, &ends, per_cent)) {
        let direction = match row.direction.as_str() {
            "up" | "same" | "down" => word(language, &format!("moved_{}", row.direction)),
            other => names::clean(other),
        };
        let share = row.share.filter(|_| !row.hidden);
        table.rows.push(vec![
            direction,
            shared::count(language, row.count.filter(|_| !row.hidden)),
            share.map_or_else(String::new, |x| joined(&number::percent(x, 1), &range)),
        ]);
    }
    page.push(Block::Table(table));
}

/// How long it takes to rise, and who stays.
fn moves(page: &mut Vec<Block>, s: &Stages, language: Language) {
    let Some(change) = &s.change else { return };
    let unit = say(language, if change.unit == "month" { "moves.unit_month" } else { "moves.unit_wave" }, &[]);
    let mut table = Table::new(vec![
        (say(language, "table.time_to_rise", &[("unit", unit)]), Align::Left),
        (word(language, "stood"), Align::Right),
        (word(language, "median_time"), Align::Right),
        (word(language, "expected_time"), Align::Right),
    ]);
    let hidden = || say(language, "word.hidden", &[]);
    for row in change.time_to_rise.iter().filter(|row| row.n != Some(0)) {
        let median = row.median.map(number::natural);
        table.rows.push(vec![
            names::stage(language, &row.stage),
            shared::count(language, row.n),
            median.unwrap_or_else(|| if row.hidden { hidden() } else { String::new() }),
            match row.expected.estimate {
                Some(time) if time > f64::from(change.span) => {
                    say(language, "table.beyond", &[("span", number::count(u64::from(change.span)))])
                }
                _ => shared::interval(language, &row.expected, |x| number::decimal(x, 1)),
            },
        ]);
    }
    if !table.rows.is_empty() {
        page.push(Block::Table(table));
    }
    let mut table = Table::new(vec![
        (word(language, "stuck"), Align::Left),
        (word(language, "people"), Align::Right),
        (word(language, "share_interval"), Align::Right),
    ]);
    for row in change.stuck.iter().filter(|row| row.stage.is_empty()) {
        let show = |x| number::percent(x, 1);
        table.rows.push(vec![
            say(language, "table.stuck_row", &[("waves", row.waves.to_string())]),
            shared::count(language, row.count),
            row.share.map_or_else(hidden, |share| {
                number::with_interval(language, Some(share), row.conf_low, row.conf_high, "hidden", show)
            }),
        ]);
    }
    if !table.rows.is_empty() {
        page.push(Block::Table(table));
    }
    if let Some(lowest) = change.regression_to_mean.iter().find(|r| r.end == "lowest" && r.by.is_empty() && !r.hidden) {
        let two = |x: f64| number::decimal(x, 2);
        let told = |x: Option<f64>| x.map_or_else(String::new, two);
        let rest = shared::interval(language, &lowest.excess, two);
        let values = [("change", told(lowest.change.estimate)), ("chance", told(lowest.expected)), ("rest", rest)];
        page.push(Block::Paragraph(say(language, "moves.naive", &values)));
    }
}

/// Whether outcomes rise over the stages.
fn trends(page: &mut Vec<Block>, s: &Stages, language: Language) {
    let mut table = Table::new(vec![
        (word(language, "trend_title"), Align::Left),
        (word(language, "share_interval"), Align::Right),
        ("p".to_string(), Align::Right),
    ]);
    for follow in &s.follows {
        let Some(trend) = &follow.trend else { continue };
        let share =
            number::with_interval(language, trend.concordance, trend.conf_low, trend.conf_high, "undefined", |x| {
                number::percent(x, 1)
            });
        let timing = word(language, if follow.timing == "later" { "later" } else { "now" });
        let outcome = names::outcome(language, &follow.outcome);
        let label = say(language, "table.outcome_when", &[("outcome", outcome), ("when", timing)]);
        table.rows.push(vec![label, share, shared::p_cell(trend.p_units)]);
    }
    if !table.rows.is_empty() {
        page.push(Block::Table(table));
    }
}
