//! `plimsoll lsp`: the language server, over standard input and output.

use std::process::ExitCode;

use clap::Args;
use plimsoll::schema::Version;

use super::Failure;
use crate::lsp;

/// Arguments of `lsp`.
#[derive(Args, Debug)]
pub struct LspArgs {
    /// The API server's minor version, 1.30 to 1.37 [default: what plimsoll.yaml says, or 1.36].
    #[arg(long, value_name = "VERSION", value_parser = super::version)]
    kubernetes_version: Option<Version>,
    /// Speak over standard input and output, which is all there is; some editors insist on saying so.
    #[arg(long, hide = true)]
    stdio: bool,
}

/// Runs `lsp`.
pub fn run(args: &LspArgs) -> Result<ExitCode, Failure> {
    lsp::serve(args.kubernetes_version).map_err(Failure::Input)
}
