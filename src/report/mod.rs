//! Findings and objects as text for people and machines.

mod json;

pub use json::{lint_json, object_json};
