//! The words and signs that all views share.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::diagnostic::Severity;
use crate::object::ObjectId;
use crate::plan::{Apply, Change, CronRun, Effect, Plan, PlanFinding, PlannedObject, Rollout, Sum};

/// The word for a way of applying, as the contract has it.
pub fn apply_word(apply: Apply) -> &'static str {
    match apply {
        Apply::Client => "client",
        Apply::Server => "server",
        Apply::Replace => "replace",
    }
}

/// The word for an effect, as the contract has it.
pub fn effect_word(effect: Effect) -> &'static str {
    match effect {
        Effect::None => "none",
        Effect::Future => "future",
        Effect::InPlace => "inPlace",
        Effect::Rollout => "rollout",
        Effect::Create => "create",
        Effect::LeftBehind => "leftBehind",
        Effect::Delete => "delete",
        Effect::Replace => "replace",
        Effect::Refused => "refused",
    }
}

/// The sign before an object; never the only carrier of meaning.
pub fn sign(effect: Effect) -> &'static str {
    match effect {
        Effect::None => "·",
        Effect::Future | Effect::InPlace => "~",
        Effect::Rollout => "↻",
        Effect::Create => "+",
        Effect::LeftBehind | Effect::Delete => "-",
        Effect::Replace => "±",
        Effect::Refused => "!",
    }
}

/// `shop/web`, or the bare name of a cluster-scoped object.
pub fn full_name(id: &ObjectId) -> String {
    if id.namespace.is_empty() { id.name.clone() } else { format!("{}/{}", id.namespace, id.name) }
}

/// Whether an object is worth a line: something becomes of it, or it cannot work.
pub fn is_shown(plan: &Plan, index: usize, object: &PlannedObject) -> bool {
    let broken = |finding: &PlanFinding| finding.object == Some(index) && finding.severity == Severity::Error;
    object.effect != Effect::None || plan.findings.iter().any(broken)
}

/// The findings on objects that are not worth a line: `2 warnings, 1 note on unchanged objects`; nothing where there are none.
pub fn hidden_findings(plan: &Plan) -> Option<String> {
    let hidden = |index: usize| plan.objects.get(index).is_some_and(|object| !is_shown(plan, index, object));
    let told = findings_told(plan.findings.iter().filter(|finding| finding.object.is_some_and(hidden)))?;
    Some(format!("{told} on unchanged objects"))
}

/// How many findings of each severity there are: `1 error, 2 warnings`.
pub fn findings_told<'a>(findings: impl Iterator<Item = &'a PlanFinding>) -> Option<String> {
    let mut counts = [(Severity::Error, 0), (Severity::Warning, 0), (Severity::Advice, 0)];
    for finding in findings {
        counts.iter_mut().filter(|(of, _)| *of == finding.severity).for_each(|(_, count)| *count += 1);
    }
    let some = counts.iter().filter(|(_, count)| *count > 0);
    let told: Vec<String> =
        some.map(|(of, count)| format!("{count} {}{}", severity(*of), if *count == 1 { "" } else { "s" })).collect();
    (!told.is_empty()).then(|| told.join(", "))
}

/// How often each effect occurs.
pub fn count(plan: &Plan, effects: &[Effect]) -> usize {
    plan.objects.iter().filter(|object| effects.contains(&object.effect)).count()
}

/// The summary line: zeros shown for what is dangerous.
pub fn summary_line(plan: &Plan) -> String {
    format!(
        "{} rollout, {} in place, {} created, {} replaced, {} deleted, {} refused; {} unchanged",
        count(plan, &[Effect::Rollout]),
        count(plan, &[Effect::InPlace, Effect::Future]),
        count(plan, &[Effect::Create]),
        count(plan, &[Effect::Replace]),
        count(plan, &[Effect::Delete]),
        count(plan, &[Effect::Refused]),
        count(plan, &[Effect::None, Effect::LeftBehind]),
    )
}

