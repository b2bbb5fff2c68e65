//! Where bytes come from: a file that can be opened twice, or memory for standard input and pipes; gzip and zstd are
//! inflated on the way. Decodes no text.

use crate::error::{Error, Result};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// Something that can be read from its beginning as often as needed.
#[derive(Debug)]
pub(super) struct Bytes {
    place: Place,
    packing: Packing,
}

#[derive(Debug)]
enum Place {
    /// A regular file, and its length.
    File(PathBuf, u64),
    /// All of a pipe or of standard input.
    Memory(Vec<u8>),
}

/// How the bytes are packed, by their first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Packing {
    None,
    Gzip,
    Zstd,
}

const GZIP: &[u8] = b"\x1F\x8B\x08";
const ZSTD: &[u8] = b"\x28\xB5\x2F\xFD";

/// What has gone by of a file as it lies on the disk: its bytes and their digest so far.
#[derive(Debug, Clone, Default)]
pub(super) struct Meter(Arc<Mutex<(u64, Sha256)>>);

impl Meter {
    /// Bytes so far.
    pub(super) fn bytes(&self) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).0
    }

    /// SHA-256 of the bytes so far, hexadecimal.
    pub(super) fn sha256(&self) -> String {
        let hash = self.0.lock().unwrap_or_else(PoisonError::into_inner).1.clone();
        hash.finalize().iter().map(|b| format!("{b:02x}")).collect()
    }
}

/// A reader whose bytes are counted and digested in passing.
struct Metered<R> {
    inner: R,
    meter: Meter,
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(out)?;
        let mut seen = self.meter.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.0 += n as u64;
        seen.1.update(out.get(..n).unwrap_or(&[]));
        Ok(n)
    }
}

impl Bytes {
    /// Checks the path and opens it; `-` is standard input.
    pub(super) fn open(path: &Path) -> Result<Self> {
        let shown = path.display().to_string();
        if path.as_os_str() == "-" {
            let mut all = Vec::new();
            io::stdin().lock().read_to_end(&mut all).map_err(|e| unreadable(path, e))?;
            return Ok(Self::packed(Place::Memory(all), &[]));
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
            let mut head = Vec::new();
            file.take(4).read_to_end(&mut head).map_err(|e| unreadable(path, e))?;
            return Ok(Self::packed(Place::File(path.to_path_buf(), about.len()), &head));
        }
        let mut all = Vec::new();
        file.read_to_end(&mut all).map_err(|e| unreadable(path, e))?;
        Ok(Self::packed(Place::Memory(all), &[]))
    }

    fn packed(place: Place, head: &[u8]) -> Self {
        let head = if let Place::Memory(all) = &place { all } else { head };
        let packing = match head {
            h if h.starts_with(GZIP) => Packing::Gzip,
            h if h.starts_with(ZSTD) => Packing::Zstd,
            _ => Packing::None,
        };
        Self { place, packing }
    }

    /// Bytes in all, as they lie on the disk.
    pub(super) fn len(&self) -> u64 {
        match &self.place {
            Place::File(_, len) => *len,
            Place::Memory(all) => all.len() as u64,
        }
    }

    /// The bytes of a file that is wanted as a whole, for formats that jump about in it.
    pub(super) fn whole(&self) -> io::Result<Whole> {
        Ok(match (&self.place, self.packing) {
            (Place::File(path, _), Packing::None) => Whole::File(File::open(path)?),
            _ => {
                let mut all = Vec::new();
                self.reader()?.read_to_end(&mut all)?;
                Whole::Memory(all)
            }
        })
    }

    /// The bytes as they lie on the disk, from the first.
    fn raw(&self) -> io::Result<Box<dyn Read + Send + '_>> {
        Ok(match &self.place {
            Place::File(path, _) => Box::new(File::open(path)?),
            Place::Memory(all) => Box::new(Cursor::new(all.as_slice())),
        })
    }

    /// A reader at the first byte, unpacked, and the meter of what it takes from the disk.
    pub(super) fn metered(&self) -> io::Result<(Box<dyn Read + Send + '_>, Meter)> {
        let meter = Meter::default();
        let raw = Metered { inner: self.raw()?, meter: meter.clone() };
        let reader: Box<dyn Read + Send + '_> = match self.packing {
            Packing::None => Box::new(raw),
            Packing::Gzip => Box::new(flate2::read::MultiGzDecoder::new(raw)),
            Packing::Zstd => Box::new(zstd::stream::read::Decoder::new(raw)?),
        };
        Ok((reader, meter))
    }

    /// A reader at the first byte, unpacked.
    pub(super) fn reader(&self) -> io::Result<Box<dyn Read + Send + '_>> {
        Ok(match self.packing {
            Packing::None => self.raw()?,
            Packing::Gzip => Box::new(flate2::read::MultiGzDecoder::new(self.raw()?)),
            Packing::Zstd => Box::new(zstd::stream::read::Decoder::new(self.raw()?)?),
        })
    }

    /// SHA-256 of the bytes as they lie on the disk, hexadecimal.
    pub(super) fn sha256(&self) -> io::Result<String> {
        let meter = Meter::default();
        let mut raw = Metered { inner: self.raw()?, meter: meter.clone() };
        let mut buffer = vec![0; 1 << 18];
        while fill(&mut raw, &mut buffer)? > 0 {}
        Ok(meter.sha256())
    }
}

/// A file to jump about in.
#[derive(Debug)]
pub(super) enum Whole {
    File(File),
    Memory(Vec<u8>),
}

/// Fills `buffer` as far as the reader goes.
pub(super) fn fill(reader: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while let Some(free) = buffer.get_mut(filled..).filter(|f| !f.is_empty()) {
        match reader.read(free) {
            Ok(0) => break,
            Ok(n) => filled += n,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(filled)
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
