//! Where the numbers come from: inputs by digest, version, seed and options. Holds no path, no clock, no thread count.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One input file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Input {
    /// The table it fed: `sessions`, `survey`, `people`, `sales`, `attrition`, `data`.
    pub table: String,
    /// The file's name, without its folder.
    pub file: String,
    /// SHA-256 of its bytes, hexadecimal.
    pub sha256: String,
    /// Encoding it was read in.
    pub encoding: String,
    /// Data rows read.
    pub rows: u64,
}

/// What made these findings.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Provenance {
    /// Always `oneonone`.
    pub program: String,
    /// Version of the program.
    pub version: String,
    /// Seed of every random draw.
    pub seed: u64,
    /// The options in force, as written in the study file, defaults included.
    pub options: BTreeMap<String, serde_json::Value>,
    /// The files read, in table order.
    pub inputs: Vec<Input>,
}