/// Both sides of a change, each at most 60 characters: `app:1 → app:2`.
pub fn both(change: &Change) -> String {
    both_within(change, 124)
}

/// Both sides of a change in so many characters, if they can be cut to it.
pub fn both_within(change: &Change, room: usize) -> String {
    let most = match (&change.before, &change.after) {
        (Some(_), Some(_)) => (room.saturating_sub(3) / 2).clamp(16, 60),
        _ => room.saturating_sub(8).clamp(16, 100),
    };
    let before = change.before.as_ref().map(|before| value(before, change, most));
    let after = change.after.as_ref().map(|after| value(after, change, most));
    match (before, after) {
        (Some(before), Some(after)) if change.sensitive => format!("changed ({before} → {after})"),
        (Some(before), Some(after)) => format!("{before} → {after}"),
        (None, Some(after)) => format!("added {after}"),
        (Some(before), None) => format!("removed {before}"),
        (None, None) => "changed".to_string(),
    }
}

/// A value on one line, cut in the middle where it is long; secret ones as their length only.
fn value(value: &Value, change: &Change, most: usize) -> String {
    match value {
        Value::String(text) if change.sensitive => {
            let bytes = if change.path.starts_with("data[") { decoded(text) } else { text.len() };
            if bytes == 1 { "1 byte".to_string() } else { format!("{bytes} bytes") }
        }
        _ if change.sensitive => "secret".to_string(),
        Value::String(text) => shortened(&text.replace('\n', "⏎"), most),
        other => shortened(&other.to_string(), most),
    }
}

/// How many bytes base64 stands for: three for four characters, the padding aside.
fn decoded(text: &str) -> usize {
    text.trim_end_matches('=').bytes().filter(|byte| !byte.is_ascii_whitespace()).count() * 3 / 4
}

/// The middle goes first, since both ends tell more.
pub fn shortened(text: &str, most: usize) -> String {
    let characters: Vec<char> = text.chars().filter(|c| !c.is_control()).collect();
    if characters.len() <= most {
        return characters.into_iter().collect();
    }
    let tail = most / 3;
    let head: String = characters[..most - tail - 1].iter().collect();
    let tail: String = characters[characters.len() - tail..].iter().collect();
    format!("{head}…{tail}")
}

/// What stands behind the name: what becomes of the object, in a few words.
pub fn headline(object: &PlannedObject) -> String {
    if let Some(headline) = &object.headline {
        return headline.clone();
    }
    match (object.effect, &object.revision_before, &object.revision) {
        (Effect::Refused, _, _) if !object.changes.is_empty() => "the server would refuse this update".to_string(),
        (Effect::Refused, Some(_), _) => "the server would refuse this update".to_string(),
        (Effect::Refused, None, _) => "the server would refuse this".to_string(),
        (Effect::Replace, _, _) => "must be deleted and created again".to_string(),
        (Effect::Delete, _, _) => "deleted".to_string(),
        (Effect::LeftBehind, _, _) => "left the manifests; keeps existing".to_string(),
        (Effect::Rollout, Some(before), Some(after)) if before != after => format!("{before} → {after}"),
        (Effect::Rollout, _, _) => "rolls out".to_string(),
        (Effect::Create, _, Some(revision)) => format!("revision {revision}"),
        (Effect::Create, _, None) => "created".to_string(),
        (Effect::InPlace, _, _) => "in place".to_string(),
        (Effect::Future, _, _) if object.id.kind == "Deployment" => PAUSED.to_string(),
        (Effect::Future, _, _) => "takes effect for what is made from now on".to_string(),
        (Effect::None, _, _) => "unchanged".to_string(),
    }
}

/// What becomes of one object, in a line: its effect, what stands meanwhile, and how often pods are waited for.
pub fn plan_line(object: &PlannedObject) -> String {
    let head = match object.effect {
        Effect::Create if object.rollout.is_none() => "new".to_string(),
        Effect::Create => "new".to_string() + &object.revision.as_ref().map_or(String::new(), |name| format!(": {name}")),
        _ => headline(object),
    };
    let Some(rollout) = &object.rollout else { return head };
    let mut parts = vec![head, bounds(rollout)];
    parts.extend(time(rollout));
    parts.join("; ")
}

