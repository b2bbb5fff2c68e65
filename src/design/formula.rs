//! The formula language of `regress`: `y ~ a + b + a:b + a*b + C(x) + log(x) + I(x^2) - 1 | company + month`, several
//! outcomes as `y1 + y2 ~ ...`. Parses and says where it cannot; what the columns hold is `model`'s question.

use super::expression::{self, Expression, Function};
use super::reader::{Reader, is_name};

pub use super::reader::FormulaFault;

/// A formula.
#[derive(Debug, Clone, PartialEq)]
pub struct Formula {
    /// The outcomes: a model for each.
    pub outcomes: Vec<Atom>,
    /// Terms, main effects before products, in the order written; products expanded.
    pub terms: Vec<TermSpec>,
    /// With a constant.
    pub constant: Constant,
    /// Absorbed effects: each the columns whose combinations are its levels.
    pub absorbed: Vec<Vec<String>>,
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
    /// `ordered(x, "low", "high")`: categories with an order, lowest first.
    Ordered {
        /// Its column.
        column: String,
        /// The categories.
        levels: Vec<String>,
    },
    /// `log(x)`, `I(x^2)`: computed from columns.
    Computed {
        /// As written, without space.
        name: String,
        /// What it is.
        expression: Expression,
    },
}

impl Atom {
    /// The columns behind it.
    pub fn columns(&self) -> Vec<&str> {
        match self {
            Atom::Column(column) | Atom::Factor { column, .. } | Atom::Ordered { column, .. } => vec![column],
            Atom::Computed { expression, .. } => expression.columns(),
        }
    }

    /// How it is written.
    pub fn name(&self) -> String {
        match self {
            Atom::Column(column) | Atom::Ordered { column, .. } => column.clone(),
            Atom::Factor { column, .. } => format!("C({column})"),
            Atom::Computed { name, .. } => name.clone(),
        }
    }
}

/// Parses a formula.
///
/// # Errors
/// The first character that cannot be read, and what was expected there.
pub fn parse(text: &str) -> Result<Formula, FormulaFault> {
    let mut reader = Reader::new(text);
    let mut outcomes = vec![atom(&mut reader)?];
    while reader.eat('+') {
        outcomes.push(atom(&mut reader)?);
    }
    reader.expect('~', "tilde")?;
    let (terms, constant) = right_side(&mut reader)?;
    let absorbed = if reader.eat('|') { absorbed(&mut reader)? } else { Vec::new() };
    if !reader.is_done() {
        return Err(reader.fault(if absorbed.is_empty() { "operator" } else { "absorbed_operator" }));
    }
    if terms.is_empty() && constant == Constant::No {
        return Err(reader.fault("term"));
    }
    Ok(Formula { outcomes, terms, constant, absorbed })
}

