//! Every word a reader may see, in Japanese and English, and how numbers are written. Decides nothing about findings or layout.
