//! One file per question. Numbers and names go out as draft findings; no formatting, no prose.
