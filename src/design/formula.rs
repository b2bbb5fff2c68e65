//! The formula language of `regress`: `y ~ a + b + a:b + a*b + C(x) + log(x) + I(x^2) - 1`. Parses and says where it
//! cannot; what the columns hold is `model`'s question.

/// A formula.
#[derive(Debug, Clone, PartialEq)]
pub struct Formula {
    /// The outcome.
    pub outcome: Atom,
    /// Terms in the order written; products expanded.
    pub terms: Vec<TermSpec>,
    /// With a constant.
    pub constant: Constant,
}

/// Whether a model has a constant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Constant {
    /// Yes, unless `-1` or `0 +`.
    Yes,
    /// No.
    No,
}

/// A product of one or more atoms.
pub type TermSpec = Vec<Atom>;

/// What stands for one column, or for the indicator columns of a factor.
#[derive(Debug, Clone, PartialEq)]
pub enum Atom {
    /// A column: numeric, or text as a factor.
    Column(String),
    /// `C(x)` or `C(x, ref="b")`: a factor.
    Factor {
        /// Its column.
        column: String,
        /// Its reference level; the first in sorted order otherwise.
        reference: Option<String>,
    },
    /// `log(x)`: natural logarithm.
    Log(String),
    /// `I(x^k)`.
    Power {
        /// Its column.
        column: String,
        /// The whole exponent.
        exponent: i32,
    },
}

impl Atom {
    /// The column behind it.
    pub fn column(&self) -> &str {
        match self {
            Atom::Column(c) | Atom::Log(c) => c,
            Atom::Factor { column, .. } | Atom::Power { column, .. } => column,
        }
    }

    /// How it is written.
    pub fn name(&self) -> String {
        match self {
            Atom::Column(c) => c.clone(),
            Atom::Factor { column, .. } => format!("C({column})"),
            Atom::Log(c) => format!("log({c})"),
            Atom::Power { column, exponent } => format!("I({column}^{exponent})"),
        }
    }
}

/// Where a formula cannot be read: the 1-based character, and what was expected there (a code under `formula.`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormulaFault {
    /// 1-based character.
    pub at: usize,
    /// Code of the expectation.
    pub expected: &'static str,
}

/// Parses a formula.
///
/// # Errors
/// The first character that cannot be read, and what was expected there.
pub fn parse(text: &str) -> Result<Formula, FormulaFault> {
    let mut reader = Reader { characters: text.chars().collect(), at: 0 };
    let outcome = reader.atom()?;
    reader.expect('~', "tilde")?;
    let (mut terms, mut constant) = (Vec::new(), Constant::Yes);
    let mut minus = false;
    if reader.eat('-') {
        minus = true;
    }
    loop {
        let start = reader.at;
        if reader.number_one_or_zero(minus, &mut constant) {
        } else if minus {
            return Err(FormulaFault { at: start + 1, expected: "one_after_minus" });
        } else {
            for term in reader.product()? {
                if !terms.contains(&term) {
                    terms.push(term);
                }
            }
        }
        minus = if reader.eat('+') {
            false
        } else if reader.eat('-') {
            true
        } else {
            break;
        };
    }
    reader.skip();
    match reader.peek() {
        None => {}
        Some('|') => return Err(FormulaFault { at: reader.at + 1, expected: "no_absorbed" }),
        Some(_) => return Err(FormulaFault { at: reader.at + 1, expected: "operator" }),
    }
    if terms.is_empty() && constant == Constant::No {
        return Err(FormulaFault { at: reader.at + 1, expected: "term" });
    }
    Ok(Formula { outcome, terms, constant })
}

struct Reader {
    characters: Vec<char>,
    at: usize,
}

impl Reader {
    fn peek(&self) -> Option<char> {
        self.characters.get(self.at).copied()
    }

