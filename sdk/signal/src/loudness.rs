//! Loudness and loudness range of K-weighted energies.

use crate::level::{percentile, power_db};

/// Loudness in LUFS of a K-weighted, channel-weighted mean square: ITU-R BS.1770-5, Annex 1, equation 2. Minus infinity for silence.
pub fn lufs(mean_square: f64) -> f64 {
    -0.691 + power_db(mean_square)
}

/// The mean square of so many LUFS.
pub fn mean_square(lufs: f64) -> f64 {
    crate::level::db_power(lufs + 0.691)
}

/// Integrated loudness in LUFS of the mean squares of overlapping blocks of 400 ms: ITU-R BS.1770-5, Annex 1, equations 3 to 7.
///
/// Blocks below -70 LUFS don't count, nor do those 10 LU below the mean of the rest. None when none is left: silence has no loudness.
pub fn integrated<I>(blocks: I) -> Option<f64>
where
    I: Iterator<Item = f64> + Clone,
{
    let absolute = mean_square(-70.0);
    let loud = blocks.filter(move |&block| block > absolute);
    let relative = mean(loud.clone())? / 10.0;
    mean(loud.filter(|&block| block > relative)).map(lufs)
}

/// Loudness range in LU of the mean squares of overlapping windows of 3 s: EBU Tech 3342, section 3.1.
///
/// Windows below -70 LUFS don't count, nor do those 20 LU below the mean of the rest; the range lies between the 10th and the 95th
/// percentile of what is left. None when nothing is.
pub fn range<I>(windows: I) -> Option<f64>
where
    I: Iterator<Item = f64> + Clone,
{
    let absolute = mean_square(-70.0);
    let loud = windows.filter(move |&window| window >= absolute);
    let relative = mean(loud.clone())? / 100.0;
    let mut kept: Vec<f64> = loud.filter(|&window| window >= relative).collect();
    kept.sort_by(f64::total_cmp);
    let (low, high) = (percentile(&kept, 0.10)?, percentile(&kept, 0.95)?);
    Some(lufs(high) - lufs(low))
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, count) = values.fold((0.0, 0u64), |(sum, count), value| (sum + value, count + 1));
    (count > 0).then(|| sum / count as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_has_no_loudness() {
        assert_eq!(integrated([0.0; 10].into_iter()), None);
        assert_eq!(integrated(std::iter::empty()), None);
        assert_eq!(integrated([mean_square(-75.0); 10].into_iter()), None);
        assert_eq!(range([mean_square(-75.0); 10].into_iter()), None);
        assert_eq!(range([0.0; 10].into_iter()), None);
    }

    #[test]
    fn quiet_passages_do_not_pull_the_loudness_down() {
        let loud = [mean_square(-23.0); 30];
        let quiet = [mean_square(-36.0); 30];
        let found = integrated(loud.into_iter().chain(quiet)).unwrap();
        assert!((found + 23.0).abs() < 1e-9, "{found}");
    }

    #[test]
    fn the_range_of_two_levels_is_their_distance() {
        let found = range([mean_square(-20.0); 30].into_iter().chain([mean_square(-30.0); 30])).unwrap();
        assert!((found - 10.0).abs() < 1e-9, "{found}");
    }
}
