//! A folder that appears whole or not at all: files are made in a hidden folder beside it and moved in at the end. It
//! deliberately replaces only files of the names it writes and leaves everything else in the folder alone.

use super::Result;
use crate::Error;
use std::fs;
use std::path::{Path, PathBuf};

/// A folder in the making.
#[derive(Debug)]
pub(super) struct Folder {
    target: PathBuf,
    draft: PathBuf,
    names: Vec<&'static str>,
}

impl Folder {
    /// Makes the hidden folder beside the target.
    ///
    /// # Errors
    /// `simulate_out` with the path when the target is a file or cannot be made.
    pub fn open(target: &Path) -> Result<Self> {
        if target.exists() && !target.is_dir() {
            return Err(Error::run("simulate_out").with("path", target.display()));
        }
        let name = target.file_name().map_or("out".into(), |n| n.to_string_lossy());
        let beside = match target.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
            _ if target.file_name().is_none() => target.to_path_buf(),
            _ => PathBuf::from("."),
        };
        let draft = beside.join(format!(".{name}.{}.part", std::process::id()));
        fs::create_dir_all(&draft).map_err(|e| Error::run("simulate_out").with("path", target.display()).because(e))?;
        Ok(Self { target: target.to_path_buf(), draft, names: Vec::new() })
    }

    /// Where a file is made.
    pub fn file(&mut self, name: &'static str) -> PathBuf {
        self.names.push(name);
        self.draft.join(name)
    }

    /// Writes a small file at once.
    pub fn write(&mut self, name: &'static str, text: &str) -> Result<()> {
        let path = self.file(name);
        fs::write(path, text).map_err(|e| Error::run("simulate_write").with("file", name).because(e))
    }

    /// Moves all files to the target.
    pub fn finish(self) -> Result<()> {
        let failed = |e: std::io::Error| Error::run("simulate_out").with("path", self.target.display()).because(e);
        fs::create_dir_all(&self.target).map_err(failed)?;
        for name in &self.names {
            fs::rename(self.draft.join(name), self.target.join(name)).map_err(failed)?;
        }
        Ok(())
    }
}

impl Drop for Folder {
    /// Takes the hidden folder away; after a failure with whatever was in it.
    fn drop(&mut self) {
        // Nothing can be done about a folder that cannot be removed, and the first error is the one to report.
        let _ = fs::remove_dir_all(&self.draft);
    }
}
