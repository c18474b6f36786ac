//! Findings and objects as text for people and machines. Nothing here prints.

mod github;
mod json;
mod page;
mod plain;
mod plan;
mod sources;
mod stored;
mod summary;
mod zero;

pub use github::github;
pub use json::{finding_json, json_text, lint_json, object_json};
pub use page::{MARK, page};
pub use plain::{Colour, plain};
pub use plan::{Detail, apply_word, effect_word, plan_json, plan_text};
pub use sources::{Source, Sources};
pub use stored::stored_json;
pub use summary::{Skipped, Summary};
