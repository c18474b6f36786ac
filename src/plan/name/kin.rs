//! The way back: whether a name seen in a cluster is that of something which an object has made.

/// The letters of hashes and of random ends.
const LETTERS: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";

/// Whether an object of that kind and name makes things called `made`, whatever its revision: a ReplicaSet, a ControllerRevision,
/// a pod, a claim or a Job.
pub fn is_made_by(made: &str, kind: &str, name: &str) -> bool {
    let after = made.strip_prefix(name).and_then(|rest| rest.strip_prefix('-'));
    let parts: Vec<&str> = after.map_or(Vec::new(), |rest| rest.split('-').collect());
    match (kind, parts.as_slice()) {
        ("Deployment", [hash] | [hash, _]) if !is_hash(hash) => false,
        ("Deployment" | "CronJob", [_, end]) if !is_random(end) => false,
        ("Deployment", [_] | [_, _]) => true,
        ("ReplicaSet" | "ReplicationController" | "Job", [end]) => is_random(end),
        ("Job", [index, end]) => is_number(index) && is_random(end),
        ("CronJob", [minutes] | [minutes, _]) => minutes.len() > 6 && is_number(minutes),
        ("DaemonSet", [end]) => is_random(end) || is_hash(end),
        ("StatefulSet", [end]) => is_number(end) || is_hash(end),
        // Its claims have the template's name in front.
        ("StatefulSet", []) => {
            let owner = made.rsplit_once('-').filter(|(_, ordinal)| is_number(ordinal)).map_or("", |(owner, _)| owner);
            owner.strip_suffix(name).is_some_and(|template| template.len() > 1 && template.ends_with('-'))
        }
        _ => false,
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

fn is_random(text: &str) -> bool {
    text.len() == 5 && text.bytes().all(|b| LETTERS.contains(&b))
}

/// Leading zeros of a number are not written, so a hash may be shorter than ten letters.
fn is_hash(text: &str) -> bool {
    (6..=10).contains(&text.len()) && text.bytes().all(|b| LETTERS.contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back_to_their_makers() {
        for (made, kind, name) in [
            ("web-8486db4cf", "Deployment", "web"),
            ("web-8486db4cf-x2k9p", "Deployment", "web"),
            ("db-2", "StatefulSet", "db"),
            ("db-57b8f7c684", "StatefulSet", "db"),
            ("data-db-0", "StatefulSet", "db"),
            ("agent-x2k9p", "DaemonSet", "agent"),
            ("backup-29400120", "CronJob", "backup"),
            ("backup-29400120-x2k9p", "CronJob", "backup"),
            ("sums-3-x2k9p", "Job", "sums"),
        ] {
            assert!(is_made_by(made, kind, name), "{made}");
        }
        for (made, kind, name) in [
            ("web", "Deployment", "web"),
            ("web-api-x2k9p", "Deployment", "web"),
            ("web-api", "Deployment", "web"),
            ("webapp-8486db4cf", "Deployment", "web"),
            ("db-x", "StatefulSet", "db"),
            ("db-0", "Deployment", "db"),
            ("backup-2", "CronJob", "backup"),
        ] {
            assert!(!is_made_by(made, kind, name), "{made} by {kind} {name}");
        }
    }
}
