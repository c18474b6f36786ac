//! The words and signs that all views share.

use serde_json::Value;

use crate::object::ObjectId;
use crate::plan::{Action, Apply, Change, Effect, Plan, Rollout, Step};

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

/// A value on one line, cut in the middle where it is long; secret ones as their length only.
pub fn value(value: Option<&Value>, change: &Change) -> String {
    match value {
        None => "nothing".to_string(),
        Some(value) if change.sensitive => format!("{} bytes", bytes(value)),
        Some(Value::String(text)) => shortened(&text.replace('\n', "⏎")),
        Some(other) => shortened(&other.to_string()),
    }
}

/// Both sides of a change: `app:1 → app:2`.
pub fn both(change: &Change) -> String {
    if change.sensitive {
        return format!("changed ({} → {})", value(change.before.as_ref(), change), value(change.after.as_ref(), change));
    }
    match (&change.before, &change.after) {
        (None, after) => format!("added {}", value(after.as_ref(), change)),
        (before, None) => format!("removed {}", value(before.as_ref(), change)),
        (before, after) => format!("{} → {}", value(before.as_ref(), change), value(after.as_ref(), change)),
    }
}

fn bytes(value: &Value) -> usize {
    value.as_str().map_or(0, str::len)
}

/// At most 60 characters; the middle goes first, since both ends tell more.
fn shortened(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    if characters.len() <= 60 {
        return text.to_string();
    }
    let head: String = characters[..38].iter().collect();
    let tail: String = characters[characters.len() - 20..].iter().collect();
    format!("{head}…{tail}")
}

/// What one step does: `start 3 new`, `remove db-2`.
pub fn deeds(step: &Step) -> String {
    step.actions.iter().map(deed).collect::<Vec<_>>().join(", ")
}

fn deed(action: &Action) -> String {
    let (kind, name) = action.target.split_once('/').unwrap_or(("", &action.target));
    match (action.verb, action.from, action.to) {
        ("scale", Some(from), Some(to)) if to > from => format!("{name} {from} → {to}"),
        ("scale", Some(from), Some(to)) => format!("{name} {from} → {to}"),
        ("create", _, Some(count)) if count > 1 => format!("start {count} {name}"),
        ("create", _, _) if kind == "PersistentVolumeClaim" => format!("claim {name}"),
        ("create", _, _) => format!("start {name}"),
        ("delete" | "stop", _, Some(count)) if count > 1 => format!("stop {count} {name}"),
        ("delete" | "stop", _, _) if kind == "PersistentVolumeClaim" => format!("delete claim {name}"),
        ("delete" | "stop", _, _) => format!("stop {name}"),
        (verb, _, _) => format!("{verb} {name}"),
    }
}

/// What a step waits for: `3 ready`.
pub fn waits(step: &Step) -> String {
    step.then
        .as_ref()
        .map_or(String::new(), |wait| if wait.pods > 0 { format!("{} {}", wait.pods, wait.kind) } else { wait.kind.to_string() })
}

/// What holds throughout a rollout, in a sentence.
pub fn bounds(rollout: &Rollout) -> String {
    let bounds = &rollout.bounds;
    let mut text = format!("never fewer than {} ready, never more than {} counted", bounds.min_ready, bounds.max_counted);
    if bounds.max_existing > bounds.max_counted {
        text.push_str(&format!("; up to {} exist while old ones stop", bounds.max_existing));
    }
    text
}

/// What happens if no new pod becomes ready.
pub fn never_ready(rollout: &Rollout) -> Option<String> {
    let never = rollout.if_never_ready.as_ref()?;
    let reported = match never.reported_after_seconds {
        Some(seconds) => format!("reported as failed after {}", duration(seconds)),
        None => "never reported as failed".to_string(),
    };
    let back = if never.recovers_by_itself {
        "a mended template is enough"
    } else {
        "even a mended template waits until the pod is deleted by hand"
    };
    let ready = if never.ready == 1 { "1 pod still serves".to_string() } else { format!("{} pods still serve", never.ready) };
    Some(format!("if the new pods never become ready: stays at step {}, {ready}; {reported}; {back}", never.stops_at))
}

/// `90 s`, `10 min`.
pub fn duration(seconds: i64) -> String {
    if seconds >= 120 && seconds % 60 == 0 { format!("{} min", seconds / 60) } else { format!("{seconds} s") }
}
