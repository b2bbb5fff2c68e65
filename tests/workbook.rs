//! Workbooks: cells as the text of a CSV, what a workbook carries beside its table, and files that are none or would not
//! fit. No value of a cell and no name ever comes out.

pub mod pack;

use crate::workshop::Folder;
use oneonone::findings::Issue;
use oneonone::ingest;
use oneonone::tables::Plain;
use pack::{Part, of_rows, parts, zip};

fn read(folder: &Folder, bytes: &[u8]) -> oneonone::error::Result<(Plain, Vec<Issue>)> {
    folder.write("data.xlsx", bytes);
    ingest::read_plain(&[folder.path().join("data.xlsx")]).map(|(plain, _, issues)| (plain, issues))
}

fn codes(issues: &[Issue]) -> Vec<&str> {
    issues.iter().map(|issue| issue.code.as_str()).collect()
}

/// The header `a` and one cell below it, as the text it is read as.
fn cell(folder: &Folder, cell: &str, workbook: &str) -> String {
    let header = "<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>a</t></is></c></row>";
    // A word below keeps the column one of texts.
    let word = "<row r=\"3\"><c r=\"A3\" t=\"inlineStr\"><is><t>word</t></is></c></row>";
    let sheet = format!("{header}<row r=\"2\">{cell}</row>{word}");
    let (plain, _) = read(folder, &zip(&parts(&sheet, workbook, ""))).unwrap();
    let column = plain.frame.column("a").unwrap().str().unwrap();
    column.get(0).unwrap_or("").to_string()
}

#[test]
fn cells_have_the_text_of_a_csv() {
    let folder = Folder::new("workbook-cells");
    for (written, text) in [
        // Sums of a spreadsheet carry digits that it does not show.
        ("<c r=\"A2\"><v>0.30000000000000004</v></c>", "0.3"),
        ("<c r=\"A2\"><v>123456789012345</v></c>", "123456789012345"),
        ("<c r=\"A2\"><v>1E-3</v></c>", "0.001"),
        ("<c r=\"A2\" s=\"2\"><v>0.85</v></c>", "85%"),
        ("<c r=\"A2\" s=\"2\"><v>0.07</v></c>", "7%"),
        ("<c r=\"A2\" t=\"b\"><v>1</v></c>", "TRUE"),
        ("<c r=\"A2\" t=\"e\"><v>#REF!</v></c>", "#REF!"),
        ("<c r=\"A2\" t=\"s\"><v>1</v></c>", "漢字"),
        ("<c r=\"A2\" t=\"str\"><f>A3</f><v>x &amp; y</v></c>", "x & y"),
        ("<c r=\"A2\" t=\"inlineStr\"><is><t>a_x0041_b_x&#12354;</t></is></c>", "aAb_xあ"),
        ("<c><v>7</v></c>", "7"),
        // Days of both calendars: 45,383 days of the one are 43,921 of the other.
        ("<c r=\"A2\" s=\"1\"><v>45383</v></c>", "2024-04-01"),
        ("<c r=\"A2\" s=\"3\"><v>45383</v></c>", "2024-04-01"),
        ("<c r=\"A2\" s=\"1\"><v>1</v></c>", "1900-01-01"),
        ("<c r=\"A2\" s=\"1\"><v>59</v></c>", "1900-02-28"),
        // The day that never was.
        ("<c r=\"A2\" s=\"1\"><v>60</v></c>", "9999-99-99"),
        ("<c r=\"A2\" s=\"1\"><v>61</v></c>", "1900-03-01"),
        ("<c r=\"A2\" s=\"1\"><v>2958465</v></c>", "9999-12-31"),
        ("<c r=\"A2\" s=\"1\"><v>2958466</v></c>", "9999-99-99"),
        ("<c r=\"A2\" s=\"1\"><v>-1</v></c>", "9999-99-99"),
        ("<c r=\"A2\" s=\"5\"><v>45383.395833333336</v></c>", "2024-04-01 09:30:00"),
        ("<c r=\"A2\" s=\"5\"><v>45383.99999999</v></c>", "2024-04-02"),
        ("<c r=\"A2\" s=\"5\"><v>0.5</v></c>", "12:00:00"),
        ("<c r=\"A2\" s=\"4\"><v>1.5451388888888888</v></c>", "37:05:00"),
        ("<c r=\"A2\" t=\"d\"><v>2024-04-01T00:00:00</v></c>", "2024-04-01"),
    ] {
        assert_eq!(cell(&folder, written, ""), text, "{written}");
    }
    let since_1904 = |written: &str| cell(&folder, written, "<workbookPr date1904=\"1\"/>");
    assert_eq!(since_1904("<c r=\"A2\" s=\"1\"><v>43921</v></c>"), "2024-04-01");
    assert_eq!(since_1904("<c r=\"A2\" s=\"5\"><v>0.25</v></c>"), "06:00:00");
}

