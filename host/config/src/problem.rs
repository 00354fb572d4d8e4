//! What is wrong with a file, each with its place, and how a person sees it.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use rushes_model::Code;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The file isn't used.
    Error,
    /// It is.
    Warning,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// How bad.
    pub severity: Severity,
    /// Its page.
    pub code: Code,
    /// What, with names and values.
    pub message: String,
    /// The key's path: `pipelines.interview.use.faces.params.per_second`.
    pub key: String,
    /// Bytes of the file.
    pub span: Range<usize>,
    /// Said at the place: a suggestion, what is known.
    pub label: Option<String>,
    /// What to do.
    pub help: Option<String>,
}

impl Problem {
    /// An error of the file.
    pub(crate) fn new(key: impl Into<String>, span: Range<usize>, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            code: Code::PipelineInvalid,
            message: message.into(),
            key: key.into(),
            span,
            label: None,
            help: None,
        }
    }

    pub(crate) fn with_label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    pub(crate) fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub(crate) fn with_code(mut self, code: Code) -> Self {
        self.code = code;
        self
    }

    pub(crate) fn into_warning(mut self) -> Self {
        self.severity = Severity::Warning;
        self
    }
}

/// All that is wrong with a file, in the order of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problems {
    file: Arc<str>,
    text: Arc<str>,
    list: Vec<Problem>,
}

impl Problems {
    pub(crate) fn new(file: Arc<str>, text: Arc<str>, mut list: Vec<Problem>) -> Self {
        list.sort_by_key(|problem| (problem.span.start, problem.span.end));
        Self { file, text, list }
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &Problem> {
        self.list.iter()
    }

    /// How many are errors.
    pub fn error_count(&self) -> usize {
        self.iter().filter(|problem| problem.severity == Severity::Error).count()
    }

    /// How many are warnings.
    pub fn warning_count(&self) -> usize {
        self.list.len() - self.error_count()
    }

    /// Line and column of a problem, both from 1. Columns count characters.
    pub fn place(&self, problem: &Problem) -> (usize, usize) {
        place(&self.text, problem.span.start)
    }

    /// The first error's page: a file with nothing but wrong parameters has theirs.
    pub fn code(&self) -> Code {
        let mut errors = self.iter().filter(|problem| problem.severity == Severity::Error).map(|problem| problem.code);
        let first = errors.next().unwrap_or(Code::PipelineInvalid);
        if errors.all(|code| code == first) { first } else { Code::PipelineInvalid }
    }

    /// Every problem with its lines of the file, and a closing line.
    pub fn render(&self, colour: bool) -> String {
        let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
        let mut text = String::new();
        for problem in self.iter() {
            text.push_str(&renderer.render(&[self.group(problem)]));
            text.push_str("\n\n");
        }
        text.push_str(&self.closing());
        text.push('\n');
        text
    }

    fn group<'a>(&'a self, problem: &'a Problem) -> Group<'a> {
        let level = match problem.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let span = self.visible(&problem.span);
        let mark = AnnotationKind::Primary.span(span).label(problem.label.as_deref());
        let snippet = Snippet::source(&*self.text).path(&*self.file).annotation(mark);
        let group = level.primary_title(problem.message.as_str()).element(snippet);
        match &problem.help {
            Some(help) => group.element(Level::HELP.message(help.as_str())),
            None => group,
        }
    }

    /// The span cut to its first line, and to the text: a table's span may reach over many.
    fn visible(&self, span: &Range<usize>) -> Range<usize> {
        let start = span.start.min(self.text.len());
        let end = span.end.clamp(start, self.text.len());
        let first_line =
            self.text.get(start..end).and_then(|text| text.find('\n')).map_or(end, |length| start + length);
        start..first_line
    }

    fn closing(&self) -> String {
        let count = |number: usize, noun: &str| match number {
            0 => None,
            1 => Some(format!("1 {noun}")),
            _ => Some(format!("{number} {noun}s")),
        };
        let counts = [count(self.error_count(), "error"), count(self.warning_count(), "warning")];
        let counts: Vec<String> = counts.into_iter().flatten().collect();
        let counts = if counts.is_empty() { "no errors".to_owned() } else { counts.join(", ") };
        format!("{}: {counts}", self.file)
    }
}

/// A line for each, without the file's lines: `pipelines.toml:3:1: unknown key …`.
impl fmt::Display for Problems {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.iter().enumerate() {
            let (line, column) = self.place(problem);
            let start = if index == 0 { "" } else { "\n" };
            write!(out, "{start}{}:{line}:{column}: {}", self.file, problem.message)?;
            if let Some(label) = &problem.label {
                write!(out, " ({label})")?;
            }
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}

/// Line and column, from 1, of a byte.
pub(crate) fn place(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at.min(text.len())).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let column = before.get(line_start..).unwrap_or_default().chars().count();
    (before.matches('\n').count() + 1, column + 1)
}
