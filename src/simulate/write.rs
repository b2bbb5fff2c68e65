//! Rows to bytes: plain UTF-8 CSV, or the spellings of a Japanese spreadsheet (CP932, CRLF, eras, full-width digits,
//! thousands). It deliberately knows cells, not tables.

use super::{Dialect, Result};
use crate::Error;
use crate::domain::{Day, Month};
use encoding_rs::SHIFT_JIS;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

/// How the Japanese dialect spells a column of days; English is always ISO.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DateForm {
    /// `2024/4/1`
    Slash,
    /// `令和6年4月1日`, `平成30年4月1日`
    Era,
    /// `2024年4月1日`
    Kanji,
}

/// In which order the rows reach the file.
#[derive(Debug)]
pub(super) enum Order {
    /// As they come.
    Written,
    /// Shuffled at the end, kept in memory until then.
    Shuffled(Box<ChaCha8Rng>),
}

/// One CSV file being written.
#[derive(Debug)]
pub(super) struct Sheet {
    out: BufWriter<File>,
    dialect: Dialect,
    order: Order,
    row: String,
    /// Shuffled rows, one after the other, and where each ends.
    kept: Vec<u8>,
    ends: Vec<usize>,
    numbers: u32,
}

/// Every so many numbers a Japanese spreadsheet has one typed in full-width digits.
const FULL_WIDTH_EVERY: u32 = 41;
/// Days of the first two eras the dialect needs: 1989-01-08 and 2019-05-01.
const HEISEI: (i32, u32, u32) = (1989, 1, 8);
const REIWA: (i32, u32, u32) = (2019, 5, 1);

impl Sheet {
    /// Opens a file and writes its header.
    ///
    /// # Errors
    /// `simulate_write` with the file name, as for every other method that writes.
    pub fn create(path: &Path, dialect: Dialect, order: Order, header: &[&str]) -> Result<Self> {
        let file = File::create(path).map_err(failed)?;
        let out = BufWriter::with_capacity(1 << 16, file);
        let row = String::with_capacity(256);
        let mut sheet = Self { out, dialect, order, row, kept: Vec::new(), ends: Vec::new(), numbers: 0 };
        header.iter().for_each(|name| sheet.text(name));
        let line = sheet.line()?;
        sheet.out.write_all(&line).map_err(failed)?;
        sheet.row.clear();
        Ok(sheet)
    }

    /// A cell of plain text without commas or quotes; empty text is a missing cell.
    pub fn text(&mut self, text: &str) {
        self.row.push_str(text);
        self.row.push(',');
    }

    /// A whole number.
    pub fn int(&mut self, value: u32) {
        self.number(&value.to_string());
    }

    /// A number given in tenths, written with one decimal.
    pub fn tenths(&mut self, value: u32) {
        self.number(&format!("{}.{}", value / 10, value % 10));
    }

    /// An amount of money: with thousands separators, hence in quotes, in the Japanese dialect.
    pub fn money(&mut self, value: u64) {
        let digits = value.to_string();
        if self.dialect == Dialect::English {
            return self.text(&digits);
        }
        self.row.push('"');
        for (i, digit) in digits.chars().enumerate() {
            if i > 0 && (digits.len() - i).is_multiple_of(3) {
                self.row.push(',');
            }
            self.row.push(digit);
        }
        self.row.push_str("\",");
    }

    /// A day.
    pub fn date(&mut self, day: Day, form: DateForm) {
        let (year, month, date) = day.ymd();
        match (self.dialect, form) {
            (Dialect::English, _) => self.iso(year, month, Some(date)),
            (Dialect::Japanese, DateForm::Slash) => self.text(&format!("{year}/{month}/{date}")),
            (Dialect::Japanese, DateForm::Kanji) => self.text(&format!("{year}年{month}月{date}日")),
            (Dialect::Japanese, DateForm::Era) => {
                let (era, first) = match (year, month, date) {
                    d if d >= REIWA => ("令和", REIWA.0),
                    d if d >= HEISEI => ("平成", HEISEI.0),
                    _ => ("昭和", 1926),
                };
                let count = year - first + 1;
                let count = if count == 1 { "元".to_owned() } else { count.to_string() };
                self.text(&format!("{era}{count}年{month}月{date}日"));
            }
        }
    }

    /// A month.
    pub fn month(&mut self, month: Month) {
        let (year, number) = month.ym();
        match self.dialect {
            Dialect::English => self.iso(year, number, None),
            Dialect::Japanese => self.text(&format!("{year}年{number}月")),
        }
    }

    /// The cells of the row so far, taken out, to begin several rows with.
    pub fn take(&mut self) -> String {
        std::mem::take(&mut self.row)
    }

    /// Begins a row with cells taken before.
    pub fn begin(&mut self, cells: &str) {
        self.row.push_str(cells);
    }

    /// Ends the row.
    pub fn end(&mut self) -> Result<()> {
        match (self.dialect, &self.order) {
            // The common case of millions of rows: nothing is copied.
            (Dialect::English, Order::Written) => {
                self.row.pop();
                self.row.push('\n');
                self.out.write_all(self.row.as_bytes()).map_err(failed)?;
            }
            (_, Order::Written) => {
                let line = self.line()?;
                self.out.write_all(&line).map_err(failed)?;
            }
            (_, Order::Shuffled(_)) => {
                let line = self.line()?;
                self.kept.extend_from_slice(&line);
                self.ends.push(self.kept.len());
            }
        }
        self.row.clear();
        Ok(())
    }

    /// Writes what is still in memory and closes the file.
    pub fn close(mut self) -> Result<()> {
        if let Order::Shuffled(rng) = &mut self.order {
            let mut order: Vec<usize> = (0..self.ends.len()).collect();
            order.shuffle(rng.as_mut());
            for i in order {
                let from = if i == 0 { 0 } else { self.ends[i - 1] };
                self.out.write_all(&self.kept[from..self.ends[i]]).map_err(failed)?;
            }
        }
        self.out.flush().map_err(failed)
    }

    fn iso(&mut self, year: i32, month: u32, day: Option<u32>) {
        let two = |n: u32| [b'0' + (n / 10 % 10) as u8, b'0' + (n % 10) as u8].map(char::from);
        let year = year.unsigned_abs();
        self.row.extend(two(year / 100));
        self.row.extend(two(year % 100));
        for part in [Some(month), day].into_iter().flatten() {
            self.row.push('-');
            self.row.extend(two(part));
        }
        self.row.push(',');
    }

    fn number(&mut self, digits: &str) {
        self.numbers = self.numbers.wrapping_add(1);
        if self.dialect == Dialect::Japanese && self.numbers.is_multiple_of(FULL_WIDTH_EVERY) {
            // U+FF01..U+FF5E mirror U+0021..U+007E.
            self.row.extend(digits.chars().map(|c| char::from_u32(c as u32 + 0xFEE0).unwrap_or(c)));
            self.row.push(',');
        } else {
            self.text(digits);
        }
    }

    /// The row as bytes of the dialect, with its line end.
    fn line(&mut self) -> Result<Vec<u8>> {
        self.row.pop();
        if self.dialect == Dialect::English {
            self.row.push('\n');
            return Ok(self.row.as_bytes().to_vec());
        }
        self.row.push_str("\r\n");
        let (bytes, _, unmappable) = SHIFT_JIS.encode(&self.row);
        if unmappable { Err(Error::bug("simulate_encoding")) } else { Ok(bytes.into_owned()) }
    }
}

fn failed(error: std::io::Error) -> Error {
    Error::run("simulate_write").because(error)
}
