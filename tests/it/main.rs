//! The one integration test binary: a module for each kind of test.

mod cli;
mod facts;
mod ok;
mod pages;
mod projects;
mod quantity;
mod tidy;
