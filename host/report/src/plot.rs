//! A series as a small plot of block characters.

use rushes_model::MediaTime;
use rushes_model::report::{Series, Timing};

use crate::ink::{Ink, Tone, plain};
use crate::quantity::fixed;

/// Rows of a plot; each has eight steps.
const HEIGHT: usize = 3;
/// A short series is stretched to it, so that both times fit under it.
const LEAST_COLUMNS: usize = 24;
/// Digital silence lies at -120 dB or lower; a plot down to it would show everything else as flat.
const MOST_DECIBEL: f64 = 60.0;
const STEPS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// A plot with its name, smallest and largest value and times; one line where there is nothing to draw.
pub(crate) fn plot(series: &Series, width: usize, ink: Ink) -> Vec<String> {
    let title = match series.unit.as_str() {
        "" => plain(&series.name),
        unit => format!("{}, {}", plain(&series.name), plain(unit)),
    };
    let known = series.values.iter().flatten().copied().map(f64::from);
    let (least, most) =
        known.fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), value| (least.min(value), most.max(value)));
    let Some((start, end)) = span(series).filter(|_| least <= most) else {
        return vec![format!("{title}  {}", ink.paint(Tone::Faint, "nothing known"))];
    };
    let least = if is_decibel(&series.unit) { least.max(most - MOST_DECIBEL) } else { least };
    let decimals = decimals(least, most);
    let (top, bottom) = (fixed(most, decimals), fixed(least, decimals));
    let margin = top.chars().count().max(bottom.chars().count());
    let columns = columns(series, start, end, width.saturating_sub(margin + 3).max(LEAST_COLUMNS));
    let mut lines = vec![title];
    for row in (0..HEIGHT).rev() {
        let label = match row {
            0 => bottom.as_str(),
            _ if row == HEIGHT - 1 => top.as_str(),
            _ => "",
        };
        let bar: String = columns.iter().map(|column| step(*column, least, most, row)).collect();
        lines.push(format!("{label:>margin$} {}{}", '│', ink.paint(Tone::Line, bar.trim_end())));
    }
    lines.push(axis(margin, columns.len(), start, end));
    lines
}

fn is_decibel(unit: &str) -> bool {
    unit.starts_with("dB") || unit.starts_with("LU")
}

/// From the first value to the end of the last, in seconds.
fn span(series: &Series) -> Option<(f64, f64)> {
    let count = series.values.len();
    match &series.timing {
        Timing::Regular { start_s, step_s } => (count > 0).then(|| (*start_s, start_s + step_s * count as f64)),
        Timing::At { times_s } => {
            let (first, last) = (*times_s.first()?, *times_s.last()?);
            let mean_step = (last - first) / (times_s.len().max(2) - 1) as f64;
            Some((first, last + mean_step))
        }
    }
}

/// The mean of what is known in each column; none where nothing is. A column between two values keeps the earlier one.
fn columns(series: &Series, start: f64, end: f64, most: usize) -> Vec<Option<f64>> {
    let count = most.min(series.values.len().max(LEAST_COLUMNS));
    let scale = count as f64 / (end - start).max(f64::MIN_POSITIVE);
    let mut sums = vec![(0.0, 0u32); count];
    let mut seen = vec![false; count];
    for (index, value) in series.values.iter().enumerate() {
        let time = match &series.timing {
            Timing::Regular { start_s, step_s } => start_s + step_s * index as f64,
            Timing::At { times_s } => times_s.get(index).copied().unwrap_or(end),
        };
        // Truncation is meant: the column that the time lies in. A hair is added for times that are 0.1 * k.
        let column = ((time - start) * scale + 1e-6) as usize;
        let column = column.min(count - 1);
        seen[column] = true;
        if let Some(value) = value {
            sums[column] = (sums[column].0 + f64::from(*value), sums[column].1 + 1);
        }
    }
    let mut held = None;
    let mean = |((sum, number), seen): ((f64, u32), bool)| {
        if seen {
            held = (number > 0).then(|| sum / f64::from(number));
        }
        held
    };
    sums.into_iter().zip(seen).map(mean).collect()
}

