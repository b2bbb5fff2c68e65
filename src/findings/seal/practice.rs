//! The crowd rule on practice: people by dose, groups and never-met are one table; for a rate the crowd is the people at
//! risk; of counts of 1on1s the people behind them. Managers are people too.

use super::Board;
use crate::findings::practice::{
    DoseOutcome, GroupMonth, GroupPractice, Load, PeopleShare, Practice, PracticeMonth, Silence, TopicMix, TopicShare,
    Waiting, WeekdayCell,
};
use crate::findings::{Estimate, Why};

/// What stands where the name of a hidden group stood.
const HIDDEN_GROUP: &str = "hidden";

/// Hides small cells of practice and what would give them away.
pub fn hide(found: &mut Practice, crowd: u64) {
    if crowd <= 1 {
        return;
    }
    people(found, crowd);
    found.months.iter_mut().for_each(|month| one_month(month, crowd));
    weekdays(&mut found.weekdays, crowd);
    group_months(&mut found.group_months, crowd);
    silence(&mut found.silence, found.n, crowd);
    if let Some(waiting) = &mut found.waiting {
        curve(waiting, crowd);
    }
    topics(&mut found.topics, crowd);
    if found.topics.first().is_none_or(|all| all.n.is_none()) {
        found.evenness = None;
    }
    found.regularity.take_if(|r| r.pairs < crowd);
    found.load.take_if(|load| load.managers < crowd);
    if let Some(load) = &mut found.load {
        managers(load, crowd);
    }
    found.outcomes.retain(|outcome| outcome.n >= crowd);
    found.outcomes.iter_mut().for_each(|outcome| bands(outcome, crowd));
}

fn hidden() -> Estimate {
    Estimate { why: Some(Why::Hidden), ..Estimate::default() }
}

fn small(count: u64, crowd: u64) -> bool {
    count > 0 && count < crowd
}

/// Bands of the dose add up to everybody; groups do, column by column; those of the groups who never met add up to all of
/// them.
fn people(found: &mut Practice, crowd: u64) {
    let mut board = Board::new(crowd);
    let n = board.known(found.n);
    // How many never met is what everybody asks first: where it is a crowd itself, another band goes instead of it.
    let told = |d: &PeopleShare| d.from.is_none() && !small(d.count.unwrap_or(0), crowd);
    let mut dose = |d: &PeopleShare| {
        let count = d.count.unwrap_or(0);
        if told(d) { board.known(count) } else { board.cell(count) }
    };
    let doses: Vec<usize> = found.doses.iter().map(&mut dose).collect();
    board.sum_to(&doses, n);
    let never = doses.first().copied();
    // Of each group: everybody, those who never met, those who did.
    let places: Vec<[usize; 3]> = (found.by.iter())
        .map(|g| {
            let (all, never) = (g.n.unwrap_or(0), g.never_met.unwrap_or(0));
            let cells = [board.cell(all), board.cell(never), board.cell(all.saturating_sub(never))];
            board.sum_to(&[cells[1], cells[2]], cells[0]);
            cells
        })
        .collect();
    let mut columns: Vec<&str> = found.by.iter().map(|g| g.by.as_str()).collect();
    columns.dedup();
    for by in columns {
        let members = || found.by.iter().zip(&places).filter(|(g, _)| g.by == by).map(|(_, cells)| cells);
        board.sum_to(&members().map(|cells| cells[0]).collect::<Vec<_>>(), n);
        if let Some(never) = never {
            board.sum_to(&members().map(|cells| cells[1]).collect::<Vec<_>>(), never);
        }
    }
    board.cover();
    for (dose, cell) in found.doses.iter_mut().zip(&doses) {
        if board.is_hidden(*cell) {
            (dose.count, dose.share, dose.conf_low, dose.conf_high) = (None, None, None, None);
            (dose.hidden, dose.why) = (true, Some(Why::Hidden));
        }
    }
    if never.is_some_and(|cell| board.is_hidden(cell)) {
        found.overall.never_met = None;
        found.overall.why = Some(Why::Hidden);
    }
    for (group, cells) in found.by.iter_mut().zip(&places) {
        if board.is_hidden(cells[0]) {
            whole_group(group);
        } else if board.is_hidden(cells[1]) || board.is_hidden(cells[2]) {
            group.never_met = None;
            group.why = Some(Why::Hidden);
        }
    }
}

