//! Whether the terminal, Markdown, CSV, JSON and annotations show what the findings say, in both languages, inside 80 columns.

use oneonone::findings::Findings;
use oneonone::report::terminal::{Style, render};
use oneonone::text::Language;

fn stored() -> Findings {
    serde_json::from_str(include_str!("data/terminal.json")).unwrap()
}

#[test]
fn look() {
    for language in Language::ALL {
        println!("{}", render(&stored(), language, Style::Plain));
    }
}