/// While a Deployment is paused, even new pods are of the old template.
const PAUSED: &str = "waits until the Deployment is resumed";

/// What comes of a change that its values do not say.
pub fn remark(object: &PlannedObject, change: &Change) -> &'static str {
    match change.effect {
        Effect::Refused => "cannot change",
        Effect::Replace => "only by deleting and creating it again",
        _ if object.effect == Effect::Refused => "not applied either",
        Effect::Future if object.id.kind == "Deployment" => PAUSED,
        Effect::Future => "for what is made from now on",
        Effect::Rollout if object.effect != Effect::Rollout => "restarts pods",
        _ => "",
    }
}

/// The path of a change as people say it: `template.containers[web].image`.
pub fn short_path(change: &Change) -> String {
    let path = change.path.strip_prefix("spec.").unwrap_or(&change.path);
    path.replacen("template.spec.", "template.", 1)
}

/// The plan in one sentence: the gravest thing first.
pub fn verdict(plan: &Plan) -> String {
    let objects = |count: usize| if count == 1 { "1 object".to_string() } else { format!("{count} objects") };
    let errors = plan.findings.iter().filter(|finding| finding.severity == Severity::Error).count();
    let lost = count(plan, &[Effect::Delete, Effect::Replace]);
    let refused = count(plan, &[Effect::Refused]);
    let rollouts = count(plan, &[Effect::Rollout]);
    let changed = plan.objects.len() - count(plan, &[Effect::None, Effect::LeftBehind]);
    match () {
        () if refused > 0 => format!("The server would refuse {} of {}", refused, objects(plan.objects.len())),
        () if errors > 0 => {
            format!("{} cannot work as written", if errors == 1 { "1 thing".to_string() } else { format!("{errors} things") })
        }
        () if lost > 0 => format!("{} would be deleted or replaced", objects(lost)),
        () if rollouts > 0 => format!("{} of {} would roll out", rollouts, objects(plan.objects.len())),
        () if changed > 0 => format!("{} would change, no pod restarts", objects(changed)),
        () => "Nothing would change".to_string(),
    }
}

/// `git:HEAD → deploy`; nothing where nobody said where the manifests come from.
pub fn origin(plan: &Plan) -> Option<String> {
    let to = plan.to.as_ref()?;
    let from: Vec<&str> = plan.from.iter().map(|from| from.given.as_str()).collect();
    Some(format!("{} → {}", if from.is_empty() { "empty".to_string() } else { from.join(", ") }, to.given))
}

/// `what if node-1 is drained`; nothing for a plan of manifests alone.
pub fn what_if(plan: &Plan) -> Option<String> {
    (!plan.what_if.is_empty()).then(|| format!("what if {}", plan.what_if.join(" and ")))
}

/// `kubectl apply (client)`, as the plan's head says it.
pub fn apply_command(apply: Apply) -> &'static str {
    match apply {
        Apply::Client => "kubectl apply (client-side)",
        Apply::Server => "kubectl apply --server-side",
        Apply::Replace => "kubectl replace",
    }
}

/// What is asked of the pods while they change: `10 pods; at most 3 extra, at most 2 missing`.
pub fn limits(rollout: &Rollout) -> String {
    let mut text = if rollout.replicas == 1 { "1 pod".to_string() } else { format!("{} pods", rollout.replicas) };
    if let Some(surge) = rollout.max_surge {
        text.push_str(&format!("; at most {surge} extra"));
    }
    if let Some(missing) = rollout.max_unavailable {
        text.push_str(&format!("{} at most {missing} missing", if rollout.max_surge.is_some() { "," } else { ";" }));
    }
    if !rollout.strategy.is_empty() && rollout.strategy != "RollingUpdate" {
        text.push_str(&format!(" ({})", rollout.strategy));
    }
    text
}

