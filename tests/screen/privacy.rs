//! The gate for exports: what it finds, where, and what it leaves in peace. No value ever comes out.

use oneonone::domain::{Day, Month};
use oneonone::findings::{Issue, Level};
use oneonone::screen::privacy::classes::{Classes, Distance, distinct_l, entropy_l, t_closeness};
use oneonone::screen::privacy::{Options, Profile, Release, Verdict, digits, identifiers, names, patterns};
use oneonone::tables::{Batch, Column, Kind, Layout, LayoutColumn, MISSING_DAY, Table};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A table typed in as rows of text; the header's canonical columns are typed, others are undeclared text.
fn feed(release: &mut Release, table: Table, file: &str, rows: &[Vec<String>], lines: &[u64]) {
    let header = &rows[0];
    let mut columns = Vec::new();
    let lines = lines.iter().map(|line| *line as u32).collect();
    let mut batch = Batch { lines, ..Batch::default() };
    for (at, name) in header.iter().enumerate() {
        let canonical = if name == "stage" { "level" } else { name.as_str() };
        let field = table.field(canonical);
        let kind = field.map_or(Kind::Text, |f| f.kind);
        let column = || rows[1..].iter().map(|row| row.get(at).map_or("", String::as_str));
        let cells = match kind {
            Kind::Day => Column::Day(column().map(|c| Day::parse_iso(c).map_or(MISSING_DAY, |d| d.0)).collect()),
            Kind::Month => Column::Month(column().map(|c| Month::parse_iso(c).map_or(MISSING_DAY, |m| m.0)).collect()),
            Kind::Number | Kind::Level => Column::Number(column().map(|c| c.parse().unwrap_or(f64::NAN)).collect()),
            Kind::Topics => Column::Topics(column().map(|_| 1).collect()),
            _ => {
                batch.push_text(column().map(str::trim));
                batch.columns.pop().unwrap()
            }
        };
        batch.columns.push(cells);
        let (name, header) = (canonical.to_string(), name.clone());
        columns.push(LayoutColumn { name, header, index: at + 1, kind, declared: field.is_some() });
    }
    let layout = Layout { table, file: file.to_string(), columns };
    release.absorb(&layout, &batch);
}

fn typed(text: &str) -> Vec<Vec<String>> {
    text.lines().map(|line| line.split(',').map(String::from).collect()).collect()
}

pub fn judge(tables: &[(Table, &str)], options: &Options) -> Verdict {
    release(tables).finish(options)
}

/// Tables typed in, as a release.
pub fn release(tables: &[(Table, &str)]) -> Release {
    let mut release = Release::new();
    for (table, text) in tables {
        let rows = typed(text);
        let lines: Vec<u64> = (2..=rows.len() as u64).collect();
        feed(&mut release, *table, &format!("{}.csv", table.name()), &rows, &lines);
    }
    release
}

pub fn codes(verdict: &Verdict) -> Vec<&str> {
    verdict.issues.iter().map(|i| i.code.as_str()).collect()
}

pub fn issue<'v>(verdict: &'v Verdict, code: &str) -> &'v Issue {
    verdict.issues.iter().find(|i| i.code == code).unwrap_or_else(|| panic!("no {code} among {:?}", codes(verdict)))
}

/// Sessions of five people with one memo each.
fn memo(cells: &[&str]) -> Verdict {
    let rows: Vec<String> = cells.iter().map(|c| format!("e_x,2024-04-01,{c}")).collect();
    judge(&[(Table::Sessions, &format!("employee_id,held_on,memo\n{}", rows.join("\n")))], &Options::default())
}

pub fn shared(part: &str) -> Option<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().map(|a| a.join("shared/data").join(part)).find(|p| p.exists())
}

#[test]
fn my_number_check_digits_follow_the_ordinance() {
    let digits = |text: &str| text.bytes().map(|b| b - b'0').collect::<Vec<u8>>();
    for right in ["123456789018", "000000000000", "111111111118", "999999999996", "100000000005", "234938607428"] {
        assert!(digits::is_my_number(&digits(right)), "{right}");
    }
    assert!(!digits::is_my_number(&digits("123456789010")));
    assert!(!digits::is_my_number(&digits("7000012050002")));
    assert!(digits::passes_luhn(&digits("4111111111111111")));
    assert!(!digits::passes_luhn(&digits("4111111111111112")));
}