fn right_side(reader: &mut Reader) -> Result<(Vec<TermSpec>, Constant), FormulaFault> {
    let (mut terms, mut constant) = (Vec::<TermSpec>::new(), Constant::Yes);
    let mut minus = reader.eat('-');
    loop {
        let start = reader.at();
        if one_or_zero(reader, minus, &mut constant) {
        } else if minus {
            return Err(FormulaFault { at: start + 1, expected: "one_after_minus" });
        } else {
            for term in product(reader)? {
                if !terms.iter().any(|known| same(known, &term)) {
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
    // Main effects first, as every package prints them.
    terms.sort_by_key(Vec::len);
    Ok((terms, constant))
}

/// `a:b` is `b:a`.
fn same(a: &TermSpec, b: &TermSpec) -> bool {
    a.len() == b.len() && a.iter().all(|atom| b.contains(atom))
}

/// `1`, `0` and `-1` say whether there is a constant.
fn one_or_zero(reader: &mut Reader, minus: bool, constant: &mut Constant) -> bool {
    reader.skip();
    let start = reader.at();
    let says = match (reader.eat_any(&["1", "0"]), minus) {
        (Some("1"), false) | (Some("0"), true) => Constant::Yes,
        (Some("1"), true) | (Some("0"), false) => Constant::No,
        _ => return false,
    };
    if reader.peek().is_some_and(is_name) {
        reader.back_to(start);
        return false;
    }
    *constant = says;
    true
}

/// Factors of one product: `a*b*...` has a term for every subset.
const MOST_FACTORS: usize = 10;

/// `a:b` is the product alone, `a*b` is `a + b + a:b`.
fn product(reader: &mut Reader) -> Result<Vec<TermSpec>, FormulaFault> {
    let mut terms = vec![vec![atom(reader)?]];
    let mut factors = 1;
    loop {
        factors += 1;
        if factors > MOST_FACTORS {
            return Err(reader.fault("fewer_factors"));
        }
        if reader.eat(':') {
            let atom = atom(reader)?;
            if let Some(last) = terms.last_mut().filter(|last| !last.contains(&atom)) {
                last.push(atom);
            }
        } else if reader.eat('*') {
            let atom = atom(reader)?;
            // A term by itself is the term: x*x is x.
            let others: Vec<&TermSpec> = terms.iter().filter(|t| !t.contains(&atom)).collect();
            let crossed: Vec<TermSpec> =
                others.into_iter().map(|t| t.iter().cloned().chain([atom.clone()]).collect()).collect();
            terms.push(vec![atom]);
            terms.extend(crossed);
            terms.sort_by_key(Vec::len);
        } else {
            return Ok(terms);
        }
    }
}

/// `company + month`, `company:month` for their combinations (`company^month` is the same).
fn absorbed(reader: &mut Reader) -> Result<Vec<Vec<String>>, FormulaFault> {
    let mut factors: Vec<Vec<String>> = Vec::new();
    loop {
        let mut columns = vec![reader.column()?];
        while reader.eat_any(&[":", "^"]).is_some() {
            columns.push(reader.column()?);
        }
        if !factors.contains(&columns) {
            factors.push(columns);
        }
        if !reader.eat('+') {
            return Ok(factors);
        }
    }
}

fn atom(reader: &mut Reader) -> Result<Atom, FormulaFault> {
    reader.skip();
    if reader.peek() == Some('`') {
        return Ok(Atom::Column(reader.quoted('`')?));
    }
    let start = reader.at();
    let name = reader.name()?;
    if reader.peek() != Some('(') {
        return Ok(Atom::Column(name));
    }
    reader.eat('(');
    if name == "C" {
        let factor = factor(reader)?;
        reader.expect(')', "closing")?;
        return Ok(factor);
    }
    if name == "ordered" {
        let ordered = ordered(reader)?;
        reader.expect(')', "closing")?;
        return Ok(ordered);
    }
    let inner = expression::sum(reader, 0);
    let expression = match (name.as_str(), Function::named(&name)) {
        ("I", _) => inner?,
        (_, Some(function)) if function != Function::Missing => Expression::Call(function, Box::new(inner?)),
        _ => return Err(FormulaFault { at: start + 1, expected: "function" }),
    };
    reader.expect(')', "closing")?;
    Ok(Atom::Computed { name: reader.since(start), expression })
}

fn ordered(reader: &mut Reader) -> Result<Atom, FormulaFault> {
    let column = reader.column()?;
    let mut levels = Vec::new();
    while reader.eat(',') {
        reader.skip();
        let quote = reader.peek().filter(|c| *c == '"' || *c == '\'').ok_or_else(|| reader.fault("quote"))?;
        levels.push(reader.quoted(quote)?);
    }
    if levels.len() < 2 { Err(reader.fault("levels")) } else { Ok(Atom::Ordered { column, levels }) }
}

fn factor(reader: &mut Reader) -> Result<Atom, FormulaFault> {
    let column = reader.column()?;
    let mut reference = None;
    if reader.eat(',') {
        let key = reader.name()?;
        if key != "ref" {
            return Err(reader.fault("ref"));
        }
        reader.expect('=', "equals")?;
        reader.skip();
        let quote = reader.peek().filter(|c| *c == '"' || *c == '\'').ok_or_else(|| reader.fault("quote"))?;
        reference = Some(reader.quoted(quote)?);
    }
    Ok(Atom::Factor { column, reference })
}
