//! The command line: the only part, with the language server, that touches files, terminal and environment.

mod cron;
mod dump;
mod explain;
mod fix;
mod formats;
pub mod input;
pub mod kustomize;
mod lint;
mod lsp;
mod output;
mod plan;
mod progress;
mod schema;
pub mod settings;
mod shell;
mod show;
mod sources;

use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};
use plimsoll::schema::Version;

/// Says what a Kubernetes API server would refuse in your manifests, offline, with the exact place.
#[derive(Parser)]
#[command(name = "plimsoll", version, after_help = EXAMPLES, disable_help_subcommand = true)]
struct Args {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  plimsoll lint                         check every manifest below this directory
  plimsoll lint deploy/ web.yaml        check some
  plimsoll lint --diff                  show what --fix would change
  helm template . | plimsoll lint -     check what a chart renders
  plimsoll explain api-unknown-field    what a rule is about
  plimsoll cron '0 3 * * 1-5'           when a schedule runs

Exit codes: 0 clean, 1 findings at or above --fail-on, 2 usage, 3 input that could not be read or nothing checked, 4 internal";

#[derive(Subcommand)]
enum Command {
    /// Check manifests: what the API server would refuse or warn about, and what does not fit together.
    Lint(lint::LintArgs),
    /// Say what the controllers would do with manifests, alone or as the next revision of others.
    Plan(plan::PlanArgs),
    /// Print objects as the API server decodes them or, with --defaults, would store them.
    Show(show::ShowArgs),
    /// Say what a CronJob's schedule means and when it runs next.
    Cron(cron::CronArgs),
    /// Serve editors: the Language Server Protocol over standard input and output.
    Lsp(lsp::LspArgs),
    /// Show the page of a rule.
    Explain(explain::ExplainArgs),
    /// List the rules.
    Rules(explain::RulesArgs),
    /// Print the JSON Schema of a report, a plan or the configuration.
    Schema(schema::SchemaArgs),
    /// Print a completion script for a shell.
    Completions(shell::CompletionsArgs),
    /// Print the man page, or write one for each command.
    Man(shell::ManArgs),
}

/// Why a run ended without a report; each has its exit code.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The command line or the configuration is wrong: exit 2.
    #[error("{0}")]
    Usage(String),
    /// Input could not be read, or there was nothing to check: exit 3.
    #[error("{0}")]
    Input(String),
}

/// Runs the command line.
pub fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => return usage(&error),
    };
    let result = match args.command {
        Command::Lint(args) => lint::run(&args),
        Command::Plan(args) => plan::run(&args),
        Command::Show(args) => show::run(&args),
        Command::Cron(args) => cron::run(&args),
        Command::Lsp(args) => lsp::run(&args),
        Command::Explain(args) => explain::explain(&args),
        Command::Rules(args) => explain::rules(&args),
        Command::Schema(args) => schema::run(&args),
        Command::Completions(args) => shell::completions(&args, Args::command()),
        Command::Man(args) => shell::man(&args, Args::command()),
    };
    match result {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("plimsoll: {failure}");
            ExitCode::from(match failure {
                Failure::Usage(_) => 2,
                Failure::Input(_) => 3,
            })
        }
    }
}

/// clap's own word on a wrong command line; `--help` and `--version` are no errors.
fn usage(error: &clap::Error) -> ExitCode {
    let _ = error.print();
    ExitCode::from(if error.use_stderr() { 2 } else { 0 })
}

fn version(text: &str) -> Result<Version, String> {
    Version::parse(text)
}
