//! `plimsoll lint`: reads, checks in parallel, filters, reports.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use plimsoll::check::Options;
use plimsoll::config::FailOn;
use plimsoll::diagnostic::Finding;
use plimsoll::fix::{Mended, Which};
use plimsoll::report::{self, Colour, Sources, Summary};
use plimsoll::schema::Version;
use plimsoll::select::Selection;
use plimsoll::workspace::{FileReport, Workspace};
use rayon::prelude::*;

use super::formats::{self, Format, Run};
use super::input::{self, Input, Paths, Scope};
use super::output::{self, When};
use super::settings::{self, Settings};
use super::{Failure, fix, progress};

/// Arguments of `lint`.
#[derive(Args, Debug)]
pub struct LintArgs {
    #[command(flatten)]
    paths: Paths,
    /// Report only these families or rules.
    #[arg(long, value_name = "FAMILY|RULE", value_delimiter = ',')]
    only: Vec<String>,
    /// Do not report these families or rules.
    #[arg(long, value_name = "FAMILY|RULE", value_delimiter = ',')]
    ignore: Vec<String>,
    /// The API server's minor version, 1.30 to 1.37 [default: 1.36].
    #[arg(long, value_name = "VERSION", value_parser = super::version)]
    kubernetes_version: Option<Version>,
    /// How to report.
    #[arg(long, value_enum, default_value = "plain")]
    format: Format,
    /// Also write a report to a file; may be given more than once.
    #[arg(long, value_name = "FORMAT=FILE", value_parser = formats::output)]
    output: Vec<(Format, PathBuf)>,
    /// Exit with 1 when there is a finding at least this bad [default: error].
    #[arg(long, value_name = "SEVERITY", value_parser = fail_on())]
    fail_on: Option<FailOn>,
    /// Report only on the files given, but read everything below the current directory, to see how they fit.
    #[arg(long, requires = "paths")]
    changed_only: bool,
    /// The configuration [default: the nearest plimsoll.yaml, from the current directory upwards].
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Apply the fixes that cannot change what was meant, and report what is left.
    #[arg(long)]
    fix: bool,
    /// Print what --fix would change as a unified diff, and change nothing; exit with 1 when there is something.
    #[arg(long, conflicts_with = "fix")]
    diff: bool,
    /// With --fix or --diff: all fixes, also those that may change what was meant.
    #[arg(long)]
    unsafe_fixes: bool,
    /// Also name what was left out, and why.
    #[arg(short, long)]
    verbose: bool,
    /// When to use colours.
    #[arg(long, value_enum, default_value = "auto")]
    color: When,
}

/// Runs `lint`.
pub fn run(args: &LintArgs) -> Result<ExitCode, Failure> {
    let started = Instant::now();
    if args.unsafe_fixes && !args.fix && !args.diff {
        return Err(Failure::Usage("--unsafe-fixes goes with --fix or --diff".to_string()));
    }
    let Settings { config, exclude } = settings::read(args.config.as_deref())?;
    let only = if args.only.is_empty() { &config.only } else { &args.only };
    let selection = Selection::parse(only, &[config.ignore.as_slice(), &args.ignore].concat()).map_err(Failure::Usage)?;
    let (inputs, scope) = match args.changed_only {
        true => (input::collect_but(&Paths::of(".".into()), &exclude)?, Scope::of(&args.paths.paths)?),
        false => (input::collect_but(&args.paths, &exclude)?, Scope::all()),
    };
    let wanted = |finding: &Finding| selection.has(finding) && scope.has(&finding.path);
    let options = Options::of(args.kubernetes_version.or(config.kubernetes_version).unwrap_or_default());
    let mut workspace = Workspace::new(options);
    for report in check_all(&inputs.list, options)? {
        workspace.insert(report);
    }
    let mended = if args.fix || args.diff { mend(args, &mut workspace, wanted, &inputs.list) } else { Mended::default() };
    if args.diff {
        output::print(&fix::diff(&mended))?;
        return Ok(ExitCode::from(u8::from(!mended.files.is_empty())));
    }
    fix::write(&mended, &inputs.list)?;
    let (mut findings, suppressed) = workspace.check_all();
    findings.retain(wanted);
    let suppressed = suppressed.iter().filter(|finding| wanted(finding)).count();
    let summary = Summary { suppressed, ..Summary::new(workspace.files(), &findings, inputs.skipped) };
    let sources = sources(&workspace, &findings, &inputs.list);
    let run = Run { files: workspace.files().map(|file| &*file.path).collect(), findings, summary, sources };
    for (format, file) in &args.output {
        let text = match format {
            Format::Plain => plain(args, &run, &mended, started, Colour::Off),
            format => formats::text(*format, &run),
        };
        output::write(file, &text)?;
    }
    let text = match args.format {
        Format::Plain => plain(args, &run, &mended, started, args.color.colour()),
        format => formats::text(format, &run),
    };
    output::print(&text)?;
    if run.summary.objects == 0 && run.summary.errors == 0 && !args.paths.allow_empty {
        return Err(Failure::Input("nothing was checked: no Kubernetes object found (--allow-empty accepts that)".to_string()));
    }
    let fail_on = args.fail_on.or(config.fail_on).unwrap_or_default();
    Ok(ExitCode::from(u8::from(run.findings.iter().any(|finding| fail_on.fails(finding.severity)))))
}

