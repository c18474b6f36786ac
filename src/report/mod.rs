//! Findings and objects as text for people and machines. Nothing here prints.

mod checkstyle;
mod fingerprint;
mod github;
mod gitlab;
mod json;
mod junit;
mod markdown;
mod page;
mod plain;
mod plan;
mod sarif;
mod sources;
mod stored;
mod summary;
mod xml;

pub use checkstyle::checkstyle;
pub use github::github;
pub use gitlab::gitlab;
pub use json::{finding_json, json_text, lint_json, lint_jsonl, object_json, written_json};
pub use junit::junit;
pub use markdown::markdown;
pub use page::{MARK, page};
pub use plain::{Colour, plain};
pub use plan::{
    BUDGET, Detail, apply_word, duration, effect_word, only, plan_html, plan_json, plan_line, plan_markdown, plan_svg, plan_text,
};
pub use sarif::sarif;
pub use sources::{Source, Sources};
pub use stored::stored_json;
pub use summary::{Skipped, Summary};
