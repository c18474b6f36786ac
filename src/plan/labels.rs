//! Labels, and the selectors that choose by them.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;

/// Labels of a pod, a node or a namespace.
pub type Labels = BTreeMap<String, String>;

/// The string entries of a map; empty for anything else.
pub fn labels(value: &Value) -> Labels {
    let entries = value.as_object().into_iter().flatten();
    entries.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_string()))).collect()
}

/// The strings of a list; empty for anything else.
pub fn strings(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_string).collect()
}

/// The elements of a list; none for anything else.
pub fn items(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// Labelled things by namespace. A selector is held against those that have one of its labels: a thousand Services and a thousand
/// Deployments are a million pairs otherwise.
pub struct Labelled<'a, T> {
    by_namespace: HashMap<&'a str, Vec<(T, Labels)>>,
    /// Positions in the namespace's list by namespace, label and value.
    by_label: HashMap<(&'a str, String, String), Vec<usize>>,
}

impl<'a, T: Copy> Labelled<'a, T> {
    /// Of things with their namespaces and labels.
    pub fn new(things: impl Iterator<Item = (&'a str, T, Labels)>) -> Labelled<'a, T> {
        let mut all = Labelled { by_namespace: HashMap::new(), by_label: HashMap::new() };
        for (namespace, thing, labels) in things {
            let list: &mut Vec<(T, Labels)> = all.by_namespace.entry(namespace).or_default();
            for (key, value) in &labels {
                all.by_label.entry((namespace, key.clone(), value.clone())).or_default().push(list.len());
            }
            list.push((thing, labels));
        }
        all
    }

    /// All of a namespace, in the order given.
    pub fn here(&self, namespace: &str) -> impl Iterator<Item = T> {
        self.by_namespace.get(namespace).into_iter().flatten().map(|(thing, _)| *thing)
    }

    /// Those of a namespace that `selector` chooses, in the order given.
    pub fn chosen(&'a self, namespace: &'a str, selector: &Selector) -> Vec<T> {
        let Some(list) = self.by_namespace.get(namespace) else { return Vec::new() };
        let exact = selector.requirements.iter().find_map(|requirement| match requirement.values.as_slice() {
            [value] if requirement.operator == Operator::In => Some((namespace, requirement.key.clone(), value.clone())),
            _ => None,
        });
        let fits = |(_, labels): &&(T, Labels)| selector.matches(labels);
        match exact {
            Some(label) => {
                let some = self.by_label.get(&label).into_iter().flatten().map(|at| &list[*at]);
                some.filter(fits).map(|(thing, _)| *thing).collect()
            }
            None => list.iter().filter(fits).map(|(thing, _)| *thing).collect(),
        }
    }
}

/// The value under `key`; `None` in anything but a map. Most maps are small, and looking through a few keys is quicker than hashing
/// the one that is looked for.
pub fn entry<'v>(value: &'v Value, key: &str) -> Option<&'v Value> {
    const SMALL: usize = 16;
    let map = value.as_object()?;
    match map.len() {
        0..=SMALL => map.iter().find(|(known, _)| *known == key).map(|(_, value)| value),
        _ => map.get(key),
    }
}

/// All requirements must hold; without any, everything matches.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Selector {
    /// What must hold.
    pub requirements: Vec<Requirement>,
}

/// What is asked of one label.
#[derive(Clone, Debug, PartialEq)]
pub struct Requirement {
    /// The label.
    pub key: String,
    /// How it is compared.
    pub operator: Operator,
    /// What it is compared with.
    pub values: Vec<String>,
}

/// The operators of label and node selectors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// One of the values.
    In,
    /// None of the values; a missing label will do.
    NotIn,
    /// There.
    Exists,
    /// Not there.
    DoesNotExist,
    /// A whole number above the value.
    Gt,
    /// A whole number below the value.
    Lt,
}

impl Selector {
    /// A `LabelSelector`; `None` where there is none, which matches nothing.
    pub fn of(value: &Value) -> Option<Selector> {
        value.is_object().then(|| {
            let mut requirements = Selector::all(&labels(&value["matchLabels"])).requirements;
            requirements.extend(items(&value["matchExpressions"]).iter().map(Requirement::of));
            Selector { requirements }
        })
    }

    /// Each of `labels` as it is.
    pub fn all(labels: &Labels) -> Selector {
        let equal = |(key, value): (&String, &String)| Requirement {
            key: key.clone(),
            operator: Operator::In,
            values: vec![value.clone()],
        };
        Selector { requirements: labels.iter().map(equal).collect() }
    }

    /// Whether `labels` are chosen.
    pub fn matches(&self, labels: &Labels) -> bool {
        self.requirements.iter().all(|requirement| requirement.holds(labels.get(&requirement.key).map(String::as_str)))
    }
}

impl Requirement {
    /// One of `matchExpressions` or `matchFields`.
    pub fn of(value: &Value) -> Requirement {
        let operator = match value["operator"].as_str().unwrap_or("") {
            "In" => Operator::In,
            "NotIn" => Operator::NotIn,
            "DoesNotExist" => Operator::DoesNotExist,
            "Gt" => Operator::Gt,
            "Lt" => Operator::Lt,
            _ => Operator::Exists,
        };
        Requirement { key: value["key"].as_str().unwrap_or("").to_string(), operator, values: strings(&value["values"]) }
    }

    /// Whether it holds of the label's value, `None` where the label is missing.
    pub fn holds(&self, value: Option<&str>) -> bool {
        let listed = || value.is_some_and(|value| self.values.iter().any(|known| known == value));
        let number = |text: Option<&str>| text.and_then(|text| text.parse::<i64>().ok());
        let compare = || Some((number(value)?, number(self.values.first().map(String::as_str))?));
        match self.operator {
            Operator::In => listed(),
            Operator::NotIn => !listed(),
            Operator::Exists => value.is_some(),
            Operator::DoesNotExist => value.is_none(),
            Operator::Gt => compare().is_some_and(|(value, bound)| value > bound),
            Operator::Lt => compare().is_some_and(|(value, bound)| value < bound),
        }
    }
}
