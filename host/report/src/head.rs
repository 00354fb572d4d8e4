//! What was read: file, container, tracks, bytes, damage.

use rushes_model::ByteSize;
use rushes_model::report::{Method, Report};

use crate::ink::{Ink, Tone, plain};
use crate::plot::clock;
use crate::quantity::fixed;

/// The report's first lines.
pub(crate) fn head(report: &Report, ink: Ink) -> Vec<String> {
    let mut lines = vec![ink.paint(Tone::Title, &plain(&report.object.uri))];
    let mut facts = vec![plain(&report.media.container)];
    facts.extend(report.media.duration_s.map(clock));
    facts.push(ByteSize::bytes(report.object.size).to_string());
    lines.push(format!("  {}", facts.join(", ")));
    if let Some(video) = &report.media.video {
        let mut facts = vec![plain(&video.codec), format!("{} x {}", video.width, video.height)];
        facts.extend(
            video.frame_rate.map(|rate| format!("{} pictures/s", fixed(rate, if rate.fract() == 0.0 { 0 } else { 2 }))),
        );
        facts.extend(video.frames.map(|frames| format!("{frames} pictures")));
        facts.push(format!("{} decoded", report.pictures_decoded));
        lines.push(format!("  video  {}", facts.join(", ")));
    }
    if let Some(audio) = &report.media.audio {
        let channels = match audio.channels {
            1 => "mono".to_owned(),
            2 => "stereo".to_owned(),
            count => format!("{count} channels"),
        };
        let rate = fixed(f64::from(audio.sample_rate), 0);
        lines.push(format!("  audio  {}, {rate} Hz, {channels}", plain(&audio.codec)));
    }
    lines.push(read(report));
    lines.extend(belongings(report));
    lines.extend(damage(report, ink));
    lines
}

fn read(report: &Report) -> String {
    let method = match report.method {
        Method::Regular => "in one go",
        Method::Chunked => "chunk by chunk",
    };
    let size = report.object.size;
    let share = if size == 0 { 100.0 } else { report.bytes_read as f64 * 100.0 / size as f64 };
    let bytes = ByteSize::bytes(report.bytes_read);
    format!("  read   {bytes} ({} % of the file), {method}", fixed(share, 0))
}

fn belongings(report: &Report) -> Option<String> {
    let named = [
        ("pipeline", Some(&report.pipeline)),
        ("job", report.job.as_ref()),
        ("interview", report.interview_id.as_ref()),
    ];
    let named: Vec<String> =
        named.into_iter().filter_map(|(what, name)| Some(format!("{what} {}", plain(name?)))).collect();
    (!named.is_empty()).then(|| format!("  {}", named.join(", ")))
}

fn damage(report: &Report, ink: Ink) -> Vec<String> {
    let lines = report.damage.iter().map(|gap| {
        let text =
            format!("  no {} from {} to {}: {}", plain(&gap.input), gap.span.start, gap.span.end, gap.cause.as_str());
        ink.paint(Tone::Warn, &text)
    });
    lines.collect()
}
