//! What the rows so far said of each person and month, to tell a repeat from a contradiction: 4 bytes a person and month,
//! in blocks that are made when a first row falls into them. Keeps no value, only a hash of it.

use std::collections::BTreeMap;

/// People in a block.
const BLOCK: usize = 256;

/// By month, blocks of people; 0 = nothing said yet.
#[derive(Debug, Default)]
pub struct Said {
    months: BTreeMap<i32, Vec<Vec<u32>>>,
}

/// What was known of a person and month before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Before {
    /// Nothing.
    Nothing,
    /// The same.
    Same,
    /// Something else.
    Other,
}

impl Said {
    /// Notes what a row says; what an earlier row said stays.
    #[inline]
    pub fn note(&mut self, person: u32, month: i32, said: u64) -> Before {
        let blocks = self.months.entry(month).or_default();
        let (block, place) = (person as usize / BLOCK, person as usize % BLOCK);
        if blocks.len() <= block {
            blocks.resize_with(block + 1, Vec::new);
        }
        if blocks[block].is_empty() {
            blocks[block] = vec![0; BLOCK];
        }
        let slot = &mut blocks[block][place];
        // Spread, so that values that differ anywhere differ here (the finaliser of MurmurHash3).
        let mixed = (said ^ (said >> 33)).wrapping_mul(0xFF51_AFD7_ED55_8CCD);
        let said = (mixed ^ (mixed >> 33)).wrapping_mul(0xC4CE_B9FE_1A85_EC53) as u32 | 1;
        match *slot {
            0 => {
                *slot = said;
                Before::Nothing
            }
            known if known == said => Before::Same,
            _ => Before::Other,
        }
    }
}
