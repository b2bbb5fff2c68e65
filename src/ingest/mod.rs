//! Files into tables: encodings, headers, values, one file per source. Judges nothing: it reports what it could not read.
