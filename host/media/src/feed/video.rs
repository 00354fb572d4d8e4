//! The video lane: packets through the decoder, pictures through the converters, and out in order of time.

use std::collections::{BTreeMap, VecDeque};

use bytes::Bytes;
use rushes_decode::{Converted, Converter, Decoded, Decoders, VideoDecoder, VideoPacket};
use rushes_model::media::{PixelFormat, VideoFrame};
use rushes_model::stop::Stop;
use rushes_model::{MediaTime, Span};
use tracing::trace_span;

use super::gaps::Gaps;
use super::spans::{Needed, VideoPlan};
use super::{Fed, Sink, Wants};
use crate::error::Error;
use crate::index::Packet;

/// H.264 lets sixteen pictures wait for one that is shown earlier (A.3.1, MaxDpbFrames). A file whose times want more is
/// broken, and must not fill our memory: its earliest picture is then given up.
const MOST_WAITING: usize = 20;

/// Decodes one segment's pictures.
pub(super) struct Lane<'a> {
    plan: &'a VideoPlan<'a>,
    decoder: Box<dyn VideoDecoder>,
    /// What the decoder gave last.
    decoded: Vec<Decoded>,
    /// One for each distinct layout and size.
    converters: Vec<(Look, Converter)>,
    /// Which of them each want takes.
    looks: Vec<usize>,
    /// Place in the plan's `needed`, by packet.
    places: BTreeMap<usize, usize>,
    /// The place that is sent next.
    next: usize,
    /// What became of the places from `next` on.
    waiting: VecDeque<Outcome>,
    /// Pictures that are shown before this one refer to what isn't there.
    leading_before: Option<i64>,
    is_lost: bool,
    segment: Span,
}

type Look = (PixelFormat, Option<u32>);

enum Outcome {
    /// Not decoded yet.
    Open,
    /// Converted as often as there are looks that want it.
    Ready(Vec<(usize, Converted)>),
    /// Can't be decoded.
    Lost,
}

impl<'a> Lane<'a> {
    pub(super) fn open(plan: &'a VideoPlan<'a>, wants: &Wants, decoders: &dyn Decoders) -> Result<Self, Error> {
        let mut converters: Vec<(Look, Converter)> = Vec::new();
        let mut looks = Vec::new();
        for want in &wants.video {
            let look = (want.request.pixels, want.request.max_side);
            let known = converters.iter().position(|(known, _)| *known == look);
            looks.push(known.unwrap_or(converters.len()));
            if known.is_none() {
                converters.push((look, Converter::new(look.0, look.1, plan.config.rotation)));
            }
        }
        let places = plan.needed.iter().enumerate().map(|(place, needed)| (needed.picture.index, place)).collect();
        Ok(Self {
            plan,
            decoder: decoders.video(plan.config)?,
            decoded: Vec::new(),
            converters,
            looks,
            places,
            next: 0,
            waiting: VecDeque::new(),
            leading_before: None,
            is_lost: false,
            segment: wants.segment.span,
        })
    }

    /// Takes the next packet of the plan.
    pub(super) fn packet(
        &mut self,
        index: usize,
        bytes: &Bytes,
        sink: &mut dyn Sink,
        gaps: &mut Gaps<'_>,
        fed: &mut Fed,
    ) -> Result<(), Error> {
        let Some(packet) = self.plan.packet(index) else { return Ok(()) };
        if self.plan.begins_at(index) {
            self.drain(gaps, fed)?;
            self.decoder.restart();
            self.is_lost = false;
            self.leading_before = Some(packet.pts);
        }
        let is_lost = !self.decode(index, &packet, bytes, fed)?;
        self.settle_decoded(gaps, fed);
        if let (true, Some(place)) = (is_lost, self.places.get(&index).copied()) {
            self.settle(place, Outcome::Lost, gaps, fed);
        }
        self.send(sink)?;
        sink.progress(self.plan.time(packet.pts));
        Ok(())
    }

    /// Sends what still waits.
    pub(super) fn finish(&mut self, sink: &mut dyn Sink, gaps: &mut Gaps<'_>, fed: &mut Fed) -> Result<(), Error> {
        self.drain(gaps, fed)?;
        while self.next < self.plan.needed.len() {
            self.give_up_next(gaps, fed);
            self.send(sink)?;
        }
        self.plan.name_holes(self.segment, gaps);
        Ok(())
    }

    /// Decodes a packet, or passes over it where nobody needs it; false where its picture will not come.
    fn decode(&mut self, index: usize, packet: &Packet, bytes: &Bytes, fed: &mut Fed) -> Result<bool, Error> {
        let is_leading = self.leading_before.is_some_and(|keyframe| packet.pts < keyframe);
        if is_leading || (!self.places.contains_key(&index) && self.decoder.is_disposable(bytes)) {
            self.decoder.skip(bytes)?;
            return Ok(false);
        }
        fed.pictures_decoded += u64::from(!packet.hidden);
        let packet = VideoPacket { number: index as u64, bytes, keyframe: packet.keyframe };
        match self.decoder.decode(packet, &mut self.decoded) {
            Ok(()) => {}
            Err(error) if error.is_damage() => {
                self.is_lost = true;
                return Ok(false);
            }
            Err(error) => return Err(error.into()),
        }
        if packet.keyframe && std::mem::take(&mut self.is_lost) {
            self.leading_before = self.plan.packet(index).map(|keyframe| keyframe.pts);
        }
        Ok(true)
    }

