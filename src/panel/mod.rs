//! Per-person, per-unit and per-month states folded in the single pass over the files. No verdicts, no estimation.
