//! What a Job's `podFailurePolicy` makes of each way in which a pod can fail: the first rule that fits decides.

use std::collections::BTreeSet;

use serde_json::Value;

use super::labels::items;

/// What a failed pod does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Fails the Job.
    FailJob,
    /// Fails its index.
    FailIndex,
    /// Nothing: another takes its place.
    Ignore,
    /// It is counted, as without a rule.
    Count,
}

impl Action {
    fn of(rule: &Value) -> Action {
        match rule["action"].as_str() {
            Some("FailJob") => Action::FailJob,
            Some("FailIndex") => Action::FailIndex,
            Some("Ignore") => Action::Ignore,
            _ => Action::Count,
        }
    }

    /// As the policy writes it.
    pub fn word(self) -> &'static str {
        match self {
            Action::FailJob => "FailJob",
            Action::FailIndex => "FailIndex",
            Action::Ignore => "Ignore",
            Action::Count => "Count",
        }
    }
}

/// `exit code 42`, `any other exit code`, `condition DisruptionTarget`, and what a pod that fails so does. Without a policy all are
/// alike, and the first text is empty.
pub fn failures(spec: &Value) -> Vec<(String, Action)> {
    let rules = items(&spec["podFailurePolicy"]["rules"]);
    if rules.is_empty() {
        return vec![(String::new(), Action::Count)];
    }
    let pod = &spec["template"]["spec"];
    let containers = items(&pod["containers"]).iter().chain(items(&pod["initContainers"]));
    let codes: Vec<(&str, Vec<Codes>)> =
        containers.filter_map(|container| container["name"].as_str()).map(|name| (name, codes(rules, name))).collect();
    let alike = codes.windows(2).all(|pair| pair[0].1 == pair[1].1);
    let mut told: Vec<(String, Action)> = Vec::new();
    for (name, codes) in codes.iter().take(if alike { 1 } else { codes.len() }) {
        let of = if alike { String::new() } else { format!(" of container {name}") };
        told.extend(codes.iter().map(|codes| (format!("{}{of}", codes.words()), codes.action)));
    }
    for rule in rules {
        for condition in items(&rule["onPodConditions"]) {
            let status = condition["status"].as_str().filter(|status| *status != "True");
            let status = status.map_or(String::new(), |status| format!(" {status}"));
            let words = format!("condition {}{status}", condition["type"].as_str().unwrap_or(""));
            if !told.iter().any(|(known, _)| *known == words) {
                told.push((words, Action::of(rule)));
            }
        }
    }
    told
}

/// Exit codes that do the same.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Codes {
    which: Which,
    action: Action,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Which {
    /// These.
    Named(Vec<i64>),
    /// Those of no other group.
    Others,
    /// All there are.
    All,
}

impl Codes {
    fn words(&self) -> String {
        match &self.which {
            Which::Named(codes) => format!("exit code {}", codes.iter().map(i64::to_string).collect::<Vec<_>>().join(", ")),
            Which::Others => "any other exit code".to_string(),
            Which::All => "any exit code".to_string(),
        }
    }
}

/// The exit codes of one container by what they do, those that no rule names last.
fn codes(rules: &[Value], container: &str) -> Vec<Codes> {
    let named: BTreeSet<i64> =
        rules.iter().flat_map(|rule| items(&rule["onExitCodes"]["values"])).filter_map(Value::as_i64).collect();
    let others = does(rules, container, None);
    let mut groups: Vec<(Vec<i64>, Action)> = Vec::new();
    for &code in named.iter().filter(|code| **code != 0) {
        let action = does(rules, container, Some(code));
        match groups.iter_mut().find(|(_, known)| *known == action) {
            _ if action == others => {}
            Some((codes, _)) => codes.push(code),
            None => groups.push((vec![code], action)),
        }
    }
    let rest = Codes { which: if groups.is_empty() { Which::All } else { Which::Others }, action: others };
    groups.into_iter().map(|(codes, action)| Codes { which: Which::Named(codes), action }).chain([rest]).collect()
}

/// What the first rule that fits this exit code says; `None` stands for one that no rule names.
fn does(rules: &[Value], container: &str, code: Option<i64>) -> Action {
    let fits = |rule: &&Value| {
        let codes = &rule["onExitCodes"];
        let listed = items(&codes["values"]).iter().any(|value| value.as_i64().is_some_and(|value| Some(value) == code));
        let here = codes["containerName"].as_str().is_none_or(|name| name == container);
        here && match codes["operator"].as_str() {
            Some("In") => listed,
            Some("NotIn") => !listed,
            _ => false,
        }
    };
    rules.iter().find(fits).map_or(Action::Count, Action::of)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn told(rules: Value, containers: &[&str]) -> Vec<String> {
        let containers: Vec<Value> = containers.iter().map(|name| json!({"name": name})).collect();
        let spec = json!({"podFailurePolicy": {"rules": rules}, "template": {"spec": {"containers": containers}}});
        failures(&spec).into_iter().map(|(pods, action)| format!("{pods}: {}", action.word())).collect()
    }

    fn codes(action: &str, operator: &str, values: &[i64]) -> Value {
        json!({"action": action, "onExitCodes": {"operator": operator, "values": values}})
    }

    #[test]
    fn the_first_rule_decides() {
        let rules = json!([codes("Ignore", "In", &[3, 7]), codes("FailJob", "NotIn", &[1, 7]), codes("Count", "In", &[9])]);
        assert_eq!(told(rules, &["a"]), ["exit code 1: Count", "exit code 3, 7: Ignore", "any other exit code: FailJob"]);
        assert_eq!(told(json!([codes("FailJob", "NotIn", &[0])]), &["a"]), ["any exit code: FailJob"]);
    }

    #[test]
    fn containers_and_conditions() {
        let disruption = json!({"action": "Ignore", "onPodConditions": [{"type": "DisruptionTarget", "status": "True"}]});
        let mut one = codes("FailJob", "In", &[42]);
        one["onExitCodes"]["containerName"] = "a".into();
        let rules = json!([disruption, one]);
        let alone = ["exit code 42: FailJob", "any other exit code: Count", "condition DisruptionTarget: Ignore"];
        assert_eq!(told(rules.clone(), &["a"]), alone);
        assert_eq!(
            told(rules, &["a", "b"]),
            [
                "exit code 42 of container a: FailJob",
                "any other exit code of container a: Count",
                "any exit code of container b: Count",
                "condition DisruptionTarget: Ignore",
            ]
        );
    }
}
