//! Hands each decoded unit to the analyzers that asked for it. One unit is shared by all; nothing is copied here.

use std::time::Duration;

use rushes_media::feed::Sink;
use rushes_model::MediaTime;
use rushes_model::media::{AudioBlock, Gap, Segment, VideoFrame};
use rushes_model::stop::{Stop, StopToken};

use tracing::trace_span;

use crate::channel::Sender;
use crate::order::{Order, Unit};
use crate::session::Message;

/// The way to one analyzer's thread.
pub(crate) struct Outlet {
    /// None once the analyzer has failed.
    sender: Option<Sender<Message>>,
    /// Its audio request's place.
    audio: Option<usize>,
    /// Its video request's place.
    video: Option<usize>,
    lead_in: MediaTime,
}

impl Outlet {
    pub(crate) fn new(sender: Sender<Message>, audio: Option<usize>, video: Option<usize>, lead_in_ms: u32) -> Self {
        Self { sender: Some(sender), audio, video, lead_in: MediaTime::from_millis(lead_in_ms.into()) }
    }

    /// Sends, forgetting an analyzer that doesn't listen any more. Returns the time that it took.
    pub(crate) fn send(&mut self, message: Message, stop: &StopToken) -> Duration {
        let Some(sender) = &self.sender else { return Duration::ZERO };
        let bytes = match &message {
            Message::Unit(unit) => unit.bytes(),
            Message::Bytes(_, bytes) => u64::try_from(bytes.len()).unwrap_or(u64::MAX),
            Message::Carry(_) | Message::Begin(_) | Message::End(_) | Message::Complete => 0,
        };
        let _span = trace_span!(target: "rushes::time", "hand to analyzer").entered();
        match sender.send(bytes, message, || stop.reason().is_some()) {
            Ok(waited) => waited,
            Err(_) => {
                self.sender = None;
                Duration::ZERO
            }
        }
    }

    pub(crate) fn is_open(&self) -> bool {
        self.sender.is_some()
    }
}

/// What is fed in one segment, and to whom.
pub(crate) struct Fan<'a> {
    segment: Segment,
    taps: Vec<Tap<'a>>,
    /// Places of the requests that this segment's wants hold.
    audio: Vec<usize>,
    video: Vec<usize>,
    gaps: Vec<Gap>,
    stop: &'a StopToken,
    report: &'a dyn Fn(MediaTime),
    pub(crate) waited: Duration,
    /// Blocks and pictures that came.
    pub(crate) units: u64,
    ready: Vec<Unit>,
}

/// One outlet during one segment.
struct Tap<'a> {
    outlet: &'a mut Outlet,
    order: Order,
}

impl<'a> Fan<'a> {
    pub(crate) fn new(
        segment: Segment,
        outlets: Vec<&'a mut Outlet>,
        (audio, video): (Vec<usize>, Vec<usize>),
        stop: &'a StopToken,
        report: &'a dyn Fn(MediaTime),
    ) -> Self {
        let taps = outlets
            .into_iter()
            .map(|outlet| Tap { order: Order::new(outlet.audio.is_some(), outlet.video.is_some()), outlet })
            .collect();
        Self {
            segment,
            taps,
            audio,
            video,
            gaps: Vec::new(),
            stop,
            report,
            waited: Duration::ZERO,
            units: 0,
            ready: Vec::new(),
        }
    }

    /// Opens the segment at all outlets.
    pub(crate) fn begin(&mut self) {
        let segment = self.segment;
        for tap in &mut self.taps {
            self.waited += tap.outlet.send(Message::Begin(segment), self.stop);
        }
    }

    /// Closes the segment at all outlets; each hears of the gaps in what it was fed.
    pub(crate) fn end(mut self) -> (Duration, Vec<Gap>) {
        for tap in &mut self.taps {
            tap.order.flush(&mut self.ready);
            for unit in self.ready.drain(..) {
                self.waited += tap.outlet.send(Message::Unit(unit), self.stop);
            }
            let heard = self.gaps.iter().filter(|gap| tap.outlet.hears(gap)).cloned().collect();
            self.waited += tap.outlet.send(Message::End(heard), self.stop);
        }
        (self.waited, self.gaps)
    }

    /// Leaves the segment open: it was fed in part, and nothing of it may be kept.
    pub(crate) fn abandon(self) -> Duration {
        self.waited
    }

    /// Hands a unit to all outlets that asked for it.
    fn hand_out(&mut self, unit: &Unit, wanted: impl Fn(&Outlet) -> bool) -> Result<(), Stop> {
        self.stop.check()?;
        self.units += 1;
        for tap in self.taps.iter_mut().filter(|tap| wanted(tap.outlet)) {
            let from = self.segment.span.start - tap.outlet.lead_in;
            if unit.start() < from {
                continue;
            }
            tap.order.push(unit.clone(), &mut self.ready);
            for ready in self.ready.drain(..) {
                self.waited += tap.outlet.send(Message::Unit(ready), self.stop);
            }
        }
        self.stop.check()?;
        // Nobody left to decode for: the flow tells this end from a real stop by looking at the outlets.
        if self.taps.iter().any(|tap| tap.outlet.is_open()) { Ok(()) } else { Err(Stop::Cancelled) }
    }
}

impl Outlet {
    fn hears(&self, gap: &Gap) -> bool {
        (gap.input == "audio" && self.audio.is_some()) || (gap.input == "video" && self.video.is_some())
    }
}

impl Sink for Fan<'_> {
    fn audio(&mut self, want: usize, block: AudioBlock) -> Result<(), Stop> {
        let place = self.audio.get(want).copied();
        self.hand_out(&Unit::Audio(block), |outlet| place.is_some() && outlet.audio == place)
    }

    fn video(&mut self, want: usize, frame: VideoFrame) -> Result<(), Stop> {
        let place = self.video.get(want).copied();
        self.hand_out(&Unit::Video(frame), |outlet| place.is_some() && outlet.video == place)
    }

    fn gap(&mut self, gap: Gap) {
        self.gaps.push(gap);
    }

    fn progress(&mut self, at: MediaTime) {
        (self.report)(at);
    }
}
