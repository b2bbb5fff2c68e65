//! A surveyed file as a stream of UTF-8, in constant memory and without its mark. It judges no byte: the survey did.

use super::bytes::Bytes;
use super::encoding::Survey;
use encoding_rs::{CoderResult, Decoder, Encoding as Table};
use std::io::{self, Read};

const CHUNK: usize = 1 << 18;

/// The file's text as UTF-8, piece by piece, without its mark.
pub(super) struct Decoded<'a> {
    reader: Box<dyn Read + 'a>,
    decoder: Option<Decoder>,
    raw: Vec<u8>,
    pending: (usize, usize),
    at_end: bool,
    consumed: u64,
}

impl<'a> Decoded<'a> {
    /// Starts behind the mark of a surveyed file.
    pub(super) fn new(bytes: &'a Bytes, survey: &Survey) -> io::Result<Self> {
        let mut reader = bytes.reader()?;
        let mut mark = [0u8; 3];
        fill(&mut reader, mark.get_mut(..survey.bom).unwrap_or(&mut []))?;
        let decoder = survey.encoding.table().map(Table::new_decoder_without_bom_handling);
        let raw = if decoder.is_some() { vec![0; CHUNK] } else { Vec::new() };
        Ok(Self { reader, decoder, raw, pending: (0, 0), at_end: false, consumed: survey.bom as u64 })
    }

    /// Bytes of the file taken so far.
    pub(super) fn consumed(&self) -> u64 {
        self.consumed
    }

    /// Writes text at the front of `out` (at least 16 bytes long); 0 at the end.
    pub(super) fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let Some(decoder) = &mut self.decoder else {
            let n = fill(&mut self.reader, out)?;
            self.consumed += n as u64;
            return Ok(n);
        };
        loop {
            if self.pending.0 == self.pending.1 && !self.at_end {
                let n = fill(&mut self.reader, &mut self.raw)?;
                self.consumed += n as u64;
                self.pending = (0, n);
                self.at_end = n < self.raw.len();
            }
            let source = self.raw.get(self.pending.0..self.pending.1).unwrap_or(&[]);
            let (result, read, written, _) = decoder.decode_to_utf8(source, out, self.at_end);
            self.pending.0 += read;
            let done = self.at_end && result == CoderResult::InputEmpty;
            if done {
                // A decoder that has finished must not be asked again: the next call reads the emptied reader.
                self.decoder = None;
                self.reader = Box::new(io::empty());
                return Ok(written);
            }
            if written > 0 {
                return Ok(written);
            }
        }
    }
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
