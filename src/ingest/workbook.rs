//! An XLSX file as a container: whether it may be inflated at all, which of its sheets is the table, how its cells are to
//! be understood, and what else it carries out of the house. Reads no cell of the table; never tells a name, only kinds
//! and counts.

use super::bytes::{Bytes, file_name, unreadable};
use super::sheet;
use super::source::{Format, format_of};
use super::zip::Zip;
use crate::error::{Error, Result};
use crate::findings::{Issue, Level};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use std::collections::BTreeMap;
use std::io::{BufReader, Read};
use std::path::Path;

/// Most bytes that the parts of a workbook may have, unpacked.
pub(super) const LARGEST: u64 = 512 << 20;
/// Most bytes that a packed byte may become.
const RATIO: u64 = 100;
/// A part smaller than this is never a bomb, however well it packs.
const HARMLESS: u64 = 1 << 20;

/// Something in a workbook that is not as it must be. What it was is not kept: nobody vouches that it holds no value.
#[derive(Debug, Clone, Copy)]
pub(super) struct Odd;

impl<E: std::error::Error> From<E> for Odd {
    fn from(_: E) -> Self {
        Self
    }
}

/// The fault of a file that is no workbook although it says so.
pub(super) fn damaged(path: &Path) -> Error {
    Error::data("workbook_damaged").with("file", path.display())
}

/// How a number of a cell is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    Number,
    Percent,
    /// A day, a time, or both.
    Date,
    /// A length of time.
    Duration,
}

/// A sheet of a workbook.
#[derive(Debug, Clone)]
pub(super) struct Named {
    /// Where it lies.
    part: String,
    pub(super) visible: bool,
}

/// A workbook, opened.
pub(super) struct Book {
    zip: Zip,
    pub(super) sheets: Vec<Named>,
    pub(super) strings: Vec<String>,
    pub(super) styles: Vec<Shown>,
    /// Days are counted from 1904.
    pub(super) since_1904: bool,
}

/// A workbook, or why it was not opened.
pub(super) enum Opened {
    Book(Box<Book>),
    TooLarge(Box<Issue>),
}

/// The fault of a workbook that would grow too large.
pub(super) fn too_large(limit: f64, seen: f64, what: &str) -> Issue {
    Issue::new("workbook_too_large", Level::Error).limit(limit, seen.ceil()).detail(what).structural()
}

/// Opens a workbook, unless its directory says that it would grow too large: that is known before a byte is inflated.
///
/// Errors: the path; `workbook_damaged`; `unsupported_format` for other formats in a ZIP file.
pub(super) fn open(bytes: &Bytes, path: &Path) -> Result<Opened> {
    let zip = Zip::open(bytes).map_err(|e| match e.kind() {
        std::io::ErrorKind::InvalidData | std::io::ErrorKind::UnexpectedEof => damaged(path),
        _ => unreadable(path, e),
    })?;
    if let Some(other) = other_format(&zip) {
        return Err(Error::data("unsupported_format").with("file", path.display()).with("format", other));
    }
    if let Some(issue) = bomb(&zip) {
        return Ok(Opened::TooLarge(Box::new(issue)));
    }
    Book::read(zip).map(|book| Opened::Book(Box::new(book))).map_err(|_| damaged(path))
}

fn bomb(zip: &Zip) -> Option<Issue> {
    let sum = |of: fn(&super::zip::Part) -> u64| zip.parts.iter().map(of).sum::<u64>();
    let (size, packed) = (sum(|p| p.size), sum(|p| p.packed));
    if size > LARGEST {
        return Some(too_large(LARGEST as f64, size as f64, "bytes"));
    }
    let each = zip.parts.iter().map(|p| (p.size, p.packed)).chain([(size, packed)]);
    let grows = |(size, packed): &(u64, u64)| *size > HARMLESS && *size > packed.saturating_mul(RATIO);
    let (size, packed) = each.into_iter().find(grows)?;
    Some(too_large(RATIO as f64, size as f64 / packed.max(1) as f64, "ratio"))
}

