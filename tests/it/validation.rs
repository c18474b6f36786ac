//! Validation: what a server refuses after decoding, and what it takes, held against recorded verdicts.

use std::collections::BTreeSet;

use crate::recorded::{self, Case};

#[test]
fn values_are_refused_as_recorded() {
    let cases = recorded::cases("api/validation.jsonl");
    let wrong: Vec<String> = cases.iter().filter_map(difference).collect();
    assert!(wrong.is_empty(), "{} of {} cases differ:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

/// What is refused here and not there, or there and not here.
fn difference(case: &Case) -> Option<String> {
    let found: BTreeSet<(String, String)> = recorded::refusals(case)
        .into_iter()
        .map(|found| (found.cause.map_or(String::new(), |cause| format!("{cause:?}")), found.field))
        .collect();
    let missed: Vec<_> = case.causes.difference(&found).collect();
    let extra: Vec<_> = found.difference(&case.causes).collect();
    (found != case.causes).then(|| format!("{}: missed {missed:?}, extra {extra:?}", case.name()))
}
