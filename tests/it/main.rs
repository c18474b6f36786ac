//! The one integration test binary: a module for each kind of test.

mod cli;
mod cron;
mod defaults;
mod facts;
mod hostile;
mod mutations;
mod ok;
mod pods;
mod quantity;
mod recorded;
mod structure;
mod tidy;
mod validation;
mod warnings;
