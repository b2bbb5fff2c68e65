//! The page about the data: how many rows each answer rests on, who rated what, faults with their remedy, declined
//! questions, and where the numbers come from. Shows places and counts, never a value.

use crate::findings::{Finding, Findings, Flow, Issue, Regression};
use crate::report::document::{Block, Cell, Fact, Section, Table};
use crate::report::voice::{Voice, capital};
use crate::text::{knows, names, number};
use serde_json::Value;

/// The section about the data.
pub fn section(voice: &Voice<'_>, findings: &Findings) -> Section {
    let mut blocks = Vec::new();
    for finding in findings.findings() {
        blocks.extend(flow_blocks(voice, finding));
    }
    blocks.push(Block::Heading { text: voice.word("data.issues") });
    if findings.issues().is_empty() {
        blocks.push(Block::Paragraph { text: voice.word("data.no_issues") });
    } else {
        blocks.push(Block::Table(issues_table(voice, findings.issues())));
    }
    blocks.extend(decline_blocks(voice, findings));
    blocks.extend(not_run_blocks(voice, findings));
    Section { id: "data".into(), heading: voice.word("data.heading"), lead: voice.word("data.lead"), blocks }
}

fn flow_blocks(voice: &Voice<'_>, finding: &Finding) -> Vec<Block> {
    let name = format!("data.flow_{}", finding.name());
    match finding {
        Finding::Drivers(r) | Finding::Regression(r) => regression_blocks(voice, r, &name),
        Finding::Comparison(c) => vec![Block::Table(flow_table(voice, &c.flow, &name))],
        Finding::Attrition(a) => vec![Block::Table(flow_table(voice, &a.flow, &name))],
        // A plan has no rows of its own; those of data in hand are told with what they answered.
        Finding::Power(_) => Vec::new(),
        Finding::Stages(s) => vec![Block::Table(flow_table(voice, &s.flow, &name))],
        Finding::Ladder(scale) => vec![Block::Table(flow_table(voice, &scale.flow, &name))],
        Finding::Practice(p) => vec![Block::Table(flow_table(voice, &p.flow, &name))],
    }
}

fn regression_blocks(voice: &Voice<'_>, r: &Regression, name: &str) -> Vec<Block> {
    let mut blocks = vec![Block::Table(flow_table(voice, &r.flow, name))];
    if let Some(overall) = &r.overall {
        blocks.push(Block::Table(flow_table(voice, &overall.flow, "data.flow_overall")));
    }
    for beside in r.beside.iter().filter(|b| b.flow.start > 0 || !b.flow.steps.is_empty()) {
        let name = capital(&names::model(voice.language, &beside.kind));
        blocks.push(Block::Table(flow_table_of(voice, &beside.flow, name).folded()));
    }
    if !r.coverage.is_empty() {
        blocks.push(Block::Table(coverage_table(voice, r)));
    }
    if !r.windows.is_empty() {
        blocks.push(Block::Table(windows_table(voice, r)));
    }
    blocks
}

fn flow_table(voice: &Voice<'_>, flow: &Flow, name: &str) -> Table {
    flow_table_of(voice, flow, voice.word(name))
}

fn flow_table_of(voice: &Voice<'_>, flow: &Flow, analysis: String) -> Table {
    let unit = names::unit(voice.language, &flow.unit);
    let caption = voice.say("data.flow_title", &[("analysis", analysis), ("unit", unit)]);
    let heads = vec![Cell::text(voice.word("data.col_step")), Cell::number(voice.word("data.col_count"))];
    let mut table = Table::new(caption, heads);
    table.row(vec![Cell::text(voice.word("data.row_start")), Cell::number(number::count(flow.start))]);
    for step in &flow.steps {
        let key = format!("flow.{}", step.reason);
        let column = step.column.as_deref().map_or_else(|| voice.word("word.dash"), |c| voice.term(c));
        let reason = if knows(voice.language, &key) {
            voice.say(&key, &[("column", column)])
        } else {
            names::clean(&step.reason)
        };
        let count = if step.count == 0 { "0".to_string() } else { format!("-{}", number::count(step.count)) };
        table.row(vec![Cell::text(capital(&reason)), Cell::number(count)]);
    }
    table.row(vec![Cell::text(voice.word("data.row_used")), Cell::number(number::count(flow.used))]);
    table
}

