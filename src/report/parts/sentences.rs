//! A model in one plain and one technical sentence. Speaks of what goes with the outcome, never of causes.

use super::terms::{is_marked, is_slope};
use super::{Speaker, fit};
use crate::findings::Regression;
use crate::findings::regression::Term;
use crate::report::brief::figures::{figure, natural};
use crate::report::brief::shared;
use crate::text::{knows, names, number};

/// More terms than this are counted in a sentence, not named.
const NAMED: usize = 20;

/// Which terms go with the outcome, which do not, and of which nothing is said. A mark of `None` says nothing.
pub fn plain(model: &Regression, speaker: &Speaker<'_>) -> String {
    match &model.choice {
        Some(choice) => of_a_choice(model, choice.thresholds.is_empty(), choice.categories.last(), speaker),
        None => of_marks(&model.terms, speaker),
    }
}

/// The same of any terms with marks.
pub fn of_marks(terms: &[Term], speaker: &Speaker<'_>) -> String {
    let mut marked: Vec<&Term> = terms.iter().filter(|t| is_marked(t)).collect();
    marked.sort_by(|a, b| size(b).total_cmp(&size(a)));
    let names_of = |wanted: &str| -> Vec<String> {
        let found = terms.iter().filter(|t| t.mark.as_deref() == Some(wanted));
        found.map(|t| speaker.term(&t.term)).collect()
    };
    let (unmarked, withheld) = (names_of(""), names_of("withheld"));
    let outcome = ("outcome", speaker.outcome.clone());
    let signs = |t: &&Term| format!("{} ({})", speaker.term(&t.term), t.mark.as_deref().unwrap_or_default());
    let mut sentence = counted(["marked_one", "marked", "marked_many"], marked.iter().map(signs).collect(), speaker);
    sentence.push_str(&match (marked.is_empty(), withheld.is_empty(), unmarked.as_slice()) {
        (_, _, []) => String::new(),
        (true, true, [only]) => speaker.say("none_marked_one", &[outcome, ("item", only.clone())]),
        (true, true, _) => speaker.say("none_marked", &[outcome]),
        _ => speaker.word("others_unmarked"),
    });
    if !withheld.is_empty() {
        let key = if withheld.len() > NAMED { "withheld_many" } else { "withheld" };
        let values = [("items", speaker.list(&withheld)), ("count", withheld.len().to_string())];
        sentence.push_str(&speaker.say(key, &values));
    }
    sentence + &association(terms, speaker)
}

/// A sentence for one, for several that are named, for many that are counted; nothing for none.
fn counted([one, several, many]: [&str; 3], items: Vec<String>, speaker: &Speaker<'_>) -> String {
    let key = match items.len() {
        0 => return String::new(),
        1 => one,
        2..=NAMED => several,
        _ => many,
    };
    let count = ("count", items.len().to_string());
    speaker.say(key, &[("outcome", speaker.outcome.clone()), ("items", speaker.list(&items)), count])
}

/// Which terms go with the odds, in the order of the table: odds of terms in different units have no order.
fn of_a_choice(model: &Regression, binary: bool, event: Option<&String>, speaker: &Speaker<'_>) -> String {
    let slopes: Vec<&Term> = model.terms.iter().filter(|t| is_slope(t)).collect();
    let shown = |t: &&&Term| t.p_adjusted.is_some_and(|p| p < 0.05);
    let times = |t: &&Term| {
        let odds = t.odds_ratio.map_or_else(|| number::reason(speaker.language, "infinite"), |x| figure(x, 2));
        speaker.say("odds_item", &[("term", speaker.term(&t.term)), ("odds", odds)])
    };
    let items: Vec<String> = slopes.iter().filter(shown).map(times).collect();
    let others = slopes.len() - items.len();
    let event = event.map_or_else(String::new, |e| names::clean(e));
    let values = [
        ("outcome", speaker.outcome.clone()),
        ("event", event),
        ("items", speaker.list(&items)),
        ("count", items.len().to_string()),
    ];
    let key = match (items.len(), binary) {
        (0, _) => "odds_none",
        (1..=NAMED, true) => "odds_event",
        (1..=NAMED, false) => "odds_higher",
        _ => "odds_many",
    };
    let unmarked = if others > 0 && !items.is_empty() { speaker.word("others_unmarked") } else { String::new() };
    fit::spaced([speaker.say(key, &values), unmarked, association(&model.terms, speaker)], speaker)
}

fn association(terms: &[Term], speaker: &Speaker<'_>) -> String {
    let one = terms.iter().filter(|t| is_slope(t)).count() == 1;
    speaker.word(if one { "association_one" } else { "association" })
}

fn size(term: &Term) -> f64 {
    term.beta.map_or(0.0, f64::abs)
}

/// How it was computed, the test of all slopes, the correction, the bands of the marks.
pub fn technical(model: &Regression, speaker: &Speaker<'_>) -> String {
    let bands: Vec<String> = model.mark_bands.iter().map(|b| figure(*b, 2)).collect();
    let mut sentence = method(model, speaker);
    if let Some(test) = &model.f_test {
        let statistic = test.statistic.map_or_else(|| number::reason(speaker.language, "infinite"), natural);
        let values = [
            ("f", statistic),
            ("df1", shared::df(Some(test.df1))),
            ("df2", shared::df(Some(test.df2))),
            ("p", shared::p_phrase(speaker.language, test.p_value)),
        ];
        sentence.push_str(&speaker.say("f_test", &values));
    }
    let adjust = format!("adjust_{}", model.adjust);
    if model.family > 0 && knows(speaker.language, &format!("table.{adjust}")) {
        sentence.push_str(&speaker.say(&adjust, &[("family", number::count(model.family))]));
    }
    if bands.is_empty() || model.terms.iter().all(|t| t.mark.is_none()) {
        return sentence + &speaker.word("stop");
    }
    sentence + &speaker.say("bands", &[("bands", bands.join(", "))])
}

fn method(model: &Regression, speaker: &Speaker<'_>) -> String {
    let Some(choice) = &model.choice else {
        let sigma = model.sigma.map_or_else(String::new, natural);
        let values = [("sigma", sigma), ("df", shared::df(Some(model.df_residual)))];
        return speaker.say("technical", &values);
    };
    let key = if choice.thresholds.is_empty() { "technical_logit" } else { "technical_ordinal" };
    speaker.say(key, &[("deviance", fit::plain(choice.likelihood.deviance, speaker))])
}
