//! The budget and what is taken out of it.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rushes_model::ByteSize;

use crate::Error;
use crate::measure::{Machine, Measured};
use crate::stalls::Stalls;
use crate::throttle::Throttle;

/// What an operator may set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// `MEMORY_LIMIT_MB`.
    pub limit: Option<ByteSize>,
    /// `MEMORY_THRESHOLD_PERCENT`, of the limit.
    pub threshold_percent: u8,
    /// `ENABLE_MEMORY_MONITORING`; without it nothing is refused, but reservations are still counted.
    pub is_monitored: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self { limit: None, threshold_percent: 85, is_monitored: true }
    }
}

/// Where it stands, for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Figures {
    /// What may be used: container, setting or machine, whichever is least.
    pub limit: ByteSize,
    /// What is used.
    pub used: ByteSize,
    /// What jobs reserved.
    pub reserved: ByteSize,
    /// Whether nothing new is begun until the use has come down.
    pub is_constrained: bool,
}

/// How short memory is, beyond what admission looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pressure {
    /// It isn't.
    None,
    /// Over 90 % are used, or everything stood still for it for more than a tenth of the last ten seconds.
    High,
    /// Over 95 % are used: the system will kill the process soon.
    Critical,
}

/// Percent of the limit.
const HIGH_PERCENT: u64 = 90;
const CRITICAL_PERCENT: u64 = 95;
/// Percent of the last ten seconds in which nothing went on for want of memory.
const STALLED_PERCENT: f64 = 10.0;

type Gauge = Box<dyn FnMut() -> Measured + Send>;

/// The memory of this host. Cheap to clone; all clones are one budget.
#[derive(Clone)]
pub struct Budget {
    settings: Settings,
    state: Arc<Mutex<State>>,
}

struct State {
    gauge: Gauge,
    stalls: Stalls,
    throttle: Throttle,
    reserved: u64,
}

impl Budget {
    /// The budget of this process on this machine.
    ///
    /// # Errors
    /// When the system doesn't tell how much memory there is.
    pub fn new(settings: Settings) -> Result<Self, Error> {
        let mut machine = Machine::new()?;
        let budget = Self::with_gauge(settings, move || machine.measure());
        budget.lock().stalls = Stalls::of_this_process();
        Ok(budget)
    }

    /// A budget of what `gauge` says, asked anew each time.
    pub fn with_gauge(settings: Settings, gauge: impl FnMut() -> Measured + Send + 'static) -> Self {
        let state =
            State { gauge: Box::new(gauge), stalls: Stalls::unknown(), throttle: Throttle::default(), reserved: 0 };
        Self { settings, state: Arc::new(Mutex::new(state)) }
    }

    /// Takes memory out of the budget, all at once; none where it isn't free.
    pub fn reserve(&self, size: ByteSize) -> Option<Reservation> {
        let mut state = self.lock();
        if size > self.free_of(&mut state) {
            return None;
        }
        state.reserved = state.reserved.saturating_add(size.as_bytes());
        drop(state);
        Some(Reservation { budget: self.clone(), size: size.as_bytes() })
    }

    /// What could be reserved now. Where nothing is reserved that is the whole, however much is in use: a host whose
    /// use doesn't come down by itself would otherwise never do anything again.
    pub fn free(&self) -> ByteSize {
        self.free_of(&mut self.lock())
    }

    /// What could be reserved if nothing were: a job that needs more never runs here.
    pub fn whole(&self) -> ByteSize {
        let measured = (self.lock().gauge)();
        self.whole_of(measured)
    }

    /// How many jobs of a size fit now beside those that run.
    pub fn more_jobs(&self, each: ByteSize) -> u32 {
        let fitting = self.free().as_bytes() / each.as_bytes().max(1);
        u32::try_from(fitting).unwrap_or(u32::MAX)
    }

    /// Where it stands.
    pub fn figures(&self) -> Figures {
        let mut state = self.lock();
        let measured = (state.gauge)();
        let is_constrained = self.is_constrained(&mut state, measured);
        Figures {
            limit: self.limit_of(measured),
            used: measured.used,
            reserved: ByteSize::bytes(state.reserved),
            is_constrained,
        }
    }

