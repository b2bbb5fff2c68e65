//! The parts of a ZIP file, as far as workbooks need them: stored or deflated, each no longer than the directory says. The
//! directory is read before anything is inflated, so that a bomb is known as one by its label. It knows no format.

use super::bytes::{Bytes, Whole};
use flate2::Crc;
use flate2::read::DeflateDecoder;
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufReader, Cursor, Read, Seek, SeekFrom};

const DIRECTORY_END: &[u8; 4] = b"PK\x05\x06";
const DIRECTORY_ENTRY: &[u8; 4] = b"PK\x01\x02";
const PART: &[u8; 4] = b"PK\x03\x04";
/// The end of the directory and the longest remark behind it.
const TAIL: u64 = 22 + 0xFFFF;
/// A directory longer than this is none of a workbook.
const LONGEST_DIRECTORY: u64 = 1 << 24;
/// The flag of an encrypted part.
const ENCRYPTED: u16 = 1;

/// The bytes of the file, to jump about in.
enum Place {
    File(BufReader<File>),
    Memory(Cursor<Vec<u8>>),
}

impl Read for Place {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::File(file) => file.read(out),
            Self::Memory(all) => all.read(out),
        }
    }
}

impl Seek for Place {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match self {
            Self::File(file) => file.seek(to),
            Self::Memory(all) => all.seek(to),
        }
    }
}

/// One file in the file.
#[derive(Debug, Clone)]
pub(super) struct Part {
    pub(super) name: String,
    /// Its bytes, unpacked, as the directory says.
    pub(super) size: u64,
    /// Its bytes as they lie in the file.
    pub(super) packed: u64,
    method: u16,
    crc: u32,
    offset: u64,
}

/// An open ZIP file.
pub(super) struct Zip {
    place: Place,
    pub(super) parts: Vec<Part>,
}

fn odd(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// A little-endian number at a place of a header.
fn number(header: &[u8], at: usize, bytes: usize) -> io::Result<u64> {
    let digits = header.get(at..at + bytes).ok_or_else(|| odd("header"))?;
    Ok(digits.iter().rev().fold(0, |n, byte| n << 8 | u64::from(*byte)))
}

impl Zip {
    /// Reads the directory.
    ///
    /// Errors: what the disk says; `InvalidData` for anything that is not the ZIP file of a workbook: several volumes,
    /// encryption, the same name twice, sizes that need ZIP64.
    pub(super) fn open(bytes: &Bytes) -> io::Result<Self> {
        let mut place = match bytes.whole()? {
            Whole::File(file) => Place::File(BufReader::new(file)),
            Whole::Memory(all) => Place::Memory(Cursor::new(all)),
        };
        let length = place.seek(SeekFrom::End(0))?;
        place.seek(SeekFrom::Start(length.saturating_sub(TAIL)))?;
        let mut tail = Vec::new();
        place.by_ref().take(TAIL).read_to_end(&mut tail)?;
        let found = tail.windows(4).rposition(|w| w == DIRECTORY_END).ok_or_else(|| odd("no directory"))?;
        let end = tail.get(found..).unwrap_or(&[]);
        let (many, size, start) = (number(end, 10, 2)?, number(end, 12, 4)?, number(end, 16, 4)?);
        if end.len() as u64 != 22 + number(end, 20, 2)? {
            return Err(odd("end"));
        }
        if number(end, 4, 4)? != 0 || number(end, 8, 2)? != many || size > LONGEST_DIRECTORY || start + size > length {
            return Err(odd("directory"));
        }
        place.seek(SeekFrom::Start(start))?;
        let mut directory = vec![0; size as usize];
        place.read_exact(&mut directory)?;
        let parts = entries(&directory, many)?;
        let names: BTreeSet<String> = parts.iter().map(|part| part.name.to_ascii_lowercase()).collect();
        if names.len() < parts.len() {
            return Err(odd("the same name twice"));
        }
        Ok(Self { place, parts })
    }

    /// A part by its name; capitals make no difference.
    pub(super) fn find(&self, name: &str) -> Option<Part> {
        self.parts.iter().find(|part| part.name.eq_ignore_ascii_case(name)).cloned()
    }

    /// The bytes of a part, unpacked; an error at their end when they are not what the directory says.
    pub(super) fn read(&mut self, part: &Part) -> io::Result<Box<dyn Read + '_>> {
        self.place.seek(SeekFrom::Start(part.offset))?;
        let mut header = [0; 30];
        self.place.read_exact(&mut header)?;
        let (name, extra) = (number(&header, 26, 2)?, number(&header, 28, 2)?);
        let mut own = vec![0; name as usize];
        self.place.read_exact(&mut own)?;
        if !header.starts_with(PART) || String::from_utf8_lossy(&own) != part.name {
            return Err(odd("part"));
        }
        self.place.seek_relative(extra as i64)?;
        let packed = self.place.by_ref().take(part.packed);
        let inner: Box<dyn Read + '_> = match part.method {
            0 => Box::new(packed),
            8 => Box::new(DeflateDecoder::new(packed)),
            _ => return Err(odd("method")),
        };
        Ok(Box::new(Bounded { inner, left: part.size, crc: Crc::new(), wanted: part.crc }))
    }
}

fn entries(mut directory: &[u8], many: u64) -> io::Result<Vec<Part>> {
    let mut parts = Vec::new();
    for _ in 0..many {
        let header = directory.get(..46).filter(|h| h.starts_with(DIRECTORY_ENTRY)).ok_or_else(|| odd("entry"))?;
        let field = |at, bytes| number(header, at, bytes);
        let lengths = [field(28, 2)? as usize, field(30, 2)? as usize, field(32, 2)? as usize];
        let name = directory.get(46..46 + lengths[0]).ok_or_else(|| odd("entry"))?;
        let part = Part {
            name: String::from_utf8_lossy(name).into_owned(),
            method: field(10, 2)? as u16,
            crc: field(16, 4)? as u32,
            packed: field(20, 4)?,
            size: field(24, 4)?,
            offset: field(42, 4)?,
        };
        let wide = [part.packed, part.size, part.offset].contains(&u64::from(u32::MAX));
        if wide || field(8, 2)? as u16 & ENCRYPTED != 0 {
            return Err(odd("entry"));
        }
        parts.push(part);
        directory = directory.get(46 + lengths.iter().sum::<usize>()..).ok_or_else(|| odd("entry"))?;
    }
    Ok(parts)
}

/// The bytes of a part, counted and summed.
struct Bounded<R> {
    inner: R,
    left: u64,
    crc: Crc,
    wanted: u32,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(out)?;
        if n == 0 && !out.is_empty() && (self.left > 0 || self.crc.sum() != self.wanted) {
            return Err(odd("not what the directory says"));
        }
        self.left = self.left.checked_sub(n as u64).ok_or_else(|| odd("longer than the directory says"))?;
        self.crc.update(out.get(..n).unwrap_or(&[]));
        Ok(n)
    }
}