#[test]
fn every_my_number_vector_of_the_shared_data_is_judged_as_given() {
    let Some(path) = shared("privacy/vectors.json") else { return };
    let vectors: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let list = vectors["my_number"]["vectors"].as_array().unwrap();
    assert!(list.len() >= 20);
    for vector in list {
        let digits: Vec<u8> = vector["number"].as_str().unwrap().bytes().map(|b| b - b'0').collect();
        assert!(digits::is_my_number(&digits));
        let mut wrong = digits.clone();
        wrong[11] = (wrong[11] + 1) % 10;
        assert!(!digits::is_my_number(&wrong));
    }
}

#[test]
fn telephone_numbers_are_seen_in_every_spelling() {
    for cell in [
        "090-1234-5678",
        "０８０－１２３４－５６７８",
        "+81 90 1234 5678",
        "03-1234-5678",
        "(06)1234-5678",
        "07012345678",
        "0120-123-456",
        "0800-123-4567",
        "連絡は050ー1234ー5678まで",
        "電話0312345678",
        "+81-3-1234-5678",
        "0467-12-3456",
    ] {
        assert!(patterns::look(cell, "memo").numbers.phone, "{cell}");
    }
}

#[test]
fn codes_versions_dates_and_amounts_are_left_in_peace() {
    for cell in [
        "v1.20.3",
        "JIRA-12345",
        "978-4-00-310101-8",
        "0-306-40615-2",
        "1,234,567",
        "2024-04-01",
        "2024-04-01 09:30:00",
        "20240401",
        "s_4ygzyhprdz3t",
        "1234567890123",
        "0123456789",
        "192.168.100.200",
        "10:30-11:00",
        "T-090123456789",
        "E00001",
        "2024年4月1日",
        "3.14159265358979",
        "1234-5678-9012-3456",
        "東京都庁担当",
        "大阪市営業2課",
        "-5",
        "-1,234.5",
        "100-0001",
        "営業第一部",
        "—",
        "Q3/2024",
        "a@b",
        "2025/03/31",
        "令和7年4月1日",
        "人事 (1234567)",
    ] {
        let seen = patterns::look(cell, "memo");
        let quiet = patterns::Seen::default();
        let numbers = (
            seen.numbers.phone,
            seen.numbers.my_number >= digits::Candidate::Passes,
            seen.numbers.card >= digits::Candidate::Passes,
        );
        assert_eq!(numbers, (false, false, false), "{cell}");
        assert_eq!(patterns::Seen { numbers: quiet.numbers, ..seen }, quiet, "{cell}");
    }
}

#[test]
fn addresses_accounts_codes_and_mail_are_seen() {
    for cell in ["〒100-0001 東京都千代田区千代田1-1", "大阪府大阪市北区梅田三丁目1番3号", "100-0001 東京都"]
    {
        assert!(patterns::look(cell, "memo").address, "{cell}");
    }
    assert!(patterns::look("みらい銀行 本店 普通 1234567", "memo").account);
    assert!(patterns::look("記号1234 番号567890 被保険者証", "memo").code);
    for cell in ["cc a.b+c@example.com (x)", "ａ＠example.co.jp", "<x_y@mail.example.org>"] {
        assert!(patterns::look(cell, "memo").email, "{cell}");
    }
    assert!(patterns::look("佐藤課長に相談した", "memo").titled_name);
}

#[test]
fn formulas_are_told_from_signed_numbers_and_dashes() {
    for cell in ["=1+1", " =1+1", "\t=1+1", "＝1+1", "@SUM(1+1)", "-2+3", "+1+cmd|' /C calc'!A0", "\r=1"] {
        assert!(patterns::is_formula(cell), "{cell:?}");
    }
    for cell in ["-5", "+5", "-1,234.5%", "-", "--", "－", "a=b", "", "+81 90 1234 5678", "1-2"] {
        assert!(!patterns::is_formula(cell), "{cell:?}");
    }
}

#[test]
fn personal_data_in_a_memo_are_told_with_first_line_column_and_count_and_without_a_value() {
    let verdict = memo(&["ふつう", "090-1234-5678", "", "03-1234-5678"]);
    let phone = issue(&verdict, "phone_number");
    assert_eq!((phone.line, phone.count, phone.column_index), (Some(3), 2, Some(3)));
    assert_eq!((phone.column.as_deref(), phone.file.as_deref()), (Some("memo"), Some("sessions.csv")));
    assert_eq!((phone.level, phone.appi_item), (Level::Error, Some(1)));
    assert!(!verdict.passes());
    let all = serde_json::to_string(&verdict).unwrap();
    assert!(!all.contains("1234-5678") && !all.contains("ふつう"), "{all}");
}

