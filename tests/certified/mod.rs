//! Certified and published values, checked every time.