/// What a ZIP file is when it is no XLSX workbook.
fn other_format(zip: &Zip) -> Option<&'static str> {
    if zip.find("xl/workbook.bin").is_some() {
        Some("XLSB")
    } else if zip.find("mimetype").is_some() && zip.find("content.xml").is_some() {
        Some("ODS")
    } else if zip.find("[Content_Types].xml").is_some() && zip.parts.iter().any(|p| p.name.starts_with("xl/")) {
        None
    } else {
        Some("ZIP")
    }
}

/// The XML of a part.
pub(super) type Xml<'z> = Reader<BufReader<Box<dyn Read + 'z>>>;

/// An attribute's text, by the part of its name behind the colon.
pub(super) fn attribute(tag: &BytesStart<'_>, name: &str) -> std::result::Result<Option<String>, Odd> {
    for attribute in tag.attributes() {
        let attribute = attribute?;
        if attribute.key.local_name().as_ref() == name.as_bytes() {
            let text = std::str::from_utf8(&attribute.value)?;
            return Ok(Some(quick_xml::escape::unescape(text)?.into_owned()));
        }
    }
    Ok(None)
}

/// The text of an element up to its end, of the elements inside it as well, but for those named `but`.
pub(super) fn text(xml: &mut Xml<'_>, but: &[u8]) -> std::result::Result<String, Odd> {
    let (mut said, mut buffer) = (String::new(), Vec::new());
    let (mut depth, mut skipped) = (0usize, 0usize);
    loop {
        buffer.clear();
        match xml.read_event_into(&mut buffer)? {
            Event::Start(tag) if skipped > 0 || tag.local_name().as_ref() == but => skipped += 1,
            Event::Start(_) => depth += 1,
            Event::End(_) if skipped > 0 => skipped -= 1,
            Event::End(_) if depth == 0 => return Ok(said),
            Event::End(_) => depth -= 1,
            Event::Text(part) if skipped == 0 => said.push_str(&part.xml10_content()?),
            Event::CData(part) if skipped == 0 => said.push_str(&part.decode()?),
            Event::GeneralRef(name) if skipped == 0 => match name.resolve_char_ref()? {
                Some(c) => said.push(c),
                None => said.push_str(quick_xml::escape::resolve_xml_entity(&name.decode()?).ok_or(Odd)?),
            },
            Event::Eof => return Err(Odd),
            _ => {}
        }
    }
}