#[test]
fn rows_have_their_numbers_and_blank_ones_are_told() {
    let folder = Folder::new("workbook-rows");
    let text = |place: &str, text: &str| format!("<c r=\"{place}\" t=\"inlineStr\"><is><t>{text}</t></is></c>");
    let rows = [
        format!("<row r=\"3\">{}{}</row>", text("A3", "name"), text("B3", "n")),
        format!("<row r=\"4\">{}<c r=\"B4\"><f>1+1</f><v>2</v></c></row>", text("A4", "x")),
        "<row r=\"5\"><c r=\"A5\" s=\"1\"/></row>".to_string(),
        format!("<row r=\"8\">{}<c r=\"B8\"><f>1+1</f></c></row>", text("A8", "y")),
        format!("<row r=\"9\">{}<c r=\"B9\"><v>1</v></c></row>", text("A9", "z")),
    ];
    let (plain, issues) = read(&folder, &zip(&parts(&rows.concat(), "", ""))).unwrap();
    assert_eq!(plain.lines, [4, 8, 9]);
    let places: Vec<(&str, Option<u64>, u64)> = issues.iter().map(|i| (i.code.as_str(), i.line, i.count)).collect();
    assert_eq!(
        places,
        [("blank_line", Some(1), 5), ("workbook_formula", Some(4), 1), ("workbook_not_computed", Some(8), 1)]
    );
}

#[test]
fn a_long_sheet_comes_in_pieces_and_loses_no_row() {
    let folder = Folder::new("workbook-long");
    let mut rows = vec![vec!["id".to_string(), "n".to_string()]];
    rows.extend((0..10_000).map(|n| vec![format!("e{n}"), if n % 7 == 0 { String::new() } else { n.to_string() }]));
    let (plain, issues) = read(&folder, &of_rows(&rows)).unwrap();
    assert!(issues.is_empty(), "{issues:?}");
    assert_eq!(plain.lines, (2..=10_001).collect::<Vec<u64>>());
    let (ids, numbers) = (plain.frame.column("id").unwrap(), plain.frame.column("n").unwrap());
    for n in [0, 1, 4095, 4096, 4097, 9_999] {
        assert_eq!(ids.str().unwrap().get(n), Some(format!("e{n}").as_str()));
        assert_eq!(numbers.f64().unwrap().get(n), (n % 7 != 0).then_some(n as f64));
    }
}

/// A workbook that is refused, by its code.
fn refused(folder: &Folder, bytes: &[u8]) -> String {
    match read(folder, bytes) {
        Err(error) => error.code().to_string(),
        Ok((_, issues)) => issues.iter().find(|i| i.structural).map_or("read", |i| &i.code).to_string(),
    }
}

