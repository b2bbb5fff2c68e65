//! `oneonone practice`: how the 1on1s are really held, in a study or in any log of 1on1s. A log by itself is read as the
//! sessions of a study without a people table: those who stand in it are the people.

use super::args::Practice;
use super::ask;
use super::terminal::Terminal;
use crate::error::Result;
use crate::study::{Data, DataFile, Study};
use std::collections::BTreeMap;

/// Runs the command.
///
/// # Errors
/// Usage, a path, or standard output.
pub fn run(args: &Practice, terminal: &Terminal) -> Result<u8> {
    let options = (&args.asking, &args.shape);
    let columns = [
        ("--employee", "employee_id", &args.employee),
        ("--held-on", "held_on", &args.held_on),
        ("--manager", "manager_id", &args.manager),
        ("--minutes", "duration_min", &args.minutes),
        ("--status", "status", &args.status),
        ("--topic", "topic", &args.topic),
        ("--satisfaction", "satisfaction", &args.satisfaction),
    ];
    if let [path] = args.input.as_slice()
        && ask::is_study(&args.input)
    {
        ask::only_plain(&columns.map(|(option, _, value)| (option, value.clone())))?;
        return ask::study("practice", path, options, terminal, |_| Ok(()));
    }
    for (option, _, value) in columns.iter().take(2) {
        ask::needed(option, value.as_ref())?;
    }
    let file = |path| DataFile { path, wave: None, stored: None };
    let data = Data { sessions: ask::expanded(&args.input)?.into_iter().map(file).collect(), ..Data::default() };
    let mut study = Study::with_data(data)?;
    let given: BTreeMap<String, String> =
        columns.iter().filter_map(|(_, name, value)| Some(((*name).to_string(), (*value).clone()?))).collect();
    for (name, header) in &given {
        study.options.insert(format!("data.columns.sessions.{name}"), header.clone().into());
    }
    study.columns.insert("sessions".to_string(), given);
    study.practice.by.clear();
    study.options.insert("practice.by".to_string(), Vec::<String>::new().into());
    ask::log("practice", study, options, terminal)
}
