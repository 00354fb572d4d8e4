//! How a command that didn't do what it should says so: code, chain, help; and its exit code.

use std::io::IsTerminal;
use std::process::ExitCode;

use rushes_model::{Class, Classify, Code, Failure, Reason};

/// A command's failure.
#[derive(Debug)]
pub(crate) struct Fault {
    failure: Failure,
    /// Printed as it is, in place of the chain: problems with their places in a file.
    rendered: Option<String>,
    exit: u8,
}

impl Fault {
    /// The command line can't be followed.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        let failure = Failure::new(Code::RequestInvalid, Class::Permanent(Reason::Request), message);
        Self { failure, rendered: None, exit: 2 }
    }

    /// An error of any room.
    pub(crate) fn of(error: &impl Classify) -> Self {
        Failure::of(error).into()
    }

    /// Something that the operating system refused.
    pub(crate) fn io(what: impl std::fmt::Display, error: &std::io::Error) -> Self {
        Failure::new(Code::RequestInvalid, Class::Permanent(Reason::Request), format!("{what}: {error}"))
            .with_help("check that the path exists and may be used by this user")
            .into()
    }

    /// The same, printed as the given text.
    pub(crate) fn rendered(mut self, text: String) -> Self {
        self.rendered = Some(text);
        self
    }

    /// The same, saying what to do.
    pub(crate) fn with_help(mut self, help: impl Into<String>) -> Self {
        self.failure = self.failure.with_help(help);
        self
    }

    pub(crate) fn exit_code(&self) -> ExitCode {
        ExitCode::from(self.exit)
    }

    /// To standard error: `error[code]: …`, its causes, `help: …`.
    pub(crate) fn print(&self) {
        let paint = std::io::stderr().is_terminal();
        let (red, dim, plain) = if paint { ("\x1b[1;31m", "\x1b[2m", "\x1b[0m") } else { ("", "", "") };
        let Failure { code, chain, help, .. } = &self.failure;
        let (first, causes) = chain.split_first().map_or(("", &[][..]), |(first, rest)| (first.as_str(), rest));
        if let Some(text) = &self.rendered {
            eprint!("{text}");
        }
        let first = if self.rendered.is_some() { "nothing was done" } else { first };
        eprintln!("{red}error[{code}]{plain}: {first}");
        for cause in causes.iter().filter(|_| self.rendered.is_none()) {
            eprintln!("  because: {cause}");
        }
        if let Some(help) = help {
            eprintln!("help: {help}");
        }
        eprintln!("{dim}more: docs/errors/{code}.md{plain}");
    }
}

impl From<Failure> for Fault {
    fn from(failure: Failure) -> Self {
        Self { failure, rendered: None, exit: 1 }
    }
}
