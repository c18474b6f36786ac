//! `plimsoll show`: each object as the API server decodes it or, with `--defaults`, would store it.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use plimsoll::check::{self, Options};
use plimsoll::report;
use plimsoll::schema::Version;
use serde_json::{Value, json};

use super::input::{self, Paths};
use super::settings::{self, Settings};
use super::{Failure, output};

/// Arguments of `show`.
#[derive(Args, Debug)]
pub struct ShowArgs {
    #[command(flatten)]
    paths: Paths,
    /// Fill in the server's defaults: the object as it would be stored.
    #[arg(long)]
    defaults: bool,
    /// The API server's minor version, 1.30 to 1.37 [default: 1.36].
    #[arg(long, value_name = "VERSION", value_parser = super::version)]
    kubernetes_version: Option<Version>,
    /// The configuration [default: the nearest plimsoll.yaml, from the current directory upwards].
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// How to print.
    #[arg(long, value_enum, default_value = "yaml")]
    format: Format,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// YAML documents, each under a comment that says where it is from.
    Yaml,
    /// `{"objects": [{"path", "document", "object"}]}`.
    Json,
}

/// Runs `show`.
pub fn run(args: &ShowArgs) -> Result<ExitCode, Failure> {
    let Settings { config, exclude } = settings::read(args.config.as_deref())?;
    let version = args.kubernetes_version.or(config.kubernetes_version).unwrap_or_default();
    let options = Options::of(version);
    let mut objects = Vec::new();
    for input in &input::collect_but(&args.paths, &exclude)?.list {
        let (path, bytes) = (input.path().into(), input.read()?);
        let checked = if args.defaults { check::check_bytes(path, bytes, options) } else { check::read_bytes(path, bytes) };
        for object in &checked.objects {
            let field = object.field(&checked.parsed.tree);
            let value = if args.defaults { report::stored_json(field, &object.id, version) } else { report::object_json(field) };
            objects.push(json!({"path": &*checked.path, "document": object.document, "object": value}));
        }
    }
    if objects.is_empty() && !args.paths.allow_empty {
        return Err(Failure::Input("no Kubernetes object found (--allow-empty accepts that)".to_string()));
    }
    output::print(&match args.format {
        Format::Json => format!("{}\n", report::json_text(&json!({"objects": objects}))),
        Format::Yaml => yaml(&objects)?,
    })?;
    Ok(ExitCode::SUCCESS)
}

fn yaml(objects: &[Value]) -> Result<String, Failure> {
    let mut text = String::new();
    for object in objects {
        let body = serde_yaml::to_string(&object["object"]).map_err(|error| Failure::Input(error.to_string()))?;
        text.push_str(&format!("---\n# {}, document {}\n{body}", object["path"].as_str().unwrap_or(""), object["document"]));
    }
    Ok(text)
}
