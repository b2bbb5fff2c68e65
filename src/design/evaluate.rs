//! Expressions on a plain table: a number, a text or a truth for each row; a missing cell makes what is made of it
//! missing. Never a silent NaN: a value that does not exist is a decline that names its line.

use super::expression::{Expression, Function, Operator};
use crate::findings::Decline;
use crate::tables::Plain;
use std::borrow::Cow;
use std::cmp::Ordering;

const DECLINED: &str = "regression";

/// One value for each row.
enum Values<'t> {
    /// NaN where missing.
    Numbers(Cow<'t, [f64]>),
    /// Dates among them as ISO days.
    Texts(Vec<Option<String>>),
    /// Of a condition; `None` where it cannot be told.
    Truths(Vec<Option<bool>>),
}

/// The numbers of an expression, NaN where a cell is missing. `name` is how it was written.
///
/// # Errors
/// A decline: a column that is not there or not numeric, a value that does not exist (with its line).
pub fn numbers<'t>(table: &'t Plain, expression: &Expression, name: &str) -> Result<Cow<'t, [f64]>, Decline> {
    match (Evaluation { table, name }).of(expression)? {
        Values::Numbers(numbers) => Ok(numbers),
        _ => Err(Decline::new(DECLINED, "no_number").with("term", name)),
    }
}

/// The rows for which a condition holds; where a missing cell leaves it open it does not.
///
/// # Errors
/// A decline: a column that is not there, values of different kinds compared, no condition at all.
pub fn rows_where(table: &Plain, condition: &Expression, text: &str) -> Result<Vec<bool>, Decline> {
    match (Evaluation { table, name: text }).of(condition)? {
        Values::Truths(truths) => Ok(truths.into_iter().map(|truth| truth == Some(true)).collect()),
        _ => Err(Decline::new(DECLINED, "no_condition").with("condition", text)),
    }
}

struct Evaluation<'t, 'n> {
    table: &'t Plain,
    name: &'n str,
}