impl Book {
    /// The XML of a part by its name; `None` when there is no such part.
    pub(super) fn xml(&mut self, name: &str) -> std::result::Result<Option<Xml<'_>>, Odd> {
        xml(&mut self.zip, name)
    }

    fn read(mut zip: Zip) -> std::result::Result<Self, Odd> {
        let main = related(&mut zip, "", "_rels/.rels")?
            .into_values()
            .find(|(kind, _)| kind.ends_with("/officeDocument"))
            .map_or_else(|| "xl/workbook.xml".to_string(), |(_, target)| target);
        let (folder, file) = main.rsplit_once('/').unwrap_or(("", &main));
        let related = related(&mut zip, folder, &format!("{folder}/_rels/{file}.rels"))?;
        let target =
            |end: &str| related.values().find(|(kind, _)| kind.ends_with(end)).map(|(_, target)| target.clone());
        let (strings, styles) = (target("/sharedStrings"), target("/styles"));
        let mut book = Self { zip, sheets: Vec::new(), strings: Vec::new(), styles: Vec::new(), since_1904: false };
        book.contents(&main, &related)?;
        if let Some(part) = strings {
            book.strings = book.shared(&part)?;
        }
        if let Some(part) = styles {
            book.styles = book.formats(&part)?;
        }
        Ok(book)
    }

    /// The sheets and the calendar.
    fn contents(&mut self, main: &str, related: &Related) -> std::result::Result<(), Odd> {
        let (mut sheets, mut since_1904) = (Vec::new(), false);
        let mut xml = self.xml(main)?.ok_or(Odd)?;
        let mut buffer = Vec::new();
        loop {
            buffer.clear();
            match xml.read_event_into(&mut buffer)? {
                Event::Start(tag) if tag.local_name().as_ref() == b"workbookPr" => {
                    since_1904 = matches!(attribute(&tag, "date1904")?.as_deref(), Some("1" | "true"));
                }
                Event::Start(tag) if tag.local_name().as_ref() == b"sheet" => {
                    let id = tag
                        .attributes()
                        .flatten()
                        .find(|a| a.key.as_ref() != b"sheetId" && a.key.local_name().as_ref() == b"id");
                    let id = String::from_utf8(id.ok_or(Odd)?.value.into_owned())?;
                    let (kind, part) = related.get(&id).ok_or(Odd)?;
                    let visible = matches!(attribute(&tag, "state")?.as_deref(), None | Some("visible"));
                    if kind.ends_with("/worksheet") || !visible {
                        sheets.push(Named { part: part.clone(), visible });
                    }
                }
                Event::Eof => break,
                _ => {}
            }
        }
        drop(xml);
        (self.sheets, self.since_1904) = (sheets, since_1904);
        Ok(())
    }

    /// Texts that cells refer to by number.
    fn shared(&mut self, part: &str) -> std::result::Result<Vec<String>, Odd> {
        let mut strings = Vec::new();
        let Some(mut xml) = self.xml(part)? else { return Ok(strings) };
        let mut buffer = Vec::new();
        loop {
            buffer.clear();
            match xml.read_event_into(&mut buffer)? {
                // What is said of the reading of kanji is not what the cell says.
                Event::Start(tag) if tag.local_name().as_ref() == b"si" => {
                    strings.push(sheet::unescaped(text(&mut xml, b"rPh")?));
                }
                Event::Eof => return Ok(strings),
                _ => {}
            }
        }
    }

    /// How numbers are shown, by style.
    fn formats(&mut self, part: &str) -> std::result::Result<Vec<Shown>, Odd> {
        let (mut own, mut styles) = (BTreeMap::new(), Vec::new());
        let Some(mut xml) = self.xml(part)? else { return Ok(styles) };
        let (mut buffer, mut in_cells) = (Vec::new(), false);
        loop {
            buffer.clear();
            match xml.read_event_into(&mut buffer)? {
                Event::Start(tag) => match tag.local_name().as_ref() {
                    b"numFmt" => {
                        let (id, code) = (attribute(&tag, "numFmtId")?, attribute(&tag, "formatCode")?);
                        own.extend(id.zip(code).map(|(id, code)| (id, sheet::shown(&code))));
                    }
                    b"cellXfs" => in_cells = true,
                    b"xf" if in_cells => {
                        let id = attribute(&tag, "numFmtId")?.unwrap_or_default();
                        styles.push(own.get(&id).copied().unwrap_or_else(|| sheet::shown_by_number(&id)));
                    }
                    _ => {}
                },
                Event::End(tag) if tag.local_name().as_ref() == b"cellXfs" => in_cells = false,
                Event::Eof => return Ok(styles),
                _ => {}
            }
        }
    }

    /// The XML of a sheet.
    pub(super) fn sheet(&mut self, sheet: &Named) -> std::result::Result<Xml<'_>, Odd> {
        xml(&mut self.zip, &sheet.part)?.ok_or(Odd)
    }
}

/// Parts that a part refers to: by id, the kind of the reference and the name.
type Related = BTreeMap<String, (String, String)>;

fn related(zip: &mut Zip, folder: &str, part: &str) -> std::result::Result<Related, Odd> {
    let mut found = Related::new();
    let Some(mut xml) = xml(zip, part.trim_start_matches('/'))? else { return Ok(found) };
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        match xml.read_event_into(&mut buffer)? {
            Event::Start(tag) if tag.local_name().as_ref() == b"Relationship" => {
                let (id, kind, target) = (attribute(&tag, "Id")?, attribute(&tag, "Type")?, attribute(&tag, "Target")?);
                if let (Some(id), Some(kind), Some(target)) = (id, kind, target) {
                    let target = match target.strip_prefix('/') {
                        Some(whole) => whole.to_string(),
                        None if folder.is_empty() => target,
                        None => format!("{folder}/{}", target.trim_start_matches("./")),
                    };
                    found.insert(id, (kind, target));
                }
            }
            Event::Eof => return Ok(found),
            _ => {}
        }
    }
}

fn xml<'z>(zip: &'z mut Zip, name: &str) -> std::result::Result<Option<Xml<'z>>, Odd> {
    let Some(part) = zip.find(name) else { return Ok(None) };
    let mut reader = Reader::from_reader(BufReader::new(zip.read(&part)?));
    reader.config_mut().expand_empty_elements = true;
    Ok(Some(reader))
}