    fn skip(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.at += 1;
        }
    }

    fn eat(&mut self, wanted: char) -> bool {
        self.skip();
        let found = self.peek() == Some(wanted);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, wanted: char, expected: &'static str) -> Result<(), FormulaFault> {
        if self.eat(wanted) { Ok(()) } else { Err(self.fault(expected)) }
    }

    fn fault(&self, expected: &'static str) -> FormulaFault {
        FormulaFault { at: self.at + 1, expected }
    }

    /// `1`, `0` and `-1` say whether there is a constant.
    fn number_one_or_zero(&mut self, minus: bool, constant: &mut Constant) -> bool {
        self.skip();
        let digit = self.peek();
        let alone = !self.characters.get(self.at + 1).is_some_and(|c| is_name(*c));
        let says = match (digit, minus) {
            (Some('1'), false) | (Some('0'), true) => Constant::Yes,
            (Some('1'), true) | (Some('0'), false) => Constant::No,
            _ => return false,
        };
        if alone {
            *constant = says;
            self.at += 1;
        }
        alone
    }

    /// `a:b` is the product alone, `a*b` is `a + b + a:b`.
    fn product(&mut self) -> Result<Vec<TermSpec>, FormulaFault> {
        let mut terms = vec![vec![self.atom()?]];
        loop {
            if self.eat(':') {
                let atom = self.atom()?;
                if let Some(last) = terms.last_mut() {
                    last.push(atom);
                }
            } else if self.eat('*') {
                let atom = self.atom()?;
                let crossed: Vec<TermSpec> =
                    terms.iter().map(|t| t.iter().cloned().chain([atom.clone()]).collect()).collect();
                terms.push(vec![atom]);
                terms.extend(crossed);
                terms.sort_by_key(Vec::len);
            } else {
                return Ok(terms);
            }
        }
    }

    fn atom(&mut self) -> Result<Atom, FormulaFault> {
        self.skip();
        if self.peek() == Some('`') {
            return Ok(Atom::Column(self.quoted('`')?));
        }
        let name = self.name()?;
        if self.peek() != Some('(') {
            return Ok(Atom::Column(name));
        }
        let function_at = self.at - name.chars().count();
        self.at += 1;
        let atom = match name.as_str() {
            "C" => self.factor()?,
            "log" => Atom::Log(self.column()?),
            "I" => self.power()?,
            _ => return Err(FormulaFault { at: function_at + 1, expected: "function" }),
        };
        self.expect(')', "closing")?;
        Ok(atom)
    }

    fn factor(&mut self) -> Result<Atom, FormulaFault> {
        let column = self.column()?;
        let mut reference = None;
        if self.eat(',') {
            self.skip();
            let key = self.name()?;
            if key != "ref" {
                return Err(self.fault("ref"));
            }
            self.expect('=', "equals")?;
            self.skip();
            let quote = self.peek().filter(|c| *c == '"' || *c == '\'').ok_or_else(|| self.fault("quote"))?;
            reference = Some(self.quoted(quote)?);
        }
        Ok(Atom::Factor { column, reference })
    }

    fn power(&mut self) -> Result<Atom, FormulaFault> {
        let column = self.column()?;
        self.expect('^', "power")?;
        self.skip();
        let start = self.at;
        while self.peek().is_some_and(|c| c.is_ascii_digit()) {
            self.at += 1;
        }
        let digits: String = self.characters.get(start..self.at).unwrap_or(&[]).iter().collect();
        let exponent = digits.parse().map_err(|_| FormulaFault { at: start + 1, expected: "exponent" })?;
        Ok(Atom::Power { column, exponent })
    }

    fn column(&mut self) -> Result<String, FormulaFault> {
        self.skip();
        if self.peek() == Some('`') { self.quoted('`') } else { self.name() }
    }

    fn name(&mut self) -> Result<String, FormulaFault> {
        self.skip();
        let start = self.at;
        while self.peek().is_some_and(is_name) {
            self.at += 1;
        }
        let name: String = self.characters.get(start..self.at).unwrap_or(&[]).iter().collect();
        let starts_well = name.chars().next().is_some_and(|c| !c.is_ascii_digit());
        if starts_well { Ok(name) } else { Err(FormulaFault { at: start + 1, expected: "name" }) }
    }

    fn quoted(&mut self, quote: char) -> Result<String, FormulaFault> {
        self.at += 1;
        let start = self.at;
        while self.peek().is_some_and(|c| c != quote) {
            self.at += 1;
        }
        let text: String = self.characters.get(start..self.at).unwrap_or(&[]).iter().collect();
        self.expect(quote, "closing_quote")?;
        Ok(text)
    }
}

/// Letters of any script, digits, `_` and `.`.
fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '.'
}
