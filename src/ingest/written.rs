//! A value of a Parquet column as the text it would have had in a CSV, so that one set of rules reads both. It judges
//! nothing; column types without such a text are refused by name.

use super::records::LARGEST_CELL;
use crate::domain::Day;
use parquet::basic::{ConvertedType, LogicalType, TimeUnit, Type};
use parquet::data_type::{ByteArray, FixedLenByteArray};
use parquet::schema::types::ColumnDescriptor;
use std::fmt::Write;

/// How the values of a column are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Written {
    /// Numbers in the shortest form that reads back the same, `true` and `false`.
    Plain,
    /// Integers whose first bit is no sign.
    Unsigned,
    /// `2025-04-01`, from days since 1970.
    Day,
    /// `09:30:00`, from parts of a second since midnight.
    Clock { per_second: i64 },
    /// A day and a time; the day alone at midnight of no zone, and `Z` behind the time of UTC, which is for the rules of
    /// dates to refuse: the day it was at the place is not known.
    Stamp { per_second: i64, utc: bool },
    /// Every digit, from an integer and the number of digits behind the point.
    Decimal { scale: usize },
    /// Text as it is.
    Text,
    /// The usual five groups.
    Uuid,
}

/// Values that are there, in order.
#[derive(Debug)]
pub(super) enum Values {
    Bools(Vec<bool>),
    Ints(Vec<i32>),
    Longs(Vec<i64>),
    Floats(Vec<f32>),
    Doubles(Vec<f64>),
    Bytes(Vec<ByteArray>),
    Fixed(Vec<FixedLenByteArray>),
}

/// Why a value has no text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoText {
    /// Its bytes are no UTF-8, or no number of the kind declared.
    Undecodable,
    /// It is longer than a cell may be.
    TooLong(usize),
}

/// The last day of the year 9999; beyond it and before the year 1 there is no day in ISO form.
const LAST_DAY: i64 = 2_932_896;
const FIRST_DAY: i64 = -719_162;
const SECONDS: i64 = 86_400;

impl Written {
    /// How a column is written; `None` for types that no cell of a table has.
    pub(super) fn of(column: &ColumnDescriptor) -> Option<Self> {
        if column.max_rep_level() > 0 || column.max_def_level() > 1 {
            return None;
        }
        let logical = column.logical_type_ref();
        match column.physical_type() {
            Type::BOOLEAN | Type::FLOAT | Type::DOUBLE => Some(Self::Plain),
            Type::INT32 | Type::INT64 => match logical {
                Some(logical) => Self::of_integer(logical, column),
                None => Self::of_old_integer(column),
            },
            Type::BYTE_ARRAY | Type::FIXED_LEN_BYTE_ARRAY => match (logical, column.converted_type()) {
                (Some(LogicalType::Uuid), _) if column.type_length() == 16 => Some(Self::Uuid),
                (Some(LogicalType::Decimal(_)), _) | (None, ConvertedType::DECIMAL) => Self::decimal(column),
                (Some(LogicalType::String | LogicalType::Enum | LogicalType::Json), _) => Some(Self::Text),
                (None, kind) => {
                    use ConvertedType::{ENUM, JSON, NONE, UTF8};
                    matches!(kind, NONE | UTF8 | ENUM | JSON).then_some(Self::Text)
                }
                _ => None,
            },
            // Whether it means the time of a place or UTC was never agreed.
            Type::INT96 => None,
        }
    }

    fn of_integer(logical: &LogicalType, column: &ColumnDescriptor) -> Option<Self> {
        match logical {
            LogicalType::Integer(kind) => Some(if kind.is_signed { Self::Plain } else { Self::Unsigned }),
            LogicalType::Unknown => Some(Self::Plain),
            LogicalType::Date => Some(Self::Day),
            LogicalType::Time(kind) => Some(Self::Clock { per_second: per_second(kind.unit) }),
            LogicalType::Timestamp(kind) => {
                Some(Self::Stamp { per_second: per_second(kind.unit), utc: kind.is_adjusted_to_u_t_c })
            }
            LogicalType::Decimal(_) => Self::decimal(column),
            _ => None,
        }
    }

    /// Columns of writers that know only the older names of types.
    fn of_old_integer(column: &ColumnDescriptor) -> Option<Self> {
        use ConvertedType as Old;
        match column.converted_type() {
            Old::NONE | Old::INT_8 | Old::INT_16 | Old::INT_32 | Old::INT_64 => Some(Self::Plain),
            Old::UINT_8 | Old::UINT_16 | Old::UINT_32 | Old::UINT_64 => Some(Self::Unsigned),
            Old::DATE => Some(Self::Day),
            Old::TIME_MILLIS => Some(Self::Clock { per_second: 1_000 }),
            Old::TIME_MICROS => Some(Self::Clock { per_second: 1_000_000 }),
            // By the specification these are times of UTC.
            Old::TIMESTAMP_MILLIS => Some(Self::Stamp { per_second: 1_000, utc: true }),
            Old::TIMESTAMP_MICROS => Some(Self::Stamp { per_second: 1_000_000, utc: true }),
            Old::DECIMAL => Self::decimal(column),
            _ => None,
        }
    }

    fn decimal(column: &ColumnDescriptor) -> Option<Self> {
        let scale = match column.logical_type_ref() {
            Some(LogicalType::Decimal(kind)) => kind.scale,
            _ => column.type_scale(),
        };
        usize::try_from(scale).ok().filter(|scale| *scale <= 38).map(|scale| Self::Decimal { scale })
    }

