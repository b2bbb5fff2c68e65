//! A fault of the study file: a code, a place and named facts. The sentence is in `text`, under `study.<code>`.

use crate::error::Error;

/// One fault of the study file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Stable code.
    pub code: &'static str,
    /// Line in the study file, from 1.
    pub line: usize,
    /// Column in the study file, from 1, in characters.
    pub column: usize,
    /// The key, with its section: `drivers.window_days`.
    pub key: String,
    /// The named facts of the sentence.
    pub args: Vec<(&'static str, String)>,
}

impl Fault {
    /// A named fact by name.
    pub fn arg(&self, name: &str) -> Option<&str> {
        self.args.iter().find(|(n, _)| *n == name).map(|(_, value)| value.as_str())
    }
}

/// Why a study could not be loaded.
#[derive(Debug)]
pub enum LoadError {
    /// The file is missing or cannot be read: `study_missing`, `study_unreadable`.
    Error(Error),
    /// What is written in it: every fault, in the order of the file.
    Faults(Vec<Fault>),
}

impl From<Error> for LoadError {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

impl From<Vec<Fault>> for LoadError {
    fn from(faults: Vec<Fault>) -> Self {
        Self::Faults(faults)
    }
}