fn whole_group(group: &mut GroupPractice) {
    let by = std::mem::take(&mut group.by);
    *group = GroupPractice {
        by,
        group: HIDDEN_GROUP.to_string(),
        share_proper: hidden(),
        per_month: hidden(),
        minutes: hidden(),
        share_held: hidden(),
        hidden: true,
        why: Some(Why::Hidden),
        ..GroupPractice::default()
    };
}

/// Proper months are among those who met, and these among everybody: no step down may be that of a few people.
fn one_month(month: &mut PracticeMonth, crowd: u64) {
    let mut above = month.people.unwrap_or(0);
    let mut lost = small(above, crowd);
    if lost {
        month.people = None;
        above = 0;
    }
    for count in [&mut month.met, &mut month.proper] {
        let value = count.unwrap_or(0);
        if lost || small(value, crowd) || small(above.saturating_sub(value), crowd) {
            *count = None;
            month.hidden = true;
        } else {
            above = value;
        }
    }
    let counts = [
        &mut month.held,
        &mut month.scheduled,
        &mut month.cancelled,
        &mut month.cancelled_by_manager,
        &mut month.cancelled_by_employee,
    ];
    for (count, behind) in counts.into_iter().zip(month.behind) {
        if count.is_some() && small(behind, crowd) {
            *count = None;
            lost = true;
        }
    }
    if small(month.behind[0], crowd) {
        month.minutes = None;
    }
    month.hidden |= lost;
    month.why = month.hidden.then_some(Why::Hidden);
}

/// The days of the week add up to the 1on1s of the month.
fn weekdays(cells: &mut [WeekdayCell], crowd: u64) {
    for month in cells.chunk_by_mut(|a, b| a.month == b.month) {
        let mut board = Board::new(crowd);
        let places: Vec<usize> = month.iter().map(|cell| board.cell(cell.people)).collect();
        board.sum(&places);
        board.cover();
        for (cell, place) in month.iter_mut().zip(places) {
            if board.is_hidden(place) {
                cell.held = None;
                (cell.hidden, cell.why) = (true, Some(Why::Hidden));
            }
        }
    }
}

/// In every month the groups are parts of everybody.
fn group_months(cells: &mut [GroupMonth], crowd: u64) {
    let mut months: Vec<String> = cells.iter().map(|cell| cell.month.clone()).collect();
    months.sort_unstable();
    months.dedup();
    for month in months {
        let mut own: Vec<&mut GroupMonth> = cells.iter_mut().filter(|cell| cell.month == month).collect();
        let mut board = Board::new(crowd);
        let places: Vec<usize> = own.iter().map(|cell| board.cell(cell.people[0])).collect();
        for (cell, place) in own.iter().zip(&places) {
            if small(cell.people[1], crowd) {
                board.hide(*place);
            }
        }
        board.sum(&places);
        board.cover();
        for (cell, place) in own.iter_mut().zip(places) {
            if board.is_hidden(place) {
                cell.per_person = None;
                (cell.hidden, cell.why) = (true, Some(Why::Hidden));
            }
        }
    }
    // A group without any month to show keeps no name either.
    let mut names: Vec<String> = cells.iter().map(|cell| cell.group.clone()).collect();
    names.dedup();
    for name in names {
        if cells.iter().filter(|cell| cell.group == name).all(|cell| cell.per_person.is_none()) {
            cells.iter_mut().filter(|cell| cell.group == name).for_each(|c| c.group = HIDDEN_GROUP.to_string());
        }
    }
}

/// Each count holds the ones after it: no two that are told may differ by a few people.
fn silence(found: &mut Silence, n: u64, crowd: u64) {
    let mut above = n;
    for row in &mut found.longer {
        let count = row.count.unwrap_or(0);
        if small(count, crowd) || small(above.saturating_sub(count), crowd) {
            (row.count, row.share, row.conf_low, row.conf_high) = (None, None, None, None);
            (row.hidden, row.why) = (true, Some(Why::Hidden));
        } else {
            above = count;
        }
    }
}

