//! `plimsoll schema`: the JSON Schemas of reports, plans and the configuration, for editors and for programs that read them.

use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::{Failure, output};

/// Arguments of `schema`.
#[derive(Args, Debug)]
pub struct SchemaArgs {
    /// Of what.
    of: Of,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Of {
    /// `plimsoll plan --format json`.
    Plan,
    /// `plimsoll lint --format json`.
    Report,
    /// `plimsoll.yaml`.
    Config,
}

/// Runs `schema`.
pub fn run(args: &SchemaArgs) -> Result<ExitCode, Failure> {
    output::print(match args.of {
        Of::Plan => include_str!("../../schemas/json/plan.json"),
        Of::Report => include_str!("../../schemas/json/report.json"),
        Of::Config => include_str!("../../schemas/json/config.json"),
    })?;
    Ok(ExitCode::SUCCESS)
}
