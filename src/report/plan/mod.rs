//! Views of a plan: JSON, text, Markdown, HTML and SVG, all made from the same data.

mod json;
mod text;
mod words;

pub use json::plan_json;
pub use text::{Detail, plan_text};
pub use words::{apply_word, effect_word};
