//! Any rectangular table, typed by column, held by polars. A column is numeric only if every non-missing cell is.

use polars::prelude::{Column as Series, DataFrame, DataType};

/// A plain table: a frame of f64, date and text columns with nulls for missing, and where each row stands in its file.
#[derive(Debug, Clone)]
pub struct Plain {
    /// The columns: Float64, Date or String.
    pub frame: DataFrame,
    /// Physical line of each row.
    pub lines: Vec<u64>,
    /// The file's name, without its folder (the first, when several were given).
    pub file: String,
}

impl Plain {
    /// Rows.
    pub fn rows(&self) -> usize {
        self.frame.height()
    }

    /// Column names in file order.
    pub fn names(&self) -> Vec<String> {
        self.frame.get_column_names().iter().map(|n| n.to_string()).collect()
    }

    /// A column by name.
    pub fn column(&self, name: &str) -> Option<&Series> {
        self.frame.column(name).ok()
    }

    /// Whether the column is there and numeric.
    pub fn is_numeric(&self, name: &str) -> bool {
        self.column(name).is_some_and(|c| c.dtype() == &DataType::Float64)
    }

    /// A numeric column's cells; `None` when there is no such numeric column.
    pub fn numbers(&self, name: &str) -> Option<Vec<Option<f64>>> {
        Some(self.column(name)?.as_materialized_series().f64().ok()?.iter().collect())
    }

    /// Any column's cells as text: numbers in shortest form, dates as ISO.
    pub fn texts(&self, name: &str) -> Option<Vec<Option<String>>> {
        let series = self.column(name)?.as_materialized_series();
        if let Ok(text) = series.str() {
            return Some(text.iter().map(|t| t.map(String::from)).collect());
        }
        if let Ok(numbers) = series.f64() {
            return Some(numbers.iter().map(|v| v.map(|v| format!("{v}"))).collect());
        }
        Some(self.days(name)?.into_iter().map(|d| d.map(|d| crate::domain::Day(d).to_string())).collect())
    }

    /// A date column's days since 1970-01-01; `None` when it is not a date column.
    pub fn days(&self, name: &str) -> Option<Vec<Option<i32>>> {
        let series = self.column(name)?.as_materialized_series();
        Some(series.date().ok()?.physical().iter().collect())
    }
}
