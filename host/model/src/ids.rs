//! Identities: UUIDv7, so that they sort by the time at which they were made.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// A fresh one.
            #[expect(clippy::new_without_default, reason = "a fresh identity is no default value")]
            pub fn new() -> Self {
                Self(Uuid::now_v7())
            }

            /// The UUID, for a database column.
            pub const fn as_uuid(self) -> Uuid {
                self.0
            }
        }

        impl From<Uuid> for $name {
            fn from(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(out)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, uuid::Error> {
                Uuid::parse_str(text).map(Self)
            }
        }
    };
}

id! {
    /// One media object to be analysed by one pipeline.
    JobId
}
id! {
    /// A group of jobs that belong together. Callers name it by a string of their own; this is ours.
    InterviewId
}
id! {
    /// One claim of one job. Fresh for each claim, named by every later write: the fence against zombies.
    LeaseId
}
id! {
    /// One running host process.
    HostId
}
id! {
    /// Something that happened and is told; the webhook's id, the same at every try.
    EventId
}
id! {
    /// An event to be told to one endpoint.
    DeliveryId
}
