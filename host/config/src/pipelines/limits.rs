//! What an analyzer may use up, as written.

use std::time::Duration;

use rushes_model::ByteSize;
use rushes_model::pipeline::Limits;

use crate::duration;
use crate::problem::Problem;
use crate::table::{At, Table};

/// A component's stack and data alone take more than a MiB.
const LEAST_MEMORY: ByteSize = ByteSize::mib(2);
/// A 32-bit memory has no more.
const MOST_MEMORY: ByteSize = ByteSize::mib(4_096);
/// Opening a session, before any media, takes some hundred thousand instructions.
const LEAST_FUEL: u64 = 1_000_000;
const LEAST_CALL: Duration = Duration::from_millis(10);
const MOST_CALL: Duration = Duration::from_secs(600);

/// Reads a `limits` table over the limits that hold without it.
pub(crate) fn read(table: Option<Table<'_>>, base: Limits) -> Limits {
    let Some(mut table) = table else { return base };
    let memory = table.size("memory");
    let fuel_base = table.number("fuel_base");
    let fuel_per_media_second = table.number("fuel_per_media_second");
    let call_timeout = table.time("call_timeout");
    let mut refuse = |name: &str, span, message: String| {
        table.refuse(Problem::new(table.key(name), span, message));
    };
    check_range("memory", &memory, LEAST_MEMORY..=MOST_MEMORY, ByteSize::to_string, &mut refuse);
    check_range("fuel_base", &fuel_base, LEAST_FUEL..=i64::MAX.unsigned_abs(), u64::to_string, &mut refuse);
    check_range("call_timeout", &call_timeout, LEAST_CALL..=MOST_CALL, |time| duration::show(*time), &mut refuse);
    table.finish();
    Limits {
        memory: memory.map_or(base.memory, |at| at.value),
        fuel_base: fuel_base.map_or(base.fuel_base, |at| at.value),
        fuel_per_media_second: fuel_per_media_second.map_or(base.fuel_per_media_second, |at| at.value),
        call_timeout: call_timeout.map_or(base.call_timeout, |at| at.value),
    }
}

fn check_range<T: PartialOrd>(
    name: &str,
    at: &Option<At<T>>,
    range: std::ops::RangeInclusive<T>,
    show: impl Fn(&T) -> String,
    refuse: &mut impl FnMut(&str, std::ops::Range<usize>, String),
) {
    let Some(at) = at else { return };
    if range.contains(&at.value) {
        return;
    }
    let (least, most) = (show(range.start()), show(range.end()));
    refuse(name, at.span.clone(), format!("`{name}` of {} can't work: allowed is {least} to {most}", show(&at.value)));
}
