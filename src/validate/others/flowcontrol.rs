//! FlowSchemas and PriorityLevelConfigurations. Mirrors flowcontrol.apiserver.k8s.io/v1 validation.

use crate::object::Field;
use crate::schema::Version;
use crate::validate::meta::{self, Scope};
use crate::validate::{Verdicts, Why, text};

const VERBS: &[&str] = &["create", "delete", "deletecollection", "get", "list", "patch", "proxy", "update", "watch"];
const MAX_PRECEDENCE: i64 = 10_000;
const MAX_QUEUES: i64 = 10_000_000;

/// A FlowSchema.
pub fn flow_schema(errs: &mut Verdicts, root: Field, _: Version) {
    meta::metadata(errs, root, Scope::Cluster, text::dns_subdomain);
    let spec = root.get("spec");
    let precedence = spec.get("matchingPrecedence");
    // 0 stands for the default, 1000.
    if precedence.number() != 0 {
        errs.between(precedence, 1, MAX_PRECEDENCE);
    }
    if precedence.number() == 1 && root.get("metadata").get("name").text() != "exempt" {
        errs.invalid(precedence, "only the schema `exempt` may have 1");
    }
    if let Some(method) = spec.some("distinguisherMethod") {
        errs.one_of(method.get("type"), &["ByNamespace", "ByUser"]);
    }
    errs.must(spec.get("priorityLevelConfiguration").get("name"), text::dns_subdomain);
    for rule in spec.get("rules").items() {
        flow_rule(errs, rule);
    }
    fixed_schema(errs, root.get("metadata").get("name").text(), spec);
}

/// The two schemas that every server has must stay as they are: everything, for administrators and for everybody.
fn fixed_schema(errs: &mut Verdicts, name: &str, spec: Field) {
    let (precedence, method, groups) = match name {
        "exempt" => (1, "", &["system:masters"][..]),
        "catch-all" => (10_000, "ByUser", &["system:unauthenticated", "system:authenticated"][..]),
        _ => return,
    };
    let same = spec.get("priorityLevelConfiguration").get("name").text() == name
        && spec.get("matchingPrecedence").number() == precedence
        && spec.get("distinguisherMethod").get("type").text() == method
        && spec.get("rules").len() == 1
        && spec.get("rules").items().all(|rule| is_everything_for(rule, groups));
    if !same {
        errs.invalid(spec, format!("the server has fixed what the schema `{name}` holds"));
    }
}

