//! Findings into pages: terminal, JSON, CSV, Markdown, HTML. Does no arithmetic on estimates and never sees personal data.
