//! The rules' pages, run: bad blocks fire exactly on the marked lines, good blocks are silent, fixed blocks equal the fix.

use plimsoll::check::{self, Options};
use plimsoll::diagnostic::{Finding, Fix};
use plimsoll::fix;
use plimsoll::plan;
use plimsoll::report::MARK;
use plimsoll::rules::{Check, RULES, Rule};
use plimsoll::text::LineIndex;
use plimsoll::workspace::Workspace;

/// One fenced block of a page.
struct Block {
    word: String,
    line: usize,
    text: String,
    marks: Vec<u32>,
}

#[test]
fn every_block_of_every_page_behaves() {
    let mut wrong = Vec::new();
    for rule in RULES {
        let blocks = blocks(rule.page);
        if !blocks.iter().any(|block| block.word == "bad") || !blocks.iter().any(|block| block.word == "good") {
            wrong.push(format!("{}: a page needs at least one bad and one good block", rule.id));
        }
        for (i, block) in blocks.iter().enumerate() {
            let before = i.checked_sub(1).map(|i| &blocks[i]);
            if let Err(why) = run(rule, block, before) {
                wrong.push(format!("rules/{}.md:{}: {why}", rule.id, block.line));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn run(rule: &Rule, block: &Block, before: Option<&Block>) -> Result<(), String> {
    if let Check::Plan(_) = rule.check {
        return planned(rule, block, before.filter(|block| block.word == "before"));
    }
    let findings = lint(&block.text);
    match block.word.as_str() {
        "good" if findings.is_empty() => Ok(()),
        "good" => Err(format!("a good block must be silent: {}", said(&findings))),
        "bad" => {
            let index = LineIndex::new(&block.text);
            let ours = findings.iter().filter(|finding| finding.rule == rule.id);
            let mut lines: Vec<u32> = ours.map(|finding| index.position(&block.text, finding.span.start).line).collect();
            lines.dedup();
            if lines == block.marks {
                Ok(())
            } else {
                Err(format!("fires on lines {lines:?}, marked are {:?}: {}", block.marks, said(&findings)))
            }
        }
        "fixed" => {
            let bad = before.filter(|block| block.word == "bad").ok_or("a fixed block follows a bad one")?;
            let ours = lint(&bad.text).into_iter().filter(|finding| finding.rule == rule.id);
            let fixes: Vec<Fix> = ours.filter_map(|finding| finding.fix).collect();
            let fixed = fix::apply("page.yaml", &bad.text, &fixes.iter().collect::<Vec<_>>()).ok_or("the fixes overlap")?;
            if fixed == block.text { Ok(()) } else { Err(format!("the fix gives\n{fixed}")) }
        }
        word => Err(format!("unknown block word `{word}`")),
    }
}

/// A block of a rule that needs a plan: from the block before, or from nothing, to this one.
fn planned(rule: &Rule, block: &Block, before: Option<&Block>) -> Result<(), String> {
    if block.word == "before" {
        return Ok(());
    }
    let read = |name: &str, block: &Block| vec![check::check(name.into(), block.text.clone(), Options::default())];
    let from: Vec<_> = before.map(|block| read("before.yaml", block)).into_iter().collect();
    let now = "2026-10-01T00:00:00Z".parse().map_err(|_| "no time")?;
    let plan = plan::plan(&from, &read("page.yaml", block), &plan::Options { now, ..plan::Options::default() });
    let refused: Vec<_> = plan.objects.iter().flat_map(|object| &object.causes).map(|cause| &cause.message).collect();
    if !refused.is_empty() {
        return Err(format!("refused: {refused:?}"));
    }
    let ours: Vec<_> = plan.findings.iter().filter(|finding| finding.rule == rule.id).collect();
    let mut lines: Vec<u32> = ours.iter().filter_map(|finding| Some(finding.source.as_ref()?.line)).collect();
    lines.sort_unstable();
    lines.dedup();
    match block.word.as_str() {
        "bad" | "good" if lines == block.marks => Ok(()),
        "bad" | "good" => Err(format!("fires on lines {lines:?}, marked are {:?}: {ours:?}", block.marks)),
        word => Err(format!("unknown block word `{word}`")),
    }
}

fn lint(text: &str) -> Vec<Finding> {
    let mut workspace = Workspace::new(Options::default());
    workspace.set("page.yaml", text.to_string());
    workspace.check()
}

fn said(findings: &[Finding]) -> String {
    findings.iter().map(|finding| format!("{} at {}: {}; ", finding.rule, finding.field, finding.message)).collect()
}

fn blocks(page: &str) -> Vec<Block> {
    let mut list = Vec::new();
    let mut open: Option<Block> = None;
    for (i, line) in page.lines().enumerate() {
        match (line.strip_prefix("```"), open.take()) {
            (Some(info), None) => {
                let word = info.strip_prefix("yaml ").unwrap_or(info).to_string();
                open = Some(Block { word, line: i + 1, text: String::new(), marks: Vec::new() });
            }
            (Some(_), Some(block)) => list.push(block),
            (None, Some(mut block)) => {
                let code = line.strip_suffix(MARK);
                block.text.push_str(code.unwrap_or(line));
                block.text.push('\n');
                if code.is_some() {
                    block.marks.push(block.text.lines().count() as u32);
                }
                open = Some(block);
            }
            (None, None) => {}
        }
    }
    list
}
