//! `plimsoll explain` and `plimsoll rules`: the rules' pages and their list.

use std::process::ExitCode;

use clap::{Args, ValueEnum};
use plimsoll::rules::{self, RULES};
use plimsoll::validate::nearest;
use serde_json::{Value, json};

use super::{Failure, output};

/// Arguments of `explain`.
#[derive(Args, Debug)]
pub struct ExplainArgs {
    /// The rule's id, as findings show it.
    rule: String,
}

/// Arguments of `rules`.
#[derive(Args, Debug)]
pub struct RulesArgs {
    /// How to print.
    #[arg(long, value_enum, default_value = "plain")]
    format: Format,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// A table.
    Plain,
    /// A JSON list.
    Json,
}

/// Runs `explain`.
pub fn explain(args: &ExplainArgs) -> Result<ExitCode, Failure> {
    let Some(rule) = rules::find(&args.rule) else {
        let ids: Vec<&str> = RULES.iter().map(|rule| rule.id).collect();
        let hint =
            nearest(&args.rule, &ids).map_or("`plimsoll rules` lists them".to_string(), |id| format!("did you mean `{id}`?"));
        return Err(Failure::Usage(format!("there is no rule `{}`: {hint}", args.rule)));
    };
    output::print(&plimsoll::report::page(rule))?;
    Ok(ExitCode::SUCCESS)
}

/// Runs `rules`.
pub fn rules(args: &RulesArgs) -> Result<ExitCode, Failure> {
    let text = match args.format {
        Format::Plain => table(),
        Format::Json => format!("{}\n", list()),
    };
    output::print(&text)?;
    Ok(ExitCode::SUCCESS)
}

fn table() -> String {
    let width = RULES.iter().map(|rule| rule.id.len()).max().unwrap_or(0);
    RULES
        .iter()
        .map(|rule| format!("{:width$}  {:8} {}\n", rule.id, format!("{:?}", rule.severity).to_lowercase(), rule.title()))
        .collect()
}

fn list() -> Value {
    RULES
        .iter()
        .map(|rule| json!({"id": rule.id, "family": rule.family, "severity": rule.severity, "title": rule.title()}))
        .collect()
}
