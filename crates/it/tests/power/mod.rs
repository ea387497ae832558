//! A power cut.
