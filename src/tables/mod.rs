//! The canonical tables: schema, typed batches, and `Plain`, any rectangular table. Knows nothing of files or questions.
