//! `plimsoll.yaml`: what a project asks for, so that everyone who lints it asks for the same.

use serde::Deserialize;

use crate::diagnostic::Severity;
use crate::schema::Version;
use crate::select::Selection;

/// The file's name. It lies in the working directory or above.
pub const NAME: &str = "plimsoll.yaml";

/// From which severity on a finding fails the run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FailOn {
    /// Errors only.
    #[default]
    Error,
    /// Warnings and errors.
    Warning,
    /// Anything.
    Advice,
    /// Nothing.
    Never,
}

impl FailOn {
    /// Each with its name.
    pub const ALL: [(&'static str, FailOn); 4] =
        [("error", FailOn::Error), ("warning", FailOn::Warning), ("advice", FailOn::Advice), ("never", FailOn::Never)];

    /// Whether a finding this bad fails the run.
    pub fn fails(self, severity: Severity) -> bool {
        match self {
            FailOn::Error => severity >= Severity::Error,
            FailOn::Warning => severity >= Severity::Warning,
            FailOn::Advice => severity >= Severity::Advice,
            FailOn::Never => false,
        }
    }
}

/// The file's content; everything may be left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Config {
    /// Report only these families and rules.
    pub only: Vec<String>,
    /// Do not report these.
    pub ignore: Vec<String>,
    /// From when on a run fails.
    pub fail_on: Option<FailOn>,
    /// The API server's minor version, as `1.36`.
    #[serde(deserialize_with = "version")]
    pub kubernetes_version: Option<Version>,
    /// Files and folders that are left out of directories, as lines of a `.gitignore` next to this file.
    pub exclude: Vec<String>,
}

/// Parses the file. An error says what is wrong and, from `LINE:COLUMN: ` on, where.
pub fn parse(text: &str) -> Result<Config, String> {
    // Nothing but comments is an empty document, which serde takes for no mapping.
    let empty = text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#'));
    if empty {
        return Ok(Config::default());
    }
    let config: Config = serde_yaml::from_str(text).map_err(|error| placed(&error))?;
    Selection::parse(&config.only, &config.ignore).map_err(|why| placed_name(text, &config, why))?;
    Ok(config)
}

/// The error with its place in front instead of behind.
fn placed(error: &serde_yaml::Error) -> String {
    let words = error.to_string();
    match error.location() {
        Some(place) => {
            let behind = format!(" at line {} column {}", place.line(), place.column());
            format!("{}:{}: {}", place.line(), place.column(), words.replace(&behind, ""))
        }
        None => words,
    }
}

/// Where the first name that no rule has is written.
fn placed_name(text: &str, config: &Config, why: String) -> String {
    let wrong = |name: &&String| Selection::parse(std::slice::from_ref(*name), &[]).is_err();
    let name = config.only.iter().chain(&config.ignore).find(wrong);
    let at = name.and_then(|name| text.lines().enumerate().find_map(|(i, line)| Some((i + 1, line.find(name.as_str())? + 1))));
    at.map_or(why.clone(), |(line, column)| format!("{line}:{column}: {why}"))
}

/// `1.30` is a number in YAML, and a different one from what is meant: its text decides.
fn version<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Version>, D::Error> {
    let value = serde_yaml::Value::deserialize(deserializer)?;
    let text = match &value {
        serde_yaml::Value::Null => return Ok(None),
        serde_yaml::Value::String(text) => text.clone(),
        // 1.30 reads as 1.3: there is no Kubernetes 1.3 that this could be confused with.
        serde_yaml::Value::Number(number) if number.to_string() == "1.3" => "1.30".to_string(),
        serde_yaml::Value::Number(number) => number.to_string(),
        _ => return Err(serde::de::Error::custom("kubernetes-version must be a version, as 1.36")),
    };
    Version::parse(&text).map(Some).map_err(serde::de::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_may_be_set_or_left_out() {
        assert_eq!(parse("# nothing yet\n"), Ok(Config::default()));
        let config = parse(
            "only: [api, ref]\nignore:\n- api-warning\nfail-on: warning\nkubernetes-version: 1.30\nexclude: [generated/]\n",
        )
        .unwrap_or_default();
        assert_eq!(config.only, ["api", "ref"]);
        assert_eq!(config.fail_on, Some(FailOn::Warning));
        assert_eq!(config.kubernetes_version, Version::parse("1.30").ok());
        assert_eq!(parse("kubernetes-version: \"1.31\"\n").unwrap_or_default().kubernetes_version, Version::parse("1.31").ok());
    }

    #[test]
    fn mistakes_have_a_place() {
        let cases = [
            ("only: [api]\nfailon: error\n", "2:1: ", "failon"),
            ("fail-on: [\n", "1:10: ", ""),
            ("ignore:\n- api-warnin\n", "2:3: ", "did you mean `api-warning`?"),
            ("fail-on: sometimes\n", "1:10: ", "sometimes"),
            ("kubernetes-version: 1.12\n", "", "1.12"),
            ("- a\n", "1:1: ", ""),
        ];
        for (text, place, words) in cases {
            let error = parse(text).expect_err(text);
            assert!(error.starts_with(place) && error.contains(words), "{text}: {error}");
        }
    }
}