#[test]
fn twelve_digits_are_a_my_number_only_when_grouped_named_or_beyond_luck() {
    assert!(codes(&memo(&["1234 5678 9018"])).contains(&"my_number"));
    assert!(codes(&memo(&["１２３４５６７８９０１８"])).contains(&"my_number_possible"));
    let named = "employee_id,held_on,個人番号\ne_x,2024-04-01,123456789018";
    let verdict = judge(&[(Table::Sessions, named)], &Options::default());
    assert_eq!(issue(&verdict, "my_number").appi_item, Some(2));
    assert_eq!(issue(&verdict, "direct_identifier_column").appi_item, Some(2));
    // One in ten codes of twelve digits passes by luck.
    let luck: Vec<String> = (0..200u64).map(|i| format!("{}", 100_000_000_000 + i * 7_919_773)).collect();
    let luck: Vec<&str> = luck.iter().map(String::as_str).collect();
    assert!(!codes(&memo(&luck)).iter().any(|c| c.starts_with("my_number")));
    let vectors = [
        "123456789018",
        "234938607428",
        "804372826527",
        "270744059272",
        "741535601321",
        "869523286621",
        "493848283912",
    ];
    assert!(codes(&memo(&vectors)).contains(&"my_number"));
}

#[test]
fn a_column_of_names_is_seen_whatever_its_header_says() {
    let verdict = memo(&["佐藤 一", "", "鈴木二郎", "タナカ ミ"]);
    let found = issue(&verdict, "person_names");
    assert_eq!((found.line, found.count, found.appi_item), (Some(2), 3, Some(1)));
    assert!(names::is_name("髙橋 三"));
    for department in ["営業部", "千葉支店", "千葉", "石川", "人事", "開発", "高田工場", "山口県", "福島営業所", "本部"]
    {
        assert!(!names::is_name(department), "{department}");
    }
    assert!(!codes(&memo(&["営業", "人事", "開発", "千葉", "福島"])).contains(&"person_names"));
}

#[test]
fn columns_that_name_a_person_are_errors_by_name() {
    for header in [
        "氏名",
        "フリガナ",
        "生年月日",
        "住所",
        "電話",
        "携帯電話番号",
        "メール",
        "口座",
        "給与",
        "社員氏名(漢字)",
        "Ｅ-mail",
        "work_phone",
        "DOB",
        "employee name",
        "managerName",
        "full_name",
    ] {
        assert_eq!(identifiers::forbidden(header), Some(1), "{header}");
    }
    for header in ["マイナンバー", "my_number", "passport_no", "健康保険被保険者番号"] {
        assert_eq!(identifiers::forbidden(header), Some(2), "{header}");
    }
    for header in ["department", "部署名", "department_name", "メール件数", "site", "memo", "team", "rename", "会社名"]
    {
        assert_eq!(identifiers::forbidden(header), None, "{header}");
    }
}

#[test]
fn ids_that_run_or_are_addresses_are_told() {
    let run: String = (1..=12).map(|i| format!("E{i:05}\n")).collect();
    let verdict = judge(&[(Table::People, &format!("employee_id\n{run}"))], &Options::default());
    let found = issue(&verdict, "sequential_ids");
    assert_eq!((found.level, found.threshold, found.observed), (Level::Warning, Some(1.5), Some(1.0)));
    let sparse: String = (1..=12).map(|i| format!("E{:05}\n", i * i * 37)).collect();
    let verdict = judge(&[(Table::People, &format!("employee_id\n{sparse}"))], &Options::default());
    assert!(!codes(&verdict).contains(&"sequential_ids"));
    let mail = "employee_id\nx@example.com\ny@example.com";
    let verdict = judge(&[(Table::People, mail)], &Options::default());
    assert_eq!(issue(&verdict, "email_id").count, 2);
}

