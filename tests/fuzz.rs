//! Every reader, fed with damaged input: it must answer or refuse, never panic, hang or print what it read. A short round
//! with fixed seeds runs with the tests; `ONEONONE_FUZZ_SECONDS=120 cargo test --release fuzz -- --nocapture` goes on for so
//! long for each reader, from `ONEONONE_FUZZ_SEED` (default 1). What was found is kept as tests beside the readers.

mod mutate;

use crate::workbook::pack;
use crate::workshop::Folder;
use mutate::changed;
use oneonone::design::{expression, formula};
use oneonone::findings::Findings;
use oneonone::ingest::{self, Commas, Keep, Outcome, Source, Trust, Vocabulary, words};
use oneonone::pipeline::{self, Bounds};
use oneonone::report::{self, terminal::Style};
use oneonone::study;
use oneonone::tables::Table;
use oneonone::text::Language;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::{Duration, Instant};

/// Inputs of the round that always runs.
const ROUND: u64 = 40;
/// No input of these sizes may take longer.
const LONGEST: Duration = Duration::from_secs(20);

/// Feeds a reader with changed copies of the seeds; an input that makes it panic is written to a file that the test names.
fn fuzz(name: &str, seeds: &[Vec<u8>], words: &[&str], read: impl Fn(&[u8])) {
    let number = |variable: &str| std::env::var(variable).ok().and_then(|text| text.parse::<u64>().ok());
    let time = number("ONEONONE_FUZZ_SECONDS").map(Duration::from_secs);
    let mut random = ChaCha8Rng::seed_from_u64(number("ONEONONE_FUZZ_SEED").unwrap_or(1));
    let begun = Instant::now();
    let mut fed = 0;
    while time.map_or(fed < ROUND, |time| begun.elapsed() < time) {
        let input = changed(&seeds[random.random_range(0..seeds.len())], words, &mut random);
        let since = Instant::now();
        let held = catch_unwind(AssertUnwindSafe(|| read(&input)));
        if held.is_err() || since.elapsed() > LONGEST {
            let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("fuzz-{name}-{fed}"));
            std::fs::write(&file, &input).unwrap();
            panic!("{name}: input {fed} ({:?}), kept as {}", since.elapsed(), file.display());
        }
        fed += 1;
    }
    crate::workshop::tell(&format!("{name}: inputs"), fed as f64);
}

/// A file of any format, read as a plain table and as the answers of a survey.
fn tables(folder: &Folder, bytes: &[u8]) {
    let path = folder.path().join("data");
    std::fs::write(&path, bytes).unwrap();
    let _ = ingest::read_plain(std::slice::from_ref(&path));
    let _ = ingest::baggage(&path);
    let vocabulary = Vocabulary::default();
    for trust in [Trust::Head, Trust::Nothing] {
        let source = Source {
            table: Table::Survey,
            path: &path,
            wave: None,
            headers: None,
            vocabulary: &vocabulary,
            keep_undeclared: Keep::Undeclared,
            trust,
            stored: None,
        };
        if !matches!(ingest::read(&source, &|_, _| (), &mut |_, _, ()| Ok(()), &mut |_, _| {}), Ok(Outcome::NoUtf8)) {
            break;
        }
    }
}

const CSV: &str = "社員番号,回,エンゲージメント,段階,メモ\r\nE0001,2024-04-01,71.5,3,\"良い、\r\n\"\"とても\"\"\"\r\n\
    E0002,令和6年4月1日,６８,不安,①㈱髙\r\nE0003,45383,\"1,234\",16,\r\n合計,,,,\r\n";

fn rows() -> Vec<Vec<String>> {
    let row = |cells: &[&str]| cells.iter().map(|c| c.to_string()).collect::<Vec<String>>();
    vec![
        row(&["社員番号", "回", "エンゲージメント", "段階"]),
        row(&["E0001", "2024-04-01", "71.5", "3"]),
        row(&["E0002", "2024-04-01", "", "16"]),
        row(&["E0003", "2024-07-01", "12", "不安"]),
    ]
}

#[test]
fn tables_as_text_in_every_encoding() {
    let folder = Folder::new("fuzz-csv");
    let wide = |bytes: fn(u16) -> [u8; 2]| CSV.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
    let seeds = [
        CSV.as_bytes().to_vec(),
        encoding_rs::SHIFT_JIS.encode(CSV).0.into_owned(),
        encoding_rs::EUC_JP.encode(CSV).0.into_owned(),
        [b"\xFF\xFE".to_vec(), wide(u16::to_le_bytes)].concat(),
        wide(u16::to_be_bytes),
        CSV.replace(',', "\t").into_bytes(),
        CSV.repeat(3000).into_bytes(),
    ];
    fuzz("csv", &seeds, &["#REF!", "wave", "employee_id", "小計", "\r\r\n"], |bytes| tables(&folder, bytes));
}

#[test]
fn tables_in_packed_files() {
    let folder = Folder::new("fuzz-packed");
    let text = CSV.repeat(50);
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(text.as_bytes()).unwrap();
    let seeds = [gzip.finish().unwrap(), zstd::encode_all(text.as_bytes(), 3).unwrap()];
    fuzz("packed", &seeds, &[], |bytes| tables(&folder, bytes));
}

#[test]
fn tables_in_parquet() {
    let folder = Folder::new("fuzz-parquet");
    fuzz("parquet", &[crate::ingest::survey_as_parquet()], &["PAR1"], |bytes| tables(&folder, bytes));
}

