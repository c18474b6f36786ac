//! Where a plan starts from: directories and files, revisions of a git repository, dumps, a live cluster; and the nodes.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use plimsoll::check::{self, Checked};
use plimsoll::plan::{Node, Origin};
use plimsoll::report;
use plimsoll::schema::Version;

use serde_json::Value;

use super::Failure;
use super::dump;
use super::input::{self, Paths};
use super::settings::Exclude;

/// The kinds that a plan of a live cluster looks at.
const KINDS: &str = "deployments,statefulsets,daemonsets,replicasets,jobs,cronjobs,pods,services,configmaps,persistentvolumeclaims,\
                     horizontalpodautoscalers,poddisruptionbudgets,limitranges,resourcequotas,controllerrevisions";

/// Where a plan starts.
#[derive(Debug, Default)]
pub struct Start {
    /// The manifests.
    pub manifests: Vec<Checked>,
    /// Everything found in a dump or a cluster, as the server wrote it.
    pub observed: Vec<Value>,
}

/// What `source` holds: `DIR`, `FILE`, `git:REV[:DIR]`, `dump:FILE`, `cluster[:CONTEXT]` or `empty`.
/// Files of directories and revisions that `exclude` has are left out.
pub fn read(source: &str, version: Version, exclude: &Exclude) -> Result<Start, Failure> {
    let options = check::Options::of(version);
    let checked = |path: &str, bytes: Vec<u8>| check::check_bytes(path.into(), bytes, options);
    let alone = |manifests: Vec<Checked>| Start { manifests, observed: Vec::new() };
    match source.split_once(':') {
        _ if source == "empty" => Ok(Start::default()),
        Some(("git", revision)) => {
            let kept = git(revision)?.into_iter().filter(|(path, _)| !exclude.has(path.as_ref()));
            Ok(alone(kept.map(|(path, bytes)| checked(&path, bytes)).collect()))
        }
        Some(("dump", path)) => {
            let inputs = input::collect_but(&Paths::of(PathBuf::from(path)), exclude)?;
            let dumps = inputs.list.iter().map(|input| input.read());
            Ok(dumped(path, &dumps.collect::<Result<Vec<_>, _>>()?, checked))
        }
        Some(("cluster", context)) => Ok(dumped("cluster", &[kubectl(Some(context))?], checked)),
        _ if source == "cluster" => Ok(dumped("cluster", &[kubectl(None)?], checked)),
        _ => Ok(alone(files(source, exclude, checked)?)),
    }
}

fn dumped(path: &str, dumps: &[Vec<u8>], checked: impl Fn(&str, Vec<u8>) -> Checked) -> Start {
    let observed: Vec<Value> = dumps.iter().flat_map(|bytes| dump::objects(bytes)).collect();
    Start { manifests: vec![checked(path, dump::manifests(&observed))], observed }
}

/// What a plan says of where `source` comes from.
pub fn origin(source: &str) -> Origin {
    let of =
        |kind: &'static str, path: &str| Origin { kind, given: source.to_string(), commit: None, paths: vec![path.to_string()] };
    match source.split_once(':') {
        _ if source == "empty" => Origin { paths: Vec::new(), ..of("empty", "") },
        Some(("git", revision)) => {
            let (revision, folder) = revision.split_once(':').unwrap_or((revision, "."));
            Origin { commit: commit(revision).ok(), ..of("git", folder) }
        }
        Some(("dump", path)) => of("dump", path),
        Some(("cluster", _)) => Origin { paths: Vec::new(), ..of("cluster", "") },
        _ if source == "cluster" => Origin { paths: Vec::new(), ..of("cluster", "") },
        _ => of("files", source),
    }
}

/// Whether the current directory is in a git work tree that has a commit.
pub fn in_git() -> bool {
    run("git", &["rev-parse", "--verify", "--quiet", "HEAD"], None).is_ok()
}

