//! `oneonone stages`: where everyone stands on the ladder, in a study or on any table.

use super::args::Stages;
use super::ask;
use super::terminal::Terminal;
use crate::analyses::stages::{self, PlainOptions};
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
            ("--cluster", args.cluster.clone()),
            ("--outcome", args.outcome.first().cloned()),
        ])?;
        return ask::study("stages", path, options, terminal, |study| {
            if !args.by.is_empty() {
                study.stages_by = args.by.clone();
                study.options.insert("stages.by".to_string(), args.by.clone().into());
            }
            if args.resample {
                study.drivers.resample = true;
                study.options.insert("drivers.resample".to_string(), true.into());
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
        cluster: args.cluster.clone(),
        outcomes: args.outcome.clone(),
    };
    let written = ask::written(&[
        ("level", args.level.clone()),
        ("by", args.by.first().cloned()),
        ("person", args.person.clone()),
        ("wave", args.wave.clone()),
        ("cluster", args.cluster.clone()),
        ("outcome", (!args.outcome.is_empty()).then(|| args.outcome.join(","))),
        ("resample", args.resample.then(|| "true".to_string())),
    ]);
    ask::plain(&args.input, options, terminal, written, |screened, seed| {
        let options = PlainOptions { seed, resample: args.resample };
        vec![stages::plain(screened, &asked, &Ladder::default(), options)]
    })
}