    /// Takes out of the decoder what it still holds.
    fn drain(&mut self, gaps: &mut Gaps<'_>, fed: &mut Fed) -> Result<(), Error> {
        match self.decoder.flush(&mut self.decoded) {
            Err(error) if !error.is_damage() => return Err(error.into()),
            Ok(()) | Err(_) => self.settle_decoded(gaps, fed),
        }
        Ok(())
    }

    /// Converts the pictures that came out, those that somebody is sent.
    fn settle_decoded(&mut self, gaps: &mut Gaps<'_>, fed: &mut Fed) {
        for Decoded { number, picture } in std::mem::take(&mut self.decoded) {
            let place = usize::try_from(number).ok().and_then(|index| self.places.get(&index).copied());
            let Some((place, needed)) = place.and_then(|place| Some((place, self.plan.needed.get(place)?))) else {
                continue;
            };
            let mut converted: Vec<(usize, Converted)> = Vec::new();
            for (want, _) in &needed.moments {
                let Some(look) = self.looks.get(*want).copied() else { continue };
                let known = converted.iter().any(|(known, _)| *known == look);
                if let (false, Some((_, converter))) = (known, self.converters.get_mut(look)) {
                    let _span = trace_span!(target: "rushes::time", "convert").entered();
                    converted.push((look, converter.convert(&picture)));
                }
            }
            self.settle(place, Outcome::Ready(converted), gaps, fed);
        }
    }

    fn name_lost(&self, needed: &Needed, gaps: &mut Gaps<'_>, fed: &mut Fed) {
        let Needed { picture, .. } = needed;
        gaps.damaged("video", Span::new(picture.start, picture.end));
        if self.segment.contains(picture.start) {
            fed.pictures_lost += 1;
        }
    }

    fn settle(&mut self, place: usize, outcome: Outcome, gaps: &mut Gaps<'_>, fed: &mut Fed) {
        if let (Outcome::Lost, Some(needed)) = (&outcome, self.plan.needed.get(place)) {
            self.name_lost(needed, gaps, fed);
        }
        // A place before `next` was given up; its picture came too late.
        let Some(ahead) = place.checked_sub(self.next) else { return };
        while self.waiting.len() <= ahead {
            self.waiting.push_back(Outcome::Open);
        }
        if let Some(slot) = self.waiting.get_mut(ahead) {
            *slot = outcome;
        }
        while self.waiting.iter().filter(|outcome| matches!(outcome, Outcome::Ready(_))).count() > MOST_WAITING
            && matches!(self.waiting.front(), Some(Outcome::Open))
        {
            self.give_up_next(gaps, fed);
            self.waiting.pop_front();
            self.next += 1;
        }
    }

    /// The next place will not be settled any more.
    fn give_up_next(&mut self, gaps: &mut Gaps<'_>, fed: &mut Fed) {
        match self.waiting.front_mut() {
            Some(Outcome::Ready(_) | Outcome::Lost) => return,
            Some(outcome @ Outcome::Open) => *outcome = Outcome::Lost,
            None => self.waiting.push_back(Outcome::Lost),
        }
        if let Some(needed) = self.plan.needed.get(self.next) {
            self.name_lost(needed, gaps, fed);
        }
    }

    /// Sends pictures as long as the next one is settled.
    fn send(&mut self, sink: &mut dyn Sink) -> Result<(), Stop> {
        while !matches!(self.waiting.front(), None | Some(Outcome::Open)) {
            let outcome = self.waiting.pop_front();
            let needed = self.plan.needed.get(self.next);
            self.next += 1;
            if let (Some(Outcome::Ready(converted)), Some(needed)) = (outcome, needed) {
                self.send_picture(needed, &converted, sink)?;
            }
        }
        Ok(())
    }

    fn send_picture(&self, needed: &Needed, converted: &[(usize, Converted)], sink: &mut dyn Sink) -> Result<(), Stop> {
        for (want, times) in &needed.moments {
            let Some(look) = self.looks.get(*want) else { continue };
            let Some((_, converted)) = converted.iter().find(|(known, _)| known == look) else { continue };
            for time in times {
                sink.video(*want, frame_of(needed, *time, converted))?;
            }
        }
        Ok(())
    }
}

fn frame_of(needed: &Needed, time: MediaTime, converted: &Converted) -> VideoFrame {
    let picture = needed.picture;
    VideoFrame {
        time,
        pts: picture.start,
        duration: picture.end - picture.start,
        width: converted.width,
        height: converted.height,
        keyframe: picture.keyframe,
        full_range: converted.full_range,
        data: converted.data.clone(),
    }
}
