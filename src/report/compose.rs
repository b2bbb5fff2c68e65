//! Findings + language -> a `Document`: what was asked, the answers first, a section per analysis, levers, data, methods,
//! provenance. Puts words in order; knows no markup.

use super::document::{Answer, Block, Document, Fact, Section};
use super::sections::drivers::Model;
use super::sections::{attrition, comparison, data, drivers, ladder, methods, power, practice, stages};
use super::voice::Voice;
use crate::findings::{Finding, Findings};
use crate::text::{Language, names, number};
use std::collections::BTreeMap;

/// The whole report in one language.
pub fn document(findings: &Findings, language: Language) -> Document {
    let voice = Voice::new(findings, language);
    let title = names::clean(findings.title());
    let p = findings.provenance();
    let mut sections = vec![answers(&voice, findings), asked(&voice, findings)];
    for finding in findings.findings() {
        sections.extend(of(&voice, finding));
    }
    number_repeats(&mut sections);
    sections.extend([
        data::section(&voice, findings),
        methods::section(&voice, findings),
        data::provenance(&voice, findings),
    ]);
    Document {
        language: language.code(),
        kicker: voice.word("page.kicker"),
        title: if title.trim().is_empty() { voice.word("page.untitled") } else { title },
        facts: facts(&voice, findings),
        contents: voice.word("page.contents"),
        swipe: voice.word("page.swipe"),
        sections,
        footer: voice
            .say("page.footer", &[("program", names::clean(&p.program)), ("version", names::clean(&p.version))]),
    }
}

/// Several models of one kind: the second is `drivers-2`, with its pictures and the link that leads to it.
fn number_repeats(sections: &mut [Section]) {
    let mut seen = BTreeMap::new();
    for section in sections.iter_mut() {
        let place = repeat(&mut seen, &mut section.id);
        for block in &mut section.blocks {
            if let (Block::Picture(picture), true) = (block, place > 1) {
                picture.name = format!("{}-{place}", picture.name);
            }
        }
    }
    let mut seen = BTreeMap::new();
    for block in sections.iter_mut().flat_map(|section| &mut section.blocks) {
        if let Block::Answers { items } = block {
            items.iter_mut().for_each(|item| _ = repeat(&mut seen, &mut item.anchor));
        }
    }
}

/// Counts a name, and numbers it from the second time on.
fn repeat(seen: &mut BTreeMap<String, usize>, name: &mut String) -> usize {
    let place = seen.entry(name.clone()).or_default();
    *place += 1;
    if *place > 1 {
        *name = format!("{name}-{place}");
    }
    *place
}

fn of(voice: &Voice<'_>, finding: &Finding) -> Vec<Section> {
    match finding {
        Finding::Drivers(r) => vec![drivers::section(voice, r, Model::Topics)],
        Finding::Regression(r) => vec![drivers::section(voice, r, Model::Plain)],
        Finding::Comparison(c) => vec![comparison::section(voice, c)],
        Finding::Attrition(a) => vec![attrition::section(voice, a)],
        Finding::Power(p) => vec![power::section(voice, p)],
        Finding::Stages(s) => std::iter::once(stages::section(voice, s))
            .chain(stages::moves::section(voice, s))
            .chain(stages::follows::section(voice, s))
            .chain(stages::plan::section(voice, s).or_else(|| stages::levers(voice, s)))
            .collect(),
        Finding::Ladder(scale) => vec![ladder::section(voice, scale)],
        Finding::Practice(p) => vec![practice::section(voice, p)],
    }
}

fn answers(voice: &Voice<'_>, findings: &Findings) -> Section {
    let items: Vec<Answer> = findings
        .findings()
        .iter()
        .map(|finding| match finding {
            Finding::Drivers(r) => drivers::answer(voice, r, Model::Topics),
            Finding::Regression(r) => drivers::answer(voice, r, Model::Plain),
            Finding::Comparison(c) => comparison::answer(voice, c),
            Finding::Attrition(a) => attrition::answer(voice, a),
            Finding::Power(p) => power::answer(voice, p),
            Finding::Stages(s) => stages::answer(voice, s),
            Finding::Ladder(scale) => ladder::answer(voice, scale),
            Finding::Practice(p) => practice::answer(voice, p),
        })
        .collect();
    let blocks = match items.is_empty() {
        true => vec![Block::Paragraph { text: voice.word("page.no_findings") }],
        false => vec![Block::Answers { items }],
    };
    Section { id: "answers".into(), heading: voice.word("page.answers"), lead: voice.word("page.answers_lead"), blocks }
}

