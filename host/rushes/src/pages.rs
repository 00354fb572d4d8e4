//! The pages of `docs/errors`, in the binary.

use rushes_model::Code;

const PAGES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/pages.rs"));

/// What happened, why, and what to do, as Markdown.
pub(crate) fn explain(code: Code) -> Option<&'static str> {
    PAGES.iter().find(|(name, _)| *name == code.as_str()).map(|(_, page)| *page)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_its_page() {
        for code in Code::ALL {
            assert!(explain(*code).is_some_and(|page| page.contains(code.as_str())), "{code}");
        }
    }
}
