//! Requests and limits. Mirrors core/v1 validation of `resources` of containers and pods, of `overhead` and `resizePolicy`.

use std::collections::BTreeSet;

use super::{Unique, Verdicts, Why, nearest, text};
use crate::object::pod::{is_pod_level, total};
use crate::object::{Field, Quantity};

/// Whose resources they are: a pod has fewer kinds than a container.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Owner {
    Container,
    Pod,
}

/// `resources` of one container; `pod_claims` is the pod's `resourceClaims`.
pub fn container(errs: &mut Verdicts, resources: Field, pod_claims: Field) {
    requirements(errs, resources, Owner::Container);
    claims(errs, resources.get("claims"), pod_claims);
}

/// `overhead` of a pod, which the server reads (and names) as if it were limits.
pub fn overhead(errs: &mut Verdicts, overhead: Field) {
    if overhead.exists() {
        overhead_printed_as(errs, overhead, &overhead.path());
    }
}

/// The same where the server prints `path` for what has the amounts.
pub fn overhead_printed_as(errs: &mut Verdicts, overhead: Field, path: &str) {
    let before = errs.len();
    for (name, amount) in overhead.entries() {
        entry(errs, name, amount, Owner::Container);
    }
    huge_pages_alone(errs, overhead, overhead.entries().map(|(name, _)| name));
    if errs.len() == before {
        return;
    }
    let real = overhead.path();
    for verdict in errs.since(before) {
        verdict.field = match verdict.field.strip_prefix(&real) {
            Some(entry) if !entry.is_empty() => format!("{path}.limits{entry}"),
            _ => path.to_string(),
        };
    }
}

/// `resources` of a pod as a whole: no less than its containers ask for together, no less than any of them may take.
pub fn pod(errs: &mut Verdicts, spec: Field) {
    let Some(resources) = spec.some("resources") else { return };
    if resources.get("claims").exists() {
        errs.forbidden(resources.get("claims"), "only containers claim devices");
    }
    requirements(errs, resources, Owner::Pod);
    claims(errs, resources.get("claims"), spec.get("resourceClaims"));
    let requests = resources.get("requests");
    for (name, sum) in total(spec, "requests") {
        let Some(own) = requests.entry(name) else { continue };
        if sum > amount_of(own) {
            errs.invalid(own, format!("the containers request {} together", sum.canonical()));
        }
    }
    for (i, container) in spec.get("containers").items().enumerate() {
        for (name, limit) in container.get("resources").get("limits").entries() {
            if resources.get("limits").entry(name).is_some_and(|most| amount_of(limit) > amount_of(most)) {
                let printed = format!("{}.containers[{i}][{name}].limits", resources.path());
                errs.invalid(limit, "is more than the limit of the pod").printed_as(printed);
            }
        }
    }
}

/// Names and amounts of limits and requests, and each request against its limit.
fn requirements(errs: &mut Verdicts, resources: Field, owner: Owner) {
    let (limits, requests) = (resources.get("limits"), resources.get("requests"));
    for (name, amount) in limits.entries() {
        entry(errs, name, amount, owner);
    }
    for (name, amount) in requests.entries() {
        entry(errs, name, amount, owner);
        within_limit(errs, name, requests, limits);
    }
    huge_pages_alone(errs, resources, limits.entries().chain(requests.entries()).map(|(name, _)| name));
}

/// One name and its amount: not negative, whole for what is counted, whole pages for huge pages.
fn entry(errs: &mut Verdicts, name: &str, amount: Field, owner: Owner) {
    match owner {
        Owner::Container => {
            if let Err(why) = text::container_resource_name(name) {
                misnamed(errs, name, amount, why);
            }
        }
        Owner::Pod => match text::resource_name(name) {
            Err(why) => misnamed(errs, name, amount, why),
            Ok(()) if !is_pod_level(name) => _ = errs.unsupported(amount, &["cpu", "hugepages-", "memory"]),
            Ok(()) => {}
        },
    }
    let quantity = amount_of(amount);
    if quantity.sign() < 0 {
        errs.invalid(amount, "must not be negative");
    }
    // The server looks at thousandths, rounded up.
    if text::is_integer_resource(name) && quantity.milli() % 1000 != 0 {
        errs.invalid(amount, "must be a whole number");
    }
    if let Some(page) = name.strip_prefix("hugepages-") {
        whole_pages(errs, amount, &quantity, page);
    }
}

fn whole_pages(errs: &mut Verdicts, amount: Field, quantity: &Quantity, page: &str) {
    let page = Quantity::parse(page).ok().filter(|page| page.sign() > 0 && page.milli() % 1000 == 0);
    if page.and_then(|page| quantity.value().checked_rem(page.value())) != Some(0) {
        errs.invalid(amount, "must be a whole number of pages of the size the name tells");
    }
}