fn asked(voice: &Voice<'_>, findings: &Findings) -> Section {
    let mut items: Vec<Fact> = findings
        .findings()
        .iter()
        .map(|finding| {
            let label = voice.word(&format!("data.flow_{}", finding.name()));
            Fact { label, value: question(voice, finding) }
        })
        .collect();
    for decline in findings.declines() {
        let label = voice.word(&format!("data.flow_{}", decline.analysis));
        if !items.iter().any(|item| item.label == label) {
            items.push(Fact { label, value: voice.word("page.declined") });
        }
    }
    Section {
        id: "asked".into(),
        heading: voice.word("page.asked"),
        lead: voice.word("page.asked_lead"),
        blocks: vec![Block::Definitions { items }],
    }
}

fn question(voice: &Voice<'_>, finding: &Finding) -> String {
    match finding {
        Finding::Drivers(r) => voice.say("page.question_drivers", &[("outcome", voice.outcome(&r.outcome))]),
        Finding::Regression(r) => voice.say("page.question_regression", &[("outcome", voice.outcome(&r.outcome))]),
        Finding::Comparison(c) => {
            let (treatment, control) = comparison::arm_names(voice, c);
            let outcome = voice.outcome(&c.outcome);
            voice.say(
                "page.question_comparison",
                &[("treatment", treatment), ("control", control), ("outcome", outcome)],
            )
        }
        Finding::Attrition(a) => {
            let name = |i: usize| a.groups.get(i).map_or_else(String::new, |group| voice.group(group));
            voice.say("page.question_attrition", &[("treatment", name(0)), ("control", name(1))])
        }
        Finding::Power(_) => voice.word("page.question_power"),
        Finding::Stages(_) => voice.word("page.question_stages"),
        Finding::Ladder(_) => voice.word("page.question_ladder"),
        Finding::Practice(_) => voice.word("page.question_practice"),
    }
}

fn facts(voice: &Voice<'_>, findings: &Findings) -> Vec<Fact> {
    let mut facts = Vec::new();
    let mut add = |key: &str, value: Option<String>| {
        facts.extend(value.map(|value| Fact { label: voice.word(key), value }));
    };
    let rows = |table: &str| {
        let inputs = findings.provenance().inputs.iter().filter(|input| input.table == table);
        inputs.map(|input| input.rows).reduce(|a, b| a + b).map(number::count)
    };
    let mut period = None;
    let mut design = None;
    for finding in findings.findings() {
        match finding {
            Finding::Comparison(c) => {
                design = Some((c.design.clone(), c.unit.clone(), c.start.clone()));
            }
            Finding::Attrition(a) => {
                period = voice.period(a.start.as_deref(), a.end.as_deref());
                design = design.or_else(|| Some((a.design.clone(), a.unit.clone(), a.start.clone())));
            }
            _ => {}
        }
    }
    let has_period = period.is_some();
    add("page.fact_period", period);
    add("page.fact_people", rows("people"));
    add("page.fact_sessions", rows("sessions"));
    if let Some((design, unit, start)) = design {
        let key = if design == "randomised" { "page.design_randomised" } else { "page.design_observational" };
        add("page.fact_design", Some(voice.word(key)));
        let person = unit == "person";
        let unit = if person { voice.word("page.unit_person") } else { names::unit(voice.language, &unit) };
        add("page.fact_unit", Some(unit).filter(|_| design == "randomised" || !person));
        let start = start.filter(|_| !has_period);
        add("page.fact_start", start.map(|day| number::day(voice.language, &day)));
    }
    let crowd = match voice.crowd() {
        0 | 1 => voice.word("page.no_crowd"),
        crowd => voice.say("page.crowd_people", &[("crowd", number::count(crowd))]),
    };
    add("page.fact_crowd", Some(crowd));
    facts
}