/// Parts of a workbook that no cell of the table shows, by where they lie, and what they are called in `detail.<word>`.
const PARTS: [(&str, &str); 9] = [
    ("xl/pivotCache/", "pivot_cache"),
    ("xl/vbaProject.bin", "macros"),
    ("xl/media/", "pictures"),
    ("xl/embeddings/", "embedded_files"),
    ("xl/connections.xml", "connections"),
    ("xl/queryTables/", "queries"),
    ("xl/persons/", "persons"),
    ("xl/revisions/", "revisions"),
    ("customXml/", "custom_xml"),
];

/// What a workbook would carry out of the house beside its table: hidden sheets, the names of its authors, comments,
/// links, and other parts that nobody looked at. Nothing for files of another format, and for workbooks that cannot be
/// opened: reading them tells why.
///
/// # Errors
/// The path.
pub fn baggage(path: &Path) -> Result<Vec<Issue>> {
    let bytes = Bytes::open(path)?;
    if !matches!(format_of(&bytes, path), Ok(Format::Xlsx)) {
        return Ok(Vec::new());
    }
    let Ok(Opened::Book(mut book)) = open(&bytes, path) else { return Ok(Vec::new()) };
    let mut issues = book.parts();
    let hidden = book.sheets.iter().filter(|sheet| !sheet.visible).count() as u64;
    issues.extend((hidden > 0).then(|| found("workbook_hidden_sheet", hidden, 3)));
    for name in ["docProps/core.xml", "docProps/app.xml", "docProps/custom.xml"] {
        issues.extend(book.properties(name).map_err(|_| damaged(path))?);
    }
    let file = file_name(path);
    Ok(issues.into_iter().map(|issue| issue.file(&file)).collect())
}

fn found(code: &str, count: u64, item: u8) -> Issue {
    let mut issue = Issue::new(code, Level::Error).count(count);
    issue.appi_item = Some(item);
    issue
}

impl Book {
    /// Faults by the names of the parts alone.
    fn parts(&self) -> Vec<Issue> {
        let count = |fits: &dyn Fn(&str) -> bool| self.zip.parts.iter().filter(|p| fits(&p.name)).count() as u64;
        let xml = |n: &str, from: &str| n.starts_with(from) && n.ends_with(".xml");
        let comments = count(&|n| xml(n, "xl/comments") || xml(n, "xl/threadedComments/"));
        let links = count(&|n| xml(n, "xl/externalLinks/externalLink"));
        let mut issues = Vec::new();
        issues.extend((comments > 0).then(|| found("workbook_comments", comments, 1)));
        issues.extend((links > 0).then(|| found("workbook_links", links, 3)));
        for (place, word) in PARTS {
            let many = count(&|n| n.starts_with(place) && !n.ends_with('/') && !n.contains("/_rels/"));
            issues.extend((many > 0).then(|| found("workbook_part", many, 1).detail(word)));
        }
        issues
    }

    /// Who made the workbook, as far as its properties say; each kind of property once.
    fn properties(&mut self, name: &str) -> std::result::Result<Vec<Issue>, Odd> {
        let mut issues: Vec<Issue> = Vec::new();
        let Some(mut xml) = self.xml(name)? else { return Ok(issues) };
        let mut buffer = Vec::new();
        loop {
            buffer.clear();
            let word = match xml.read_event_into(&mut buffer)? {
                Event::Start(tag) => match tag.local_name().as_ref() {
                    b"creator" => "author",
                    b"lastModifiedBy" => "last_modified_by",
                    b"Manager" => "manager",
                    b"Company" => "company",
                    b"title" | b"subject" | b"description" | b"keywords" | b"category" => "title",
                    b"property" => "custom_properties",
                    _ => continue,
                },
                Event::Eof => return Ok(issues),
                _ => continue,
            };
            let said = !text(&mut xml, b"")?.trim().is_empty();
            if said && !issues.iter().any(|issue| issue.detail.as_deref() == Some(word)) {
                issues.push(found("workbook_author", 1, 1).detail(word));
            }
        }
    }
}