/// Whether a rule is about every request of these groups.
fn is_everything_for(rule: Field, groups: &[&str]) -> bool {
    let (subjects, resources, urls) = (rule.get("subjects"), rule.get("resourceRules"), rule.get("nonResourceRules"));
    let all = |rule: Field, lists: &[&'static str]| lists.iter().all(|list| is_list(rule.get(list), &["*"]));
    let named = subjects.items().map(|subject| subject.get("group").get("name").text());
    named.eq(groups.iter().copied())
        && resources.len() == 1
        && resources
            .items()
            .all(|rule| all(rule, &["verbs", "apiGroups", "resources", "namespaces"]) && rule.get("clusterScope").is_true())
        && urls.len() == 1
        && urls.items().all(|rule| all(rule, &["verbs", "nonResourceURLs"]))
}

fn is_list(list: Field, texts: &[&str]) -> bool {
    list.items().map(|item| item.text()).eq(texts.iter().copied())
}

fn flow_rule(errs: &mut Verdicts, rule: Field) {
    if rule.get("subjects").is_empty() {
        errs.required(rule.get("subjects"), "a rule needs at least one");
    }
    for subject in rule.get("subjects").items() {
        flow_subject(errs, subject);
    }
    if rule.get("resourceRules").is_empty() && rule.get("nonResourceRules").is_empty() {
        errs.required(rule, "give `resourceRules` or `nonResourceRules`");
    }
    for resources in rule.get("resourceRules").items() {
        resource_rule(errs, resources);
    }
    for urls in rule.get("nonResourceRules").items() {
        non_resource_rule(errs, urls);
    }
}

/// Each kind of subject, and the field that describes it.
const SUBJECTS: &[(&str, &str)] = &[("Group", "group"), ("ServiceAccount", "serviceAccount"), ("User", "user")];

fn flow_subject(errs: &mut Verdicts, subject: Field) {
    let kind = subject.get("kind");
    if !errs.one_of(kind, &["Group", "ServiceAccount", "User"]) {
        return;
    }
    for &(name, described) in SUBJECTS {
        let field = subject.get(described);
        match (name == kind.text(), field.exists()) {
            (true, false) => _ = errs.required(field, format!("`kind` is `{name}`")),
            (false, true) => _ = errs.forbidden(field, format!("`kind` is `{}`", kind.text())),
            (true, true) if name == "ServiceAccount" => {
                errs.must(field.get("name"), |name| if name == "*" { Ok(()) } else { text::dns_subdomain(name) });
                errs.must(field.get("namespace"), text::dns_label);
            }
            (true, true) => _ = errs.must(field.get("name"), |_| Ok(())),
            (false, false) => {}
        }
    }
}

fn has_wildcard(list: Field) -> bool {
    list.items().any(|item| item.text() == "*")
}

/// A list must not be empty, and where `*` is in it, nothing else may be. Returns whether its elements are to be looked at.
fn wildcard_list(errs: &mut Verdicts, list: Field) -> bool {
    if list.is_empty() {
        errs.required(list, "must hold at least one value");
        return false;
    }
    if has_wildcard(list) && list.len() > 1 {
        errs.invalid(list, "holds `*`, so nothing else may be in it");
    }
    !has_wildcard(list)
}

fn verbs(errs: &mut Verdicts, rule: Field) {
    let verbs = rule.get("verbs");
    if wildcard_list(errs, verbs)
        && let Some(odd) = verbs.items().find(|verb| !VERBS.contains(&verb.text()))
    {
        errs.unsupported(odd, VERBS).printed_as(verbs.path());
    }
}

fn resource_rule(errs: &mut Verdicts, rule: Field) {
    verbs(errs, rule);
    wildcard_list(errs, rule.get("apiGroups"));
    wildcard_list(errs, rule.get("resources"));
    let namespaces = rule.get("namespaces");
    if namespaces.is_empty() {
        if !rule.get("clusterScope").is_true() {
            errs.required(namespaces, "name at least one, or set `clusterScope`");
        }
        return;
    }
    if wildcard_list(errs, namespaces) {
        for namespace in namespaces.items() {
            errs.pass(namespace, text::dns_label);
        }
    }
}

fn non_resource_rule(errs: &mut Verdicts, rule: Field) {
    verbs(errs, rule);
    let urls = rule.get("nonResourceURLs");
    if wildcard_list(errs, urls) {
        for url in urls.items() {
            errs.pass(url, url_pattern);
        }
    }
}

/// A URL path, or one that ends in `/*`.
fn url_pattern(url: &str) -> Result<(), Why> {
    match url {
        "" => return Err("must not be empty".into()),
        "/" => return Ok(()),
        _ => text::absolute_path(url)?,
    }
    for odd in [" ", "//"] {
        if url.contains(odd) {
            return Err(format!("must not hold `{odd}`").into());
        }
    }
    if url.strip_suffix("/*").unwrap_or(url).contains('*') {
        return Err("may have `*` only at its end, as `/*`".into());
    }
    Ok(())
}

/// A PriorityLevelConfiguration.
pub fn priority_level(errs: &mut Verdicts, root: Field, _: Version) {
    meta::metadata(errs, root, Scope::Cluster, text::dns_subdomain);
    let spec = root.get("spec");
    let (kind, limited, exempt) = (spec.get("type"), spec.get("limited"), spec.get("exempt"));
    if (root.get("metadata").get("name").text() == "exempt") != (kind.text() == "Exempt") {
        errs.invalid(kind, "is `Exempt` for the level named `exempt`, and for no other");
    }
    match kind.text() {
        "Exempt" => {
            if limited.exists() {
                errs.forbidden(limited, "`type` is `Exempt`");
            }
            if let Some(exempt) = spec.some("exempt") {
                shares(errs, exempt);
            }
        }
        "Limited" => {
            if exempt.exists() {
                errs.forbidden(exempt, "`type` is `Limited`");
            }
            if limited.exists() {
                limited_level(errs, limited);
            } else {
                errs.required(limited, "`type` is `Limited`");
            }
        }
        _ => _ = errs.unsupported(kind, &["Exempt", "Limited"]),
    }
    fixed_level(errs, root.get("metadata").get("name").text(), spec);
}

/// The two levels that every server has must stay as they are, but for the shares of `exempt`.
fn fixed_level(errs: &mut Verdicts, name: &str, spec: Field) {
    let (kind, limited) = (spec.get("type").text(), spec.get("limited"));
    let same = match name {
        "exempt" => kind == "Exempt" && !limited.exists(),
        "catch-all" => {
            let response = limited.get("limitResponse");
            kind == "Limited"
                && !spec.get("exempt").exists()
                && limited.get("nominalConcurrencyShares").number() == 5
                && limited.get("lendablePercent").number() == 0
                && !limited.get("borrowingLimitPercent").exists()
                && response.get("type").text() == "Reject"
                && !response.get("queuing").exists()
        }
        _ => return,
    };
    if !same {
        errs.invalid(spec, format!("the server has fixed what the level `{name}` holds"));
    }
}

fn shares(errs: &mut Verdicts, level: Field) {
    errs.at_least(level.get("nominalConcurrencyShares"), 0);
    if let Some(lendable) = level.some("lendablePercent") {
        errs.between(lendable, 0, 100);
    }
}

fn limited_level(errs: &mut Verdicts, limited: Field) {
    shares(errs, limited);
    if let Some(borrowing) = limited.some("borrowingLimitPercent") {
        errs.at_least(borrowing, 0);
    }
    let response = limited.get("limitResponse");
    let (kind, queuing) = (response.get("type"), response.get("queuing"));
    match kind.text() {
        "Reject" if queuing.exists() => _ = errs.forbidden(queuing, "`type` is `Reject`"),
        "Reject" => {}
        "Queue" if !queuing.exists() => _ = errs.required(queuing, "`type` is `Queue`"),
        "Queue" => queues(errs, queuing),
        _ => _ = errs.unsupported(kind, &["Queue", "Reject"]),
    }
}

/// Queues. A number left out or 0 has its default: 64 queues, hands of 8, 50 requests long.
fn queues(errs: &mut Verdicts, queuing: Field) {
    let or_default = |name, default| match queuing.get(name).number() {
        0 => default,
        number => number,
    };
    let (queues, hand) = (or_default("queues", 64), or_default("handSize", 8));
    if or_default("queueLengthLimit", 50) < 0 {
        errs.invalid(queuing.get("queueLengthLimit"), "must be positive");
    }
    if !(1..=MAX_QUEUES).contains(&queues) {
        errs.invalid(queuing.get("queues"), format!("must be between 1 and {MAX_QUEUES}"));
    }
    if hand < 1 {
        errs.invalid(queuing.get("handSize"), "must be positive");
    } else if hand > queues {
        errs.invalid(queuing.get("handSize"), "must not be more than `queues`");
    } else if deal_bits(queues, hand) > 60.0 {
        errs.invalid(queuing.get("handSize"), "is too large for so many queues: dealing the hands needs more than 60 bits");
    }
}

/// How many bits dealing a hand of queues takes, by the server's reckoning.
fn deal_bits(queues: i64, hand: i64) -> f64 {
    ((queues as f64).log2() * hand as f64).ceil()
}
