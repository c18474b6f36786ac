//! The command line: the only part, with the language server, that touches files, terminal and environment.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use plimsoll::check::{self, Checked, Options};
use plimsoll::report;

#[derive(Parser)]
#[command(version, about)]
struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Check manifests.
    Lint(Inputs),
    /// Print objects as the API server decodes them.
    Show(Inputs),
}

#[derive(clap::Args)]
struct Inputs {
    paths: Vec<String>,
    #[arg(long)]
    only: Option<String>,
    #[arg(long)]
    kubernetes_version: Option<String>,
    #[arg(long)]
    format: Option<String>,
    #[arg(long)]
    defaults: bool,
}

/// Runs the command line.
pub fn main() -> ExitCode {
    match Args::parse().command {
        Command::Lint(inputs) => {
            let files = checked(&inputs);
            let mut findings: Vec<_> = files.iter().flat_map(|file| file.findings.clone()).collect();
            findings.sort_by(|a, b| a.order(b));
            println!("{}", report::lint_json(&files, &findings));
        }
        Command::Show(inputs) => {
            let mut list = Vec::new();
            for file in checked(&inputs) {
                for object in &file.objects {
                    let value = report::object_json(object.field(&file.parsed.tree));
                    list.push(serde_json::json!({"path": &*file.path, "document": object.document, "object": value}));
                }
            }
            println!("{}", serde_json::json!({"objects": list}));
        }
    }
    ExitCode::SUCCESS
}

fn checked(inputs: &Inputs) -> Vec<Checked> {
    let mut files = Vec::new();
    for path in &inputs.paths {
        for entry in
            walkdir::WalkDir::new(path).sort_by_file_name().into_iter().flatten().filter(|entry| entry.file_type().is_file())
        {
            let path = entry.path().to_string_lossy().into_owned();
            if let Ok(text) = std::fs::read_to_string(entry.path()) {
                files.push(check::check(path.as_str().into(), text, Options::default()));
            }
        }
    }
    files
}