#[test]
fn a_workbook_that_would_grow_too_large_is_refused_unopened() {
    let folder = Folder::new("workbook-bomb");
    let row = "<row><c t=\"inlineStr\"><is><t>a</t></is></c></row>";
    let small = parts(row, "", "");
    assert_eq!(refused(&folder, &zip(&small)), "no_rows");
    // 8 MB of nothing in a few kilobytes.
    let mut ratio = small.clone();
    ratio.push(Part::new("xl/media/nothing.bin", &vec![0; 8 << 20]));
    assert_eq!(refused(&folder, &zip(&ratio)), "workbook_too_large");
    // The directory says 600 MB; nothing is there, and nobody looks.
    let mut large = small.clone();
    large.push(Part { size: 600 << 20, ..Part::stored("xl/worksheets/sheet9.xml", &vec![7; 7 << 20]) });
    assert_eq!(refused(&folder, &zip(&large)), "workbook_too_large");
    // A sheet that is longer, or shorter, than the directory says.
    for size in [100u32, 1 << 19] {
        let mut lying = small.clone();
        let sheet = lying.last_mut().unwrap();
        sheet.size = size;
        assert_eq!(refused(&folder, &zip(&lying)), "workbook_damaged", "{size}");
    }
    // A text of 30,000 characters, used by every cell of 20,000.
    let text = format!(
        "<sst><si><t>{}</t></si></sst>",
        (0..30_000).map(|n| char::from(b'a' + (n * n % 26) as u8)).collect::<String>()
    );
    let rows: String = (0..20_000).map(|_| "<row><c t=\"s\"><v>0</v></c></row>").collect();
    let mut shared = parts(&format!("{row}{rows}"), "", "");
    let at = shared.iter().position(|p| p.name.ends_with("sharedStrings.xml")).unwrap();
    shared[at] = Part::stored("xl/sharedStrings.xml", text.as_bytes());
    let at = shared.len() - 1;
    let sheet = format!("<worksheet><sheetData>{row}{rows}</sheetData></worksheet>");
    shared[at] = Part::stored("xl/worksheets/sheet1.xml", sheet.as_bytes());
    assert_eq!(refused(&folder, &zip(&shared)), "workbook_too_large");
}

#[test]
fn what_is_no_workbook_is_told_and_never_a_panic() {
    let folder = Folder::new("workbook-damaged");
    let rows: Vec<Vec<String>> = (0..50).map(|n| vec![format!("a{n}"), n.to_string()]).collect();
    let whole = of_rows(&rows);
    for length in (4..whole.len()).step_by(97).chain([whole.len() - 1]) {
        assert_eq!(refused(&folder, &whole[..length]), "workbook_damaged", "{length}");
    }
    let mut hit = 0;
    for at in (5..whole.len()).step_by(5) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x15;
        let code = refused(&folder, &bytes);
        let known = [
            "workbook_damaged",
            "workbook_too_large",
            "unsupported_format",
            "read",
            "too_many_columns",
            "duplicate_header",
            "empty_file",
            "no_rows",
        ];
        assert!(known.contains(&code.as_str()), "{at}: {code}");
        hit += usize::from(code == "workbook_damaged");
    }
    // The rest fell on what nobody reads: times, versions, the list of types.
    assert!(hit * 2 > whole.len() / 5, "{hit} of {}", whole.len() / 5);
    let of = |names: &[&str]| zip(&names.iter().map(|n| Part::new(n, b"<a/>")).collect::<Vec<_>>());
    for (names, code) in [
        (&["xl/workbook.bin"][..], "unsupported_format"),
        (&["mimetype", "content.xml"], "unsupported_format"),
        (&["photo.jpg"], "unsupported_format"),
        (&["[Content_Types].xml", "xl/workbook.xml", "xl/workbook.xml"], "workbook_damaged"),
    ] {
        assert_eq!(refused(&folder, &of(names)), code, "{names:?}");
    }
    let mut secret = parts("", "", "");
    secret[2].flags = 1;
    assert_eq!(refused(&folder, &zip(&secret)), "workbook_damaged");
    assert_eq!(refused(&folder, &zip(&parts("", "", ""))), "empty_file");
    let mut long = parts("", "", "");
    let text = "a".repeat(1_100_000);
    let sheet = format!("<w><sheetData><row><c t=\"inlineStr\"><is><t>{text}</t></is></c></row></sheetData></w>");
    *long.last_mut().unwrap() = Part::stored("xl/worksheets/sheet1.xml", sheet.as_bytes());
    assert_eq!(refused(&folder, &zip(&long)), "cell_too_long");
    let wide: String = (0..1001).map(|_| "<c><v>1</v></c>").collect();
    assert_eq!(refused(&folder, &zip(&parts(&format!("<row>{wide}</row>"), "", ""))), "too_many_columns");
}

