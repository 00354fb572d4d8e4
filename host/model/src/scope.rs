//! What a token allows.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What a token allows its bearer to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Scope {
    /// Looking at jobs, interviews, queue, hosts, pipelines and metrics.
    #[serde(rename = "jobs:read")]
    JobsRead,
    /// Creating, retrying, cancelling and deleting jobs and interviews, uploads among them.
    #[serde(rename = "jobs:write")]
    JobsWrite,
    /// Reading what was found.
    #[serde(rename = "results:read")]
    ResultsRead,
    /// Looking at webhooks and sending their deliveries again.
    #[serde(rename = "webhooks")]
    Webhooks,
    /// Everything: pausing hosts and pipelines and the audit log as well.
    #[serde(rename = "admin")]
    Admin,
}

impl Scope {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::JobsRead, Self::JobsWrite, Self::ResultsRead, Self::Webhooks, Self::Admin];

    /// The name, as in commands and JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::JobsRead => "jobs:read",
            Self::JobsWrite => "jobs:write",
            Self::ResultsRead => "results:read",
            Self::Webhooks => "webhooks",
            Self::Admin => "admin",
        }
    }

    /// Whether a token with these scopes may do what needs this one.
    pub fn is_granted_by(self, scopes: &[Self]) -> bool {
        scopes.iter().any(|scope| *scope == self || *scope == Self::Admin)
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

/// A word that is no scope.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no scope: there are jobs:read, jobs:write, results:read, webhooks, admin")]
pub struct NoScope(String);

impl FromStr for Scope {
    type Err = NoScope;

    fn from_str(text: &str) -> Result<Self, NoScope> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == text).ok_or_else(|| NoScope(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn admin_implies_every_scope_and_no_other_implies_one() {
        for wanted in Scope::ALL {
            assert!(wanted.is_granted_by(&[Scope::Admin]));
            for given in Scope::ALL.into_iter().filter(|given| *given != Scope::Admin) {
                assert_eq!(wanted.is_granted_by(&[given]), wanted == given);
            }
            assert!(!wanted.is_granted_by(&[]));
        }
    }

    #[test]
    fn a_scope_is_known_by_its_name_alone() {
        for scope in Scope::ALL {
            assert_eq!(scope.as_str().parse(), Ok(scope));
        }
        assert!("Admin".parse::<Scope>().is_err());
    }
}
