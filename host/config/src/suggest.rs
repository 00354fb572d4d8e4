//! "Did you mean": the nearest of the known names.

/// The known name that a person probably meant, if one is near enough: at most a third of the letters differ.
pub(crate) fn nearest<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded = given.to_lowercase();
    known
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(&folded, &name.to_lowercase()), name))
        .filter(|(distance, name)| distance * 3 <= name.chars().count().max(given.chars().count()))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// Names in a sentence: `a`, `b`, `c`.
pub(crate) fn listed<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let quoted: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    if quoted.is_empty() { "none".to_owned() } else { quoted.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_is_recognised_and_a_different_word_is_not() {
        assert_eq!(nearest("loudnes", ["loudness", "picture"]), Some("loudness"));
        assert_eq!(nearest("loudnes", ["loudest", "loudness"]), Some("loudness"));
        assert_eq!(nearest("Picutre", ["loudness", "picture"]), Some("picture"));
        assert_eq!(nearest("speech", ["loudness", "picture"]), None);
    }
}
