//! The one integration test binary: a module for each kind of test.

mod cron;
mod facts;
mod pods;

mod quantity;
mod recorded;
mod structure;
mod tidy;
mod validation;
