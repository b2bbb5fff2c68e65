//! Pure mathematics on ndarray: every method of the product, each with its formula and source. No files, no printing, no clocks, no column names.