/// Keeps points that a crowd of people waited for, with a crowd of gaps ending between them.
fn curve(found: &mut Waiting, crowd: u64) {
    let mut pending = 0;
    found.points.retain(|point| {
        pending += point.events;
        let kept = point.people >= crowd && pending >= crowd;
        if kept {
            pending = 0;
        }
        kept
    });
}

/// Mentions add up over topics to all, and over stages to everybody's where everybody has a stage.
fn topics(found: &mut [TopicMix], crowd: u64) {
    let Some((all, stages)) = found.split_first_mut() else { return };
    let everybody = all.n.unwrap_or(0);
    let staged: u64 = stages.iter().filter_map(|s| s.n).sum();
    let mut board = Board::new(crowd);
    let whole = board.cell(everybody);
    let sizes: Vec<usize> = stages.iter().map(|s| board.cell(s.n.unwrap_or(0))).collect();
    let rest = board.cell(everybody.saturating_sub(staged));
    if !stages.is_empty() {
        board.sum_to(&sizes.iter().copied().chain([rest]).collect::<Vec<_>>(), whole);
    }
    let mut cells = |mix: &TopicMix| -> Vec<usize> {
        let places: Vec<usize> = mix.topics.iter().map(|t| board.cell(t.people)).collect();
        board.sum(&places);
        places
    };
    let top = cells(all);
    let inner: Vec<Vec<usize>> = stages.iter().map(&mut cells).collect();
    if staged == everybody && !stages.is_empty() {
        for (at, total) in top.iter().enumerate() {
            let parts: Vec<usize> = inner.iter().filter_map(|places| places.get(at)).copied().collect();
            board.sum_to(&parts, *total);
        }
    }
    loop {
        board.cover();
        // With the people of a stage hidden nothing of it may stay.
        let torn: Vec<usize> = (sizes.iter().zip(&inner))
            .filter(|(size, _)| board.is_hidden(**size))
            .flat_map(|(_, places)| places.iter().copied().filter(|cell| !board.is_hidden(*cell)))
            .collect();
        if torn.is_empty() {
            break;
        }
        torn.into_iter().for_each(|cell| board.hide(cell));
    }
    blank(all, board.is_hidden(whole), &top, &board);
    for ((mix, size), places) in stages.iter_mut().zip(&sizes).zip(&inner) {
        blank(mix, board.is_hidden(*size), places, &board);
    }
}

fn blank(mix: &mut TopicMix, whole: bool, places: &[usize], board: &Board) {
    if whole {
        (mix.n, mix.hidden, mix.why) = (None, true, Some(Why::Hidden));
    }
    let mut torn = whole;
    for (topic, place) in mix.topics.iter_mut().zip(places) {
        if whole || board.is_hidden(*place) {
            torn = true;
            let TopicShare { mentions, share, people_share, hidden, why, .. } = topic;
            (*mentions, *share, *people_share) = (None, None, None);
            (*hidden, *why) = (true, Some(Why::Hidden));
        }
    }
    if torn {
        mix.evenness = None;
    }
}

/// Managers of all bands add up to all managers.
fn managers(found: &mut Load, crowd: u64) {
    let mut board = Board::new(crowd);
    let all = board.known(found.managers);
    let cells: Vec<usize> = found.bands.iter().map(|band| board.cell(band.managers.unwrap_or(0))).collect();
    board.sum_to(&cells, all);
    board.cover();
    for (band, cell) in found.bands.iter_mut().zip(cells) {
        if board.is_hidden(cell) {
            (band.managers, band.per_month, band.share_proper) = (None, None, None);
            (band.hidden, band.why) = (true, Some(Why::Hidden));
        }
    }
}

/// People of all bands add up to the people with the outcome.
fn bands(found: &mut DoseOutcome, crowd: u64) {
    let mut board = Board::new(crowd);
    let all = board.known(found.n);
    let cells: Vec<usize> = found.bands.iter().map(|band| board.cell(band.n.unwrap_or(0))).collect();
    board.sum_to(&cells, all);
    board.cover();
    for (band, cell) in found.bands.iter_mut().zip(cells) {
        if board.is_hidden(cell) {
            band.n = None;
            band.mean = hidden();
            (band.hidden, band.why) = (true, Some(Why::Hidden));
        }
    }
}
