//! Findings for people: the lines with the place underlined. The only file that knows miette.

use std::fmt;

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, SourceCode, SourceSpan, SpanContents,
    ThemeCharacters, ThemeStyles,
};

use super::sources::{Source, Sources};
use crate::diagnostic::{Finding, Label, Severity};
use crate::text::Span;

/// How far from the place a long line is shown, in bytes. Ten megabytes of JSON on one line shall not fill the screen.
const WINDOW: usize = 160;

/// Within how many lines a label is drawn into the finding's own excerpt.
const NEAR: u32 = 6;

/// Whether the output may carry colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// It may.
    On,
    /// It may not.
    Off,
}

/// Renders `findings` one after the other, for a terminal `width` columns wide.
pub fn plain(out: &mut String, findings: &[Finding], sources: &Sources, colour: Colour, width: usize) {
    let mut text = String::new();
    for finding in findings {
        let shown = Shown { finding, excerpt: excerpt(finding, sources) };
        text.clear();
        // Writing to a String fails only if the handler's source fails, and then the headline alone still says it.
        if handler(finding, colour, width).render_report(&mut text, &shown).is_err() {
            text = format!("{}: {}\n", finding.path, finding.message);
        }
        out.push_str(text.trim_start());
        for note in notes(finding, sources) {
            text.clear();
            if handler(finding, colour, width).render_report(&mut text, &note).is_ok() {
                out.push_str(text.trim_start());
            }
        }
        out.push('\n');
    }
}

/// miette's handler with `error[rule]:` in place of its symbol.
fn handler(finding: &Finding, colour: Colour, width: usize) -> GraphicalReportHandler {
    let styles = match colour {
        Colour::On => ThemeStyles::ansi(),
        Colour::Off => ThemeStyles::none(),
    };
    let mut characters = ThemeCharacters::unicode();
    (characters.error, characters.warning) = (format!("error[{}]:", finding.rule), format!("warning[{}]:", finding.rule));
    characters.advice = "note:".to_string();
    if finding.severity == Severity::Advice {
        characters.advice = format!("advice[{}]:", finding.rule);
    }
    GraphicalReportHandler::new_themed(GraphicalTheme { characters, styles })
        .with_width(width)
        .with_wrap_lines(false)
        .with_context_lines(1)
        .with_primary_span_start()
        .without_syntax_highlighting()
        .tab_width(2)
        .with_links(false)
}

/// A finding as miette wants it: the place, and the labels in the same file.
struct Shown<'a> {
    finding: &'a Finding,
    excerpt: Option<Excerpt<'a>>,
}

/// A label in another file, shown as a note of its own below the finding.
struct Note<'a> {
    message: &'a str,
    excerpt: Excerpt<'a>,
}

/// Places of one file that are shown together.
struct Excerpt<'a> {
    path: &'a str,
    source: &'a Source,
    labels: Vec<LabeledSpan>,
}

fn excerpt<'a>(finding: &'a Finding, sources: &'a Sources) -> Option<Excerpt<'a>> {
    let source = sources.get(&finding.path)?;
    let mut labels = vec![LabeledSpan::new_primary_with_span(None, miette_span(first_line(source, finding.span)))];
    for label in finding.labels.iter().filter(|label| near(finding, label, sources)) {
        labels.push(LabeledSpan::new_with_span(Some(label.message.clone()), miette_span(first_line(source, label.span))));
    }
    Some(Excerpt { path: &finding.path, source, labels })
}

/// Whether a label is close enough to the finding to be drawn into the same lines.
fn near(finding: &Finding, label: &Label, sources: &Sources) -> bool {
    let line = |span: Span| sources.position(&finding.path, span.start).line;
    label.path == finding.path && line(label.span).abs_diff(line(finding.span)) <= NEAR
}

/// A label in another file or far away, shown as a note of its own below the finding.
fn notes<'a>(finding: &'a Finding, sources: &'a Sources) -> impl Iterator<Item = Note<'a>> {
    finding.labels.iter().filter(|label| !near(finding, label, sources)).filter_map(|label| {
        let source = sources.get(&label.path)?;
        let labels = vec![LabeledSpan::new_primary_with_span(None, miette_span(first_line(source, label.span)))];
        Some(Note { message: &label.message, excerpt: Excerpt { path: &label.path, source, labels } })
    })
}