/// "the 180 days before the survey" or "the whole log".
pub fn window(voice: &Voice<'_>, r: &Regression) -> String {
    match &r.window_days {
        Some(Value::Number(days)) => voice.say("data.window_days", &[("days", days.to_string())]),
        Some(Value::String(days)) if days != "all" => voice.say("data.window_days", &[("days", names::clean(days))]),
        _ => voice.word("data.window_all"),
    }
}

fn coverage_table(voice: &Voice<'_>, r: &Regression) -> Table {
    let mut table = Table::new(
        voice.word("data.coverage"),
        vec![
            Cell::text(voice.word("data.col_topic")),
            Cell::number(voice.word("data.col_people")),
            Cell::number(voice.word("data.col_share")),
        ],
    );
    for c in &r.coverage {
        table.row(vec![
            Cell::text(capital(&voice.term(&c.topic))),
            Cell::number(number::count(c.people)),
            Cell::number(number::percent(c.share, 1)),
        ]);
    }
    let args = [("outcome", voice.outcome(&r.outcome)), ("window", window(voice, r))];
    table.note(voice.say("data.coverage_note", &args))
}

fn windows_table(voice: &Voice<'_>, r: &Regression) -> Table {
    let heads = vec![Cell::text(voice.word("data.col_window")), Cell::number(voice.word("data.col_people"))];
    let mut table = Table::new(voice.word("data.windows"), heads);
    for w in &r.windows {
        let window = match w.window.as_str() {
            "all" => capital(&voice.word("data.window_all")),
            days => voice.say("data.window_row", &[("window", names::clean(days))]),
        };
        table.row(vec![Cell::text(window), Cell::number(number::count(w.n))]);
    }
    table
}

fn issues_table(voice: &Voice<'_>, issues: &[Issue]) -> Table {
    let mut table = Table::new(
        String::new(),
        vec![
            Cell::text(voice.word("data.col_level")),
            Cell::text(voice.word("data.col_place")),
            Cell::text(voice.word("data.col_what")),
            Cell::text(voice.word("data.col_remedy")),
            Cell::number(voice.word("data.col_times")),
        ],
    );
    for issue in issues {
        let (what, remedy) = voice.issue(issue);
        table.row(vec![
            Cell::text(voice.level(issue.level)),
            Cell::text(place(voice, issue)),
            Cell::text(what),
            Cell::text(remedy),
            Cell::number(number::count(issue.count)),
        ]);
    }
    table
}

fn place(voice: &Voice<'_>, issue: &Issue) -> String {
    let mut parts = Vec::new();
    let file = issue.file.as_deref().map(names::clean);
    parts.extend(file.or_else(|| issue.table.as_deref().map(|t| names::table(voice.language, t))));
    let lines: Vec<String> = match issue.lines.is_empty() {
        true => issue.line.iter().map(|n| number::count(*n)).collect(),
        false => issue.lines.iter().take(5).map(|n| number::count(*n)).collect(),
    };
    if !lines.is_empty() {
        let more = if issue.lines.len() > 5 { " …" } else { "" };
        parts.push(voice.say("data.place_line", &[("line", format!("{}{more}", lines.join(", ")))]));
    }
    parts.extend(issue.column.as_deref().map(|c| voice.say("data.place_column", &[("column", names::clean(c))])));
    if parts.is_empty() { voice.word("word.dash") } else { parts.join(", ") }
}

