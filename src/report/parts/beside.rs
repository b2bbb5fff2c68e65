//! The models beside the main one: each with its question in words, what it was made with, its terms and its cautions.

use super::terms::{self, is_slope};
use super::{Part, Speaker, fit, sentences};
use crate::findings::Regression;
use crate::findings::regression::Term;
use crate::findings::regression::checks::Beside;
use crate::report::brief::figures::figure;
use crate::report::brief::shared;
use crate::report::voice::capital;
use crate::text::{knows, names, number};

/// A part for each model.
pub fn parts(model: &Regression, speaker: &Speaker<'_>) -> Vec<Part> {
    model.beside.iter().map(|beside| part(model, beside, speaker)).collect()
}

fn part(model: &Regression, beside: &Beside, speaker: &Speaker<'_>) -> Part {
    let lead = format!("beside_{}", beside.kind);
    let lead = if knows(speaker.language, &format!("table.{lead}")) { speaker.word(&lead) } else { String::new() };
    let mut part = Part::new("beside", capital(&names::model(speaker.language, &beside.kind)))
        .say(lead)
        .say(technical(beside, speaker))
        .say(if beside.terms.iter().any(|t| t.mark.is_some()) {
            sentences::of_marks(&beside.terms, speaker)
        } else {
            String::new()
        });
    let new = beside.cautions.iter().filter(|c| !model.cautions.contains(c));
    part.cautions = new.map(|c| shared::caution_words(speaker.language, c)).collect();
    let rows: Vec<&Term> = beside.terms.iter().filter(|t| is_slope(t)).collect();
    if rows.is_empty() { part } else { part.folded(String::new(), terms::table(&rows, speaker)) }
}

/// Rows, clusters, fit, errors and what the model was made with.
fn technical(beside: &Beside, speaker: &Speaker<'_>) -> String {
    let mut line = speaker.say("beside_n", &[("n", number::count(beside.n))]);
    let mut add = |key: &str, name: &'static str, value: Option<String>| {
        line.extend(value.map(|value| speaker.say(key, &[(name, value)])));
    };
    add("beside_clusters", "clusters", beside.n_clusters.map(number::count));
    add("beside_r2", "r2", beside.r_squared.map(|x| figure(x, 3)));
    add("fit_within", "within", beside.within_r_squared.map(|x| figure(x, 3)));
    add("beside_vcov", "kind", Some(names::clean(&beside.vcov)).filter(|v| !v.is_empty()));
    line.push_str(&speaker.word("stop"));
    let made: Vec<String> = beside
        .made_with
        .iter()
        .map(|(name, value)| {
            let value = ("value", names::argument(speaker.language, name, value));
            let key = format!("made_{name}");
            let known = knows(speaker.language, &format!("table.{key}"));
            if known { speaker.say(&key, &[value]) } else { format!("{} {}", names::clean(name), value.1) }
        })
        .collect();
    let made =
        if made.is_empty() { String::new() } else { speaker.say("made_with", &[("items", speaker.list(&made))]) };
    fit::spaced([line, made], speaker)
}