    /// How short memory is.
    pub fn pressure(&self) -> Pressure {
        if !self.settings.is_monitored {
            return Pressure::None;
        }
        let mut state = self.lock();
        let measured = (state.gauge)();
        let limit = u128::from(self.limit_of(measured).as_bytes());
        let is_over = |percent: u64| u128::from(measured.used.as_bytes()) * 100 > limit * u128::from(percent);
        if is_over(CRITICAL_PERCENT) {
            Pressure::Critical
        } else if is_over(HIGH_PERCENT) || state.stalls.full_percent().is_some_and(|share| share > STALLED_PERCENT) {
            Pressure::High
        } else {
            Pressure::None
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Plain numbers, each written by one statement: a panic elsewhere leaves them whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn limit_of(&self, measured: Measured) -> ByteSize {
        self.settings.limit.map_or(measured.limit, |limit| limit.min(measured.limit))
    }

    fn whole_of(&self, measured: Measured) -> ByteSize {
        if !self.settings.is_monitored {
            return ByteSize::bytes(u64::MAX);
        }
        let limit = u128::from(self.limit_of(measured).as_bytes());
        let whole = limit * u128::from(self.settings.threshold_percent) / 100;
        ByteSize::bytes(u64::try_from(whole).unwrap_or(u64::MAX))
    }

    fn is_constrained(&self, state: &mut State, measured: Measured) -> bool {
        let limit = self.limit_of(measured).as_bytes();
        let over = state.throttle.update(measured.used.as_bytes(), limit, self.settings.threshold_percent);
        over && self.settings.is_monitored
    }

    fn free_of(&self, state: &mut State) -> ByteSize {
        let measured = (state.gauge)();
        let whole = self.whole_of(measured);
        if state.reserved == 0 {
            return whole;
        }
        let is_stalled = || state.stalls.full_percent().is_some_and(|share| share > STALLED_PERCENT);
        if self.settings.is_monitored && is_stalled() || self.is_constrained(state, measured) {
            return ByteSize::default();
        }
        let used = if self.settings.is_monitored { measured.used.as_bytes() } else { 0 };
        ByteSize::bytes(whole.as_bytes().saturating_sub(state.reserved.max(used)))
    }
}

impl fmt::Debug for Budget {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Budget").field("settings", &self.settings).finish_non_exhaustive()
    }
}

/// Memory that is taken out of the budget. Dropping it gives it back.
pub struct Reservation {
    budget: Budget,
    size: u64,
}

impl Reservation {
    /// How much.
    pub const fn size(&self) -> ByteSize {
        ByteSize::bytes(self.size)
    }

    /// Takes more, if it is free. Whether it was.
    pub fn grow(&mut self, more: ByteSize) -> bool {
        let mut state = self.budget.lock();
        if more > self.budget.free_of(&mut state) {
            return false;
        }
        state.reserved = state.reserved.saturating_add(more.as_bytes());
        self.size = self.size.saturating_add(more.as_bytes());
        true
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        let mut state = self.budget.lock();
        state.reserved = state.reserved.saturating_sub(self.size);
    }
}

impl fmt::Debug for Reservation {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Reservation").field("size", &self.size()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    const MIB: ByteSize = ByteSize::mib(1);

    fn budget(used: &Arc<AtomicU64>, settings: Settings) -> Budget {
        let used = Arc::clone(used);
        Budget::with_gauge(settings, move || Measured {
            limit: ByteSize::mib(1000),
            used: ByteSize::mib(used.load(Ordering::Relaxed)),
        })
    }

    fn with_use(used: u64) -> (Arc<AtomicU64>, Budget) {
        let used = Arc::new(AtomicU64::new(used));
        let budget = budget(&used, Settings::default());
        (used, budget)
    }

