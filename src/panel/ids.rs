//! Text to small numbers and back: ids of people, managers, units, names of groups. Keeps the order of first sight.

use hashbrown::HashMap;

/// The number of no one: a blank cell.
pub const NOBODY: u32 = u32::MAX;

/// An interner: equal text has equal number, numbers rise from 0 in the order of first sight.
#[derive(Debug, Clone, Default)]
pub struct Ids {
    numbers: HashMap<Box<str>, u32>,
    names: Vec<Box<str>>,
}

impl Ids {
    /// The number of `name`, given now if it is new; `NOBODY` for an empty name.
    pub fn intern(&mut self, name: &str) -> u32 {
        if name.is_empty() {
            return NOBODY;
        }
        if let Some(&number) = self.numbers.get(name) {
            return number;
        }
        let number = self.names.len() as u32;
        self.names.push(name.into());
        self.numbers.insert(name.into(), number);
        number
    }

    /// The number of `name`, if it is known.
    pub fn find(&self, name: &str) -> Option<u32> {
        self.numbers.get(name).copied()
    }

    /// The name of a number; empty for `NOBODY`.
    pub fn name(&self, number: u32) -> &str {
        self.names.get(number as usize).map_or("", |n| n)
    }

    /// How many names.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// No name yet.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// The numbers in the order of their names: the order in which people enter a regression, whatever the file's order.
    pub fn sorted(&self) -> Vec<u32> {
        let mut order: Vec<u32> = (0..self.names.len() as u32).collect();
        order.sort_by(|&a, &b| self.name(a).cmp(self.name(b)));
        order
    }
}
