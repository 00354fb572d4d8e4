//! A field's name and number as a name, a number and a unit.

use serde_json::{Number, Value};

/// A unit, and how a number with it is written.
struct Unit {
    suffix: &'static str,
    shown: &'static str,
    decimals: usize,
    scale: f64,
}

const fn unit(suffix: &'static str, shown: &'static str, decimals: usize) -> Unit {
    Unit { suffix, shown, decimals, scale: 1.0 }
}

/// Longer suffixes first where one ends with another.
const UNITS: [Unit; 19] = [
    unit("_syll_s", "syllables/s", 1),
    unit("_per_min", "/min", 1),
    unit("_per_100_words", "/100 words", 1),
    unit("_lufs", "LUFS", 1),
    unit("_lu", "LU", 1),
    unit("_dbtp", "dBTP", 1),
    unit("_dbfs", "dBFS", 1),
    unit("_db", "dB", 1),
    unit("_seconds", "s", 2),
    unit("_ms", "ms", 0),
    unit("_us", "µs", 0),
    unit("_s", "s", 2),
    unit("_hz", "Hz", 0),
    unit("_deg", "°", 1),
    unit("_semitones", "semitones", 1),
    unit("_px", "px", 0),
    unit("_bytes", "B", 0),
    unit("_percent", "%", 1),
    Unit { suffix: "_ratio", shown: "%", decimals: 1, scale: 100.0 },
];

/// A field as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Quantity {
    pub(crate) name: String,
    pub(crate) number: String,
    pub(crate) unit: &'static str,
}

/// Reads a field; the name loses its unit, and its underscores.
pub(crate) fn quantity(field: &str, value: &Value) -> Quantity {
    let unit = UNITS.iter().find(|unit| field.ends_with(unit.suffix) || field == unit.suffix.trim_start_matches('_'));
    let name = unit.map_or(field, |unit| field.strip_suffix(unit.suffix).unwrap_or(field));
    let (number, shown) = match (value, unit) {
        (Value::Number(number), Some(unit)) => (scaled(number, unit), unit.shown),
        (Value::Number(number), None) => (unscaled(number), ""),
        (Value::Null, _) => ("–".to_owned(), ""),
        (Value::Bool(true), _) => ("yes".to_owned(), ""),
        (Value::Bool(false), _) => ("no".to_owned(), ""),
        (Value::String(text), _) => (crate::ink::plain(text), ""),
        (other, _) => (crate::ink::plain(&other.to_string()), ""),
    };
    Quantity { name: name.replace('_', " "), number, unit: shown }
}

fn scaled(number: &Number, unit: &Unit) -> String {
    let value = number.as_f64().unwrap_or(f64::NAN) * unit.scale;
    let decimals = if number.is_f64() || unit.scale != 1.0 { unit.decimals } else { 0 };
    fixed(value, decimals)
}

/// Counts as they are, with thousands apart; others with three digits that mean something.
fn unscaled(number: &Number) -> String {
    if let Some(count) = number.as_i64() {
        return grouped(&count.to_string());
    }
    let value = number.as_f64().unwrap_or(f64::NAN);
    let magnitude = value.abs();
    let decimals = match magnitude {
        _ if magnitude >= 100.0 => 0,
        _ if magnitude >= 10.0 => 1,
        _ if magnitude >= 1.0 || magnitude == 0.0 => 2,
        _ if magnitude >= 0.1 => 3,
        _ => 4,
    };
    fixed(value, decimals)
}

/// So many decimals, and no `-0.0`.
pub(crate) fn fixed(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    let is_zero = text.bytes().all(|b| matches!(b, b'-' | b'0' | b'.'));
    grouped(if is_zero { text.trim_start_matches('-') } else { &text })
}

/// `1234567.8` as `1,234,567.8`.
fn grouped(number: &str) -> String {
    let (sign, digits) = number.strip_prefix('-').map_or(("", number), |digits| ("-", digits));
    let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(whole, fraction)| (whole, Some(fraction)));
    let mut text = String::from(sign);
    let length = whole.chars().count();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (length - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if let Some(fraction) = fraction {
        text.push('.');
        text.push_str(fraction);
    }
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn shown(field: &str, value: Value) -> String {
        let Quantity { name, number, unit } = quantity(field, &value);
        format!("{name}: {number} {unit}").trim_end().to_owned()
    }

    #[test]
    fn a_field_is_shown_with_the_unit_of_its_name() {
        assert_eq!(shown("integrated_lufs", json!(-23.04)), "integrated: -23.0 LUFS");
        assert_eq!(shown("lra_lu", json!(5.25)), "lra: 5.2 LU");
        assert_eq!(shown("true_peak_dbtp", json!(-0.04)), "true peak: 0.0 dBTP");
        assert_eq!(shown("silence_ratio", json!(0.1234)), "silence: 12.3 %");
        assert_eq!(shown("silence_seconds", json!(3.5)), "silence: 3.50 s");
        assert_eq!(shown("bandwidth_hz", json!(20000)), "bandwidth: 20,000 Hz");
        assert_eq!(shown("articulation_rate_syll_s", json!(4.26)), "articulation rate: 4.3 syllables/s");
    }

    #[test]
    fn a_number_without_a_unit_keeps_three_digits_and_a_count_keeps_all() {
        assert_eq!(shown("clipped_samples", json!(1234567)), "clipped samples: 1,234,567");
        assert_eq!(shown("contrast_rms", json!(0.12345)), "contrast rms: 0.123");
        assert_eq!(shown("dc_offset", json!(-0.00001)), "dc offset: 0.0000");
        assert_eq!(shown("luma_mean", json!(118.6)), "luma mean: 119");
    }

    #[test]
    fn what_could_not_be_told_is_a_dash() {
        assert_eq!(shown("integrated_lufs", Value::Null), "integrated: –");
        assert_eq!(shown("channels_identical", json!(true)), "channels identical: yes");
    }

    #[test]
    fn a_text_of_an_analyzer_never_reaches_the_terminal_as_a_command() {
        assert_eq!(shown("label", json!("\u{1b}[2Jhello")), "label:  [2Jhello");
    }
}
