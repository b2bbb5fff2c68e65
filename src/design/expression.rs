//! Arithmetic and conditions on columns: what may stand in `I(...)`, `log(...)` and `--where`. Parses, and says where it
//! cannot; what the columns hold is `evaluate`'s question.

use super::reader::{DEEPEST, FormulaFault, Reader};

/// Links of one chain beyond which a text is refused: it is bound from the left, so each is a step deeper.
const LONGEST: usize = 1_000;

/// A number, a text or a truth for each row.
#[derive(Debug, Clone, PartialEq)]
pub enum Expression {
    /// The same number in every row.
    Number(f64),
    /// The same text in every row.
    Text(String),
    /// A column.
    Column(String),
    /// `-a`.
    Minus(Box<Expression>),
    /// `!a`.
    Not(Box<Expression>),
    /// `a + b`, `a == b`, `a & b` and the like.
    Both(Operator, Box<Expression>, Box<Expression>),
    /// `a in ("x", "y")`.
    OneOf(Box<Expression>, Vec<Expression>),
    /// `log(a)` and the like.
    Call(Function, Box<Expression>),
}

/// What stands between two expressions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `+`.
    Plus,
    /// `-`.
    Minus,
    /// `*`.
    Times,
    /// `/`.
    Over,
    /// `^`.
    Power,
    /// `==`.
    Equal,
    /// `!=`.
    Unequal,
    /// `<`.
    Less,
    /// `<=`.
    AtMost,
    /// `>`.
    More,
    /// `>=`.
    AtLeast,
    /// `&`.
    And,
    /// `|`.
    Or,
}

/// What may be taken of an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Function {
    /// Natural logarithm.
    Log,
    /// Exponential.
    Exp,
    /// Square root.
    Sqrt,
    /// Size without sign.
    Abs,
    /// Whether a cell is missing.
    Missing,
}

const FUNCTIONS: [(&str, Function); 5] = [
    ("log", Function::Log),
    ("exp", Function::Exp),
    ("sqrt", Function::Sqrt),
    ("abs", Function::Abs),
    ("missing", Function::Missing),
];

impl Function {
    /// The function of this name.
    pub(super) fn named(name: &str) -> Option<Self> {
        FUNCTIONS.iter().find(|(known, _)| *known == name).map(|(_, function)| *function)
    }
}

impl Expression {
    /// The columns in it, each once, in the order of first sight.
    pub fn columns(&self) -> Vec<&str> {
        let mut found = Vec::new();
        self.collect(&mut found);
        found
    }

    /// The text, if it is nothing else.
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    fn collect<'e>(&'e self, found: &mut Vec<&'e str>) {
        match self {
            Self::Column(name) if !found.contains(&name.as_str()) => found.push(name),
            Self::Column(_) | Self::Number(_) | Self::Text(_) => {}
            Self::Minus(inner) | Self::Not(inner) | Self::Call(_, inner) => inner.collect(found),
            Self::Both(_, left, right) => {
                left.collect(found);
                right.collect(found);
            }
            Self::OneOf(inner, others) => {
                inner.collect(found);
                others.iter().for_each(|other| other.collect(found));
            }
        }
    }
}

/// Parses a condition such as `dept == "sales" & wave >= "2024-06-30"`.
///
/// # Errors
/// The first character that cannot be read, and what was expected there.
pub fn condition(text: &str) -> Result<Expression, FormulaFault> {
    let mut reader = Reader::new(text);
    let read = either(&mut reader, 0)?;
    if reader.is_done() { Ok(read) } else { Err(reader.fault("condition_operator")) }
}

/// The signs of one level of binding; of two that begin alike the longer stands first.
type Signs = &'static [(&'static str, Operator)];

const OR: Signs = &[("||", Operator::Or), ("|", Operator::Or)];
const AND: Signs = &[("&&", Operator::And), ("&", Operator::And)];
const COMPARE: Signs = &[
    ("==", Operator::Equal),
    ("!=", Operator::Unequal),
    ("<=", Operator::AtMost),
    (">=", Operator::AtLeast),
    ("<", Operator::Less),
    (">", Operator::More),
];
const SUM: Signs = &[("+", Operator::Plus), ("-", Operator::Minus)];
const PRODUCT: Signs = &[("*", Operator::Times), ("/", Operator::Over)];

fn sign(reader: &mut Reader, signs: Signs) -> Option<Operator> {
    let words: Vec<&'static str> = signs.iter().map(|(sign, _)| *sign).collect();
    let found = reader.eat_any(&words)?;
    signs.iter().find(|(sign, _)| *sign == found).map(|(_, operator)| *operator)
}

