//! plimsoll: what a Kubernetes control plane would refuse, warn about or regret in a set of manifests, offline, with the exact
//! place.
//!
//! The map: [`text`] (spans, lines) → [`yaml`] (text to tree, as the API server reads it) → [`object`] (the `Field` cursor and
//! defaults) → [`schema`] (structure) → [`validate`] (the mirror of the server's validation) and [`rules`] → [`report`].
//! The core opens no file, prints nothing and reads no environment; only `cli` touches the world. See ARCHITECTURE.md.
#![deny(missing_docs)]
#![allow(clippy::len_without_is_empty)]

pub mod check;
pub mod config;
pub mod diagnostic;
pub mod fix;
pub mod inventory;
pub mod object;
pub mod plan;
pub mod report;
pub mod rules;
pub mod schema;
pub mod select;
pub mod suppress;
pub mod text;
pub mod validate;
pub mod workspace;
pub mod yaml;