/// What holds throughout a rollout, in a sentence.
pub fn bounds(rollout: &Rollout) -> String {
    let bounds = &rollout.bounds;
    let fresh = rollout.steps.first().is_some_and(|step| step.counts.old == 0 && step.counts.ready == 0);
    let floor = match bounds.min_ready {
        0 if fresh => String::new(),
        0 => "at times none is ready, ".to_string(),
        ready => format!("never fewer than {ready} ready, "),
    };
    let mut text = format!("{floor}never more than {} counted", bounds.max_counted);
    if bounds.max_existing > bounds.max_counted {
        text.push_str(&format!("; up to {} exist while old ones stop", bounds.max_existing));
    }
    text
}

/// What happens if no new pod becomes ready.
pub fn never_ready(object: &PlannedObject, rollout: &Rollout) -> Option<String> {
    let never = rollout.if_never_ready.as_ref()?;
    let stopped = never.stops_at.checked_sub(1).and_then(|i| rollout.steps.get(i));
    let waiting = stopped.map_or(0, |step| (step.counts.pods - never.ready).max(0));
    let serving =
        if waiting > 0 { format!("{} serving, {waiting} not", never.ready) } else { format!("{} serving", never.ready) };
    let reported = match never.reported_after_seconds {
        Some(seconds) => format!("reported as failed after {}", duration(seconds)),
        None => "never reported as failed".to_string(),
    };
    let pod = stopped.and_then(|step| step.actions.iter().rev().find_map(|action| action.target.strip_prefix("Pod/")));
    let back = match pod {
        _ if never.recovers_by_itself => "nothing rolls back by itself; a mended template goes on from there".to_string(),
        Some(pod) => format!("stays so after a fix until someone runs  kubectl delete pod {pod}{}", in_namespace(&object.id)),
        None => "stays so after a fix until someone deletes the pod".to_string(),
    };
    // A plan of pods that never become ready needs no if.
    let certain = rollout.steps.iter().any(|step| step.then.as_ref().is_some_and(|then| then.kind == "never"));
    let supposed = if certain { "" } else { "if the new pods never become ready: " };
    Some(format!("{supposed}stays at step {} ({serving}); {reported}; {back}", never.stops_at))
}

fn in_namespace(id: &ObjectId) -> String {
    if id.namespace.is_empty() { String::new() } else { format!(" -n {}", id.namespace) }
}

/// How long a rollout takes at least.
pub fn time(rollout: &Rollout) -> Option<String> {
    let time = rollout.time;
    let waits = if time.waits == 1 { "1 wait".to_string() } else { format!("{} waits", time.waits) };
    match (time.waits, time.at_least_seconds) {
        (0, _) => None,
        (_, 0) => Some(format!("{waits} for pods; how long each takes is not known")),
        (_, seconds) => Some(format!("{waits}: at least {}, plus pulling and starting", duration(seconds))),
    }
}

/// `90 s`, `10 min`.
pub fn duration(seconds: i64) -> String {
    if seconds >= 120 && seconds % 60 == 0 { format!("{} min", seconds / 60) } else { format!("{seconds} s") }
}

/// The word before a finding.
pub fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Advice => "note",
    }
}

/// A CronJob's run on its own clock: `Sat 2026-10-24 02:30 +02:00`.
pub fn run_time(run: &CronRun) -> String {
    run_zoned(run).strftime("%a %Y-%m-%d %H:%M %:z").to_string()
}

/// What is odd about a run: the clock shows the same time as at the run before it.
pub fn run_remark(run: &CronRun, before: Option<&CronRun>) -> &'static str {
    match before {
        Some(before) if run_zoned(before).datetime() == run_zoned(run).datetime() => "clocks go back: runs twice",
        Some(before) if run_zoned(before).offset() > run_zoned(run).offset() => "clocks have gone back",
        Some(before) if run_zoned(before).offset() < run_zoned(run).offset() => "clocks have gone forward",
        _ => "",
    }
}

