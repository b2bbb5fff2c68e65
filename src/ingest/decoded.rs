//! A surveyed file as a stream of UTF-8, in constant memory and without its mark. It judges no byte: the survey did.

use super::bytes::fill;
use super::encoding::Encoding;
use encoding_rs::{CoderResult, Decoder, Encoding as Table};
use std::io::{self, Read};

const CHUNK: usize = 1 << 18;

/// Text of another encoding than UTF-8, piece by piece.
pub(super) struct Decoded<R> {
    reader: R,
    decoder: Option<Decoder>,
    raw: Vec<u8>,
    pending: (usize, usize),
    text: Vec<u8>,
    ready: (usize, usize),
    at_end: bool,
}

impl<R: Read> Decoded<R> {
    /// Text from a reader that stands behind the mark of its file.
    pub(super) fn new(reader: R, encoding: Encoding) -> Self {
        let decoder = encoding.table().map(Table::new_decoder_without_bom_handling);
        let (raw, text) = (vec![0; CHUNK], vec![0; CHUNK]);
        Self { reader, decoder, raw, pending: (0, 0), text, ready: (0, 0), at_end: false }
    }

    /// Decodes until there is text, or no more.
    fn decode(&mut self) -> io::Result<()> {
        while let Some(decoder) = &mut self.decoder {
            if self.pending.0 == self.pending.1 && !self.at_end {
                let n = fill(&mut self.reader, &mut self.raw)?;
                self.pending = (0, n);
                self.at_end = n < self.raw.len();
            }
            let source = self.raw.get(self.pending.0..self.pending.1).unwrap_or(&[]);
            let (result, read, written, _) = decoder.decode_to_utf8(source, &mut self.text, self.at_end);
            self.pending.0 += read;
            self.ready = (0, written);
            if self.at_end && result == CoderResult::InputEmpty {
                // A decoder that has finished must not be asked again.
                self.decoder = None;
            }
            if written > 0 {
                break;
            }
        }
        Ok(())
    }
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.ready.0 == self.ready.1 {
            self.decode()?;
        }
        let text = self.text.get(self.ready.0..self.ready.1).unwrap_or(&[]);
        let n = text.len().min(out.len());
        if let (Some(to), Some(from)) = (out.get_mut(..n), text.get(..n)) {
            to.copy_from_slice(from);
        }
        self.ready.0 += n;
        Ok(n)
    }
}
