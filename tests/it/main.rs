//! The one integration test binary: a module for each kind of test.

mod facts;

mod quantity;
mod tidy;
