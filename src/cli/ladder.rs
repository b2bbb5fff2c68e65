//! `oneonone ladder`: is the ladder a ladder, from the items of a study or of any table.

use super::args::{DeclaredOrder, Ladder};
use super::ask;
use super::terminal::Terminal;
use crate::analyses::ladder;
use crate::design::items::PlainItems;
use crate::error::{Error, Result};

/// Runs the command.
///
/// # Errors
/// Usage, a path, or standard output.
pub fn run(args: &Ladder, terminal: &Terminal) -> Result<u8> {
    let options = (&args.asking, &args.shape);
    let items = (!args.items.is_empty()).then(|| args.items.join(","));
    if let [path] = args.input.as_slice()
        && ask::is_study(&args.input)
    {
        ask::only_plain(&[
            ("--items", items),
            ("--cluster", args.cluster.clone()),
            ("--outcome", args.outcome.clone()),
            ("--agree", args.agree.map(|agree| agree.to_string())),
        ])?;
        return ask::study("ladder", path, options, terminal, |_| Ok(()));
    }
    let Some(written) = items else { return Err(Error::run("option_missing").with("option", "--items")) };
    let asked = PlainItems {
        items: args.items.iter().map(|item| item.trim().to_string()).filter(|item| !item.is_empty()).collect(),
        cluster: args.cluster.clone(),
        outcome: args.outcome.clone(),
        agree: args.agree,
        declared: args.order == DeclaredOrder::Declared,
    };
    let mut written = ask::written(&[
        ("items", Some(written)),
        ("cluster", args.cluster.clone()),
        ("outcome", args.outcome.clone()),
        ("order", Some(if asked.declared { "declared" } else { "observed" }.to_string())),
    ]);
    written.extend(args.agree.map(|agree| ("agree".to_string(), agree.into())));
    ask::plain(&args.input, options, terminal, written, |screened, _| vec![ladder::plain(screened, &asked)])
}
