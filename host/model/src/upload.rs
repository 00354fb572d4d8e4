//! Uploads that somebody else makes: what is signed for them, and what they bring back.

/// A request that somebody else may send until it expires.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// PUT.
    pub method: String,
    /// With its signature.
    pub url: String,
    /// That must be sent with it.
    pub headers: Vec<(String, String)>,
}

/// A part that was uploaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UploadedPart {
    /// From 1.
    pub number: i32,
    /// As the storage answered.
    pub etag: String,
}
