//! The one integration test binary: a module for each kind of test.

mod cli;
mod cron;
mod defaults;
mod definitions;
mod facts;
mod fix;
mod hostile;
mod mutations;
mod names;
mod ok;
mod others;
mod pages;
mod pods;
mod projects;
mod quantity;
mod readme;
mod recorded;
mod rollouts;
mod storage;
mod structure;
mod suppress;
mod tidy;
mod validation;
mod warnings;
mod workloads;
mod yaml;