/// The nodes of a dump; `None` where it has none.
pub fn dumped_nodes(observed: &[Value]) -> Option<Vec<Node>> {
    let nodes: Vec<Node> = observed.iter().filter(|object| object["kind"] == "Node").map(Node::from_value).collect();
    (!nodes.is_empty()).then_some(nodes)
}

/// The nodes of `--nodes`: those of a file, or so many that are all alike.
pub fn nodes(text: &str) -> Result<Vec<Node>, Failure> {
    if let Ok(count) = text.parse::<usize>() {
        return Ok((1..=count).map(Node::numbered).collect());
    }
    let mut nodes = Vec::new();
    for checked in read(text, Version::default(), &Exclude::default())?.manifests {
        for object in checked.objects.iter().filter(|object| object.id.kind == "Node") {
            nodes.push(Node::from_value(&report::object_json(object.field(&checked.parsed.tree))));
        }
    }
    if nodes.is_empty() {
        return Err(Failure::Usage(format!("{text} holds no Node")));
    }
    Ok(nodes)
}

fn files(path: &str, exclude: &Exclude, checked: impl Fn(&str, Vec<u8>) -> Checked) -> Result<Vec<Checked>, Failure> {
    let inputs = input::collect_but(&Paths::of(PathBuf::from(path)), exclude)?;
    inputs.list.iter().map(|input| Ok(checked(&input.path(), input.read()?))).collect()
}

/// The manifests of a revision below the current directory, or below `REV:DIR`, read as blobs: the work tree stays as it is.
/// `main...` is the merge base of `main` and HEAD.
fn git(revision: &str) -> Result<Vec<(String, Vec<u8>)>, Failure> {
    let (revision, folder) = revision.split_once(':').unwrap_or((revision, "."));
    let revision = match revision.strip_suffix("...") {
        Some(_) => commit(revision)?,
        None => revision.to_string(),
    };
    let listing = text(run("git", &["ls-tree", "-r", "-z", "--name-only", &revision, "--", folder], None)?);
    let wanted = |path: &&str| input::is_manifest(path.as_ref()) || is_ignore(path);
    let paths: Vec<&str> = listing.split('\0').filter(wanted).collect();
    let prefix = text(run("git", &["rev-parse", "--show-prefix"], None)?);
    let prefix = prefix.trim_end();
    // Those above the current directory count, too.
    let above: Vec<String> = prefix.match_indices('/').map(|(end, _)| &prefix[..end]).map(above).collect();
    // One process for all blobs.
    let asked = above.iter().cloned().chain(paths.iter().map(|path| format!("{prefix}{path}")));
    let asked: Vec<String> = asked.collect();
    let lines: String = asked.iter().map(|path| format!("{revision}:{path}\n")).collect();
    let blobs = batch(&run("git", &["cat-file", "--batch"], Some(lines.as_bytes()))?);
    let found: Vec<(String, Vec<u8>)> = asked.into_iter().zip(blobs).filter_map(|(path, blob)| Some((path, blob?))).collect();
    let ignores: Vec<(String, Gitignore)> = found.iter().filter(|(path, _)| is_ignore(path)).filter_map(ignore).collect();
    let kept = found.into_iter().filter(|(path, _)| !is_ignore(path) && !is_ignored(&ignores, path, prefix));
    Ok(kept.map(|(path, blob)| (path.strip_prefix(prefix).unwrap_or(&path).to_string(), blob)).collect())
}

/// Which of `.plimsollignore` is above the directory that ends here: `a/b` has that of `a`.
fn above(folder: &str) -> String {
    folder.rsplit_once('/').map_or(IGNORE.to_string(), |(parent, _)| format!("{parent}/{IGNORE}"))
}

const IGNORE: &str = ".plimsollignore";

fn is_ignore(path: &str) -> bool {
    path.rsplit('/').next() == Some(IGNORE)
}

/// The folder of a `.plimsollignore`, and what is in it.
fn ignore((path, blob): &(String, Vec<u8>)) -> Option<(String, Gitignore)> {
    let mut builder = GitignoreBuilder::new("");
    for line in String::from_utf8_lossy(blob).lines() {
        builder.add_line(None, line).ok()?;
    }
    Some((path.strip_suffix(IGNORE)?.to_string(), builder.build().ok()?))
}