fn miette_span(span: Span) -> SourceSpan {
    (span.start as usize, span.len() as usize).into()
}

/// The part of `span` on its first line: forty underlined lines say less than one.
fn first_line(source: &Source, span: Span) -> Span {
    let end = (span.end as usize).min(source.text.len());
    let start = (span.start as usize).min(end);
    let text = &source.text[start..end];
    let line = text.find(['\n', '\r']).map_or(text, |at| &text[..at]).trim_end();
    let short = line.char_indices().nth(80).map_or(line, |(at, _)| &line[..at]);
    Span::new(start as u32, (start + short.len()) as u32)
}

impl SourceCode for Excerpt<'_> {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let text = &*self.source.text;
        let lines = &self.source.lines;
        let (start, end) = (span.offset(), span.offset() + span.len());
        if before + after == 0 {
            // miette asks so for the place it prints in the headline.
            return Ok(Box::new(self.window(start, &text[clip(text, start)..clip(text, end)], 1)));
        }
        let top = (lines.line_of(start as u32) as usize).saturating_sub(before);
        let bottom = lines.line_of(end as u32) as usize + after + 1;
        let from = clip(text, (lines.line_start(top as u32) as usize).max(start.saturating_sub(WINDOW * (before + 1))));
        let to = if bottom < lines.count() as usize { lines.line_start(bottom as u32) as usize } else { text.len() };
        let to = clip(text, to.min(end + WINDOW * (after + 1)));
        let data = text[from..to].trim_end_matches(['\n', '\r']);
        let shown = Window {
            span: (from, data.len().max(end.min(text.len()).saturating_sub(from))).into(),
            ..self.window(from, data, lines.line_of(to as u32) as usize - top + 1)
        };
        Ok(Box::new(shown))
    }
}

impl<'a> Excerpt<'a> {
    fn window<'b>(&'b self, from: usize, data: &'b str, count: usize) -> Window<'b> {
        let first = self.source.lines.position(&self.source.text, from as u32);
        Window {
            data: data.as_bytes(),
            span: (from, data.len()).into(),
            path: self.path,
            line: first.line as usize - 1,
            column: first.column as usize - 1,
            count,
        }
    }
}

fn clip(text: &str, mut at: usize) -> usize {
    at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

struct Window<'a> {
    data: &'a [u8],
    span: SourceSpan,
    path: &'a str,
    line: usize,
    column: usize,
    count: usize,
}

impl<'a> SpanContents<'a> for Window<'a> {
    fn data(&self) -> &'a [u8] {
        self.data
    }
    fn span(&self) -> &SourceSpan {
        &self.span
    }
    fn name(&self) -> Option<&str> {
        Some(self.path)
    }
    fn line(&self) -> usize {
        self.line
    }
    fn column(&self) -> usize {
        self.column
    }
    fn line_count(&self) -> usize {
        self.count
    }
}

impl Diagnostic for Shown<'_> {
    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.finding.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
            Severity::Advice => miette::Severity::Advice,
        })
    }
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.finding.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }
    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.excerpt.as_ref().map(|excerpt| excerpt as &dyn SourceCode)
    }
    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        self.excerpt.as_ref().map(|excerpt| Box::new(excerpt.labels.iter().cloned()) as Box<dyn Iterator<Item = LabeledSpan>>)
    }
}

impl Diagnostic for Note<'_> {
    fn severity(&self) -> Option<miette::Severity> {
        Some(miette::Severity::Advice)
    }
    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.excerpt)
    }
    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.excerpt.labels.iter().cloned()))
    }
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.finding.message)
    }
}

impl fmt::Debug for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.finding.message)
    }
}

impl std::error::Error for Shown<'_> {}

impl fmt::Display for Note<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message)
    }
}

impl fmt::Debug for Note<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message)
    }
}

impl std::error::Error for Note<'_> {}
