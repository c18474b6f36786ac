//! `plimsoll lint`: reads, checks in parallel, filters, reports.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use clap::{Args, ValueEnum};
use plimsoll::check::{self, Options};
use plimsoll::diagnostic::{Finding, Severity};
use plimsoll::fix::{Mended, Which};
use plimsoll::report::{self, Colour, Sources, Summary};
use plimsoll::schema::Version;
use plimsoll::select::Selection;
use plimsoll::workspace::{FileReport, Workspace};
use rayon::prelude::*;

use super::formats::{self, Format, Run};
use super::input::{self, Input, Paths};
use super::output::{self, When};
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
    /// The API server's minor version, 1.30 to 1.37.
    #[arg(long, value_name = "VERSION", default_value = "1.36", value_parser = super::version)]
    kubernetes_version: Version,
    /// How to report.
    #[arg(long, value_enum, default_value = "plain")]
    format: Format,
    /// Also write a report to a file; may be given more than once.
    #[arg(long, value_name = "FORMAT=FILE", value_parser = formats::output)]
    output: Vec<(Format, PathBuf)>,
    /// Exit with 1 when there is a finding at least this bad.
    #[arg(long, value_enum, default_value = "error")]
    fail_on: FailOn,
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

#[derive(Clone, Copy, Debug, ValueEnum)]
enum FailOn {
    /// Errors only.
    Error,
    /// Warnings and errors.
    Warning,
    /// Anything.
    Advice,
    /// Nothing: always exit with 0.
    Never,
}

/// Runs `lint`.
pub fn run(args: &LintArgs) -> Result<ExitCode, Failure> {
    let started = Instant::now();
    if args.unsafe_fixes && !args.fix && !args.diff {
        return Err(Failure::Usage("--unsafe-fixes goes with --fix or --diff".to_string()));
    }
    let selection = Selection::parse(&args.only, &args.ignore).map_err(Failure::Usage)?;
    let inputs = input::collect(&args.paths)?;
    let options = Options::of(args.kubernetes_version);
    let mut workspace = Workspace::new(options);
    for report in check_all(&inputs.list, options)? {
        workspace.insert(report);
    }
    let mended = if args.fix || args.diff { mend(args, &mut workspace, &selection, &inputs.list) } else { Mended::default() };
    if args.diff {
        output::print(&fix::diff(&mended))?;
        return Ok(ExitCode::from(u8::from(!mended.files.is_empty())));
    }
    fix::write(&mended, &inputs.list)?;
    let (mut findings, suppressed) = workspace.check_counting();
    findings.retain(|finding| selection.has(finding));
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
    Ok(exit_code(args.fail_on, &run.findings))
}

fn check_all(inputs: &[Input], options: Options) -> Result<Vec<FileReport>, Failure> {
    let progress = progress::Progress::new(inputs.len());
    inputs
        .par_iter()
        .map(|input| {
            let checked = check::check_bytes(input.path().into(), input.read()?, options);
            progress.step();
            Ok(checked.into())
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

fn mend(args: &LintArgs, workspace: &mut Workspace, selection: &Selection, inputs: &[Input]) -> Mended {
    let which = if args.unsafe_fixes { Which::All } else { Which::Safe };
    let read = |path: &str| {
        let input = inputs.iter().find(|input| *input.path() == *path)?;
        String::from_utf8(input.read().ok()?).ok()
    };
    plimsoll::fix::mend(workspace, which, read, |finding| selection.has(finding))
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

fn exit_code(fail_on: FailOn, findings: &[Finding]) -> ExitCode {
    let least = match fail_on {
        FailOn::Error => Severity::Error,
        FailOn::Warning => Severity::Warning,
        FailOn::Advice => Severity::Advice,
        FailOn::Never => return ExitCode::SUCCESS,
    };
    ExitCode::from(u8::from(findings.iter().any(|finding| finding.severity >= least)))
}
