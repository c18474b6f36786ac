//! The steps of a rollout as rows of a table: what text, Markdown, HTML and SVG all draw.

use super::words::duration;
use crate::plan::{Action, Counts, PlannedObject, Rollout, Step, Wait};

/// How an object's steps are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Pods are alike: counts of old and new ones.
    Counted,
    /// Pods have names, or the nodes they are on.
    Named,
}

/// One row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// The step, from 1; `None` for a wait between two steps and for what is folded.
    pub step: Option<usize>,
    /// What is done.
    pub does: String,
    /// The counts then; `None` for what is folded.
    pub counts: Option<Counts>,
    /// What is waited for before the next row, where that is no row of its own.
    pub wait: String,
}

/// How the steps of `object` are told.
pub fn shape(object: &PlannedObject) -> Shape {
    match object.id.kind.as_str() {
        "StatefulSet" | "DaemonSet" => Shape::Named,
        _ => Shape::Counted,
    }
}

/// The rows of a rollout; beyond `most` the middle is folded.
pub fn rows(object: &PlannedObject, rollout: &Rollout, most: usize) -> Vec<Row> {
    let shape = shape(object);
    let mut rows = Vec::new();
    for (i, step) in rollout.steps.iter().enumerate() {
        let wait = if shape == Shape::Named { waits(step) } else { String::new() };
        let counts = if shape == Shape::Named { after_wait(step) } else { step.counts };
        rows.push(Row { step: Some(i + 1), does: deeds(object, step), counts: Some(counts), wait });
        if let (Shape::Counted, Some(wait)) = (shape, &step.then) {
            rows.push(Row { step: None, does: wait_row(wait, step.counts), counts: Some(after_wait(step)), wait: String::new() });
        }
    }
    fold(&mut rows, most);
    rows
}

/// Replaces the middle of too many rows by one that says how many there are.
fn fold(rows: &mut Vec<Row>, most: usize) {
    if rows.len() <= most.max(3) {
        return;
    }
    let tail = most.max(3) / 4;
    let head = most.max(3) - tail - 1;
    let folded = rows.len() - head - tail;
    let says = Row { does: format!("… {folded} more rows of the same"), ..Row::default() };
    rows.splice(head..head + folded, [says]);
}

/// The counts once what a step waits for has come.
fn after_wait(step: &Step) -> Counts {
    let mut counts = step.counts;
    match &step.then {
        Some(wait) if wait.kind == "ready" || wait.kind == "available" => {
            // Those that are not new are old ones that were on their way.
            let new = (counts.new - (counts.ready - counts.ready_old)).max(0);
            counts.ready_old += (wait.pods - new).clamp(0, (counts.old - counts.ready_old).max(0));
            counts.ready = (counts.ready + wait.pods).min(counts.pods.max(counts.ready));
            counts.stopping = 0;
        }
        Some(wait) if wait.kind == "failed" => {
            (counts.new, counts.pods) = (counts.new - wait.pods.min(counts.new), counts.pods - wait.pods.min(counts.pods));
        }
        Some(wait) if wait.kind == "gone" => counts.stopping = 0,
        _ => {}
    }
    counts
}

fn wait_row(wait: &Wait, counts: Counts) -> String {
    let fresh = counts.new - (counts.ready - counts.ready_old);
    let new = if counts.old > 0 && wait.pods <= fresh { "new " } else { "" };
    let (pods, verb) = if wait.pods == 1 { ("pod", "becomes") } else { ("pods", "become") };
    match wait.kind {
        "ready" | "available" => format!("… {} {new}{pods} {verb} {}", wait.pods, wait.kind),
        "never" => format!("… {} {pods} never {verb} ready", wait.pods),
        "failed" if wait.seconds > 0 => {
            format!("… {} {pods} fail{}, {} pass", wait.pods, s_of(wait.pods), duration(wait.seconds))
        }
        "failed" => format!("… {} {pods} fail{}", wait.pods, s_of(wait.pods)),
        "gone" => format!("… {} old {pods} {} gone", wait.pods, if wait.pods == 1 { "is" } else { "are" }),
        "admission" if wait.pods == 1 => "… 1 pod is not let in".to_string(),
        "admission" => format!("… {} pods are not let in", wait.pods),
        "bound" => "… the claims are bound".to_string(),
        "manual" => "… until someone deletes the old pods".to_string(),
        "time" => "… for a while".to_string(),
        kind => format!("… {kind}"),
    }
}

/// `1 pod fails`, `2 pods fail`.
fn s_of(pods: i64) -> &'static str {
    if pods == 1 { "s" } else { "" }
}