#[test]
fn what_a_workbook_carries_out_of_the_house_is_told_by_kind_alone() {
    let folder = Folder::new("workbook-baggage");
    let row = "<row><c t=\"inlineStr\"><is><t>a</t></is></c></row>";
    let found = |parts: &[Part]| {
        folder.write("data.xlsx", zip(parts));
        let issues = ingest::baggage(&folder.path().join("data.xlsx")).unwrap();
        let told = format!("{issues:?}");
        assert!(!told.contains("山田") && !told.contains("secret"), "{told}");
        issues.iter().map(|i| (i.code.clone(), i.count, i.detail.clone().unwrap_or_default())).collect::<Vec<_>>()
    };
    let told = |code: &str, count: u64, detail: &str| (code.to_string(), count, detail.to_string());
    assert_eq!(found(&parts(row, "", "")), []);
    let second = |state: &str| format!("<sheet name=\"山田\" sheetId=\"2\" state=\"{state}\" r:id=\"rId4\"/>");
    for state in ["hidden", "veryHidden"] {
        let mut book = parts(row, "", &second(state));
        book.push(Part::new("xl/worksheets/sheet2.xml", b"<worksheet><sheetData/></worksheet>"));
        assert_eq!(found(&book), [told("workbook_hidden_sheet", 1, "")]);
    }
    let mut book = parts(row, "", "");
    let core =
        "<p><dc:creator>山田</dc:creator><cp:lastModifiedBy> </cp:lastModifiedBy><dc:title>secret</dc:title></p>";
    let app = "<p><Application>Excel</Application><Company>secret</Company><Manager/></p>";
    let custom = "<p><property name=\"secret\"><vt:lpwstr>山田</vt:lpwstr></property></p>";
    for (name, text) in [
        ("docProps/core.xml", core),
        ("docProps/app.xml", app),
        ("docProps/custom.xml", custom),
        ("xl/comments1.xml", "<c/>"),
        ("xl/threadedComments/threadedComment1.xml", "<c/>"),
        ("xl/externalLinks/externalLink1.xml", "<c/>"),
        ("xl/pivotCache/pivotCacheRecords1.xml", "<c/>"),
        ("xl/pivotCache/_rels/pivotCacheDefinition1.xml.rels", "<c/>"),
        ("xl/vbaProject.bin", "x"),
        ("xl/persons/person.xml", "<c/>"),
    ] {
        book.push(Part::new(name, text.as_bytes()));
    }
    assert_eq!(
        found(&book),
        [
            told("workbook_comments", 2, ""),
            told("workbook_links", 1, ""),
            told("workbook_part", 1, "pivot_cache"),
            told("workbook_part", 1, "macros"),
            told("workbook_part", 1, "persons"),
            told("workbook_author", 1, "author"),
            told("workbook_author", 1, "title"),
            told("workbook_author", 1, "company"),
            told("workbook_author", 1, "custom_properties"),
        ]
    );
    // A sheet that can be seen and is not read.
    let mut book = parts(&format!("{row}{row}"), "", &second("visible"));
    book.push(Part::new(
        "xl/worksheets/sheet2.xml",
        b"<worksheet><sheetData><row><c><v>1</v></c></row></sheetData></worksheet>",
    ));
    let (_, issues) = read(&folder, &zip(&book)).unwrap();
    assert_eq!(codes(&issues), ["workbook_more_sheets"]);
}
