//! Pod volumes: their names and their one source. Mirrors core/v1 validation of `volumes[*]`.

pub mod disks;
mod files;
mod mounts;
mod projected;

pub use mounts::mounts;

use std::borrow::Cow;

use super::few::Few;
use super::{Unique, Verdicts, claim, meta, text};
use crate::object::Field;
use crate::text::Span;

/// What a mount needs to know of the volume it names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backing {
    /// A claim, named or made for the pod: it may be a block device.
    Claim,
    /// Anything else.
    Other,
}

/// The volumes of a pod by name, for the mounts to be held against.
#[derive(Default)]
pub struct Volumes<'a> {
    /// What each volume without a fault is, under its name.
    pub by_name: Few<'a, Backing>,
    /// The places of those with a fault. To the server they do not exist.
    pub faulty: Few<'a, Span>,
    /// Whether there are volumes whose names cannot be read.
    pub unreadable: bool,
}

/// Checks one kind of volume source.
pub type Check = fn(&mut Verdicts, Field);

/// Every source with its check, in the server's order: the first one found counts, each further one is refused unseen.
const SOURCES: &[(&str, Check)] = &[
    ("emptyDir", files::empty_dir),
    ("hostPath", disks::host_path),
    ("gitRepo", files::git_repo),
    ("gcePersistentDisk", disks::gce_disk),
    ("awsElasticBlockStore", disks::aws_disk),
    ("secret", files::secret),
    ("nfs", disks::nfs),
    ("iscsi", disks::iscsi),
    ("glusterfs", disks::glusterfs),
    ("flocker", disks::flocker),
    ("persistentVolumeClaim", claim_by_name),
    ("rbd", disks::rbd),
    ("cinder", disks::cinder),
    ("cephfs", disks::cephfs),
    ("quobyte", disks::quobyte),
    ("downwardAPI", files::downward_api),
    ("fc", disks::fc),
    ("flexVolume", disks::flex),
    ("configMap", files::config_map),
    ("azureFile", disks::azure_file),
    ("vsphereVolume", disks::vsphere),
    ("photonPersistentDisk", disks::photon_disk),
    ("portworxVolume", disks::portworx),
    ("azureDisk", disks::azure_disk),
    ("storageos", disks::storage_os),
    ("projected", projected::projected),
    ("scaleIO", disks::scale_io),
    ("csi", disks::csi),
    ("ephemeral", ephemeral),
    ("image", image),
];

/// The sources that the server calls by another name when it refuses a second one.
const ODD_NAMES: &[(&str, &str)] = &[("cephfs", "cephFS"), ("downwardAPI", "downwarAPI")];

/// All of `spec.volumes`. In a StatefulSet the claims made from its templates come first: the server counts them in, and leaves
/// out the volumes whose names they have.
pub fn volumes<'a>(errs: &mut Verdicts, volumes: Field<'a>) -> Volumes<'a> {
    let mut known = Volumes { unreadable: volumes.poisoned(), ..Volumes::default() };
    let mut names = Unique::default();
    let templates: Vec<Field> = claim_templates(volumes).collect();
    for template in &templates {
        let place = || format!("{}[{}]", volumes.path(), template.index());
        templated(errs, *template, place, &mut names, &mut known);
    }
    let pod = pod_name(volumes);
    let replaced = |volume: &Field| {
        let name = volume.get("name").text();
        !name.is_empty() && templates.iter().any(|template| template.get("metadata").get("name").text() == name)
    };
    for (i, volume) in volumes.items().filter(|volume| !replaced(volume)).enumerate() {
        let since = errs.len();
        one(errs, volume, pod.as_deref(), &mut names);
        if errs.len() == since {
            let claims = volume.get("persistentVolumeClaim").exists() || volume.get("ephemeral").exists();
            known.by_name.insert(volume.get("name").text(), if claims { Backing::Claim } else { Backing::Other });
        } else {
            known.faulty.insert(volume.get("name").text(), volume.get("name").span());
        }
        known.unreadable |= volume.get("name").poisoned();
        made_by_another(errs, volumes, volume, pod.as_deref());
        let position = templates.len() + i;
        if position != volume.index() && errs.len() > since {
            errs.reprint(since, &volume.path(), &format!("{}[{position}]", volumes.path()));
        }
    }
    known
}

/// One volume: its source, then its name.
fn one<'a>(errs: &mut Verdicts, volume: Field<'a>, pod: Option<&str>, names: &mut Unique<'a>) {
    let since = errs.len();
    let mut first: Option<&str> = None;
    for (name, check, source) in sources(volume) {
        match first {
            Some(first) => second_source(errs, source, first),
            None => {
                first = Some(name);
                check(errs, source);
            }
        }
    }
    session_name(errs, volume);
    made_claim(errs, volume, pod, first);
    let name = volume.get("name");
    errs.must(name, text::dns_label);
    // A volume at fault takes no name: a later one of the same name is no duplicate.
    if errs.len() == since || names.has(name.text()) {
        names.add(errs, name);
    }
}

/// The sources of a volume, in the order in which the server asks for them. There is one, so it is the volume that is gone
/// through and not the thirty names.
fn sources(volume: Field<'_>) -> Vec<(&'static str, Check, Field<'_>)> {
    let place = |key: &str| SOURCES.iter().position(|(name, _)| *name == key);
    let written = volume.entries().filter(|(_, value)| value.exists());
    let mut found: Vec<(usize, Field)> = written.filter_map(|(key, value)| Some((place(key)?, value))).collect();
    found.sort_by_key(|(place, _)| *place);
    found.into_iter().map(|(place, source)| (SOURCES[place].0, SOURCES[place].1, source)).collect()
}