/// Whether a file is left out, itself or with a directory below the current one, whose path is `prefix`.
fn is_ignored(ignores: &[(String, Gitignore)], path: &str, prefix: &str) -> bool {
    let folders = path.match_indices('/').map(|(end, _)| (&path[..end], true));
    folders.chain([(path, false)]).filter(|(part, _)| part.len() > prefix.len()).any(|(part, is_dir)| {
        let said = |(folder, rules): &(String, Gitignore)| {
            let found = rules.matched(part.strip_prefix(folder.as_str())?, is_dir);
            (!found.is_none()).then(|| (folder.len(), found.is_ignore()))
        };
        // The nearest file that has a word on it decides.
        ignores.iter().filter_map(said).max().is_some_and(|(_, ignored)| ignored)
    })
}

/// The commit that `revision` means; `main...` is the merge base of `main` and HEAD.
fn commit(revision: &str) -> Result<String, Failure> {
    let output = match revision.strip_suffix("...") {
        Some(branch) => run("git", &["merge-base", branch, "HEAD"], None)?,
        None => run("git", &["rev-parse", "--verify", "--quiet", &format!("{revision}^{{commit}}")], None)?,
    };
    Ok(text(output).trim().to_string())
}

/// The contents in the output of `git cat-file --batch`: `<hash> blob <size>`, the bytes, a line break, and so on; a line that
/// ends in `missing` for what is not there.
fn batch(output: &[u8]) -> Vec<Option<Vec<u8>>> {
    let mut contents = Vec::new();
    let mut rest = output;
    while let Some(line_end) = rest.iter().position(|&b| b == b'\n') {
        let head = String::from_utf8_lossy(&rest[..line_end]).into_owned();
        let start = line_end + 1;
        let Some(size) = head.rsplit(' ').next().and_then(|size| size.parse::<usize>().ok()) else {
            contents.push(None);
            rest = &rest[start..];
            continue;
        };
        let end = (start + size).min(rest.len());
        contents.push(Some(rest[start..end].to_vec()));
        rest = rest.get(end + 1..).unwrap_or(&[]);
    }
    contents
}

fn kubectl(context: Option<&str>) -> Result<Vec<u8>, Failure> {
    let mut args = vec!["get", KINDS, "--all-namespaces", "-o", "json"];
    if let Some(context) = context {
        args.extend(["--context", context]);
    }
    run("kubectl", &args, None)
}

/// Runs a program and takes its output; its own words if it fails.
fn run(program: &str, args: &[&str], input: Option<&[u8]>) -> Result<Vec<u8>, Failure> {
    let failed = |why: String| Failure::Input(format!("{program} {}: {why}", args.first().unwrap_or(&"")));
    let mut command = Command::new(program);
    command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| failed(error.to_string()))?;
    let pipe = child.stdin.take();
    let given = input.unwrap_or(&[]).to_vec();
    // Another thread writes, since the program answers before it has read everything.
    let writer = std::thread::spawn(move || pipe.map(|mut pipe| pipe.write_all(&given)));
    let output = child.wait_with_output().map_err(|error| failed(error.to_string()))?;
    let _ = writer.join();
    if output.status.success() { Ok(output.stdout) } else { Err(failed(said(&text(output.stderr)))) }
}

/// What a program says to its user: without the log lines of kubectl's libraries, `E1121 20:20:38.030752 ...`, where there is more.
fn said(stderr: &str) -> String {
    let is_log = |line: &&str| line.starts_with(['E', 'W', 'I']) && line.get(1..5).is_some_and(|day| day.parse::<u16>().is_ok());
    let lines: Vec<&str> = stderr.lines().filter(|line| !is_log(line)).collect();
    if lines.is_empty() { stderr.trim().to_string() } else { lines.join("\n").trim().to_string() }
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8_lossy(&bytes).into_owned()
}
