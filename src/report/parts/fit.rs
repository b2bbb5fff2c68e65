//! What a model was fitted to and how well it fits: the fit line, and the sentences about rows, weights, absorbed effects
//! and terms left out.

use super::Speaker;
use crate::findings::Regression;
use crate::findings::regression::checks::Absorbed;
use crate::report::brief::figures::{figure, natural};
use crate::report::brief::shared;
use crate::text::{Language, knows, names, number, say};

/// The outcome, n, the fit, the clusters and the errors, then what else the fit rests on.
pub fn line(model: &Regression, speaker: &Speaker<'_>) -> String {
    let mut line = head(model, speaker);
    if let Some(within) = model.within_r_squared {
        line.push_str(&speaker.say("fit_within", &[("within", figure(within, 3))]));
    }
    if let Some(clusters) = model.n_clusters {
        line.push_str(&clustered(clusters, model, speaker.language));
    }
    let words = shared::vcov(speaker.language, &model.vcov);
    line.push_str(&speaker.say("fit_vcov", &[("kind", names::clean(&model.vcov)), ("words", words)]));
    spaced(std::iter::once(line).chain(rests_on(model, speaker)), speaker)
}

fn head(model: &Regression, speaker: &Speaker<'_>) -> String {
    let r2 = |x: Option<f64>| x.map_or_else(|| number::reason(speaker.language, "undefined"), |x| figure(x, 3));
    let outcome = ("outcome", speaker.outcome.clone());
    let n = ("n", number::count(model.n));
    let Some(choice) = &model.choice else {
        let fit = [outcome, n, ("r2", r2(model.r_squared)), ("adjusted", r2(model.adj_r_squared))];
        return speaker.say("fit", &fit);
    };
    let fit = &choice.likelihood;
    let shown = |x: Option<f64>| x.map_or_else(|| number::reason(speaker.language, "undefined"), |x| figure(x, 1));
    let values = [
        outcome,
        n,
        ("likelihood", shown(fit.log_likelihood)),
        ("null", shown(fit.null_log_likelihood)),
        ("mcfadden", r2(fit.mcfadden)),
        ("aic", shown(fit.aic)),
    ];
    speaker.say("fit_likelihood", &values)
}

/// The clusters by the name that other answers give them: "; 52 teams (by manager)", "; 12 clusters (site)".
pub fn clustered(clusters: u64, model: &Regression, language: Language) -> String {
    let column = model.cluster.as_deref().unwrap_or_default();
    let count = ("clusters", number::count(clusters));
    if let (true, Some((first, second))) = (model.vcov == "two-way", column.split_once(',')) {
        let name = |column: &str| names::column(language, column);
        return say(language, "table.fit_two_way", &[count, ("first", name(first)), ("second", name(second))]);
    }
    let known = knows(language, &format!("unit.{column}"));
    let values = [
        count,
        ("cluster", names::clean(column)),
        ("unit", names::unit(language, column)),
        ("column", names::column(language, column)),
    ];
    say(language, if known { "table.fit_teams" } else { "table.fit_clusters" }, &values)
}

/// The rows asked for, the weights, what was absorbed.
pub fn rests_on(model: &Regression, speaker: &Speaker<'_>) -> Vec<String> {
    let mut said = Vec::new();
    if !model.absorbed.is_empty() {
        let items: Vec<String> = model.absorbed.iter().map(|a| absorbed(a, speaker)).collect();
        said.push(speaker.say("fit_absorbed", &[("items", speaker.list(&items))]));
    }
    said.extend(model.condition.as_ref().map(|text| speaker.say("fit_where", &[("condition", names::clean(text))])));
    said.extend(model.weights.as_ref().map(|name| speaker.say("fit_weights", &[("column", names::clean(name))])));
    said
}

fn absorbed(absorbed: &Absorbed, speaker: &Speaker<'_>) -> String {
    let values = [
        ("name", names::column(speaker.language, &absorbed.name)),
        ("levels", number::count(absorbed.levels)),
        ("counted", number::count(absorbed.counted)),
    ];
    let key = match absorbed {
        a if a.nested => "absorbed_nested",
        a if a.counted != a.levels => "absorbed_counted",
        _ => "absorbed",
    };
    speaker.say(key, &values)
}

/// A sentence for each term that was left out, with the relation that it follows from.
pub fn dropped(model: &Regression, speaker: &Speaker<'_>) -> Vec<String> {
    let one = |d: &crate::findings::regression::Dropped| {
        speaker.say("dropped", &[("term", speaker.term(&d.term)), ("relation", names::clean(&d.relation))])
    };
    model.dropped.iter().map(one).collect()
}

/// Sentences one after another, with a blank where the language has one.
pub fn spaced(sentences: impl IntoIterator<Item = String>, speaker: &Speaker<'_>) -> String {
    let all: Vec<String> = sentences.into_iter().map(|s| s.trim_end().to_string()).filter(|s| !s.is_empty()).collect();
    all.join(match speaker.language {
        crate::text::Language::Ja => "",
        crate::text::Language::En => " ",
    })
}

/// A number by its own size, or that there is none.
pub fn plain(value: Option<f64>, speaker: &Speaker<'_>) -> String {
    value.map_or_else(|| number::reason(speaker.language, "undefined"), natural)
}
