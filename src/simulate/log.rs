//! The session log and the people table as rows. It deliberately makes no choices: people, 1on1s and marks come ready.

use super::calendar;
use super::sessions::{Score, Session, Status};
use super::words;
use super::world::{Arm, World};
use super::write::{DateForm, Sheet};
use super::{Case, Dialect, Export, Marks, Result};

/// What one 1on1 needs besides itself to be written.
#[derive(Debug)]
pub(super) struct Frame<'a> {
    pub world: &'a World,
    pub case: Case,
    pub dialect: Dialect,
    pub export: Export,
}

/// Minutes are released in steps of a quarter of an hour.
const RELEASED_MINUTES: u32 = 15;

/// The rows of one 1on1: one per score, or one without a topic when it was not held; returns how many.
pub(super) fn session(sheet: &mut Sheet, frame: &Frame<'_>, marks: &mut Marks, session: &Session) -> Result<u64> {
    let person = &frame.world.people[session.person];
    let id = marks.next_session();
    sheet.text(&id);
    if frame.export == Export::Identified {
        sheet.text(&company(frame.world.teams[person.team].company));
    }
    sheet.text(marks.employee(session.person));
    sheet.text(marks.manager(person.team));
    sheet.date(marks.day(session.day), DateForm::Era);
    match session.minutes.map(u32::from) {
        Some(minutes) if marks.coarse() => sheet.int((minutes / RELEASED_MINUTES).max(1) * RELEASED_MINUTES),
        Some(minutes) => sheet.int(minutes),
        None => sheet.text(""),
    }
    sheet.text(words::status(session.status, frame.dialect));
    if session.status != Status::Held {
        sheet.text("");
        sheet.text("");
        sheet.end()?;
        return Ok(1);
    }
    let shared = sheet.take();
    let mut rows = 0;
    for (index, score) in session.scores.iter().enumerate() {
        if *score == Score::Absent {
            continue;
        }
        sheet.begin(&shared);
        sheet.text(words::topic(index, frame.dialect));
        match score {
            Score::Rated(value) => sheet.int(u32::from(*value)),
            Score::Absent | Score::Unrated => sheet.text(""),
        }
        sheet.end()?;
        rows += 1;
    }
    Ok(rows)
}

/// The rows of the people table; returns how many.
pub(super) fn people(sheet: &mut Sheet, frame: &Frame<'_>, marks: &Marks) -> Result<u64> {
    let mut rows = 0;
    for (p, person) in frame.world.people.iter().enumerate().filter(|(p, _)| marks.keeps(*p)) {
        let team = &frame.world.teams[person.team];
        sheet.text(marks.employee(p));
        if frame.export == Export::Identified {
            sheet.text(&company(team.company));
            sheet.text(words::department(team.department, frame.case, frame.dialect));
        }
        sheet.text(marks.manager(person.team));
        sheet.date(marks.hired(person.hired), DateForm::Era);
        match person.left.filter(|left| *left <= calendar::last_day()) {
            Some(left) => sheet.date(marks.left(left), DateForm::Kanji),
            None => sheet.text(""),
        }
        sheet.text(if team.arm == Arm::Treatment { "A" } else { "B" });
        sheet.end()?;
        rows += 1;
    }
    Ok(rows)
}

fn company(index: usize) -> String {
    format!("C{:03}", index + 1)
}
