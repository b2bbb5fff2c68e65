//! Where bytes come from: a file that can be opened twice, or memory for standard input and pipes. Decodes nothing.

use crate::error::{Error, Result};
use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};

/// Something that can be read from its beginning as often as needed.
#[derive(Debug)]
pub(super) enum Bytes {
    /// A regular file, and its length.
    File(PathBuf, u64),
    /// All of a pipe or of standard input.
    Memory(Vec<u8>),
}

impl Bytes {
    /// Checks the path and opens it; `-` is standard input.
    pub(super) fn open(path: &Path) -> Result<Self> {
        let shown = path.display().to_string();
        if path.as_os_str() == "-" {
            let mut all = Vec::new();
            io::stdin().lock().read_to_end(&mut all).map_err(|e| unreadable(path, e))?;
            return Ok(Self::Memory(all));
        }
        if shown.contains("://") {
            return Err(Error::run("url_refused").with("file", shown));
        }
        let about = std::fs::metadata(path).map_err(|e| unreadable(path, e))?;
        if about.is_dir() {
            return Err(Error::run("file_is_directory").with("file", shown));
        }
        let mut file = File::open(path).map_err(|e| unreadable(path, e))?;
        if about.is_file() {
            return Ok(Self::File(path.to_path_buf(), about.len()));
        }
        let mut all = Vec::new();
        file.read_to_end(&mut all).map_err(|e| unreadable(path, e))?;
        Ok(Self::Memory(all))
    }

    /// Bytes in all.
    pub(super) fn len(&self) -> u64 {
        match self {
            Self::File(_, len) => *len,
            Self::Memory(all) => all.len() as u64,
        }
    }

    /// A reader at the first byte.
    pub(super) fn reader(&self) -> io::Result<Box<dyn Read + '_>> {
        Ok(match self {
            Self::File(path, _) => Box::new(File::open(path)?),
            Self::Memory(all) => Box::new(Cursor::new(all.as_slice())),
        })
    }
}

/// The error for a path that cannot be read, by its cause.
pub(super) fn unreadable(path: &Path, cause: io::Error) -> Error {
    let code = match cause.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => "file_missing",
        io::ErrorKind::PermissionDenied => "file_permission",
        io::ErrorKind::IsADirectory => "file_is_directory",
        _ => "file_unreadable",
    };
    Error::run(code).with("file", path.display()).because(cause)
}

/// The file's name without its folder; `-` for standard input.
pub(super) fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |n| n.to_string_lossy().into_owned())
}