/// What a step waits for: `db-0 ready`, `3 ready`.
fn waits(step: &Step) -> String {
    let Some(wait) = &step.then else { return String::new() };
    let pods: Vec<&str> = step.actions.iter().filter(|action| kind_of(action) == "Pod").map(name_of).collect();
    match (pods.as_slice(), wait.kind) {
        (_, "manual") => "someone to delete the old pods".to_string(),
        ([pod], "never") => format!("{pod} ready: never"),
        (_, "admission") => format!("{} to be let in", wait.pods),
        (_, "never") => format!("{} ready: never", wait.pods),
        ([pod], kind) => format!("{pod} {kind}"),
        (_, kind) if wait.pods > 0 => format!("{} {kind}", wait.pods),
        (_, kind) => kind.to_string(),
    }
}

/// What one step does: `start 3 new`, `claim data-db-0, start db-0`.
pub fn deeds(object: &PlannedObject, step: &Step) -> String {
    let mut deeds = Vec::new();
    let mut rest = step.actions.as_slice();
    while let Some(first) = rest.first() {
        let alike = 1 + rest[1..].iter().take_while(|action| same_deed(first, action)).count();
        deeds.push(deed(object, first, &rest[..alike]));
        rest = &rest[alike..];
    }
    deeds.join(", ")
}

fn same_deed(a: &Action, b: &Action) -> bool {
    a.verb == b.verb
        && a.verb != "scale"
        && kind_of(a) != "ReplicaSet"
        && kind_of(a) == kind_of(b)
        && a.to.unwrap_or(1) == 1
        && b.to.unwrap_or(1) == 1
}

fn kind_of(action: &Action) -> &str {
    action.target.split_once('/').map_or("", |(kind, _)| kind)
}

fn name_of(action: &Action) -> &str {
    let name = action.target.split_once('/').map_or(action.target.as_str(), |(_, name)| name);
    // Pods of a DaemonSet go by their node: `agent-????? on node-1`.
    name.split_once(" on ").map_or(name, |(_, node)| node)
}

fn deed(object: &PlannedObject, action: &Action, alike: &[Action]) -> String {
    let names = names(&alike.iter().map(name_of).collect::<Vec<_>>(), alike.len());
    let on = if object.id.kind == "DaemonSet" && kind_of(action) == "Pod" { "on " } else { "" };
    match (action.verb, kind_of(action)) {
        ("scale", _) | ("create", "ReplicaSet") => scaled(object, action),
        ("create", "PersistentVolumeClaim") => format!("claim {names}"),
        ("delete", "PersistentVolumeClaim") => format!("delete claim {names}, its data with it"),
        // Its time to live is over, and so is that of its pods.
        ("delete", "Job") => format!("delete {}, and its pods", names.rsplit('/').next().unwrap_or(&names)),
        ("create" | "run", "Job") => format!("run {names}"),
        ("create" | "run", _) => format!("start {on}{}{names}", number(action)),
        ("evict", _) if names.ends_with("?????") => {
            let count = action.to.unwrap_or(1);
            format!("evict {count} {}", if count == 1 { "pod" } else { "pods" })
        }
        ("delete" | "stop", _) => format!("stop {on}{}{names}", number(action)),
        ("orphan", _) => format!("let go of {}{names}", number(action)),
        ("fail", _) => format!("fail: {}", action.reason.unwrap_or("")),
        (verb, _) => format!("{verb} {}{names}", number(action)),
    }
}

/// `3 × `, for an action that stands for several.
fn number(action: &Action) -> String {
    action.to.filter(|count| *count > 1).map_or(String::new(), |count| format!("{count} × "))
}

/// `start 3 new`, `remove 2 old`; the ReplicaSet's own name where it is neither.
fn scaled(object: &PlannedObject, action: &Action) -> String {
    let (from, to) = (action.from.unwrap_or(0), action.to.unwrap_or(0));
    let name = name_of(action);
    let which = match (&object.revision, &object.revision_before) {
        (Some(new), before) if name == new => {
            if before.as_ref().is_some_and(|before| before != new) {
                "new".to_string()
            } else {
                "pods".to_string()
            }
        }
        (_, Some(old)) if name == old => "old".to_string(),
        _ => format!("of {name}"),
    };
    let count = (to - from).abs();
    if count == 0 {
        return format!("make {name}, empty");
    }
    let which = if count == 1 && which == "pods" { "pod" } else { &which };
    format!("{} {count} {which}", if to >= from { "start" } else { "remove" })
}

/// Names in a row, the middle left out where there are many: `db-0, db-1 … db-9 (10)`.
pub fn names<T: AsRef<str>>(names: &[T], count: usize) -> String {
    match names {
        [first, second, .., last] if names.len() > 4 => {
            format!("{}, {} … {} ({count})", first.as_ref(), second.as_ref(), last.as_ref())
        }
        _ => names.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(", "),
    }
}