/// Refuses a source beside the source `first`.
pub fn second_source(errs: &mut Verdicts, source: Field, first: &str) {
    let odd = ODD_NAMES.iter().find(|(real, _)| *real == source.key()).map(|(_, odd)| *odd);
    let path = format!("{}.{}", source.parent().path(), odd.unwrap_or(source.key()));
    errs.forbidden(source, format!("the volume has the source `{first}` already")).printed_as(path);
}

/// An iSCSI session of one's own initiator is called `<volume>:<portal>`, which has a limit.
fn session_name(errs: &mut Verdicts, volume: Field) {
    let iscsi = volume.get("iscsi");
    let name = volume.get("name");
    if iscsi.get("initiatorName").exists() && name.text().len() + 1 + iscsi.get("targetPortal").text().len() > 64 {
        errs.invalid(name, "with `:` and `iscsi.targetPortal` it may have 64 characters where `iscsi.initiatorName` is set");
    }
}

/// The claim made for an ephemeral volume is called `<pod>-<volume>`.
fn made_claim(errs: &mut Verdicts, volume: Field, pod: Option<&str>, source: Option<&str>) {
    let name = volume.get("name");
    if let Some(pod) = pod
        && source == Some("ephemeral")
        && !name.text().is_empty()
        && let Err(why) = text::dns_subdomain(&format!("{pod}-{}", name.text()))
    {
        errs.invalid(name, format!("the claim `{pod}-{}` made for it {why}", name.text()));
    }
}

/// A claim named by a volume must not be one that another volume makes.
fn made_by_another(errs: &mut Verdicts, volumes: Field, volume: Field, pod: Option<&str>) {
    let claim = volume.get("persistentVolumeClaim").get("claimName");
    let Some(made) = pod.and_then(|pod| claim.text().strip_prefix(pod)).and_then(|rest| rest.strip_prefix('-')) else { return };
    let mut ephemeral = volumes.items().filter(|other| other.get("ephemeral").exists());
    if let Some(maker) = ephemeral.find(|other| other.get("name").text() == made) {
        errs.invalid(claim, "this claim is made for an ephemeral volume of the pod")
            .label(maker.get("name").span(), "made for this one");
    }
}

/// The volume that a StatefulSet makes of one of its claim templates; `place` is where the server prints it.
fn templated<'a>(
    errs: &mut Verdicts,
    template: Field<'a>,
    place: impl Fn() -> String,
    names: &mut Unique<'a>,
    known: &mut Volumes<'a>,
) {
    let since = errs.len();
    let name = template.get("metadata").get("name");
    if name.text().is_empty() {
        let printed = format!("{}.persistentVolumeClaim.claimName", place());
        errs.required(name, "the claim is called after it").printed_as(printed);
    }
    errs.must(name, text::dns_label);
    if errs.len() == since || names.has(name.text()) {
        names.add(errs, name);
    }
    if errs.len() == since {
        known.by_name.insert(name.text(), Backing::Claim);
        return;
    }
    known.faulty.insert(name.text(), name.span());
    errs.reprint(since, &name.path(), &format!("{}.name", place()));
}

/// The claim templates of the StatefulSet that the volumes belong to, if it is one.
fn claim_templates(volumes: Field<'_>) -> impl Iterator<Item = Field<'_>> {
    let root = volumes.object();
    let stateful = root.get("kind").text() == "StatefulSet";
    root.get("spec").get("volumeClaimTemplates").items().filter(move |_| stateful)
}

/// The name of the pod that the volumes belong to, unless they are those of a template. The server makes a generated name up
/// before it validates.
fn pod_name(volumes: Field) -> Option<Cow<str>> {
    if !belongs_to_pod(volumes) {
        return None;
    }
    let meta = volumes.object().get("metadata");
    match (meta.get("name").text(), meta.get("generateName").text()) {
        ("", "") => None,
        ("", prefix) => Some(format!("{}xxxxx", prefix.chars().take(58).collect::<String>()).into()),
        (name, _) => Some(name.into()),
    }
}

/// Whether the field is one of a Pod, not of a template.
fn belongs_to_pod(field: Field) -> bool {
    field.object().get("kind").text() == "Pod"
}

fn claim_by_name(errs: &mut Verdicts, source: Field) {
    set(errs, source.get("claimName"));
}

fn ephemeral(errs: &mut Verdicts, source: Field) {
    let Some(template) = source.some("volumeClaimTemplate") else {
        errs.required(source.get("volumeClaimTemplate"), "");
        return;
    };
    meta::template_metadata(errs, template.get("metadata"));
    claim::claim_spec(errs, template.get("spec"));
}

fn image(errs: &mut Verdicts, source: Field) {
    // A template may leave the reference to whoever makes pods of it.
    if belongs_to_pod(source) {
        set(errs, source.get("reference"));
    }
    let policy = source.get("pullPolicy");
    if policy.text().is_empty() {
        errs.required(policy, "");
    } else {
        errs.one_of(policy, &["Always", "IfNotPresent", "Never"]);
    }
}

/// `field`, a string, must not be empty.
fn set(errs: &mut Verdicts, field: Field) {
    if field.text().is_empty() {
        errs.required(field, "");
    }
}