    fn integer(self, value: i64, bits: u32, text: &mut String) {
        match self {
            Self::Plain if (0..100).contains(&value) => small(value as u32, text),
            Self::Unsigned if bits == 32 => put(text, format_args!("{}", value as u32)),
            Self::Unsigned => put(text, format_args!("{}", value as u64)),
            Self::Day => day(value, text),
            Self::Clock { per_second } => clock(value, per_second, text),
            Self::Stamp { per_second, utc } => {
                let (days, rest) = (value.div_euclid(SECONDS * per_second), value.rem_euclid(SECONDS * per_second));
                day(days, text);
                if rest != 0 || utc {
                    text.push(' ');
                    clock(rest, per_second, text);
                }
                if utc {
                    text.push('Z');
                }
            }
            Self::Decimal { scale } => decimal(i128::from(value), scale, text),
            _ => put(text, format_args!("{value}")),
        }
    }

    fn bytes(self, value: &ByteArray, text: &mut String) -> Result<(), NoText> {
        if value.len() > LARGEST_CELL {
            return Err(NoText::TooLong(value.len()));
        }
        let bytes = value.data();
        match self {
            Self::Decimal { scale } => {
                let negative = bytes.first().is_some_and(|b| *b >= 0x80);
                let mut all = [if negative { 0xFF } else { 0 }; 16];
                let free = all.len().checked_sub(bytes.len()).ok_or(NoText::Undecodable)?;
                all.get_mut(free..).unwrap_or(&mut []).copy_from_slice(bytes);
                decimal(i128::from_be_bytes(all), scale, text);
            }
            Self::Uuid => {
                for (at, byte) in bytes.iter().enumerate() {
                    let dash = if matches!(at, 4 | 6 | 8 | 10) { "-" } else { "" };
                    put(text, format_args!("{dash}{byte:02x}"));
                }
            }
            _ => text.push_str(std::str::from_utf8(bytes).map_err(|_| NoText::Undecodable)?),
        }
        Ok(())
    }
}

impl Values {
    /// Bytes of value `at`, where they are of no fixed number.
    pub(super) fn weight(&self, at: usize) -> usize {
        match self {
            Self::Bytes(values) => values.get(at).map_or(0, ByteArray::len),
            Self::Fixed(values) => values.get(at).map_or(0, |value| value.len()),
            _ => 0,
        }
    }

    /// Bytes of all of them, where they are of no fixed number.
    pub(super) fn weigh(&self) -> usize {
        match self {
            Self::Bytes(values) => values.iter().map(ByteArray::len).sum(),
            Self::Fixed(values) => values.iter().map(|value| value.len()).sum(),
            _ => 0,
        }
    }

    /// Appends value `at`.
    #[inline]
    pub(super) fn write(&self, at: usize, how: Written, text: &mut String) -> Result<(), NoText> {
        fn value<T>(values: &[T], at: usize) -> Result<&T, NoText> {
            values.get(at).ok_or(NoText::Undecodable)
        }
        match self {
            Self::Bools(values) => text.push_str(if *value(values, at)? { "true" } else { "false" }),
            Self::Ints(values) => how.integer(i64::from(*value(values, at)?), 32, text),
            Self::Longs(values) => how.integer(*value(values, at)?, 64, text),
            Self::Floats(values) => put(text, format_args!("{}", value(values, at)?)),
            Self::Doubles(values) => put(text, format_args!("{}", value(values, at)?)),
            Self::Bytes(values) => return how.bytes(value(values, at)?, text),
            Self::Fixed(values) => return how.bytes(value(values, at)?, text),
        }
        Ok(())
    }
}

fn per_second(unit: TimeUnit) -> i64 {
    match unit {
        TimeUnit::MILLIS => 1_000,
        TimeUnit::MICROS => 1_000_000,
        TimeUnit::NANOS => 1_000_000_000,
    }
}

/// Appends; a string takes whatever it is given.
fn put(text: &mut String, what: std::fmt::Arguments<'_>) {
    let _ = text.write_fmt(what);
}

fn two(n: u32, text: &mut String) {
    [n / 10, n % 10].iter().for_each(|digit| text.push(char::from(b'0' + (digit % 10) as u8)));
}

/// Counts, minutes and answers are mostly of one digit or two.
fn small(n: u32, text: &mut String) {
    if n < 10 { text.push(char::from(b'0' + n as u8)) } else { two(n, text) }
}

fn day(days: i64, text: &mut String) {
    if !(FIRST_DAY..=LAST_DAY).contains(&days) {
        // No date has this form: it is told as one that does not exist.
        return text.push_str("9999-99-99");
    }
    let (year, month, day) = Day(days as i32).ymd();
    two(year as u32 / 100, text);
    two(year as u32 % 100, text);
    text.push('-');
    two(month, text);
    text.push('-');
    two(day, text);
}

fn clock(parts: i64, per_second: i64, text: &mut String) {
    let (seconds, rest) = (parts.div_euclid(per_second), parts.rem_euclid(per_second));
    put(text, format_args!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60));
    if rest != 0 {
        put(text, format_args!(".{rest:0width$}", width = per_second.ilog10() as usize));
    }
}

fn decimal(value: i128, scale: usize, text: &mut String) {
    let digits = format!("{:0width$}", value.unsigned_abs(), width = scale + 1);
    let (whole, behind) = digits.split_at(digits.len() - scale);
    if value < 0 {
        text.push('-');
    }
    text.push_str(whole);
    if scale > 0 {
        text.push('.');
        text.push_str(behind);
    }
}