impl<'t> Evaluation<'t, '_> {
    fn of(&self, expression: &Expression) -> Result<Values<'t>, Decline> {
        match expression {
            Expression::Number(number) => Ok(Values::Numbers(vec![*number; self.table.rows()].into())),
            Expression::Text(text) => Ok(Values::Texts(vec![Some(text.clone()); self.table.rows()])),
            Expression::Column(name) => self.column(name),
            Expression::Minus(inner) => Ok(each(&self.number(inner)?, |a| -a)),
            Expression::Not(inner) => {
                Ok(Values::Truths(self.truth(inner)?.into_iter().map(|truth| truth.map(|t| !t)).collect()))
            }
            Expression::Both(operator, left, right) => self.both(*operator, left, right),
            Expression::OneOf(inner, others) if others.iter().all(|o| matches!(o, Expression::Text(_))) => {
                let Values::Texts(cells) = self.of(inner)? else {
                    return Err(Decline::new(DECLINED, "unlike_kinds").with("condition", self.name));
                };
                let wanted: Vec<&str> = others.iter().filter_map(Expression::text).collect();
                let told = |cell: &Option<String>| cell.as_deref().map(|cell| wanted.contains(&cell));
                Ok(Values::Truths(cells.iter().map(told).collect()))
            }
            Expression::OneOf(inner, others) => {
                let mut any: Option<Vec<Option<bool>>> = None;
                for other in others {
                    let equal = self.compared(Operator::Equal, inner, other)?;
                    any = Some(match any {
                        None => equal,
                        Some(so_far) => so_far.into_iter().zip(equal).map(|(a, b)| or(a, b)).collect(),
                    });
                }
                Ok(Values::Truths(any.unwrap_or_default()))
            }
            Expression::Call(Function::Missing, inner) => self.missing(inner),
            Expression::Call(function, inner) => self.call(*function, inner),
        }
    }

    fn column(&self, name: &str) -> Result<Values<'t>, Decline> {
        if self.table.column(name).is_none() {
            return Err(unknown(self.table, name));
        }
        if let Some(numbers) = self.table.floats(name) {
            return Ok(Values::Numbers(numbers));
        }
        if self.table.odd_cells(name).is_some() {
            return Err(super::not_numbers(self.table, DECLINED, "not_numeric", name));
        }
        Ok(Values::Texts(self.table.texts(name).unwrap_or_default()))
    }

    fn number(&self, expression: &Expression) -> Result<Cow<'t, [f64]>, Decline> {
        match self.of(expression)? {
            Values::Numbers(numbers) => Ok(numbers),
            _ => Err(match expression {
                Expression::Column(column) => super::not_numbers(self.table, DECLINED, "not_numeric", column),
                _ => Decline::new(DECLINED, "no_number").with("term", self.name),
            }),
        }
    }

    fn truth(&self, expression: &Expression) -> Result<Vec<Option<bool>>, Decline> {
        match self.of(expression)? {
            Values::Truths(truths) => Ok(truths),
            _ => Err(Decline::new(DECLINED, "no_condition").with("condition", self.name)),
        }
    }

    fn both(&self, operator: Operator, left: &Expression, right: &Expression) -> Result<Values<'t>, Decline> {
        let arithmetic: fn(f64, f64) -> f64 = match operator {
            Operator::Plus => |a, b| a + b,
            Operator::Minus => |a, b| a - b,
            Operator::Times => |a, b| a * b,
            Operator::Over => |a, b| a / b,
            Operator::Power => power,
            Operator::And | Operator::Or => {
                let join = if operator == Operator::And { and } else { or };
                let (left, right) = (self.truth(left)?, self.truth(right)?);
                return Ok(Values::Truths(left.into_iter().zip(right).map(|(a, b)| join(a, b)).collect()));
            }
            _ => return Ok(Values::Truths(self.compared(operator, left, right)?)),
        };
        let (left, right) = (self.number(left)?, self.number(right)?);
        let result: Vec<f64> = left.iter().zip(right.iter()).map(|(&a, &b)| arithmetic(a, b)).collect();
        let given = |row: usize| [&left, &right].iter().all(|side| side.get(row).is_some_and(|v| !v.is_nan()));
        self.exists(&result, &given, "undefined_value")?;
        Ok(Values::Numbers(result.into()))
    }

    fn compared(
        &self,
        operator: Operator,
        left: &Expression,
        right: &Expression,
    ) -> Result<Vec<Option<bool>>, Decline> {
        match (self.of(left)?, self.of(right)?) {
            (Values::Numbers(a), Values::Numbers(b)) => {
                let told = |(a, b): (&f64, &f64)| a.partial_cmp(b).map(|order| holds(operator, order));
                Ok(a.iter().zip(b.iter()).map(told).collect())
            }
            (Values::Texts(a), Values::Texts(b)) => {
                let told = |(a, b): (&Option<String>, &Option<String>)| {
                    Some(holds(operator, a.as_deref()?.cmp(b.as_deref()?)))
                };
                Ok(a.iter().zip(&b).map(told).collect())
            }
            _ => Err(Decline::new(DECLINED, "unlike_kinds").with("condition", self.name)),
        }
    }

    fn missing(&self, inner: &Expression) -> Result<Values<'t>, Decline> {
        Ok(Values::Truths(match self.of(inner)? {
            Values::Numbers(numbers) => numbers.iter().map(|v| Some(v.is_nan())).collect(),
            Values::Texts(texts) => texts.iter().map(|t| Some(t.is_none())).collect(),
            Values::Truths(truths) => truths.iter().map(|t| Some(t.is_none())).collect(),
        }))
    }

    fn call(&self, function: Function, inner: &Expression) -> Result<Values<'t>, Decline> {
        let numbers = self.number(inner)?;
        let taken: fn(f64) -> f64 = match function {
            Function::Log => f64::ln,
            Function::Exp => f64::exp,
            Function::Sqrt => f64::sqrt,
            Function::Abs | Function::Missing => f64::abs,
        };
        let result: Vec<f64> = numbers.iter().map(|&a| taken(a)).collect();
        let given = |row: usize| numbers.get(row).is_some_and(|v| !v.is_nan());
        let code = if function == Function::Log { "log_of_nothing" } else { "undefined_value" };
        self.exists(&result, &given, code)?;
        Ok(Values::Numbers(result.into()))
    }

    /// A decline at the first row that was given and has no finite result.
    fn exists(&self, result: &[f64], given: &dyn Fn(usize) -> bool, code: &str) -> Result<(), Decline> {
        let Some(row) = (0..result.len()).find(|&row| !result.get(row).is_some_and(|v| v.is_finite()) && given(row))
        else {
            return Ok(());
        };
        let line = self.table.lines.get(row).copied().unwrap_or(0);
        Err(Decline::new(DECLINED, code).with("term", self.name).with("line", line))
    }
}

/// A decline that lists the columns there are.
pub(super) fn unknown(table: &Plain, column: &str) -> Decline {
    let known = table.names().join(", ");
    Decline::new(DECLINED, "column_unknown").with("column", column).with("known", known)
}

fn each<'a>(numbers: &[f64], taken: fn(f64) -> f64) -> Values<'a> {
    Values::Numbers(numbers.iter().map(|&a| taken(a)).collect())
}

/// Whole exponents by multiplication, which rounds less.
fn power(base: f64, exponent: f64) -> f64 {
    if exponent.fract() == 0.0 && exponent.abs() <= 64.0 { base.powi(exponent as i32) } else { base.powf(exponent) }
}

fn holds(operator: Operator, order: Ordering) -> bool {
    match operator {
        Operator::Equal => order.is_eq(),
        Operator::Unequal => order.is_ne(),
        Operator::Less => order.is_lt(),
        Operator::AtMost => order.is_le(),
        Operator::More => order.is_gt(),
        _ => order.is_ge(),
    }
}

/// Kleene's: what is open stays open unless the other side settles it.
fn and(a: Option<bool>, b: Option<bool>) -> Option<bool> {
    match (a, b) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

fn or(a: Option<bool>, b: Option<bool>) -> Option<bool> {
    match (a, b) {
        (Some(true), _) | (_, Some(true)) => Some(true),
        (Some(false), Some(false)) => Some(false),
        _ => None,
    }
}
