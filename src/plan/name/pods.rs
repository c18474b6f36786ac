//! Names that controllers derive from a name: what is cut, what is appended, and which letters nobody can know.

/// Stands for five random letters.
pub const RANDOM: &str = "?????";

/// The longest name that the server completes with five random letters; the rest is cut off before.
const GENERATED: usize = 58;

/// The longest name of a ReplicaSet.
const SUBDOMAIN: usize = 253;

/// The longest name of a StatefulSet or DaemonSet that its revisions show whole.
const REVISED: usize = 223;

/// The ReplicaSet of a Deployment.
pub fn replica_set(deployment: &str, hash: &str) -> String {
    let room = SUBDOMAIN - hash.len().min(SUBDOMAIN - 1) - 1;
    format!("{}-{hash}", cut(deployment, room))
}

/// The ControllerRevision of a StatefulSet.
pub fn controller_revision(set: &str, hash: &str) -> String {
    format!("{}-{hash}", cut(set, REVISED))
}

/// A pod of a ReplicaSet, ReplicationController, DaemonSet or Job, an EndpointSlice of a Service: any object that gets five random
/// letters.
pub fn generated(owner: &str) -> String {
    format!("{}{RANDOM}", cut(&format!("{owner}-"), GENERATED))
}

/// The pod of an Indexed Job.
pub fn indexed_pod(job: &str, index: i64) -> String {
    let end = format!("-{index}-");
    format!("{}{end}{RANDOM}", cut(job, GENERATED - end.len()))
}

/// The host name of an Indexed Job's pod.
pub fn indexed_hostname(job: &str, index: i64) -> String {
    format!("{job}-{index}")
}

/// The pod of a StatefulSet.
pub fn ordinal_pod(set: &str, ordinal: i64) -> String {
    format!("{set}-{ordinal}")
}

/// The claim that a StatefulSet makes for a pod.
pub fn ordinal_claim(template: &str, set: &str, ordinal: i64) -> String {
    format!("{template}-{set}-{ordinal}")
}

/// The claim of a pod's ephemeral volume.
pub fn ephemeral_claim(pod: &str, volume: &str) -> String {
    format!("{pod}-{volume}")
}

/// The Job that a CronJob makes for the run at `seconds` since 1970.
pub fn cron_job_run(cronjob: &str, seconds: i64) -> String {
    // Go divides towards zero.
    format!("{cronjob}-{}", seconds / 60)
}

/// At most `length` bytes of `name`; names of objects are ASCII.
fn cut(name: &str, length: usize) -> &str {
    name.get(..length).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts() {
        let long = "a".repeat(300);
        assert_eq!(replica_set("web", "bfb6488d7"), "web-bfb6488d7");
        assert_eq!(replica_set(&long, "bfb6488d7"), format!("{}-bfb6488d7", &long[..243]));
        assert_eq!(controller_revision("db", "6578754d74"), "db-6578754d74");
        assert_eq!(controller_revision(&long, "6578754d74"), format!("{}-6578754d74", &long[..223]));
        for (owner, name) in [
            ("web-bfb6488d7", "web-bfb6488d7-?????".to_string()),
            // The hyphen counts among the 58.
            (&long[..57], format!("{}-?????", &long[..57])),
            (&long[..58], format!("{}?????", &long[..58])),
            // A Deployment's name of 52 characters: the hash is half cut.
            (&format!("{}-bfb6488d7", &long[..52]), format!("{}-bfb64?????", &long[..52])),
            (&format!("{}-bfb6488d7", &long[..63]), format!("{}?????", &long[..58])),
        ] {
            assert_eq!(generated(owner), name, "{owner}");
        }
    }

    #[test]
    fn names_by_number() {
        let long = "a".repeat(63);
        assert_eq!(indexed_pod("sum", 0), "sum-0-?????");
        assert_eq!(indexed_pod(&long, 12), format!("{}-12-?????", &long[..54]));
        assert_eq!(indexed_hostname("sum", 3), "sum-3");
        assert_eq!(ordinal_pod("db", 2), "db-2");
        assert_eq!(ordinal_claim("data", "db", 2), "data-db-2");
        assert_eq!(ephemeral_claim("db-2", "scratch"), "db-2-scratch");
        assert_eq!(cron_job_run("backup", 1_764_007_200), "backup-29400120");
        assert_eq!(cron_job_run("backup", 1_764_007_259), "backup-29400120");
    }
}
