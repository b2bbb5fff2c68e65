//! Files that appear whole or not at all: written beside, then renamed. A bad output path fails before the work starts.

use crate::error::{Error, Result};
use sha2::{Digest, Sha256};
use std::fs;
use std::path::{Path, PathBuf};

/// A folder under way.
pub struct Outbox {
    folder: PathBuf,
    staging: PathBuf,
    files: Vec<Written>,
    origin: Origin,
}

/// Whether the folder was there before.
#[derive(PartialEq, Eq)]
enum Origin {
    Found,
    Made,
}

/// A file of the folder.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Written {
    /// Path inside the folder, with `/`.
    pub file: String,
    /// Its size.
    pub bytes: u64,
    /// SHA-256 of its bytes, hexadecimal.
    pub sha256: String,
}

impl Outbox {
    /// Makes the folder and a place beside its files to write in.
    ///
    /// # Errors
    /// `out_not_folder` when the path is a file, `cannot_write` when nothing can be written there.
    pub fn open(folder: &Path) -> Result<Self> {
        let cannot = |e| Error::run("cannot_write").with("file", folder.display()).because(e);
        if folder.exists() && !folder.is_dir() {
            return Err(Error::run("out_not_folder").with("file", folder.display()));
        }
        let origin = if folder.exists() { Origin::Found } else { Origin::Made };
        fs::create_dir_all(folder).map_err(cannot)?;
        let staging = folder.join(format!(".oneonone-{}", std::process::id()));
        fs::create_dir_all(&staging).map_err(cannot)?;
        Ok(Self { folder: folder.to_path_buf(), staging, files: Vec::new(), origin })
    }

    /// Writes one file into the place beside.
    ///
    /// # Errors
    /// `cannot_write`.
    pub fn put(&mut self, file: &str, bytes: &[u8]) -> Result<()> {
        let path = self.staging.join(file);
        let cannot = |e| Error::run("cannot_write").with("file", self.folder.join(file).display()).because(e);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(cannot)?;
        }
        fs::write(&path, bytes).map_err(cannot)?;
        let digest = Sha256::digest(bytes);
        let sha256 = digest.iter().map(|b| format!("{b:02x}")).collect();
        self.files.push(Written { file: file.to_string(), bytes: bytes.len() as u64, sha256 });
        Ok(())
    }

    /// What was put so far.
    pub fn files(&self) -> &[Written] {
        &self.files
    }

    /// Moves every file to its name.
    ///
    /// # Errors
    /// `cannot_write`.
    pub fn deliver(self) -> Result<()> {
        for written in &self.files {
            let target = self.folder.join(&written.file);
            let cannot = |e| Error::run("cannot_write").with("file", target.display()).because(e);
            if let Some(parent) = target.parent() {
                fs::create_dir_all(parent).map_err(cannot)?;
            }
            fs::rename(self.staging.join(&written.file), &target).map_err(cannot)?;
        }
        Ok(())
    }
}

impl Drop for Outbox {
    fn drop(&mut self) {
        // Leftovers of a failed run; if they cannot be removed, their name says whose they are.
        let _ = fs::remove_dir_all(&self.staging);
        if self.origin == Origin::Made {
            // Takes only an empty folder away: what was delivered stays.
            let _ = fs::remove_dir(&self.folder);
        }
    }
}
