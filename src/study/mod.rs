//! What is asked: the study file as written (draft), checked (all faults at once) into a `Study`. Reads no data files.
