//! Workbooks to read: the parts of a ZIP file, and a table as the sheet of a workbook. As little of the format as Excel
//! itself needs; the reader under test shares nothing with it.

use flate2::{Compression, Crc, write::DeflateEncoder};
use std::io::Write;

/// What the directory of a ZIP file says of a part.
#[derive(Clone)]
pub struct Part {
    pub name: String,
    pub packed: Vec<u8>,
    pub size: u32,
    pub crc: u32,
    pub method: u16,
    pub flags: u16,
}

impl Part {
    /// A deflated part.
    pub fn new(name: &str, bytes: &[u8]) -> Self {
        let mut deflate = DeflateEncoder::new(Vec::new(), Compression::default());
        deflate.write_all(bytes).unwrap();
        let mut crc = Crc::new();
        crc.update(bytes);
        let packed = deflate.finish().unwrap();
        Self { name: name.to_string(), packed, size: bytes.len() as u32, crc: crc.sum(), method: 8, flags: 0 }
    }

    pub fn stored(name: &str, bytes: &[u8]) -> Self {
        Self { packed: bytes.to_vec(), method: 0, ..Self::new(name, bytes) }
    }
}

/// A ZIP file of parts.
pub fn zip(parts: &[Part]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    let two = |n: u16| n.to_le_bytes();
    let four = |n: u32| n.to_le_bytes();
    for part in parts {
        let offset = four(out.len() as u32);
        let about: Vec<u8> = [
            &two(part.flags)[..],
            &two(part.method),
            &[0; 4],
            &four(part.crc),
            &four(part.packed.len() as u32),
            &four(part.size),
            &two(part.name.len() as u16),
            &two(0),
        ]
        .concat();
        out.extend([b"PK\x03\x04\x14\0", &about[..], part.name.as_bytes(), &part.packed].concat());
        let behind = [&two(0)[..], &two(0), &two(0), &four(0), &offset].concat();
        directory.extend([b"PK\x01\x02\x14\0\x14\0", &about[..], &behind, part.name.as_bytes()].concat());
    }
    let (start, many) = (four(out.len() as u32), two(parts.len() as u16));
    let size = four(directory.len() as u32);
    out.extend(directory);
    out.extend([b"PK\x05\x06\0\0\0\0", &many[..], &many, &size, &start, &two(0)].concat());
    out
}

pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// `A`, `B` ... `AA`.
pub fn letters(column: usize) -> String {
    let last = char::from(b'A' + (column % 26) as u8).to_string();
    if column < 26 { last } else { letters(column / 26 - 1) + &last }
}

/// The parts of a workbook with one sheet of that XML; `workbook` stands in front of the list of sheets, `sheets` in it
/// behind the first.
pub fn parts(sheet: &str, workbook: &str, sheets: &str) -> Vec<Part> {
    let kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let styles = "<styleSheet><numFmts count=\"2\"><numFmt numFmtId=\"164\" formatCode=\"yyyy&quot;年&quot;m&quot;月&quot;\"/>\
        <numFmt numFmtId=\"165\" formatCode=\"[h]:mm\"/></numFmts><cellStyleXfs><xf numFmtId=\"14\"/></cellStyleXfs>\
        <cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/><xf numFmtId=\"9\"/><xf numFmtId=\"164\"/>\
        <xf numFmtId=\"165\"/><xf numFmtId=\"22\"/></cellXfs></styleSheet>";
    let texts = "<sst><si><t>first</t></si><si><r><t>漢</t></r><r><t>字</t></r><rPh><t>カンジ</t></rPh></si></sst>";
    let related = format!(
        "<Relationships><Relationship Id=\"rId1\" Type=\"{kind}/worksheet\" Target=\"worksheets/sheet1.xml\"/>\
         <Relationship Id=\"rId2\" Type=\"{kind}/styles\" Target=\"styles.xml\"/>\
         <Relationship Id=\"rId3\" Type=\"{kind}/sharedStrings\" Target=\"/xl/sharedStrings.xml\"/>\
         <Relationship Id=\"rId4\" Type=\"{kind}/worksheet\" Target=\"worksheets/sheet2.xml\"/></Relationships>"
    );
    let book = format!(
        "<workbook xmlns:r=\"{kind}\">{workbook}<sheets><sheet name=\"表\" sheetId=\"1\" r:id=\"rId1\"/>{sheets}</sheets></workbook>"
    );
    let main = format!(
        "<Relationships><Relationship Id=\"rId1\" Type=\"{kind}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
    );
    let part = |name: &str, text: &str| {
        Part::new(name, format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>{text}").as_bytes())
    };
    vec![
        part("[Content_Types].xml", "<Types/>"),
        part("_rels/.rels", &main),
        part("xl/workbook.xml", &book),
        part("xl/_rels/workbook.xml.rels", &related),
        part("xl/styles.xml", styles),
        part("xl/sharedStrings.xml", texts),
        part("xl/worksheets/sheet1.xml", &format!("<worksheet><sheetData>{sheet}</sheetData></worksheet>")),
    ]
}

/// A table as a workbook: days as dates in Excel's calendar, numbers as numbers, all else as text; blank cells are none.
pub fn of_rows(rows: &[Vec<String>]) -> Vec<u8> {
    zip(&parts(&sheet_of(rows), "", ""))
}

/// The rows of its sheet.
pub fn sheet_of(rows: &[Vec<String>]) -> String {
    let mut sheet = String::new();
    for (line, row) in rows.iter().enumerate() {
        sheet.push_str(&format!("<row r=\"{}\">", line + 1));
        for (column, cell) in row.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
            let place = format!("{}{}", letters(column), line + 1);
            let number = cell.parse::<f64>().ok().filter(|x| x.is_finite() && x.to_string() == *cell);
            let day = oneonone::domain::Day::parse_iso(cell).filter(|_| cell.len() == 10);
            sheet.push_str(&match (number, day) {
                (Some(x), _) => format!("<c r=\"{place}\"><v>{x}</v></c>"),
                // 1 January 1970 is day 25,569 of Excel.
                (_, Some(day)) => format!("<c r=\"{place}\" s=\"1\"><v>{}</v></c>", day.0 + 25_569),
                _ => format!(
                    "<c r=\"{place}\" t=\"inlineStr\"><is><t xml:space=\"preserve\">{}</t></is></c>",
                    escaped(cell)
                ),
            });
        }
        sheet.push_str("</row>");
    }
    sheet
}