/// A rule of the grammar: reads at this depth of brackets.
type Rule = fn(&mut Reader, usize) -> Result<Expression, FormulaFault>;

/// `a op b op c`, bound from the left.
fn chain(reader: &mut Reader, depth: usize, signs: Signs, next: Rule) -> Result<Expression, FormulaFault> {
    let mut left = next(reader, depth)?;
    let mut links = 0;
    while let Some(operator) = sign(reader, signs) {
        links += 1;
        if links > LONGEST {
            return Err(reader.fault("shorter"));
        }
        left = Expression::Both(operator, Box::new(left), Box::new(next(reader, depth)?));
    }
    Ok(left)
}

fn either(reader: &mut Reader, depth: usize) -> Result<Expression, FormulaFault> {
    chain(reader, depth, OR, |reader, depth| chain(reader, depth, AND, negation))
}

fn negation(reader: &mut Reader, depth: usize) -> Result<Expression, FormulaFault> {
    if depth > DEEPEST {
        return Err(reader.fault("shallower"));
    }
    let start = reader.at();
    if reader.eat_any(&["!="]).is_some() {
        reader.back_to(start);
        return Err(reader.fault("operand"));
    }
    if reader.eat('!') {
        return Ok(Expression::Not(Box::new(negation(reader, depth + 1)?)));
    }
    comparison(reader, depth)
}

fn comparison(reader: &mut Reader, depth: usize) -> Result<Expression, FormulaFault> {
    let left = sum(reader, depth)?;
    if reader.eat_word("in") {
        return one_of(reader, left, depth + 1);
    }
    let start = reader.at();
    let Some(operator) = sign(reader, COMPARE) else {
        if reader.eat('=') {
            reader.back_to(start);
            return Err(reader.fault("double_equals"));
        }
        return Ok(left);
    };
    Ok(Expression::Both(operator, Box::new(left), Box::new(sum(reader, depth)?)))
}

fn one_of(reader: &mut Reader, left: Expression, depth: usize) -> Result<Expression, FormulaFault> {
    reader.expect('(', "opening")?;
    let mut others = vec![sum(reader, depth)?];
    while reader.eat(',') {
        others.push(sum(reader, depth)?);
    }
    reader.expect(')', "closing")?;
    Ok(Expression::OneOf(Box::new(left), others))
}

/// Arithmetic: what may stand in `I(...)`.
pub(super) fn sum(reader: &mut Reader, depth: usize) -> Result<Expression, FormulaFault> {
    chain(reader, depth, SUM, |reader, depth| chain(reader, depth, PRODUCT, power))
}

/// `-a^b` is `-(a^b)`, `a^b^c` is `a^(b^c)`, as in mathematics.
fn power(reader: &mut Reader, depth: usize) -> Result<Expression, FormulaFault> {
    if depth > DEEPEST {
        return Err(reader.fault("shallower"));
    }
    if reader.eat('-') {
        return Ok(Expression::Minus(Box::new(power(reader, depth + 1)?)));
    }
    let base = operand(reader, depth)?;
    if reader.eat('^') {
        return Ok(Expression::Both(Operator::Power, Box::new(base), Box::new(power(reader, depth + 1)?)));
    }
    Ok(base)
}

fn operand(reader: &mut Reader, depth: usize) -> Result<Expression, FormulaFault> {
    if reader.eat('(') {
        let inner = either(reader, depth + 1)?;
        reader.expect(')', "closing")?;
        return Ok(inner);
    }
    if let Some(number) = reader.number() {
        return Ok(Expression::Number(number));
    }
    reader.skip();
    match reader.peek() {
        Some(quote @ ('"' | '\'')) => return Ok(Expression::Text(reader.quoted(quote)?)),
        Some('`') => return Ok(Expression::Column(reader.quoted('`')?)),
        _ => {}
    }
    let start = reader.at();
    let name = reader.name().map_err(|_| FormulaFault { at: start + 1, expected: "operand" })?;
    if reader.peek() != Some('(') {
        return Ok(Expression::Column(name));
    }
    let function = Function::named(&name).ok_or(FormulaFault { at: start + 1, expected: "known_function" })?;
    reader.eat('(');
    let inner = sum(reader, depth + 1)?;
    reader.expect(')', "closing")?;
    Ok(Expression::Call(function, Box::new(inner)))
}