#[test]
fn tables_in_workbooks_whole_and_part_by_part() {
    let folder = Folder::new("fuzz-xlsx");
    let whole = pack::of_rows(&rows());
    fuzz("xlsx", std::slice::from_ref(&whole), &["PK\u{3}\u{4}", "PK\u{5}\u{6}"], |bytes| tables(&folder, bytes));
    // The damage behind the packing: each part in turn, packed again as it should be.
    let parts = pack::parts(&pack::sheet_of(&rows()), "<workbookPr date1904=\"1\"/>", "");
    for (at, name) in parts.iter().map(|part| part.name.clone()).enumerate().skip(1) {
        let mut inflated = Vec::new();
        std::io::Read::read_to_end(&mut flate2::read::DeflateDecoder::new(parts[at].packed.as_slice()), &mut inflated)
            .unwrap();
        let words =
            ["<c r=\"A1\">", "<v>", "</v>", "<row r=\"4294967295\">", "XFD1048576", "t=\"s\"", "_x0000_", "s=\"9\""];
        fuzz(&format!("xlsx-{at}"), &[inflated], &words, |bytes| {
            let mut damaged = parts.clone();
            damaged[at] = pack::Part::new(&name, bytes);
            tables(&folder, &pack::zip(&damaged));
        });
    }
}

#[test]
fn studies_and_baselines() {
    let sample = include_str!("../data-samples/division/study.toml").as_bytes().to_vec();
    let seeds = [sample, study::default_text().as_bytes().to_vec()];
    let words = ["[drivers]", "window_days = -1", "= [[", "\"\"\"", "2024-99-99", "nan", "= 1e400", "{ file = 1 }"];
    fuzz("study", &seeds, &words, |bytes| {
        let _ = study::without_data(&String::from_utf8_lossy(bytes));
    });
}

#[test]
fn findings_that_somebody_edited() {
    let seed = include_bytes!("data/findings.json").to_vec();
    let words = ["null", "1e308", "-1", "[]", "{}", "\"\"", "true", "0.1", "18446744073709551616"];
    fuzz("findings", &[seed], &words, |bytes| {
        let Ok(findings) = serde_json::from_slice::<Findings>(bytes) else { return };
        for language in Language::ALL {
            report::terminal::render(&findings, language, Style::Plain);
            report::md::render(&findings, language);
            report::csv::render(&findings).unwrap();
            report::html(&findings, language).unwrap();
        }
    });
}

#[test]
fn states_of_shards() {
    let folder = Folder::with("fuzz-state", "division-export");
    for file in crate::workshop::TABLES {
        let rows = folder.rows(file);
        folder.put_rows(file, &rows[..rows.len().min(200)]);
    }
    let (study_path, path) = (folder.path().join("study.toml"), folder.path().join("a.state"));
    let asked = study::load(&study_path).unwrap_or_else(|_| panic!("the sample's study is read"));
    pipeline::summarise(&asked, &folder.read("study.toml"), &path, &mut |_, _, _| {}).unwrap();
    let seed = std::fs::read(&path).unwrap();
    fuzz("state", &[seed], &["1on1stat", "\"from\":0", "\"to\":99999999999"], |bytes| {
        std::fs::write(&path, bytes).unwrap();
        if let Ok(study) = pipeline::from_states(std::slice::from_ref(&path)) {
            let _ = pipeline::screen(&study, Bounds::default(), &mut |_, _, _| {}, None);
        }
    });
}

#[test]
fn formulas_and_conditions() {
    let seeds = [
        "y + log(z) ~ a * C(b, ref = \"x\") + I(a^2) - 1 | firm + month",
        "site in (\"大阪\", \"x\") & !missing(pay) | a >= 1e3",
    ];
    let words = ["((((", "~", "|", "C(", "I(", "^-", "\"", "in (", "!!!!", "ordered(y, \"a\") ~"];
    fuzz("formula", &seeds.map(|s| s.as_bytes().to_vec()), &words, |bytes| {
        let text = String::from_utf8_lossy(bytes);
        let _ = (formula::parse(&text), expression::condition(&text));
    });
    // Depth is a matter of memory, not of patience.
    let deep = format!("y ~ {}a{}", "(".repeat(100_000), ")".repeat(100_000));
    let _ = (formula::parse(&deep), expression::condition(&format!("{}a == 1", "!".repeat(100_000))));
}

#[test]
fn dates_and_numbers() {
    let seeds = [
        "2024-04-01",
        "令和元年5月1日（水）",
        "R6.4.1",
        "2024/4/1 9:30",
        "45383",
        "昭和六十四年一月七日",
        "１，２３４．５",
        "▲1,234",
        "85%",
        "1E+05",
    ];
    fuzz(
        "values",
        &seeds.map(|s| s.as_bytes().to_vec()),
        &["十", "元年", "H", ":", "T", "Z", "+09:00", "ｱ"],
        |bytes| {
            let text = String::from_utf8_lossy(bytes);
            let missing = &words().missing;
            let (day, month) = (ingest::day(&text, missing).value(), ingest::month(&text, missing).value());
            assert!(day.is_none_or(|d| (1..=9999).contains(&d.ymd().0)), "a day outside the calendar");
            assert!(month.is_none_or(|m| (1..=9999).contains(&m.first().ymd().0)), "a month outside the calendar");
            let _ = ingest::wave(&text, missing);
            for commas in [Commas::Thousands, Commas::Unsure] {
                let number = ingest::number(&text, missing, commas).value();
                assert!(number.is_none_or(f64::is_finite), "a number that is none");
            }
        },
    );
}
