//! What the checks of the whole program share: a folder of their own with a copy of a sample, one run of the program in
//! it, and CSV cells to change. Holds no test and judges nothing.

use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

/// The tables of a sample.
pub const TABLES: [&str; 4] = ["people.csv", "survey.csv", "sessions.csv", "sales.csv"];

/// A folder of one test, gone when the test ends.
pub struct Folder(PathBuf);

impl Folder {
    /// An empty folder, whoever else uses the name at the same time.
    pub fn new(name: &str) -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let own = format!("whole-{}-{}-{name}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(own);
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// A folder with the tables and the study of a sample.
    pub fn with(name: &str, sample: &str) -> Self {
        let folder = Self::new(name);
        for file in TABLES.iter().chain(&["study.toml"]) {
            fs::copy(samples().join(sample).join(file), folder.0.join(file)).unwrap();
        }
        folder
    }

    /// As `with`, and the study writes no pages: findings only, which is quicker.
    pub fn without_pages(name: &str, sample: &str) -> Self {
        let folder = Self::with(name, sample);
        folder.change("study.toml", "formats = [\"html\"]", "formats = []");
        folder
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    pub fn read(&self, file: &str) -> String {
        fs::read_to_string(self.0.join(file)).unwrap()
    }

    pub fn write(&self, file: &str, content: impl AsRef<[u8]>) {
        fs::write(self.0.join(file), content).unwrap();
    }

    /// Puts other words into a file; the old ones must be there.
    pub fn change(&self, file: &str, old: &str, new: &str) {
        let text = self.read(file);
        assert!(text.contains(old), "{file} holds no {old}");
        self.write(file, text.replace(old, new));
    }

    /// Header and rows of a CSV file.
    pub fn rows(&self, file: &str) -> Vec<Vec<String>> {
        let mut reader =
            csv::ReaderBuilder::new().has_headers(false).flexible(true).from_path(self.0.join(file)).unwrap();
        reader.records().map(|r| r.unwrap().iter().map(String::from).collect()).collect()
    }

    /// Writes header and rows as a CSV file.
    pub fn put_rows(&self, file: &str, rows: &[Vec<String>]) {
        let mut writer = csv::WriterBuilder::new().flexible(true).from_path(self.0.join(file)).unwrap();
        for row in rows {
            writer.write_record(row).unwrap();
        }
        writer.flush().unwrap();
    }

    /// Every file below the folder or one of its folders, sorted; folders end with `/`.
    pub fn list(&self, inside: &str) -> Vec<String> {
        let start = self.0.join(inside);
        let (mut names, mut folders) = (Vec::new(), vec![start.clone()]);
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).unwrap() {
                let path = entry.unwrap().path();
                let name = path.strip_prefix(&start).unwrap().to_string_lossy().replace('\\', "/");
                if path.is_dir() {
                    names.push(format!("{name}/"));
                    folders.push(path);
                } else {
                    names.push(name);
                }
            }
        }
        names.sort();
        names
    }

    /// One run of the program in this folder: no locale, no colour, a terminal of 80 columns.
    pub fn oneonone(&self, args: &[&str]) -> Told {
        let ended = Command::new(env!("CARGO_BIN_EXE_oneonone"))
            .args(args)
            .current_dir(&self.0)
            .env_remove("LC_MESSAGES")
            .env_remove("NO_COLOR")
            .env("LC_ALL", "C")
            .env("COLUMNS", "80")
            .stdin(Stdio::null())
            .output()
            .unwrap();
        Told { status: ended.status.code().unwrap_or(-1), out: ended.stdout, err: ended.stderr }
    }

    /// The bytes of `findings.json` of a run that must end well.
    pub fn findings(&self, options: &[&str]) -> String {
        let told = self.oneonone(&[&["run", "study.toml", "--out", "out", "--quiet"], options].concat());
        assert_eq!(told.status, 0, "{}", told.err());
        self.read("out/findings.json")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// How a run ended and what it said.
pub struct Told {
    pub status: i32,
    pub out: Vec<u8>,
    pub err: Vec<u8>,
}

impl Told {
    /// Standard output.
    pub fn out(&self) -> String {
        String::from_utf8(self.out.clone()).unwrap()
    }

    /// Standard error.
    pub fn err(&self) -> String {
        String::from_utf8(self.err.clone()).unwrap()
    }

    /// Standard output as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.out).unwrap()
    }
}

/// How many times the usual number of draws a simulation takes: `benches/simulations.sh` asks for more.
pub fn times() -> u64 {
    std::env::var("ONEONONE_TIMES").ok().and_then(|times| times.parse().ok()).unwrap_or(1)
}

/// A figure of a simulation, for whoever runs it with `--nocapture`.
#[allow(clippy::print_stdout, reason = "a large run is read, not only passed")]
pub fn tell(what: &str, figure: f64) {
    println!("{what}: {figure:.4}");
}

/// Where the committed samples are.
pub fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data-samples")
}

/// The part of a findings file that answers questions, as it was written: without options, inputs and issues.
pub fn answers(findings: &str) -> &str {
    let start = findings.find("\n  \"findings\": [").unwrap();
    let end = findings.find("\n  \"issues\": [").unwrap();
    assert!(end > start + 10_000, "there are answers in it");
    &findings[start..end]
}

/// One analysis of a findings file.
pub fn answer<'a>(findings: &'a Value, analysis: &str) -> &'a Value {
    let all = findings["findings"].as_array().unwrap();
    all.iter().find(|f| f["analysis"] == analysis).unwrap_or_else(|| panic!("no {analysis}"))
}

/// One term of a model.
pub fn term<'a>(model: &'a Value, name: &str) -> &'a Value {
    let all = model["terms"].as_array().unwrap();
    all.iter().find(|t| t["term"] == name).unwrap_or_else(|| panic!("no term {name}"))
}

/// A number of a JSON block.
pub fn number(block: &Value, key: &str) -> f64 {
    block[key].as_f64().unwrap_or_else(|| panic!("no number {key}"))
}