fn run_zoned(run: &CronRun) -> jiff::Zoned {
    let zone = run.time_zone.as_deref().and_then(|name| jiff::tz::TimeZone::get(name).ok());
    run.at.to_zoned(zone.unwrap_or(jiff::tz::TimeZone::UTC))
}

/// The runs of one CronJob, each with the one before it.
pub fn runs_of<'a>(plan: &'a Plan, id: &ObjectId) -> Vec<(&'a CronRun, Option<&'a CronRun>)> {
    let of = |run: &&CronRun| id.kind == "CronJob" && run.namespace == id.namespace && run.cronjob == id.name;
    let runs: Vec<&CronRun> = plan.runs.iter().filter(of).collect();
    runs.iter().enumerate().map(|(i, run)| (*run, i.checked_sub(1).map(|before| runs[before]))).collect()
}

/// The rows of sums: what is counted, before, at the peak, after; rows that are nothing throughout are left out.
pub fn totals(plan: &Plan) -> Vec<[String; 4]> {
    let totals = &plan.totals;
    let sides = [&totals.before, &totals.peak, &totals.after];
    let number = |name: &str, get: &dyn Fn(&Sum) -> i64| {
        [name.to_string(), get(sides[0]).to_string(), get(sides[1]).to_string(), get(sides[2]).to_string()]
    };
    let mut rows = vec![number("pods", &|sum| sum.pods), number("claims", &|sum| sum.claims)];
    rows.push(number("load balancers", &|sum| sum.load_balancers));
    let mut amounts = |title: &dyn Fn(&str) -> String, get: &dyn Fn(&Sum) -> &BTreeMap<String, String>| {
        let names: BTreeSet<&String> = sides.iter().flat_map(|side| get(side).keys()).collect();
        for name in names {
            let of = |i: usize| get(sides[i]).get(name).map_or("0", String::as_str).to_string();
            rows.push([title(name), of(0), of(1), of(2)]);
        }
    };
    amounts(&|name| format!("{name} requests"), &|sum| &sum.requests);
    amounts(&|name| format!("{name} limits"), &|sum| &sum.limits);
    amounts(&|name| format!("storage, class {name}"), &|sum| &sum.storage);
    rows.retain(|row| row[1..].iter().any(|text| text != "0"));
    rows
}

/// What pods come to with every autoscaled workload at its maximum, in a sentence; `None` where nothing is autoscaled.
pub fn at_maximum(plan: &Plan) -> Option<String> {
    let sum = plan.totals.at_maximum.as_ref()?;
    let amounts = |title: &str, amounts: &BTreeMap<String, String>| {
        let all: Vec<String> = amounts.iter().map(|(name, amount)| format!("{amount} {name}")).collect();
        if all.is_empty() { String::new() } else { format!("; {title} {}", all.join(", ")) }
    };
    let pods = if sum.pods == 1 { "1 pod".to_string() } else { format!("{} pods", sum.pods) };
    let (requests, limits) = (amounts("requests", &sum.requests), amounts("limits", &sum.limits));
    Some(format!("autoscalers at their maximum: {pods}{requests}{limits}{}", amounts("storage", &storage(plan, sum))))
}

/// The storage of a sum where autoscalers make it more than it is in the end.
fn storage(plan: &Plan, sum: &Sum) -> BTreeMap<String, String> {
    if sum.storage == plan.totals.after.storage { BTreeMap::new() } else { sum.storage.clone() }
}

/// How many pods a workload has in the end: `3`, `3 (2–10)` where an autoscaler moves it.
pub fn pods_after(object: &PlannedObject, rollout: &Rollout) -> String {
    match &object.autoscaler {
        Some(scaler) => format!("{} ({}–{})", rollout.replicas, scaler.min, scaler.max),
        None => rollout.replicas.to_string(),
    }
}