/// The character of a column in a row. The smallest value is still seen: the lowest step.
fn step(value: Option<f64>, least: f64, most: f64, row: usize) -> char {
    let Some(value) = value else { return ' ' };
    let steps = (HEIGHT * 8) as f64;
    let share = if most > least { ((value - least) / (most - least)).max(0.0) } else { 0.5 };
    // Truncation is meant: 1 to 24.
    let height = (1.0 + share * (steps - 1.0)).round() as usize;
    STEPS[height.saturating_sub(row * 8).min(8)]
}

fn axis(margin: usize, columns: usize, start: f64, end: f64) -> String {
    let (first, last) = (clock(start), clock(end));
    let space = columns.saturating_sub(first.chars().count() + last.chars().count()).max(1);
    format!("{:>margin$} └{first}{}{last}", "", "─".repeat(space))
}

/// Seconds as a player shows them.
pub(crate) fn clock(seconds: f64) -> String {
    // A time below zero or beyond reason shows as the nearest that can be.
    MediaTime::from_micros((seconds * 1e6).round() as u64).to_string()
}

/// Enough to tell the ends apart.
fn decimals(least: f64, most: f64) -> usize {
    match most - least {
        range if range >= 100.0 => 0,
        range if range >= 1.0 || range == 0.0 => 1,
        range if range >= 0.1 => 2,
        _ => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Ink = Ink { colour: false };

    fn series(values: Vec<Option<f32>>) -> Series {
        let timing = Timing::Regular { start_s: 0.0, step_s: 0.1 };
        Series { name: "momentary".into(), unit: "LUFS".into(), timing, values }
    }

    #[test]
    fn a_plot_rises_where_its_series_does() {
        let rising = series((0..24).map(|n| Some(n as f32 - 40.0)).collect());
        let lines = plot(&rising, 40, PLAIN);
        assert_eq!(
            lines,
            [
                "momentary, LUFS",
                "-17.0 │                ▁▂▃▄▅▆▇█",
                "      │        ▁▂▃▄▅▆▇█████████",
                "-40.0 │▁▂▃▄▅▆▇█████████████████",
                "      └0:00.000────────0:02.400",
            ]
        );
    }

    #[test]
    fn what_is_unknown_is_left_white() {
        let holed = series(vec![Some(1.0), Some(1.0), None, None, Some(1.0), Some(2.0), None, Some(1.0)]);
        let lines = plot(&holed, 40, PLAIN);
        assert_eq!(lines[3], "1.0 │▁▁▁▁▁▁      ▁▁▁███   ▁▁▁");
    }

    #[test]
    fn digital_silence_does_not_flatten_the_rest() {
        let mut values: Vec<Option<f32>> = (0..24).map(|n| Some(-40.0 + n as f32)).collect();
        values[0] = Some(-120.0);
        let lines = plot(&series(values), 40, PLAIN);
        assert_eq!((&lines[1][..3], &lines[3][..3]), ("-17", "-77"));
        assert!(lines[3].ends_with("│▁███████████████████████"), "{}", lines[3]);
    }

    #[test]
    fn a_series_without_any_value_has_no_plot() {
        assert_eq!(plot(&series(vec![None, None]), 40, PLAIN), ["momentary, LUFS  nothing known"]);
        assert_eq!(plot(&series(Vec::new()), 40, PLAIN), ["momentary, LUFS  nothing known"]);
    }

    #[test]
    fn a_plot_is_never_wider_than_it_may_be() {
        let long = series((0..5_000).map(|n| Some((n % 97) as f32)).collect());
        for width in [40, 79, 160] {
            let widest = plot(&long, width, PLAIN).iter().map(|line| line.chars().count()).max();
            assert!(widest <= Some(width), "{widest:?} in {width}");
        }
    }
}
