//! Views of a plan: JSON, text, Markdown, HTML and SVG, all made from the same data.

mod graph;
mod html;
mod json;
mod lanes;
mod layers;
mod markdown;
mod only;
mod rows;
mod svg;
mod text;
mod tree;
mod week;
mod words;

pub use html::plan_html;
pub use json::plan_json;
pub use markdown::{BUDGET, plan_markdown};
pub use only::{only, plan_svg};
pub use text::{Detail, plan_text};
pub use words::{apply_word, duration, effect_word, plan_line};
