//! When a Job counts as failed or done. Mirrors batch/v1 validation of `podFailurePolicy` and `successPolicy`.

use std::collections::BTreeSet;

use crate::object::Field;
use crate::validate::{Unique, Verdicts, Why, text};

/// How many rules a policy may have, and how many patterns a rule's `onPodConditions`.
const MOST_RULES: usize = 20;
/// How many exit codes a rule may list.
const MOST_CODES: usize = 255;
/// How long `succeededIndexes` may be, bytes.
const MOST_INDEXES: usize = 64 * 1024;

/// What a `podFailurePolicy` does on failures of pods of the Job `spec`.
pub fn pod_failure(errs: &mut Verdicts, policy: Field, spec: Field) {
    let rules = policy.get("rules");
    if rules.len() > MOST_RULES {
        errs.too_many(rules, MOST_RULES);
    }
    let pod = spec.get("template").get("spec");
    let containers = pod.get("containers").items().chain(pod.get("initContainers").items());
    let names: BTreeSet<&str> = containers.map(|container| container.get("name").text()).collect();
    for rule in rules.items() {
        action(errs, rule.get("action"), spec);
        let (codes, conditions) = (rule.get("onExitCodes"), rule.get("onPodConditions"));
        if codes.exists() {
            exit_codes(errs, codes, &names);
        }
        pod_conditions(errs, conditions);
        match (codes.exists(), !conditions.is_empty()) {
            (true, true) => _ = errs.invalid(rule, "`onExitCodes` and `onPodConditions` do not go together"),
            (false, false) => _ = errs.invalid(rule, "it needs `onExitCodes` or `onPodConditions`"),
            _ => {}
        }
    }
}

fn action(errs: &mut Verdicts, action: Field, spec: Field) {
    match action.text() {
        "" => _ = errs.required(action, "one of `Count`, `FailIndex`, `FailJob`, `Ignore`"),
        "FailIndex" if !spec.get("backoffLimitPerIndex").exists() => {
            errs.invalid(action, "it needs `backoffLimitPerIndex`");
        }
        _ => _ = errs.one_of(action, &["Count", "FailIndex", "FailJob", "Ignore"]),
    }
}

fn pod_conditions(errs: &mut Verdicts, conditions: Field) {
    if conditions.len() > MOST_RULES {
        errs.too_many(conditions, MOST_RULES);
    }
    for condition in conditions.items() {
        let kind = condition.get("type");
        errs.pass(kind, text::qualified_name);
        required_one_of(errs, condition.get("status"), &["False", "True", "Unknown"]);
    }
}

fn exit_codes(errs: &mut Verdicts, codes: Field, names: &BTreeSet<&str>) {
    let operator = codes.get("operator");
    required_one_of(errs, operator, &["In", "NotIn"]);
    if let Some(name) = codes.some("containerName")
        && !names.contains(name.text())
    {
        errs.invalid(name, "the pod template has no container of this name");
    }
    let values = codes.get("values");
    if values.is_empty() {
        errs.invalid(values, "it needs one value at least");
    } else if values.len() > MOST_CODES {
        errs.too_many(values, MOST_CODES);
    }
    let mut unique = Unique::default();
    for value in values.items() {
        if operator.text() == "In" && value.number() == 0 {
            errs.invalid(value, "0 is no failure");
        }
        unique.add_as(errs, value, value.number().to_string());
    }
    if !values.items().map(|value| value.number()).is_sorted() {
        errs.invalid(values, "must be in ascending order");
    }
}

fn required_one_of(errs: &mut Verdicts, field: Field, allowed: &[&str]) {
    if field.text().is_empty() {
        errs.required(field, format!("one of `{}`", allowed.join("`, `")));
    } else {
        errs.one_of(field, allowed);
    }
}

/// When an indexed Job of so many `completions` is done before all of them are.
pub fn success(errs: &mut Verdicts, policy: Field, completions: i64) {
    let rules = policy.get("rules");
    if rules.is_empty() {
        errs.required(rules, "a policy without rules says nothing");
    }
    if rules.len() > MOST_RULES {
        errs.too_many(rules, MOST_RULES);
    }
    for rule in rules.items() {
        let (count, indexes) = (rule.get("succeededCount"), rule.get("succeededIndexes"));
        if !count.exists() && !indexes.exists() {
            errs.required(rule, "it needs `succeededCount` or `succeededIndexes`");
        }
        let listed = if indexes.exists() { succeeded_indexes(errs, indexes, completions) } else { i64::MAX };
        if count.exists() {
            errs.at_least(count, 0);
            if count.number() > completions.min(listed) {
                errs.invalid(count, format!("must be at most {}, so many can succeed", completions.min(listed)));
            }
        }
    }
}

/// Checks the list of indexes; returns how many it names, 0 where it cannot be read.
fn succeeded_indexes(errs: &mut Verdicts, indexes: Field, completions: i64) -> i64 {
    if indexes.text().len() > MOST_INDEXES {
        errs.too_long(indexes, MOST_INDEXES);
    }
    match count_indexes(indexes.text(), completions) {
        Ok(count) => count,
        Err(why) => {
            errs.invalid(indexes, why);
            0
        }
    }
}

/// How many indexes `text` names: numbers and ranges `2-4` joined by commas, ascending, each below `completions`.
fn count_indexes(text: &str, completions: i64) -> Result<i64, Why> {
    let (mut count, mut last) = (0, None);
    if text.is_empty() {
        return Ok(0);
    }
    for interval in text.split(',') {
        let limits: Vec<&str> = interval.split('-').collect();
        if limits.len() > 2 {
            return Err(format!("`{interval}` has more than two ends").into());
        }
        let mut start = None;
        for limit in limits {
            let index: i64 = limit.parse().map_err(|_| format!("`{limit}` is not a number"))?;
            if index >= completions {
                return Err(format!("index {index} is too large: they run from 0 to {}", completions - 1).into());
            }
            if last.is_some_and(|last| last >= index) {
                return Err(format!("index {index} must be greater than the one before it").into());
            }
            count += index - start.unwrap_or(index - 1);
            (start, last) = (Some(index), Some(index));
        }
    }
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indexes() {
        let cases =
            [("", 0), ("0", 1), ("0,2-3", 3), ("1-1,2", -1), ("0-7", 8), ("7-0", -1), ("8", -1), ("0,", -1), ("1-2-3", -1)];
        for (text, want) in cases {
            assert_eq!(count_indexes(text, 8).unwrap_or(-1), want, "{text}");
        }
    }
}
