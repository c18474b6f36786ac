//! The GitHub action: its steps' own scripts, run as a runner would, with a `gh` that only writes down what it is asked.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::Value;

use super::git::{alone, commit, git};
use super::hooks::unoptimised;

const WEB: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  selector:\n    matchLabels: {app: web}\n  template:\n    \
                   metadata:\n      labels: {app: web}\n    spec:\n      containers:\n      - name: web\n        image: nginx:1.27\n";
const BROKEN: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: A\n";

/// What stands for GitHub's command line: it lists one comment where `existing` has its number.
const GH: &str =
    "#!/bin/sh\necho \"$*\" >> \"$RUNNER_TEMP/asked\"\ncase \"$*\" in *--paginate*) cat \"$RUNNER_TEMP/existing\" ;; esac\n";

fn action() -> Value {
    serde_yaml::from_str(&std::fs::read_to_string("action.yml").expect("readable")).expect("YAML")
}

/// A job on a runner: a checkout of a pull request whose base is another commit, and what expressions stand for.
struct Job {
    folder: tempfile::TempDir,
    values: BTreeMap<String, String>,
}

impl Job {
    fn start(inputs: &[(&str, &str)]) -> Job {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        ["base", "temp", "bin"].iter().for_each(|name| std::fs::create_dir(path(name)).expect("made"));
        for (name, text) in [("base/web.yaml", WEB), ("base/old.yaml", BROKEN), ("temp/existing", ""), ("bin/gh", GH)] {
            std::fs::write(path(name), text).expect("written");
        }
        assert!(Command::new("chmod").arg("+x").arg(path("bin/gh")).status().expect("it runs").success());
        commit(&path("base"));
        git(folder.path(), &["clone", "--quiet", "base", "work"]);
        std::fs::write(path("work/web.yaml"), WEB.replace("1.27", "1.28")).expect("written");
        let known = [
            ("github.action_path", std::env::current_dir().expect("a folder").to_string_lossy().into_owned()),
            ("github.event.pull_request.base.sha", git(&path("base"), &["rev-parse", "HEAD"])),
            ("github.event.pull_request.number", "7".to_string()),
            ("github.repository", "shop/deploy".to_string()),
            ("github.token", "secret".to_string()),
        ];
        let mut values: BTreeMap<String, String> = known.into_iter().map(|(name, value)| (name.to_string(), value)).collect();
        for (name, input) in action()["inputs"].as_object().expect("inputs") {
            let default = input["default"].as_str().unwrap_or("").replace("${{ github.token }}", "secret");
            let given = inputs.iter().find(|(given, _)| given == name).map(|(_, value)| value.to_string());
            values.insert(format!("inputs.{name}"), given.unwrap_or(default));
        }
        Job { folder, values }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap_or_default()
    }

    /// Runs every step that has a script; gives the last one's exit code and everything that was said.
    fn run(&mut self) -> (i32, String) {
        let mut code = 0;
        let mut said = String::new();
        for step in action()["runs"]["steps"].as_array().expect("steps") {
            let Some(script) = step["run"].as_str() else { continue };
            let output = self.step(step, script);
            said.push_str(&String::from_utf8_lossy(&output.stdout));
            said.push_str(&String::from_utf8_lossy(&output.stderr));
            code = output.status.code().expect("a code");
            for (name, value) in self.read("temp/output").lines().filter_map(|line| line.split_once('=')) {
                self.values.insert(format!("steps.{}.outputs.{name}", step["id"].as_str().unwrap_or("")), value.to_string());
            }
        }
        (code, said)
    }

    fn step(&self, step: &Value, script: &str) -> Output {
        std::fs::write(self.path("temp/output"), "").expect("written");
        // As runners start what says `shell: bash`.
        let mut command = Command::new("bash");
        command.args(["--noprofile", "--norc", "-eo", "pipefail", "-c", script]).current_dir(self.path("work"));
        for (name, value) in step["env"].as_object().expect("an environment") {
            command.env(name, self.value(value.as_str().expect("a text")));
        }
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders = std::iter::once(self.path("bin")).chain(std::env::split_paths(&path));
        command.env("PATH", std::env::join_paths(folders).expect("a path"));
        command.env("RUNNER_TEMP", self.path("temp")).env("GITHUB_ACTION_PATH", &self.values["github.action_path"]);
        command.env("GITHUB_OUTPUT", self.path("temp/output")).env("GITHUB_STEP_SUMMARY", self.path("temp/summary.md"));
        alone(unoptimised(&mut command)).output().expect("it runs")
    }

