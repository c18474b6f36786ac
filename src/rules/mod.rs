//! The list of rules: what each is called, how bad it is, its page, and the function that looks for it.

mod apply_order;
mod cannot_finish;
mod config_not_reloaded;
mod data_loss;
mod day_or_weekday;
mod dns_deadlock;
mod drain_blocked;
mod headless_service;
mod left_behind;
mod name_too_long;
mod never_runs;
mod outage;
mod over_quota;
mod pods_refused;
mod pull_secret;
mod renamed;
mod replicas_fight;
mod runs_twice;
mod slow;
mod stop_too_long;

use crate::diagnostic::{Family, Finding, Severity};
use crate::inventory::{Entry, Inventory};
use crate::plan::{PlanCx, PlanFinding};
use crate::suppress;

/// One rule.
pub struct Rule {
    /// Kebab-case, begins with the family, names the problem: `ref-headless-service`.
    pub id: &'static str,
    /// Its family.
    pub family: Family,
    /// How bad, unless the finding says otherwise.
    pub severity: Severity,
    /// Its page, in Markdown: what `explain` shows and the tests run.
    pub page: &'static str,
    /// What looks for it.
    pub check: Check,
}

/// How a rule is checked.
pub enum Check {
    /// Reading, structure, the mirror of validation or what suppresses findings reports it while files are checked.
    Mirror,
    /// Looks at one object among all others, and reports on that one only.
    Across(fn(&Cx, &Entry, &mut Vec<Finding>)),
    /// Looks at a plan; `lint` does not run it.
    Plan(fn(&PlanCx, &mut Vec<PlanFinding>)),
}

/// What a rule may look at.
pub struct Cx<'a> {
    /// All objects.
    pub inventory: &'a Inventory<'a>,
    /// The rule that runs.
    pub rule: &'static Rule,
}

impl Cx<'_> {
    /// A finding of this rule on `entry`, at `span` of its file and `field` of the object.
    pub fn finding(&self, entry: &Entry, field: &str, span: crate::text::Span, message: String) -> Finding {
        Finding {
            rule: self.rule.id,
            family: self.rule.family,
            severity: self.rule.severity,
            message,
            help: None,
            path: entry.path.clone(),
            document: entry.document,
            object: Some(entry.id.clone()),
            field: field.to_string(),
            cause: None,
            span,
            labels: Vec::new(),
            fix: None,
        }
    }
}

impl Rule {
    /// The page's title without the id: one line that says what the rule is about.
    pub fn title(&self) -> &'static str {
        let line = self.page.lines().next().unwrap_or("");
        line.split_once(": ").map_or(line, |(_, title)| title)
    }
}

/// Every rule, in order of id.
pub static RULES: &[Rule] = &[
    mirror("api-cron-schedule", Severity::Error, include_str!("../../rules/api-cron-schedule.md")),
    mirror("api-dropped-content", Severity::Error, include_str!("../../rules/api-dropped-content.md")),
    mirror("api-duplicate", Severity::Error, include_str!("../../rules/api-duplicate.md")),
    mirror("api-duplicate-field", Severity::Error, include_str!("../../rules/api-duplicate-field.md")),
    mirror("api-forbidden", Severity::Error, include_str!("../../rules/api-forbidden.md")),
    mirror("api-ignored-field", Severity::Warning, include_str!("../../rules/api-ignored-field.md")),
    mirror("api-invalid", Severity::Error, include_str!("../../rules/api-invalid.md")),
    mirror("api-no-such-kind", Severity::Error, include_str!("../../rules/api-no-such-kind.md")),
    mirror("api-not-found", Severity::Error, include_str!("../../rules/api-not-found.md")),
    mirror("api-required", Severity::Error, include_str!("../../rules/api-required.md")),
    mirror("api-restart-policy", Severity::Error, include_str!("../../rules/api-restart-policy.md")),
    mirror("api-selector-mismatch", Severity::Error, include_str!("../../rules/api-selector-mismatch.md")),
    mirror("api-too-long", Severity::Error, include_str!("../../rules/api-too-long.md")),
    mirror("api-too-many", Severity::Error, include_str!("../../rules/api-too-many.md")),
    mirror("api-type", Severity::Error, include_str!("../../rules/api-type.md")),
    mirror("api-unknown-field", Severity::Error, include_str!("../../rules/api-unknown-field.md")),
    mirror("api-unsupported", Severity::Error, include_str!("../../rules/api-unsupported.md")),
    mirror("api-warning", Severity::Warning, include_str!("../../rules/api-warning.md")),
    mirror("api-yaml", Severity::Error, include_str!("../../rules/api-yaml.md")),
    cannot_finish::RULE,
    dns_deadlock::RULE,
    drain_blocked::RULE,
    name_too_long::RULE,
    outage::RULE,
    pods_refused::RULE,
    renamed::RULE,
    replicas_fight::RULE,
    slow::RULE,
    stop_too_long::RULE,
    day_or_weekday::RULE,
    never_runs::RULE,
    runs_twice::RULE,
    apply_order::RULE,
    config_not_reloaded::RULE,
    headless_service::RULE,
    over_quota::RULE,
    data_loss::RULE,
    left_behind::RULE,
    suppress::RULE,
];

/// What a rule that needs a plan is made of.
const fn planned(id: &'static str, family: Family, severity: Severity, page: &'static str, check: PlanCheck) -> Rule {
    Rule { id, family, severity, page, check: Check::Plan(check) }
}

type PlanCheck = fn(&PlanCx, &mut Vec<PlanFinding>);

const fn mirror(id: &'static str, severity: Severity, page: &'static str) -> Rule {
    Rule { id, family: Family::Api, severity, page, check: Check::Mirror }
}

/// The rule called `id`.
pub fn find(id: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.id == id)
}

/// Runs every rule that looks across objects.
pub fn run(inventory: &Inventory, findings: &mut Vec<Finding>) {
    for rule in RULES {
        let Check::Across(check) = rule.check else { continue };
        let cx = Cx { inventory, rule };
        for entry in inventory.entries() {
            check(&cx, entry, findings);
        }
    }
}