    #[test]
    fn jobs_that_have_used_nothing_yet_still_count() {
        let (_, budget) = with_use(0);
        let first = budget.reserve(ByteSize::mib(500)).unwrap();
        assert_eq!(budget.free(), ByteSize::mib(350));
        assert!(budget.reserve(ByteSize::mib(351)).is_none());
        drop(first);
        assert_eq!(budget.free(), ByteSize::mib(850));
    }

    #[test]
    fn use_beyond_what_was_reserved_counts_too() {
        let (_, budget) = with_use(700);
        let _running = budget.reserve(ByteSize::mib(100)).unwrap();
        assert_eq!(budget.free(), ByteSize::mib(150));
        assert_eq!(budget.more_jobs(ByteSize::mib(70)), 2);
    }

    #[test]
    fn an_idle_host_takes_a_job_whatever_it_uses_but_none_that_never_fits() {
        let (_, budget) = with_use(990);
        assert!(budget.reserve(ByteSize::mib(851)).is_none());
        let _running = budget.reserve(ByteSize::mib(850)).unwrap();
        assert!(budget.figures().is_constrained);
        assert!(budget.reserve(MIB).is_none());
    }

    #[test]
    fn a_constrained_host_waits_until_the_use_is_clearly_lower() {
        let (used, budget) = with_use(860);
        let _running = budget.reserve(MIB).unwrap();
        assert_eq!(budget.free(), ByteSize::default());
        used.store(820, Ordering::Relaxed);
        assert_eq!(budget.free(), ByteSize::default());
        used.store(790, Ordering::Relaxed);
        assert_eq!(budget.free(), ByteSize::mib(60));
    }

    #[test]
    fn pressure_rises_with_the_use() {
        let (used, budget) = with_use(900);
        assert_eq!(budget.pressure(), Pressure::None);
        used.store(901, Ordering::Relaxed);
        assert_eq!(budget.pressure(), Pressure::High);
        used.store(951, Ordering::Relaxed);
        assert_eq!(budget.pressure(), Pressure::Critical);
    }

    #[test]
    fn standing_still_for_want_of_memory_is_pressure_and_admits_nothing() {
        let (_, budget) = with_use(100);
        let folder = std::env::temp_dir().join(format!("rushes-stalls-{}", std::process::id()));
        std::fs::write(
            &folder,
            "some avg10=40.00 avg60=1 avg300=0 total=5\nfull avg10=10.01 avg60=0 avg300=0 total=1\n",
        )
        .unwrap();
        budget.lock().stalls = Stalls::in_file(folder.clone());
        let _running = budget.reserve(MIB).unwrap();
        assert_eq!((budget.pressure(), budget.free()), (Pressure::High, ByteSize::default()));
        std::fs::remove_file(folder).unwrap();
        assert_eq!(budget.pressure(), Pressure::None);
    }

    #[test]
    fn the_least_limit_counts() {
        let used = Arc::new(AtomicU64::new(0));
        let of = |limit| budget(&used, Settings { limit: Some(ByteSize::mib(limit)), ..Settings::default() }).whole();
        assert_eq!(of(100), ByteSize::mib(85));
        assert_eq!(of(5000), ByteSize::mib(850));
    }

    #[test]
    fn without_monitoring_nothing_is_refused_but_all_is_counted() {
        let used = Arc::new(AtomicU64::new(990));
        let budget = budget(&used, Settings { is_monitored: false, ..Settings::default() });
        let _one = budget.reserve(ByteSize::mib(900)).unwrap();
        let _two = budget.reserve(ByteSize::mib(900)).unwrap();
        let figures = budget.figures();
        assert_eq!(figures.reserved, ByteSize::mib(1800));
        assert!(!figures.is_constrained);
    }

    #[test]
    fn a_reservation_grows_only_into_what_is_free_and_gives_all_of_it_back() {
        let (_, budget) = with_use(0);
        let mut job = budget.reserve(ByteSize::mib(800)).unwrap();
        assert!(!job.grow(ByteSize::mib(51)));
        assert!(job.grow(ByteSize::mib(50)));
        assert_eq!(job.size(), ByteSize::mib(850));
        drop(job);
        assert_eq!(budget.figures().reserved, ByteSize::default());
    }
}