    /// What a text of the action comes to.
    fn value(&self, text: &str) -> String {
        let Some(name) = text.strip_prefix("${{ ").and_then(|rest| rest.strip_suffix(" }}")) else { return text.to_string() };
        self.values.get(name).unwrap_or_else(|| panic!("{name} is nothing a runner has")).clone()
    }
}

#[test]
fn the_action_lints_and_comments() {
    let mut job = Job::start(&[("binary", env!("CARGO_BIN_EXE_plimsoll")), ("args", "--fail-on warning")]);
    let (code, said) = job.run();
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("::error file=old.yaml,line=4"), "{said}");
    assert!(job.read("temp/summary.md").contains("1 error"), "{}", job.read("temp/summary.md"));
    let sarif: Value = serde_json::from_str(&job.read("temp/plimsoll.sarif")).expect("JSON");
    assert_eq!(sarif["runs"][0]["results"].as_array().map(Vec::len), Some(1));
    let asked = job.read("temp/asked");
    let body = format!("--field body=@{}", job.path("temp/comment.md").display());
    assert!(asked.contains(&format!("--method POST repos/shop/deploy/issues/7/comments {body}")), "{asked}");
    let comment = job.read("temp/comment.md");
    assert!(comment.starts_with("**The server would refuse 1 of 2 objects**\n"), "{comment}");
}

#[test]
fn the_action_writes_its_comment_anew() {
    let mut job = Job::start(&[("binary", env!("CARGO_BIN_EXE_plimsoll")), ("paths", "web.yaml")]);
    std::fs::write(job.path("temp/existing"), "41\n").expect("written");
    let (code, said) = job.run();
    assert_eq!(code, 0, "{said}");
    let asked = job.read("temp/asked");
    assert!(asked.contains("--method PATCH repos/shop/deploy/issues/comments/41 ") && !asked.contains("POST"), "{asked}");
    // The comment that is looked for is the one that was written.
    let comment = job.read("temp/comment.md");
    let mark = comment.lines().last().unwrap_or("");
    assert!(mark.starts_with("<!--") && asked.contains(&format!("contains(\"{mark}\")")), "{mark}\n{asked}");
}

/// Without `binary` the action installs itself, as it is locked.
#[test]
#[ignore = "it builds the crate, which takes a minute; `.ci/run` asks for it"]
fn the_action_builds_its_own_binary() {
    let mut job = Job::start(&[("paths", "web.yaml")]);
    let (code, said) = job.run();
    assert_eq!(code, 0, "{said}");
    assert!(job.path("temp/plimsoll/bin/plimsoll").is_file() && job.read("temp/asked").contains("POST"), "{said}");
}

#[test]
fn the_action_is_well_formed() {
    let action = action();
    assert_eq!(action["runs"]["using"], "composite");
    for step in action["runs"]["steps"].as_array().expect("steps") {
        assert!(step["uses"].is_string() != (step["run"].is_string() && step["shell"] == "bash"), "{step}");
        let script = step["run"].as_str().unwrap_or("");
        assert!(
            !script.contains("${{"),
            "inputs reach a script through the environment, where they cannot become code: {script}"
        );
    }
}

#[test]
fn the_comment_says_what_a_change_would_do() {
    let script = std::fs::canonicalize(".ci/plan-comment").expect("there");
    let project = tempfile::tempdir().expect("a folder");
    let comment = |revision: &str| {
        let mut command = Command::new(&script);
        command.args([env!("CARGO_BIN_EXE_plimsoll"), revision]).current_dir(project.path());
        let output = alone(&mut command).output().expect("it runs");
        assert!(output.status.success(), "{output:?}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let write = |text: &str| std::fs::write(project.path().join("web.yaml"), text).expect("written");
    write(WEB);
    commit(project.path());
    write(&WEB.replace("1.27", "1.28"));
    let good = comment("HEAD");
    assert!(good.contains("nginx:1.27") && good.contains("nginx:1.28"), "{good}");
    write(&WEB.replace("app: web", "app: site"));
    let refused = comment("HEAD");
    assert!(refused.contains("refuse"), "{refused}");
    let unknown = comment("nothing");
    assert!(unknown.contains("no plan") && unknown.contains("nothing"), "{unknown}");
    let mark = |text: &str| text.lines().last().map(str::to_string);
    assert!(mark(&good).is_some_and(|mark| mark.starts_with("<!--")) && mark(&good) == mark(&unknown), "{unknown}");
}
