//! Synthetic exports with known truth: the reference cases. Uses no person's data and reads no file.
