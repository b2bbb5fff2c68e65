//! Text to small numbers and back: ids of people, managers, units, names of groups. Keeps the order of first sight.

use hashbrown::{DefaultHashBuilder, HashTable};
use std::hash::BuildHasher;

/// The number of no one: a blank cell.
pub const NOBODY: u32 = u32::MAX;

/// An interner: equal text has equal number, numbers rise from 0 in the order of first sight. A name costs its bytes, 8 for
/// its end and about 8 in the table.
#[derive(Debug, Clone, Default)]
pub struct Ids {
    text: String,
    ends: Vec<usize>,
    numbers: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

impl Ids {
    /// The number of `name`, given now if it is new; `NOBODY` for an empty name.
    pub fn intern(&mut self, name: &str) -> u32 {
        if name.is_empty() {
            return NOBODY;
        }
        if let Some(number) = self.find(name) {
            return number;
        }
        let number = self.ends.len() as u32;
        self.text.push_str(name);
        self.ends.push(self.text.len());
        let Self { text, ends, numbers, hasher } = self;
        numbers.insert_unique(hasher.hash_one(name), number, |n| hasher.hash_one(named(text, ends, *n)));
        number
    }

    /// The number of `name`, if it is known.
    #[inline]
    pub fn find(&self, name: &str) -> Option<u32> {
        self.numbers.find(self.hasher.hash_one(name), |n| self.name(*n) == name).copied()
    }

    /// The number of `name`, if it is known, quicker where it is `near` or the one behind it: tables come sorted.
    #[inline]
    pub fn find_near(&self, name: &str, near: u32) -> Option<u32> {
        let next = near.wrapping_add(1);
        if !name.is_empty() {
            if self.name(next) == name {
                return Some(next);
            }
            if self.name(near) == name {
                return Some(near);
            }
        }
        self.find(name)
    }

    /// The name of a number; empty for `NOBODY`.
    #[inline]
    pub fn name(&self, number: u32) -> &str {
        named(&self.text, &self.ends, number)
    }

    /// How many names.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// No name yet.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The numbers in the order of their names: the order in which people enter a regression, whatever the file's order.
    pub fn sorted(&self) -> Vec<u32> {
        let mut order: Vec<u32> = (0..self.ends.len() as u32).collect();
        order.sort_by(|&a, &b| self.name(a).cmp(self.name(b)));
        order
    }
}

#[inline]
fn named<'t>(text: &'t str, ends: &[usize], number: u32) -> &'t str {
    let at = number as usize;
    let Some(&end) = ends.get(at) else { return "" };
    let start = at.checked_sub(1).and_then(|before| ends.get(before)).copied().unwrap_or(0);
    text.get(start..end).unwrap_or("")
}