fn decline_blocks(voice: &Voice<'_>, findings: &Findings) -> Vec<Block> {
    if findings.declines().is_empty() {
        return Vec::new();
    }
    let items = findings
        .declines()
        .iter()
        .map(|d| {
            let key = format!("data.flow_{}", d.analysis);
            let label = if knows(voice.language, &key) { voice.word(&key) } else { names::clean(&d.analysis) };
            Fact { label, value: voice.decline(d) }
        })
        .collect();
    vec![
        Block::Heading { text: voice.word("data.declines") },
        Block::Paragraph { text: voice.word("data.declined_lead") },
        Block::Definitions { items },
    ]
}

fn not_run_blocks(voice: &Voice<'_>, findings: &Findings) -> Vec<Block> {
    let mut items: Vec<String> = Vec::new();
    for finding in findings.findings() {
        let list: &[String] = match finding {
            Finding::Drivers(r) | Finding::Regression(r) => &r.not_run,
            Finding::Comparison(c) => &c.not_run,
            Finding::Attrition(a) => &a.not_run,
            Finding::Stages(_) | Finding::Ladder(_) | Finding::Practice(_) => &[],
            Finding::Power(_) => &[],
        };
        for code in list {
            let key = format!("not_run.{code}");
            let name = if knows(voice.language, &key) { voice.word(&key) } else { names::clean(code) };
            if !items.contains(&name) {
                items.push(name);
            }
        }
    }
    if items.is_empty() {
        return Vec::new();
    }
    vec![
        Block::Heading { text: voice.word("data.not_run") },
        Block::Paragraph { text: voice.word("data.not_run_lead") },
        Block::List { items },
    ]
}

/// The section about provenance.
pub fn provenance(voice: &Voice<'_>, findings: &Findings) -> Section {
    let p = findings.provenance();
    let fact = |key: &str, value: String| Fact { label: voice.word(key), value };
    let facts = vec![
        fact("provenance.program", names::clean(&p.program)),
        fact("provenance.version", names::clean(&p.version)),
        fact("provenance.seed", p.seed.to_string()),
        fact("provenance.format_version", findings.format_version().to_string()),
    ];
    Section {
        id: "provenance".into(),
        heading: voice.word("provenance.heading"),
        lead: voice.word("provenance.lead"),
        blocks: vec![
            Block::Definitions { items: facts },
            Block::Table(inputs_table(voice, findings)),
            Block::Table(options_table(voice, findings)),
        ],
    }
}

fn inputs_table(voice: &Voice<'_>, findings: &Findings) -> Table {
    let mut table = Table::new(
        voice.word("provenance.inputs"),
        vec![
            Cell::text(voice.word("provenance.col_table")),
            Cell::text(voice.word("provenance.col_file")),
            Cell::number(voice.word("provenance.col_rows")),
            Cell::text(voice.word("provenance.col_encoding")),
            Cell::text(voice.word("provenance.col_sha")),
        ],
    );
    for input in &findings.provenance().inputs {
        table.row(vec![
            Cell::text(capital(&names::table(voice.language, &input.table))),
            Cell::text(names::clean(&input.file)),
            Cell::number(number::count(input.rows)),
            Cell::text(names::clean(&input.encoding)),
            Cell::text(input.sha256.chars().take(16).collect::<String>()),
        ]);
    }
    table
}

fn options_table(voice: &Voice<'_>, findings: &Findings) -> Table {
    let heads = vec![Cell::text(voice.word("provenance.col_option")), Cell::text(voice.word("provenance.col_value"))];
    let mut table = Table::new(voice.word("provenance.options"), heads);
    for (option, value) in &findings.provenance().options {
        table.row(vec![Cell::text(names::clean(option)), Cell::text(option_value(voice, value))]);
    }
    table.folded()
}

/// An option as the study file would write it.
fn option_value(voice: &Voice<'_>, value: &Value) -> String {
    match value {
        Value::Null => voice.word("word.dash"),
        Value::String(text) => names::clean(text),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(|item| option_value(voice, item)).collect();
            items.join(", ")
        }
        Value::Object(items) => {
            let items: Vec<String> =
                items.iter().map(|(k, v)| format!("{} = {}", names::clean(k), option_value(voice, v))).collect();
            items.join(", ")
        }
        other => other.to_string(),
    }
}
