//! How many random cases a property test tries, and from which seed: the same in every run, so that a red one is about the change.

use proptest::test_runner::{Config, RngSeed};

/// `count` cases from a fixed seed. To look further, `PLIMSOLL_CASES=100` tries a hundred times as many, from a seed of the moment.
pub fn cases(count: u32) -> Config {
    let factor: u32 = std::env::var("PLIMSOLL_CASES").ok().and_then(|factor| factor.parse().ok()).unwrap_or(1);
    let rng_seed = if factor == 1 { RngSeed::Fixed(1876) } else { RngSeed::Random };
    Config { cases: count * factor, rng_seed, failure_persistence: None, ..Config::default() }
}
