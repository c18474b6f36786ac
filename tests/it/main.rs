//! The one integration test binary: a module for each kind of test.

mod cases;
mod chromium;
mod ci;
mod cli;
mod cron;
mod defaults;
mod definitions;
mod docs;
mod dump;
mod editors;
mod facts;
mod fix;
mod git;
mod hooks;
mod hostile;
mod lsp;
mod mutations;
mod names;
mod notes;
mod ok;
mod others;
mod pages;
mod plan_cli;
mod plan_fixture;
mod plan_properties;
mod plan_views;
mod pods;
mod projects;
mod quantity;
mod readme;
mod recorded;
mod reports;
mod rollouts;
mod schemas;
mod settings;
mod storage;
mod structure;
mod suppress;
mod tidy;
mod totals;
mod turns;
mod update;
mod validation;
mod versions;
mod warnings;
mod what_if;
mod workloads;
mod yaml;

/// Says on the terminal what a test did not try, whether or not the runner shows what tests print.
fn say(text: &str) {
    let _ = std::io::Write::write_all(&mut std::io::stderr(), format!("\n*** {text} ***\n\n").as_bytes());
}
