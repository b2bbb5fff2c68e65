//! Text to small numbers and back: ids of people, managers, units, names of groups. Keeps the order of first sight.

use hashbrown::{DefaultHashBuilder, HashTable};
use std::hash::BuildHasher;

/// The number of no one: a blank cell.
pub const NOBODY: u32 = u32::MAX;

/// An interner: equal text has equal number, numbers rise from 0 in the order of first sight. A name costs its bytes and
/// about 8 in the table, and 8 for its end once names differ in length.
#[derive(Debug, Clone, Default)]
pub struct Ids {
    names: Names,
    numbers: HashTable<u32>,
    hasher: DefaultHashBuilder,
    running: Option<Running>,
}

/// Names that are one prefix and a running number, E00001 to E99999: found by counting instead of by hash.
#[derive(Debug, Clone)]
struct Running {
    prefix: usize,
    first: u64,
    /// Number of each value from `first` on; `NOBODY` for gaps; empty where value `first + n` has number `n` throughout.
    numbers: Vec<u32>,
    count: usize,
}

/// Fewer names than this are found by hash.
const WORTH_COUNTING: usize = 1024;
/// Most digits of a running number.
const MOST_DIGITS: usize = 18;

/// The value of digits; `None` for anything else.
#[inline]
fn value(digits: &[u8]) -> Option<u64> {
    let mut value = 0u64;
    for byte in digits {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        value = value * 10 + u64::from(digit);
    }
    Some(value)
}

impl Running {
    fn of(names: &Names) -> Option<Self> {
        if names.count < WORTH_COUNTING || !names.ends.is_empty() {
            return None;
        }
        let one = names.get(0).as_bytes();
        let digits = one.iter().rev().take_while(|b| b.is_ascii_digit()).take(MOST_DIGITS).count();
        let prefix = one.len() - digits;
        if digits == 0 {
            return None;
        }
        let mut values = Vec::with_capacity(names.count);
        for number in 0..names.count as u32 {
            let (before, digits) = names.get(number).as_bytes().split_at_checked(prefix)?;
            values.push(value(digits).filter(|_| one.starts_with(before))?);
        }
        let (first, last) = (values.iter().min().copied()?, values.iter().max().copied()?);
        let width = usize::try_from(last - first).ok()?.checked_add(1)?;
        if width > 4 * names.count {
            return None;
        }
        let in_order = values.iter().enumerate().all(|(number, value)| value - first == number as u64);
        let mut numbers = if in_order { Vec::new() } else { vec![NOBODY; width] };
        for (number, value) in values.iter().enumerate().filter(|_| !in_order) {
            *numbers.get_mut((value - first) as usize)? = number as u32;
        }
        Some(Self { prefix, first, numbers, count: values.len() })
    }

    #[inline]
    fn find(&self, name: &[u8], names: &Names) -> Option<u32> {
        if name.len() != names.length {
            return None;
        }
        let (prefix, digits) = name.split_at_checked(self.prefix)?;
        let same = prefix.iter().zip(names.text.as_bytes()).all(|(a, b)| a == b);
        let place = usize::try_from(value(digits).filter(|_| same)?.checked_sub(self.first)?).ok()?;
        if self.numbers.is_empty() {
            return (place < self.count).then_some(place as u32);
        }
        self.numbers.get(place).copied().filter(|number| *number != NOBODY)
    }
}

/// Names one behind the other.
#[derive(Debug, Clone, Default)]
struct Names {
    text: String,
    count: usize,
    /// Length of every name, while it is the same.
    length: usize,
    /// Where each name ends; empty while all have one length, as ids mostly do: then a look-up has one place less to visit.
    ends: Vec<usize>,
}

impl Names {
    #[inline]
    fn get(&self, number: u32) -> &str {
        let at = number as usize;
        if at >= self.count {
            return "";
        }
        let (start, end) = if self.ends.is_empty() {
            (at * self.length, (at + 1) * self.length)
        } else {
            let start = at.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
            (start, self.ends.get(at).copied().unwrap_or(start))
        };
        self.text.get(start..end).unwrap_or("")
    }

    fn push(&mut self, name: &str) {
        if self.count == 0 {
            self.length = name.len();
        } else if self.ends.is_empty() && name.len() != self.length {
            self.ends = (1..=self.count).map(|number| number * self.length).collect();
        }
        self.text.push_str(name);
        self.count += 1;
        if !self.ends.is_empty() {
            self.ends.push(self.text.len());
        }
    }
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
        let number = self.names.count as u32;
        self.running = None;
        self.names.push(name);
        let Self { names, numbers, hasher, .. } = self;
        numbers.insert_unique(hasher.hash_one(name), number, |n| hasher.hash_one(names.get(*n)));
        number
    }

    /// The number of `name`, if it is known.
    #[inline]
    pub fn find(&self, name: &str) -> Option<u32> {
        if let Some(running) = &self.running {
            return running.find(name.as_bytes(), &self.names);
        }
        self.numbers.find(self.hasher.hash_one(name), |n| self.name(*n) == name).copied()
    }

    /// Told that all names are in and will be looked for often.
    pub fn settle(&mut self) {
        self.running = Running::of(&self.names);
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
        self.names.get(number)
    }

    /// How many names.
    pub fn len(&self) -> usize {
        self.names.count
    }

    /// No name yet.
    pub fn is_empty(&self) -> bool {
        self.names.count == 0
    }

    /// The numbers in the order of their names: the order in which people enter a regression, whatever the file's order.
    pub fn sorted(&self) -> Vec<u32> {
        let mut order: Vec<u32> = (0..self.names.count as u32).collect();
        order.sort_by(|&a, &b| self.name(a).cmp(self.name(b)));
        order
    }
}
