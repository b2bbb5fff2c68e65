//! `oneonone stages`: where everyone stands on the ladder, in a study or on any table.

use super::args::Stages;
use super::ask;
use super::terminal::Terminal;
use crate::analyses::stages;
use crate::design::rungs::PlainRungs;
use crate::domain::Ladder;
use crate::error::{Error, Result};

/// Runs the command.
///
/// # Errors
/// Usage, a path, or standard output.
pub fn run(args: &Stages, terminal: &Terminal) -> Result<u8> {
    let options = (&args.asking, &args.shape);
    if let [path] = args.input.as_slice()
        && ask::is_study(&args.input)
    {
        ask::only_plain(&[
            ("--level", args.level.clone()),
            ("--person", args.person.clone()),
            ("--wave", args.wave.clone()),
        ])?;
        return ask::study("stages", path, options, terminal, |study| {
            if !args.by.is_empty() {
                study.stages_by = args.by.clone();
                study.options.insert("stages.by".to_string(), args.by.clone().into());
            }
            Ok(())
        });
    }
    if args.by.len() > 1 {
        return Err(Error::run("one_by_column"));
    }
    let asked = PlainRungs {
        level: ask::needed("--level", args.level.as_ref())?,
        by: args.by.first().cloned(),
        person: args.person.clone(),
        wave: args.wave.clone(),
    };
    let written = ask::written(&[
        ("level", args.level.clone()),
        ("by", args.by.first().cloned()),
        ("person", args.person.clone()),
        ("wave", args.wave.clone()),
    ]);
    ask::plain(&args.input, options, terminal, written, |screened, _| {
        vec![stages::plain(screened, &asked, &Ladder::default())]
    })
}