#[test]
fn days_finer_than_months_are_errors_and_month_ends_are_not() {
    let verdict = |days: &[&str]| {
        let rows: Vec<String> = days.iter().map(|d| format!("e,{d}")).collect();
        judge(&[(Table::Sessions, &format!("employee_id,held_on\n{}", rows.join("\n")))], &Options::default())
    };
    assert!(verdict(&["2024-04-01", "2024-05-01", "2024-02-29", ""]).passes());
    let found = verdict(&["2024-04-01", "2024-05-17", "2024-06-03"]);
    let found = issue(&found, "day_level_dates");
    assert_eq!((found.line, found.count, found.appi_item), (Some(3), 2, Some(5)));
    let mixed = verdict(&["2024-04-01", "2024-04-30"]);
    assert_eq!(issue(&mixed, "day_level_dates").count, 1);
}

const PEOPLE: &str = "employee_id,department,hired_on,group,site\na,hr,2020-04-01,A,x\nb, HR,2020-04-01,A,x\n\
                      c,ｈｒ,2020-04-01,A,x\nd,dev,2020-04-01,A,x\ne,dev,2020-04-01,A,x\nf,,2020-04-01,A,x";

#[test]
fn people_are_counted_in_classes_after_folding_and_a_blank_is_a_value() {
    let verdict = judge(&[(Table::People, PEOPLE)], &Options::default());
    let risk = verdict.risk.as_ref().unwrap();
    assert_eq!((risk.k, risk.classes, risk.uniques), (1, 3, 1));
    assert_eq!((risk.average_risk, risk.marketer), (0.5, 0.5));
    let found = issue(&verdict, "k_anonymity");
    assert_eq!((found.threshold, found.observed, found.count), (Some(5.0), Some(1.0), 6));
    assert_eq!((found.line, found.column.as_deref(), found.column_index), (Some(7), Some("department"), Some(2)));
    assert_eq!(found.detail.as_deref(), Some("1"));
}

#[test]
fn an_undeclared_column_counts_as_known_to_others_unless_the_columns_are_named() {
    let text = PEOPLE.replace("d,dev,2020-04-01,A,x", "d,dev,2020-04-01,A,y");
    let verdict = judge(&[(Table::People, &text)], &Options::default());
    assert_eq!(verdict.risk.as_ref().unwrap().uniques, 3);
    let quasi = Options { quasi: Some(vec!["group".into()]), ..Options::default() };
    let verdict = judge(&[(Table::People, &text)], &quasi);
    assert_eq!((verdict.risk.as_ref().unwrap().k, verdict.passes()), (6, true));
    let wrong = Options { quasi: Some(vec!["grup".into()]), ..Options::default() };
    assert!(codes(&judge(&[(Table::People, &text)], &wrong)).contains(&"no_such_column"));
}

#[test]
fn a_class_whose_people_all_gave_one_answer_is_an_error_although_k_is_fine() {
    let people: String = (0..10).map(|i| format!("p{i}x,{}\n", if i < 5 { "hr" } else { "dev" })).collect();
    let survey: String = (0..10).map(|i| format!("p{i}x,2024-04-01,{}\n", if i < 5 { 3 } else { i })).collect();
    let tables = [
        (Table::People, format!("employee_id,department\n{people}")),
        (Table::Survey, format!("employee_id,wave,stage\n{survey}")),
    ];
    let tables: Vec<(Table, &str)> = tables.iter().map(|(t, s)| (*t, s.as_str())).collect();
    let verdict = judge(&tables, &Options::default());
    assert_eq!((verdict.risk.as_ref().unwrap().k, verdict.risk.as_ref().unwrap().l["level"]), (5, 1));
    let found = issue(&verdict, "l_diversity");
    assert_eq!((found.count, found.column.as_deref(), found.detail.as_deref()), (5, Some("level"), Some("stage")));
    assert_eq!(found.file.as_deref(), Some("survey.csv"));
}

#[test]
fn profiles_move_the_limits_and_pseudonymised_data_are_judged_for_items_one_and_two_only() {
    let people: String = (0..7).map(|i| format!("q{i}z,hr,2020-04-15\n")).collect();
    let text = format!("employee_id,department,hired_on\n{people}");
    let at = |profile| judge(&[(Table::People, &text)], &Options { profile, ..Options::default() });
    assert_eq!(codes(&at(Profile::Internal)), ["day_level_dates"]);
    assert_eq!(codes(&at(Profile::Partner)), ["day_level_dates", "k_anonymity"]);
    let verdict = at(Profile::Pseudonymised);
    assert!(verdict.passes());
    assert!(verdict.not_checked.iter().any(|n| n.check == "k_anonymity" && n.reason == "profile"));
}

