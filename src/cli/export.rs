//! A folder of an export that appears whole or not at all: made beside its place, then renamed. An earlier export is replaced
//! only when asked, and only where nothing else lies in the folder.

use crate::error::{Error, Result};
use std::fs;
use std::path::{Path, PathBuf};

/// Whether files may be read by others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readers {
    /// As the system says.
    Usual,
    /// The owner alone: personal data.
    Owner,
}

/// A folder under way.
pub struct Export {
    folder: PathBuf,
    staging: PathBuf,
    readers: Readers,
}

impl Export {
    /// Makes the place beside. `names` are the files that an earlier export may have left.
    ///
    /// # Errors
    /// `out_not_folder`, `export_exists`, `export_holds_others`, `cannot_write`.
    pub fn open(folder: &Path, names: &[String], force: bool, readers: Readers) -> Result<Self> {
        let shown = || folder.display();
        if folder.exists() && !folder.is_dir() {
            return Err(Error::run("out_not_folder").with("file", shown()));
        }
        if folder.exists() {
            let others = others(folder, names)?;
            let empty = others == 0 && fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none());
            if others > 0 {
                return Err(Error::run("export_holds_others").with("folder", shown()).with("count", others));
            }
            if !empty && !force {
                return Err(Error::run("export_exists").with("folder", shown()));
            }
        }
        let cannot = |e| Error::run("cannot_write").with("file", shown()).because(e);
        let parent = folder.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let name = folder.file_name().map_or_else(|| "export".into(), |n| n.to_string_lossy().into_owned());
        let staging = parent.join(format!(".{name}.{}.part", std::process::id()));
        fs::create_dir_all(&staging).map_err(cannot)?;
        Ok(Self { folder: folder.to_path_buf(), staging, readers })
    }

    /// Where the files are made.
    pub fn staging(&self) -> &Path {
        &self.staging
    }

    /// Writes one file into the place beside.
    ///
    /// # Errors
    /// `cannot_write`.
    pub fn put(&self, file: &str, bytes: &[u8]) -> Result<()> {
        let path = self.staging.join(file);
        let cannot = |e| Error::run("cannot_write").with("file", self.folder.join(file).display()).because(e);
        fs::write(&path, bytes).map_err(cannot)?;
        if self.readers == Readers::Owner { owner_only(&path).map_err(cannot) } else { Ok(()) }
    }

    /// Puts the folder in its place; an earlier one goes when the new one stands.
    ///
    /// # Errors
    /// `cannot_write`.
    pub fn deliver(self) -> Result<()> {
        let cannot = |e| Error::run("cannot_write").with("file", self.folder.display()).because(e);
        let old = self.staging.with_extension("old");
        let earlier = self.folder.exists();
        if earlier {
            fs::rename(&self.folder, &old).map_err(cannot)?;
        }
        if let Err(error) = fs::rename(&self.staging, &self.folder) {
            if earlier {
                // Back to what was; the error of the first rename is the one to tell.
                let _ = fs::rename(&old, &self.folder);
            }
            return Err(cannot(error));
        }
        if earlier { fs::remove_dir_all(&old).map_err(cannot) } else { Ok(()) }
    }
}

impl Drop for Export {
    fn drop(&mut self) {
        // Leftovers of a run that failed; after delivery there is nothing under this name.
        let _ = fs::remove_dir_all(&self.staging);
    }
}

/// How many entries of a folder are none of `names`.
fn others(folder: &Path, names: &[String]) -> Result<usize> {
    let cannot = |e| Error::run("file_unreadable").with("file", folder.display()).because(e);
    let mut others = 0;
    for entry in fs::read_dir(folder).map_err(cannot)? {
        let entry = entry.map_err(cannot)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        others += usize::from(!names.contains(&name) || entry.path().is_dir());
    }
    Ok(others)
}

/// Takes a file away from everybody but its owner.
#[cfg(unix)]
fn owner_only(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o600))
}

/// Other systems have no such bits: the folder's own rules hold.
#[cfg(not(unix))]
fn owner_only(_: &Path) -> std::io::Result<()> {
    Ok(())
}
