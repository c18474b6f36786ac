//! The benchmark behind the README's figures: ratios taken in one run over 50 MB of generated manifests.
//!
//! `cargo bench` prints, for one core: bare events of the general reader, reading into trees, the whole lint; then the lint on two
//! cores, the peak memory of the binary over a directory, the time of a single small file, and rendering 10,000 findings.

mod generate;

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use plimsoll::check::{self, Options};
use plimsoll::plan;
use plimsoll::report::{self, Colour, Sources};
use plimsoll::workspace::{FileReport, Workspace};
use plimsoll::yaml::{self, Reader};
use rayon::prelude::*;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const TOTAL: usize = 50_000_000;

/// How often what is compared takes turns.
const ROUNDS: usize = 15;

fn main() {
    let files = generate::files(TOTAL);
    let bytes: usize = files.iter().map(String::len).sum();
    println!("{} files, {:.1} MB", files.len(), bytes as f64 / 1e6);
    let two_threads = rayon::ThreadPoolBuilder::new().num_threads(2).build().expect("threads");
    let [events, granit, fast, lint, general, two] = rates(
        bytes,
        [
            &|| files.iter().map(|text| yaml::general_events(text)).sum(),
            &|| files.iter().map(|text| granit_parser::Parser::new_from_str(text).flatten().count()).sum(),
            &|| files.iter().map(|text| yaml::parse(text.clone()).tree.len()).sum(),
            &|| files.iter().map(|text| check_one(text).findings.len()).sum(),
            &|| files.iter().map(|text| check_with(text, Reader::General).findings.len()).sum(),
            &|| two_threads.install(|| files.par_iter().map(|text| check_one(text).findings.len()).sum()),
        ],
    );
    println!("one core:  bare events of the general reader {events:6.1} MB/s");
    println!("           bare events of granit-parser       {granit:6.1} MB/s");
    println!("           reading into trees                {fast:6.1} MB/s");
    println!(
        "           lint, general reader              {general:6.1} MB/s  ({:.2} of its bare events, {:.2} of granit's)",
        general / events,
        general / granit
    );
    println!("           lint                              {lint:6.1} MB/s  ({:.2} of the bare events)", lint / events);
    println!("two cores: lint                              {two:6.1} MB/s  ({:.2} times one core)", two / lint);
    binary(&files);
    rendering();
    planning();
}

fn check_one(text: &str) -> FileReport {
    check_with(text, Reader::Either)
}

fn check_with(text: &str, reader: Reader) -> FileReport {
    check::check("file.yaml".into(), text.to_string(), Options { reader, ..Options::default() }).into()
}

/// Megabytes a second of the best of each's runs, which take turns: what slows the machine down for a while then slows all.
fn rates<const N: usize>(bytes: usize, runs: [&dyn Fn() -> usize; N]) -> [f64; N] {
    let mut best = [Duration::MAX; N];
    for _ in 0..ROUNDS {
        for (best, run) in best.iter_mut().zip(runs) {
            *best = time(run).min(*best);
        }
    }
    best.map(|best| bytes as f64 / 1e6 / best.as_secs_f64())
}

fn time(run: impl Fn() -> usize) -> Duration {
    let started = Instant::now();
    std::hint::black_box(run());
    started.elapsed()
}

/// The release binary over a directory of the files, over all of them in one, and over one small file.
fn binary(files: &[String]) {
    let folder = tempfile::tempdir().expect("a folder");
    for (i, text) in files.iter().enumerate() {
        std::fs::write(folder.path().join(format!("{i:05}.yaml")), text).expect("written");
    }
    let (elapsed, peak) = run_binary(&["lint", "--fail-on", "never"], folder.path());
    println!("binary:    {} files in {:.2} s, {} MB at the peak", files.len(), elapsed.as_secs_f64(), peak / 1024);
    let whole = tempfile::tempdir().expect("a folder");
    std::fs::write(whole.path().join("all.yaml"), files.concat()).expect("written");
    let (elapsed, peak) = run_binary(&["lint", "--fail-on", "never"], whole.path());
    println!("           the same in one file in {:.2} s, {} MB at the peak", elapsed.as_secs_f64(), peak / 1024);
    let small = folder.path().join("00000.yaml");
    std::fs::write(&small, &files[0][..files[0].find("\n---\n").unwrap_or(files[0].len())]).expect("written");
    let best = (0..20).map(|_| run_binary(&["lint", "--fail-on", "never"], &small).0).min().unwrap_or_default();
    println!("           one small file in {:.1} ms", best.as_secs_f64() * 1e3);
}

/// Wall time and peak memory in KB.
fn run_binary(args: &[&str], path: &Path) -> (Duration, u64) {
    let started = Instant::now();
    let mut child =
        Command::new(env!("CARGO_BIN_EXE_plimsoll")).args(args).arg(path).stdout(Stdio::null()).spawn().expect("it runs");
    let mut peak = 0;
    loop {
        let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("");
        peak = peak.max(line.trim().trim_end_matches(" kB").parse().unwrap_or(0));
        if child.try_wait().expect("it can be waited for").is_some() {
            return (started.elapsed(), peak);
        }
        std::thread::sleep(Duration::from_micros(200));
    }
}

fn rendering() {
    let mut text = String::from("apiVersion: v1\nkind: List\nitems:\n");
    for i in 0..10_000 {
        text.push_str(&format!("- apiVersion: v1\n  kind: ConfigMap\n  metadata:\n    name: Wrong-{i}\n"));
    }
    let mut workspace = Workspace::new(Options::default());
    workspace.set("list.yaml", text.clone());
    let findings = workspace.check();
    let mut sources = Sources::default();
    sources.add("list.yaml".into(), text.into());
    let started = Instant::now();
    let mut out = String::new();
    report::plain(&mut out, &findings, &sources, Colour::On, 110);
    println!("rendering: {} findings in {:.0} ms", findings.len(), started.elapsed().as_secs_f64() * 1e3);
}

/// A new image for 1,000 Deployments of ten pods each, from reading the manifests' trees to the plan, on one core.
fn planning() {
    let manifests = |image: usize| -> Vec<check::Checked> {
        (0..1000)
            .map(|n| {
                let text = format!(
                    "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web-{n}\nspec:\n  replicas: 10\n  selector:\n    matchLabels: {{app: web-{n}}}\n  template:\n    metadata:\n      labels: {{app: web-{n}}}\n    spec:\n      containers:\n      - name: web\n        image: web:{image}\n"
                );
                check::check(format!("{n}.yaml").as_str().into(), text, Options::default())
            })
            .collect()
    };
    let (old, new) = ([manifests(1)], manifests(2));
    let plan = |before: &[Vec<check::Checked>]| {
        let once = || plan::plan(before, &new, &plan::Options::default()).objects.len();
        (0..5).map(|_| time(once)).min().unwrap_or_default().as_secs_f64() * 1e3
    };
    let (first, next) = (plan(&[]), plan(&old));
    println!("planning:  1000 Deployments with 10,000 pods in {first:.0} ms from nothing, {next:.0} ms as the next revision");
}