#[test]
fn what_was_not_checked_is_said() {
    let verdict = memo(&["x"]);
    assert!(verdict.not_checked.iter().any(|n| n.check == "k_anonymity" && n.reason == "no_people"));
    assert!(verdict.not_checked.iter().any(|n| n.check == "order_leak" && n.reason == "no_people"));
    assert!(verdict.checked.iter().any(|c| c == "email_address"));
}

/// Codes of a column's texts; numbers get codes that rise with the value.
pub fn coded(values: &[String]) -> (Vec<u32>, Distance) {
    let numeric = values.iter().all(|v| v.parse::<f64>().is_ok());
    let mut order: Vec<&String> = values.iter().collect();
    if numeric {
        order.sort_by(|a, b| a.parse::<f64>().unwrap().total_cmp(&b.parse::<f64>().unwrap()));
    } else {
        order.sort();
    }
    order.dedup();
    let rank: BTreeMap<&String, u32> = order.into_iter().zip(0..).collect();
    (values.iter().map(|v| rank[v]).collect(), if numeric { Distance::Ordered } else { Distance::Equal })
}

#[test]
fn risk_follows_the_definitions_on_the_public_tables() {
    let Some(folder) = shared("privacy") else { return };
    let expected: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(folder.join("expected.json")).unwrap()).unwrap();
    let close = |a: f64, b: &serde_json::Value| (a - b.as_f64().unwrap()).abs() < 1e-9;
    let mut judged = 0;
    for (file, case) in expected.as_object().unwrap() {
        let (Some(quasi), Some(of)) = (case["quasi_identifiers"].as_array(), case["definition"].as_object()) else {
            continue;
        };
        let mut reader = csv::Reader::from_path(folder.join(file)).unwrap();
        let header = reader.headers().unwrap().clone();
        let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        let column = |name: &str| {
            let at = header.iter().position(|h| h == name).unwrap();
            rows.iter().map(|r| r[at].to_string()).collect::<Vec<_>>()
        };
        let quasi: Vec<Vec<u32>> = quasi.iter().map(|q| coded(&column(q.as_str().unwrap())).0).collect();
        let keys: Vec<Vec<u32>> = (0..rows.len()).map(|r| quasi.iter().map(|q| q[r]).collect()).collect();
        let classes = Classes::of(&keys);
        assert_eq!(classes.k().unwrap() as u64, of["k"].as_u64().unwrap(), "{file}");
        assert_eq!(classes.rows.len() as u64, of["classes"].as_u64().unwrap(), "{file}");
        assert_eq!(classes.uniques() as u64, of["unique_records"].as_u64().unwrap(), "{file}");
        assert!(close(classes.average_risk().unwrap(), &of["prosecutor_avg_marketer"]), "{file}");
        let (values, distance) = coded(&column(case["sensitive"].as_str().unwrap()));
        let values: Vec<Vec<u32>> = values.into_iter().map(|v| vec![v]).collect();
        let tallies = classes.tallies(&values);
        assert_eq!(distinct_l(&tallies).unwrap() as u64, of["l_distinct"].as_u64().unwrap(), "{file}");
        assert!(close(entropy_l(&tallies).unwrap(), &of["l_entropy"]), "{file}");
        assert_eq!(distance == Distance::Ordered, of["sensitive_is_numeric"].as_bool().unwrap(), "{file}");
        assert!(close(t_closeness(&tallies, distance).unwrap(), &of["t_emd"]), "{file}");
        assert!(close(t_closeness(&tallies, Distance::Equal).unwrap(), &of["t_emd_equal_distance"]), "{file}");
        judged += 1;
    }
    assert!(judged >= 8, "{judged}");
}

/// Reads a folder of exports as plainly as can be: the ingest has tests of its own.
pub fn release_of(folder: &Path) -> Release {
    let mut release = Release::new();
    for table in Table::ALL {
        let path = folder.join(format!("{}.csv", table.name()));
        if !path.is_file() {
            continue;
        }
        let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_path(path).unwrap();
        let (mut rows, mut lines) = (Vec::new(), Vec::new());
        for record in reader.records().map(Result::unwrap) {
            lines.push(record.position().unwrap().line());
            rows.push(record.iter().map(String::from).collect::<Vec<_>>());
        }
        feed(&mut release, table, &format!("{}.csv", table.name()), &rows, &lines[1..]);
    }
    release
}

