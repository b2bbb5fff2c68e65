//! Characters read one after another, and where reading had to stop: what the formula and the expression languages
//! share. Knows no grammar.

/// Where a text cannot be read: the 1-based character, and what was expected there (a code under `formula.`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormulaFault {
    /// 1-based character.
    pub at: usize,
    /// Code of the expectation.
    pub expected: &'static str,
}

/// Brackets inside brackets beyond which a text is refused: deeper ones are no formula, and would exhaust the stack.
pub(super) const DEEPEST: usize = 100;

/// A place in a text.
pub(super) struct Reader {
    characters: Vec<char>,
    at: usize,
}

impl Reader {
    pub(super) fn new(text: &str) -> Self {
        Self { characters: text.chars().collect(), at: 0 }
    }

    /// The number of characters read.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// Goes back to a place that was read before.
    pub(super) fn back_to(&mut self, at: usize) {
        self.at = at;
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.characters.get(self.at).copied()
    }

    pub(super) fn skip(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.at += 1;
        }
    }

    /// Whether nothing but space is left.
    pub(super) fn is_done(&mut self) -> bool {
        self.skip();
        self.peek().is_none()
    }

    pub(super) fn eat(&mut self, wanted: char) -> bool {
        self.skip();
        let found = self.peek() == Some(wanted);
        self.at += usize::from(found);
        found
    }

    /// Reads the first of these signs that stands here; the longer of two that begin alike must come first.
    pub(super) fn eat_any(&mut self, wanted: &[&'static str]) -> Option<&'static str> {
        self.skip();
        let stands = |sign: &&&str| sign.chars().enumerate().all(|(i, c)| self.characters.get(self.at + i) == Some(&c));
        let found = wanted.iter().find(stands).copied()?;
        self.at += found.chars().count();
        Some(found)
    }

    /// Reads a word, unless it is only the beginning of a longer name.
    pub(super) fn eat_word(&mut self, word: &'static str) -> bool {
        let start = self.at;
        if self.eat_any(&[word]).is_some() && !self.peek().is_some_and(is_name) {
            return true;
        }
        self.at = start;
        false
    }

    pub(super) fn expect(&mut self, wanted: char, expected: &'static str) -> Result<(), FormulaFault> {
        if self.eat(wanted) { Ok(()) } else { Err(self.fault(expected)) }
    }

    pub(super) fn fault(&self, expected: &'static str) -> FormulaFault {
        FormulaFault { at: self.at + 1, expected }
    }

    /// What was read since `start`, without space.
    pub(super) fn since(&self, start: usize) -> String {
        let read = self.characters.get(start..self.at).unwrap_or(&[]);
        read.iter().filter(|c| !c.is_whitespace()).collect()
    }

    /// A column: a name, or anything in backquotes.
    pub(super) fn column(&mut self) -> Result<String, FormulaFault> {
        self.skip();
        if self.peek() == Some('`') { self.quoted('`') } else { self.name() }
    }

    pub(super) fn name(&mut self) -> Result<String, FormulaFault> {
        self.skip();
        let start = self.at;
        while self.peek().is_some_and(is_name) {
            self.at += 1;
        }
        let name = self.since(start);
        let starts_well = name.chars().next().is_some_and(|c| !c.is_ascii_digit());
        if starts_well { Ok(name) } else { Err(FormulaFault { at: start + 1, expected: "name" }) }
    }

    /// The text in quotes; the opening one stands here.
    pub(super) fn quoted(&mut self, quote: char) -> Result<String, FormulaFault> {
        self.at += 1;
        let start = self.at;
        while self.peek().is_some_and(|c| c != quote) {
            self.at += 1;
        }
        let text: String = self.characters.get(start..self.at).unwrap_or(&[]).iter().collect();
        self.expect(quote, "closing_quote")?;
        Ok(text)
    }

    /// A number such as 12, 0.5 or 1e-3; `None` when none stands here.
    pub(super) fn number(&mut self) -> Option<f64> {
        self.skip();
        let start = self.at;
        let digits = |reader: &mut Self| {
            while reader.peek().is_some_and(|c| c.is_ascii_digit()) {
                reader.at += 1;
            }
        };
        digits(self);
        if self.peek() == Some('.') {
            self.at += 1;
            digits(self);
        }
        if matches!(self.peek(), Some('e' | 'E')) {
            let mantissa = self.at;
            self.at += 1;
            if matches!(self.peek(), Some('-' | '+')) {
                self.at += 1;
            }
            let exponent = self.at;
            digits(self);
            if self.at == exponent {
                self.at = mantissa;
            }
        }
        let read = self.since(start).parse().ok();
        if read.is_none() || self.peek().is_some_and(is_name) {
            self.at = start;
            return None;
        }
        read
    }
}

/// Letters of any script, digits, `_` and `.`.
pub(super) fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '.'
}