fn check_all(inputs: &[Input], options: Options) -> Result<Vec<FileReport>, Failure> {
    let progress = progress::Progress::new(inputs.len());
    inputs
        .par_iter()
        .map(|input| {
            let report = FileReport::check(input.path().into(), input.read()?, options);
            progress.step();
            Ok(report)
        })
        .collect()
}

/// The texts that the findings point into. A file without findings of its own was dropped; it is read again where a label needs it.
fn sources(workspace: &Workspace, findings: &[Finding], inputs: &[Input]) -> Sources {
    let mut sources = Sources::default();
    for file in workspace.files() {
        if let Some(text) = &file.text {
            sources.add(file.path.clone(), text.clone());
        }
    }
    let paths =
        findings.iter().flat_map(|finding| std::iter::once(&finding.path).chain(finding.labels.iter().map(|label| &label.path)));
    for path in paths {
        if sources.get(path).is_some() {
            continue;
        }
        let bytes = inputs.iter().find(|input| *input.path() == **path).and_then(|input| input.read().ok()).unwrap_or_default();
        sources.add(path.clone(), Arc::new(String::from_utf8_lossy(&bytes).into_owned()));
    }
    sources
}

fn mend(args: &LintArgs, workspace: &mut Workspace, wanted: impl Fn(&Finding) -> bool, inputs: &[Input]) -> Mended {
    let which = if args.unsafe_fixes { Which::All } else { Which::Safe };
    let read = |path: &str| {
        let input = inputs.iter().find(|input| *input.path() == *path)?;
        String::from_utf8(input.read().ok()?).ok()
    };
    plimsoll::fix::mend(workspace, which, read, wanted)
}

fn plain(args: &LintArgs, run: &Run, mended: &Mended, started: Instant, colour: Colour) -> String {
    let mut text = String::new();
    report::plain(&mut text, &run.findings, &run.sources, colour, output::width());
    for file in &mended.files {
        text.push_str(&format!("fixed {}\n", file.path));
    }
    if args.verbose {
        for skipped in &run.summary.skipped {
            text.push_str(&format!("skipped {}: {}\n", skipped.path, skipped.reason));
        }
    }
    text.push_str(&format!("{} in {}\n", run.summary.line(), took(started)));
    text
}

fn took(started: Instant) -> String {
    let elapsed = started.elapsed();
    if elapsed.as_secs() > 0 { format!("{:.1} s", elapsed.as_secs_f64()) } else { format!("{} ms", elapsed.as_millis()) }
}

fn fail_on() -> impl TypedValueParser<Value = FailOn> {
    PossibleValuesParser::new(FailOn::ALL.map(|(name, _)| name)).map(|given| {
        let found = FailOn::ALL.into_iter().find(|(name, _)| *name == given);
        found.map_or_else(FailOn::default, |(_, fail_on)| fail_on)
    })
}