#[test]
fn the_corpus_of_broken_exports_is_judged_as_its_manifest_says() {
    let Some(folder) = shared("nasty") else { return };
    let text = std::fs::read_to_string(folder.join("manifest.json")).unwrap();
    let manifest: serde_json::Value = serde_json::from_str(&text).unwrap();
    // Cases of the ingest are not listed here.
    let errors = [
        ("pii_name_column_disguised", "person_names"),
        ("pii_email", "email_address"),
        ("pii_phone_jp", "phone_number"),
        ("pii_mynumber", "my_number"),
        ("pii_address", "postal_address"),
        ("pii_cards_and_accounts", "payment_card"),
        ("pii_cards_and_accounts", "bank_account"),
        ("pii_cards_and_accounts", "identification_code"),
        ("k1_singleton", "k_anonymity"),
        ("k4_just_below", "k_anonymity"),
        ("k_missing_qi", "k_anonymity"),
        ("k_spelling_hides_class", "k_anonymity"),
        ("l1_homogeneous", "l_diversity"),
        ("join_unique_by_dates", "day_level_dates"),
        ("formula_injection", "formula_cell"),
        ("formula_in_department", "formula_cell"),
        ("ansi_escape_in_department", "control_character"),
        ("base64_employee_no", "encoded_ids"),
        ("hash_md5_zero_padded", "reversed_ids"),
        ("ids_embed_attributes", "embedded_attributes"),
        ("join_unique_by_dates", "date_fingerprint"),
        ("join_unique_by_dates", "date_unicity"),
        ("join_unique_by_count", "count_fingerprint"),
    ];
    let quiet = [
        "clean_utf8",
        "clean_ja_utf8",
        "newline_crlf",
        "missing_sales",
        "columns_reordered",
        "date_leap_good",
        "no_final_newline",
    ];
    let warnings = [
        ("hash_sha1_email", "digest_ids"),
        ("html_in_department", "markup_cell"),
        ("row_order_leak", "row_order"),
        ("t_skewed", "t_closeness"),
    ];
    let mut judged = std::collections::BTreeSet::new();
    for case in manifest["cases"].as_array().unwrap() {
        let id = case["id"].as_str().unwrap();
        let wanted: Vec<&str> = errors.iter().filter(|(c, _)| *c == id).map(|(_, code)| *code).collect();
        let warned: Vec<&str> = warnings.iter().filter(|(c, _)| *c == id).map(|(_, code)| *code).collect();
        if wanted.is_empty() && warned.is_empty() && !quiet.contains(&id) {
            continue;
        }
        judged.insert(id.to_string());
        let verdict = release_of(&folder.join(case["folder"].as_str().unwrap())).finish(&Options::default());
        if quiet.contains(&id) {
            assert_eq!(codes(&verdict), Vec::<&str>::new(), "{id}");
            assert_eq!(verdict.risk.as_ref().unwrap().k, 5, "{id}");
        }
        for code in warned {
            assert_eq!(issue(&verdict, code).level, Level::Warning, "{id}");
        }
        for code in wanted {
            let found = issue(&verdict, code);
            assert_eq!(found.level, Level::Error, "{id}");
            assert_eq!(found.file.as_deref(), case["file"].as_str(), "{id}");
        }
        let all = serde_json::to_string(&verdict).unwrap();
        if let Some(line) = case["line"].as_u64().filter(|_| !quiet.contains(&id)) {
            assert!(
                verdict.issues.iter().any(|i| i.line == Some(line) || i.lines.contains(&line)),
                "{id} line {line}: {all}"
            );
        }
        if let Some(column) = case["column"].as_str() {
            assert!(all.contains(column), "{id}");
        }
        for value in case["must_not_print"].as_array().into_iter().flatten() {
            assert!(!all.contains(value.as_str().unwrap()), "{id}");
        }
        if let Some(k) = case["k"].as_u64() {
            assert_eq!(verdict.risk.as_ref().unwrap().k, k, "{id}");
        }
    }
    assert_eq!(judged.len(), quiet.len() + warnings.len() + 19, "{judged:?}");
}
