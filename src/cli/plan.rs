//! `plimsoll plan`: what the controllers would do with these manifests, alone or over what is there.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use plimsoll::check::{self, Checked};
use plimsoll::diagnostic::Severity;
use plimsoll::plan::{self, Apply, Effect, Options, Order, Origin, Plan, PlanFinding, Prune, WhatIf};
use plimsoll::report::{self, Detail};
use plimsoll::schema::Version;

use super::input::{self, Input, Paths};
use super::output::When;
use super::settings::{self, Exclude, Settings};
use super::sources;
use super::{Failure, output};

/// Arguments of `plan`.
#[derive(Args, Debug)]
pub struct PlanArgs {
    #[command(flatten)]
    paths: Paths,
    /// What is there before: DIR, FILE, git:REV[:DIR], dump:FILE, cluster[:CONTEXT] or empty.
    ///
    /// May be given more than once; each is applied in turn and rolled out. `git:main...` is the merge base of main and HEAD.
    /// A plan without paths and sources starts from HEAD, in a git work tree.
    #[arg(long, value_name = "SOURCE")]
    from: Vec<String>,
    /// How the manifests are applied.
    #[arg(long, value_enum, default_value = "client")]
    apply: ApplyWord,
    /// What happens to objects that are no longer in the manifests.
    #[arg(long, value_enum, default_value = "none")]
    prune: PruneWord,
    /// Node manifests, or a number of nodes that are all alike.
    #[arg(long, value_name = "FILE|N")]
    nodes: Option<String>,
    /// What if no new pod becomes ready, a node is drained, an object is scaled: never-ready, drain=NODE, scale=Kind/name=N.
    ///
    /// With never-ready the plan itself is shown as it goes then. The others happen together, once the manifests are rolled out;
    /// the plan shows what follows. May be given more than once; never-ready goes with the others, too.
    #[arg(long, value_name = "EVENT", value_parser = WhatIf::parse)]
    what_if: Vec<WhatIf>,
    /// Pretend that it is this time (RFC 3339), for CronJobs.
    #[arg(long, value_name = "TIME")]
    at: Option<jiff::Timestamp>,
    /// How many runs of each CronJob to list.
    #[arg(long, value_name = "N", default_value_t = 3)]
    runs: usize,
    /// The API server's minor version, 1.30 to 1.37 [default: 1.36].
    #[arg(long, value_name = "VERSION", value_parser = super::version)]
    kubernetes_version: Option<Version>,
    /// The configuration [default: the nearest plimsoll.yaml, from the current directory upwards].
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// How to report.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// Show these objects only: Kind/namespace/name, Kind/name or name; `*` stands for anything. May be given more than once.
    #[arg(long, value_name = "OBJECT")]
    only: Vec<String>,
    /// What a bot finds its Markdown comment by, where a pull request has several plans.
    #[arg(long, value_name = "KEY", default_value = "default", value_parser = comment_key)]
    comment_key: String,
    /// How much to say in text.
    #[arg(long, value_enum, default_value = "steps")]
    detail: DetailWord,
    /// When to use colours.
    #[arg(long, value_enum, default_value = "auto")]
    color: When,
    /// Exit with 10 when something would change, with 11 when something is deleted, replaced or lost.
    #[arg(long)]
    exit_code: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ApplyWord {
    /// `kubectl apply`: a three-way merge with the last applied manifest.
    Client,
    /// `kubectl apply --server-side`, one field manager.
    Server,
    /// `kubectl replace`: the manifest is the whole object.
    Replace,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum PruneWord {
    /// They keep running.
    None,
    /// The kinds that `kubectl apply --prune` looks at are deleted.
    Kubectl,
    /// All are deleted.
    All,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// For people.
    Text,
    /// One JSON document, `plimsoll.plan/1`.
    Json,
    /// A pull-request comment, below 60,000 characters.
    Markdown,
    /// One page with a timeline for each workload.
    Html,
    /// The timeline of the first object that has one, or of the one that --only names.
    Svg,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum DetailWord {
    /// One line an object.
    Summary,
    /// Changes and steps.
    Steps,
    /// Also pods by name.
    Pods,
    /// Also unchanged objects and every assumption.
    Full,
}

impl DetailWord {
    fn level(self) -> Detail {
        match self {
            DetailWord::Summary => Detail::Summary,
            DetailWord::Steps => Detail::Steps,
            DetailWord::Pods => Detail::Pods,
            DetailWord::Full => Detail::Full,
        }
    }
}

/// Runs `plan`.
pub fn run(args: &PlanArgs) -> Result<ExitCode, Failure> {
    let Settings { config, exclude } = settings::read(args.config.as_deref())?;
    let version = args.kubernetes_version.or(config.kubernetes_version).unwrap_or_default();
    one_stdin(args)?;
    let (after, order) = read(&args.paths, version, &exclude)?;
    // Findings are worth showing even where no object is left.
    let is_empty = |checked: &Checked| checked.objects.is_empty() && checked.findings.is_empty();
    if after.iter().all(is_empty) && !args.paths.allow_empty {
        return Err(Failure::Input("no Kubernetes object found (--allow-empty accepts that)".to_string()));
    }
    let given = match args.from.as_slice() {
        [] if args.paths.paths.is_empty() && sources::in_git() => vec!["git:HEAD".to_string()],
        given => given.to_vec(),
    };
    let starts = given.iter().map(|source| sources::read(source, version, &exclude)).collect::<Result<Vec<_>, _>>()?;
    let (before, mut observed): (Vec<_>, Vec<_>) = starts.into_iter().map(|start| (start.manifests, start.observed)).unzip();
    // What is applied on top of a dump is rolled out, as manifests alone are.
    let observed = observed.pop().unwrap_or_default();
    let options = Options {
        version,
        apply: match args.apply {
            ApplyWord::Client => Apply::Client,
            ApplyWord::Server => Apply::Server,
            ApplyWord::Replace => Apply::Replace,
        },
        prune: match args.prune {
            PruneWord::None => Prune::None,
            PruneWord::Kubectl => Prune::Kubectl,
            PruneWord::All => Prune::All,
        },
        nodes: args.nodes.as_deref().map(sources::nodes).transpose()?.or_else(|| sources::dumped_nodes(&observed)),
        now: args.at.unwrap_or_else(jiff::Timestamp::now),
        runs: args.runs,
        observed,
        order,
        readiness: plan::Readiness::default(),
    };
    let mut plan = match args.what_if.as_slice() {
        [] => plan::plan(&before, &after, &options),
        events => plan::what_if(&before, &after, events, &options).map_err(Failure::Usage)?,
    };
    plan.from = given.iter().map(|source| sources::origin(source)).collect();
    plan.to = Some(to(&args.paths));
    plan.assumptions.splice(0..0, empty_starts(&given, &before));
    let code = exit_code(args, &plan);
    output::print(&report(args, plan)?)?;
    Ok(code)
}

/// Standard input can be read only once.
fn one_stdin(args: &PlanArgs) -> Result<(), Failure> {
    let paths = args.paths.paths.iter().filter(|path| path.as_os_str() == "-").count();
    let sources = args.from.iter().chain(&args.nodes).filter(|source| source.trim_start_matches("dump:") == "-").count();
    match paths + sources {
        0 | 1 => Ok(()),
        _ => Err(Failure::Usage("standard input (`-`) can stand for one thing only".to_string())),
    }
}

/// A source that holds nothing may be a slip; without a word everything would look new.
fn empty_starts(given: &[String], before: &[Vec<Checked>]) -> Vec<String> {
    let empty = |manifests: &[Checked]| manifests.iter().all(|checked| checked.objects.is_empty());
    let starts = given.iter().zip(before).filter(|(source, manifests)| *source != "empty" && empty(manifests));
    starts.map(|(source, _)| format!("{source} stands for nothing: no Kubernetes object is in it")).collect()
}

/// Where the manifests that are applied come from.
fn to(paths: &Paths) -> Origin {
    let mut named: Vec<String> = paths.paths.iter().map(|path| path.display().to_string()).collect();
    if named.is_empty() {
        named.push(".".to_string());
    }
    Origin { kind: "files", given: named.join(" "), commit: None, paths: named }
}

fn report(args: &PlanArgs, mut plan: Plan) -> Result<String, Failure> {
    report::only(&mut plan, &args.only);
    if plan.objects.is_empty() && !args.only.is_empty() {
        return Err(Failure::Usage(format!("--only {}: the plan has no such object", args.only.join(" --only "))));
    }
    Ok(match args.format {
        Format::Text => report::plan_text(&plan, args.detail.level(), args.color.colour(), output::width()),
        Format::Json => format!("{}\n", report::plan_json(&plan)),
        Format::Markdown => report::plan_markdown(&plan, &args.comment_key),
        Format::Html => report::plan_html(&plan),
        Format::Svg => {
            report::plan_svg(&plan).ok_or_else(|| Failure::Usage("no object of this plan has a timeline".to_string()))?
        }
    })
}

/// A key that cannot end the comment it stands in.
fn comment_key(text: &str) -> Result<String, String> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
    match !text.is_empty() && text.chars().all(allowed) && !text.contains("--") {
        true => Ok(text.to_string()),
        false => Err("a key is made of letters, digits, `.`, `_`, `/` and single `-`".to_string()),
    }
}

/// The manifests in the order in which they would be applied: what was named first comes first.
fn read(paths: &Paths, version: Version, exclude: &Exclude) -> Result<(Vec<Checked>, Order), Failure> {
    let mut inputs = input::collect_but(paths, exclude)?;
    inputs.list.sort_by_key(|input| match input {
        Input::File(file) => paths.paths.iter().position(|path| file.starts_with(path)),
        Input::Stdin(..) => paths.paths.iter().position(|path| path.as_os_str() == "-"),
    });
    let options = check::Options::of(version);
    let checked = inputs.list.iter().map(|input| Ok(check::check_bytes(input.path().into(), input.read()?, options)));
    let sorted = inputs.skipped.iter().any(|skipped| skipped.reason.starts_with("kustomization"));
    Ok((checked.collect::<Result<Vec<_>, Failure>>()?, if sorted { Order::Sorted } else { Order::AsWritten }))
}

fn exit_code(args: &PlanArgs, plan: &Plan) -> ExitCode {
    let has = |effects: &[Effect]| plan.objects.iter().any(|object| effects.contains(&object.effect));
    let found = |rules: &[&str]| plan.findings.iter().any(|finding| rules.contains(&finding.rule));
    let endless = |rule: &str| ["avail-cannot-finish", "avail-drain-blocked", "avail-pods-refused"].contains(&rule);
    // A document that cannot be read is refused with all that is in it.
    let refused = |rule: &str| rule.starts_with("api-");
    let stuck = |finding: &PlanFinding| (endless(finding.rule) || refused(finding.rule)) && finding.severity == Severity::Error;
    if has(&[Effect::Refused]) || plan.findings.iter().any(stuck) {
        return ExitCode::from(1);
    }
    match args.exit_code {
        true if has(&[Effect::Delete, Effect::Replace]) || found(&["storage-data-loss", "avail-outage"]) => ExitCode::from(11),
        true if plan.objects.iter().any(|object| object.effect != Effect::None) => ExitCode::from(10),
        _ => ExitCode::SUCCESS,
    }
}
