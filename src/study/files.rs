//! The files of each table: one, a list, a pattern, or a list with waves. Looks which files are there; opens none.

use super::draft::{Node, Written};
use super::reader::{Complaint, Reader, Taken, day, text};
use super::{Data, DataFile};
use std::path::{Path, PathBuf};

/// Reads `[data]`: every file that is named must be there.
pub(super) fn data(reader: &mut Reader<'_>, folder: &Path) -> Data {
    let data = Data {
        sessions: table(reader, "data.sessions", folder),
        survey: table(reader, "data.survey", folder),
        people: table(reader, "data.people", folder),
        sales: table(reader, "data.sales", folder),
        attrition: table(reader, "data.attrition", folder),
    };
    let none = [&data.sessions, &data.survey, &data.people, &data.sales, &data.attrition].iter().all(|t| t.is_empty());
    if none && !reader.has_faults() {
        let span = reader.written("data").map_or(0..0, |n| n.span.clone());
        reader.fault("data", span, Complaint::new("no_data"));
    }
    data
}

fn table(reader: &mut Reader<'_>, path: &str, folder: &Path) -> Vec<DataFile> {
    let Some(node) = reader.written(path) else { return Vec::new() };
    let mut files: Vec<DataFile> = Vec::new();
    let single = std::slice::from_ref(node);
    let items = match &node.written {
        Written::List(items) => items.as_slice(),
        _ => single,
    };
    for item in items {
        if matches!(item.written, Written::Table(_)) {
            reader.unknown_fields(path, item, &["file", "wave"]);
        }
        match entry(item, folder) {
            Ok(found) => match found.iter().find(|f| files.iter().any(|g| g.path == f.path)) {
                Some(_) => reader.fault(path, item.span.clone(), Complaint::new("file_twice")),
                None => files.extend(found),
            },
            Err(complaint) => reader.fault(path, item.span.clone(), complaint),
        }
    }
    files
}

fn entry(item: &Node, folder: &Path) -> Taken<Vec<DataFile>> {
    let (file, wave) = match &item.written {
        Written::Text(_) => (item, None),
        Written::Table(_) => {
            let file = item.entry("file").ok_or_else(|| Complaint::new("missing_field").with("field", "file"))?;
            (&file.node, item.entry("wave").map(|w| wave(&w.node)).transpose()?)
        }
        _ => return Err(Complaint::wrong_type("file", item)),
    };
    let name = text(file)?;
    if name.is_empty() {
        return Ok(Vec::new());
    }
    let paths = expand(folder, &name).map_err(|c| c.with("file", &name).on(file))?;
    Ok(paths.into_iter().map(|path| DataFile { path, wave: wave.clone(), stored: None }).collect())
}

/// A wave by label or day; a day is kept as ISO text.
fn wave(node: &Node) -> Taken<String> {
    match &node.written {
        Written::Integer(number) => Ok(number.to_string()),
        Written::Date(_) => day(node).map(|d| d.to_string()),
        _ => text(node),
    }
}

fn expand(folder: &Path, name: &str) -> Taken<Vec<PathBuf>> {
    let path = folder.join(name);
    if path.is_dir() {
        return Err(Complaint::new("data_file_is_folder"));
    }
    if path.exists() {
        return Ok(vec![path]);
    }
    let pattern = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    if !pattern.contains(['*', '?']) {
        return Err(Complaint::new("data_file_missing"));
    }
    let parent = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut found: Vec<PathBuf> = std::fs::read_dir(parent)
        .map_err(|_| Complaint::new("data_file_missing"))?
        .flatten()
        .filter(|e| matches(&pattern, &e.file_name().to_string_lossy()) && e.path().is_file())
        .map(|e| folder_of(&path).join(e.file_name()))
        .collect();
    found.sort();
    if found.is_empty() { Err(Complaint::new("pattern_empty")) } else { Ok(found) }
}

fn folder_of(path: &Path) -> PathBuf {
    path.parent().map(Path::to_path_buf).unwrap_or_default()
}

/// Whether a file name fits a pattern: `*` stands for any run of characters, `?` for one. As in shells, a name that
/// begins with a dot fits only a pattern that does.
pub fn matches(pattern: &str, name: &str) -> bool {
    if name.starts_with('.') && !pattern.starts_with('.') {
        return false;
    }
    let pattern: Vec<char> = pattern.chars().collect();
    let name: Vec<char> = name.chars().collect();
    let (mut p, mut n) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while n < name.len() {
        match pattern.get(p) {
            Some('*') => {
                retry = Some((p + 1, n));
                p += 1;
            }
            Some(c) if *c == '?' || Some(c) == name.get(n) => {
                p += 1;
                n += 1;
            }
            _ => {
                let Some((after, from)) = retry else { return false };
                retry = Some((after, from + 1));
                p = after;
                n = from + 1;
            }
        }
    }
    pattern.iter().skip(p).all(|c| *c == '*')
}
