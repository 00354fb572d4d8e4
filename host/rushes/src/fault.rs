//! How a command that didn't do what it should says so: code, chain, help; and its exit code.

use std::io::IsTerminal;
use std::process::ExitCode;

use rushes_model::{Class, Classify, Code, Failure, Reason};

/// A command's failure.
#[derive(Debug)]
pub(crate) struct Fault {
    /// A text, for a host of another version may know codes that this program doesn't.
    code: String,
    /// The error and its causes, outermost first.
    chain: Vec<String>,
    help: Option<String>,
    /// Printed as it is, in place of the chain: problems with their places in a file.
    rendered: Option<String>,
    exit: u8,
}

impl Fault {
    /// The command line can't be followed.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self { exit: 2, ..Self::new(Code::RequestInvalid.as_str(), message) }
    }

    /// What went wrong under a code, here or on a host.
    pub(crate) fn new(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { code: code.into(), chain: vec![message.into()], help: None, rendered: None, exit: 1 }
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

    /// The same, with its cause.
    pub(crate) fn because(mut self, cause: impl Into<String>) -> Self {
        self.chain.push(cause.into());
        self
    }

    /// The same, saying what to do.
    pub(crate) fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same, as the fault of whoever wrote the command.
    pub(crate) fn wrong_use(mut self) -> Self {
        self.exit = 2;
        self
    }

    /// What went wrong, in a text of one or more lines.
    pub(crate) fn text(&self) -> String {
        self.rendered.clone().unwrap_or_else(|| self.chain.join(": "))
    }

    /// What to do.
    pub(crate) fn help(&self) -> Option<String> {
        self.help.clone()
    }

    pub(crate) fn exit_code(&self) -> ExitCode {
        ExitCode::from(self.exit)
    }

    /// To standard error: `error[code]: …`, its causes, `help: …`.
    pub(crate) fn print(&self) {
        let paint = std::io::stderr().is_terminal();
        let (red, dim, plain) = if paint { ("\x1b[1;31m", "\x1b[2m", "\x1b[0m") } else { ("", "", "") };
        let Self { code, chain, help, .. } = self;
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
        let Failure { code, chain, help, .. } = failure;
        Self { code: code.as_str().to_owned(), chain, help, rendered: None, exit: 1 }
    }
}
