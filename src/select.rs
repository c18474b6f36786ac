//! Which findings are wanted: `--only` and `--ignore`, by family or by rule.

use crate::diagnostic::{Family, Finding};
use crate::rules::{RULES, Rule};
use crate::validate::nearest;

/// A parsed selection.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    only: Vec<Choice>,
    ignore: Vec<Choice>,
}

/// A family or a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// All rules of a family.
    Family(Family),
    /// One rule, by id.
    Rule(&'static str),
}

const FAMILIES: &[(&str, Family)] = &[
    ("api", Family::Api),
    ("ref", Family::Ref),
    ("avail", Family::Avail),
    ("security", Family::Security),
    ("resources", Family::Resources),
    ("network", Family::Network),
    ("rbac", Family::Rbac),
    ("storage", Family::Storage),
    ("jobs", Family::Jobs),
    ("images", Family::Images),
    ("deprecated", Family::Deprecated),
    ("style", Family::Style),
    ("custom", Family::Custom),
];

impl Selection {
    /// Parses names of families and rules; an unknown one is an error that says what was likely meant.
    pub fn parse(only: &[String], ignore: &[String]) -> Result<Selection, String> {
        let parse = |names: &[String]| names.iter().map(|name| Choice::parse(name.trim())).collect::<Result<Vec<_>, _>>();
        Ok(Selection { only: parse(only)?, ignore: parse(ignore)? })
    }

    /// Whether `finding` is wanted.
    pub fn has(&self, finding: &Finding) -> bool {
        let any = |choices: &[Choice]| choices.iter().any(|choice| choice.has(finding));
        (self.only.is_empty() || any(&self.only)) && !any(&self.ignore)
    }
}

impl Choice {
    /// The family or rule called `name`; an error says what was likely meant.
    pub fn parse(name: &str) -> Result<Choice, String> {
        if let Some((_, family)) = FAMILIES.iter().find(|(known, _)| *known == name) {
            return Ok(Choice::Family(*family));
        }
        if let Some(rule) = RULES.iter().find(|rule| rule.id == name) {
            return Ok(Choice::Rule(rule.id));
        }
        let known: Vec<&str> = FAMILIES.iter().map(|(name, _)| *name).chain(RULES.iter().map(|rule| rule.id)).collect();
        let hint =
            nearest(name, &known).map_or("`plimsoll rules` lists them".to_string(), |near| format!("did you mean `{near}`?"));
        Err(format!("there is no family or rule `{name}`: {hint}"))
    }

    /// Whether `finding` is one of them.
    pub fn has(self, finding: &Finding) -> bool {
        self.any(finding.family, finding.rule)
    }

    /// Whether it stands for `rule`.
    pub fn has_rule(self, rule: &Rule) -> bool {
        self.any(rule.family, rule.id)
    }

    fn any(self, family: Family, rule: &str) -> bool {
        match self {
            Choice::Family(ours) => ours == family,
            Choice::Rule(ours) => ours == rule,
        }
    }
}
