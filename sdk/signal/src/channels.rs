//! How much each channel counts.

/// Weights of ITU-R BS.1770-5, Annex 1, Table 3, for channels by their names in the contract (FL FR FC LFE BL BR SL SR …).
///
/// LFE doesn't count. A speaker between 60° and 120° to the side counts 1.41, every other one 1. In 5.1 the surrounds, at 110°, are called
/// BL and BR; where there are SL and SR as well (7.1), BL and BR stand behind the listener. Channels without a name count 1.
///
/// ```
/// use rushes_signal::channel_weights;
///
/// assert_eq!(channel_weights(&["FL", "FR", "FC", "LFE", "BL", "BR"]), [1.0, 1.0, 1.0, 0.0, 1.41, 1.41]);
/// ```
pub fn channel_weights<S: AsRef<str>>(channels: &[S]) -> Vec<f64> {
    let has = |wanted: &str| channels.iter().any(|name| name.as_ref() == wanted);
    let back = if has("SL") || has("SR") { 1.0 } else { 1.41 };
    channels
        .iter()
        .map(|name| match name.as_ref() {
            "LFE" | "LFE2" => 0.0,
            "SL" | "SR" => 1.41,
            "BL" | "BR" => back,
            _ => 1.0,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_seven_one_the_sides_count_more_and_the_back_does_not() {
        let weights = channel_weights(&["FL", "FR", "FC", "LFE", "BL", "BR", "SL", "SR"]);
        assert_eq!(weights, [1.0, 1.0, 1.0, 0.0, 1.0, 1.0, 1.41, 1.41]);
    }

    #[test]
    fn an_unnamed_channel_counts_like_a_front_one() {
        assert_eq!(channel_weights(&["", "M"]), [1.0, 1.0]);
    }
}