/// Points at the name; with the one that may be meant.
fn misnamed(errs: &mut Verdicts, name: &str, amount: Field, why: Why) {
    let verdict = errs.invalid(amount, format!("the name {why}"));
    verdict.span = amount.key_span();
    if let Some(meant) = nearest(name, &["cpu", "memory", "ephemeral-storage"]) {
        verdict.help(format!("did you mean `{meant}`?"));
    }
}

/// The amount in `field`; one that is null is nothing.
fn amount_of(field: Field) -> Quantity {
    Quantity::of(field).unwrap_or_else(Quantity::zero)
}

/// A request is at most its limit, and just its limit for what cannot be overcommitted: devices and huge pages.
fn within_limit(errs: &mut Verdicts, name: &str, requests: Field, limits: Field) {
    let overcommit = text::is_native_resource(name) && !text::is_hugepages(name);
    let Some(request) = requests.entry(name) else { return };
    let Some(limit) = limits.entry(name) else {
        if !overcommit {
            errs.required(limits, format!("`{name}` cannot be overcommitted, so its request needs an equal limit"));
        }
        return;
    };
    let why = match amount_of(request).cmp(&amount_of(limit)) {
        std::cmp::Ordering::Equal => return,
        _ if !overcommit => "must equal the limit: it cannot be overcommitted",
        std::cmp::Ordering::Greater => "is more than the limit",
        std::cmp::Ordering::Less => return,
    };
    // The server names the whole of the requests.
    errs.invalid(request, why).printed_as(requests.path()).label(limit.span(), "the limit");
}

/// Huge pages come only beside cpu or memory.
fn huge_pages_alone<'a>(errs: &mut Verdicts, resources: Field, names: impl Iterator<Item = &'a str> + Clone) {
    if names.clone().any(text::is_hugepages) && !names.clone().any(|name| matches!(name, "cpu" | "memory")) {
        errs.forbidden(resources, "huge pages need cpu or memory beside them");
    }
}

/// `resources.claims`: each names a claim of the pod, and no device twice.
fn claims(errs: &mut Verdicts, claims: Field, pod_claims: Field) {
    let mut seen: BTreeSet<(&str, &str)> = BTreeSet::new();
    for claim in claims.items() {
        let (name, request) = (claim.get("name").text(), claim.get("request").text());
        if name.is_empty() {
            errs.required(claim, "a claim is told by its name");
            continue;
        }
        let whole_taken = seen.contains(&(name, ""));
        if !whole_taken && !request.is_empty() {
            errs.may(claim.get("request"), text::dns_label);
        }
        let any_taken = seen.iter().any(|(other, _)| *other == name);
        if whole_taken || seen.contains(&(name, request)) || (request.is_empty() && any_taken) {
            errs.duplicate(claim);
        }
        seen.insert((name, request));
        if !pod_claims.items().any(|known| known.get("name").text() == name) {
            errs.not_found(claim, "it must be one of the pod's `resourceClaims`");
        }
    }
}

/// `spec.resourceClaims` of a pod.
pub fn pod_claims(errs: &mut Verdicts, claims: Field) {
    let mut names = Unique::default();
    for claim in claims.items() {
        let name = claim.get("name");
        if name.is_empty() {
            errs.required(name, "");
        } else if names.add(errs, name) {
            errs.may(name, text::dns_label);
        }
        let sources = ["resourceClaimName", "resourceClaimTemplateName"];
        if sources.iter().filter(|source| claim.get(source).exists()).count() != 1 {
            errs.invalid(claim, "it needs one of `resourceClaimName` and `resourceClaimTemplateName`");
        }
        for source in sources.into_iter().filter_map(|source| claim.some(source)) {
            if let Err(why) = text::dns_subdomain(source.text()) {
                errs.invalid(source, why);
            }
        }
    }
}

/// `resizePolicy` of one container. The server names the list for all but repetition.
pub fn resize_policy(errs: &mut Verdicts, policies: Field, restart_policy: Field) {
    let mut names = BTreeSet::new();
    for policy in policies.items() {
        let (name, restart) = (policy.get("resourceName"), policy.get("restartPolicy"));
        if !names.insert(name.text()) {
            errs.duplicate(policy);
        }
        let before = errs.len();
        errs.must_be_one_of(name, &["cpu", "memory"]);
        errs.must_be_one_of(restart, &["NotRequired", "RestartContainer"]);
        if restart_policy.text() == "Never" && restart.text() != "NotRequired" {
            errs.invalid(restart, "must be `NotRequired` in a pod that is never restarted");
        }
        for verdict in errs.since(before) {
            verdict.printed_as(policies.path());
        }
    }
}
