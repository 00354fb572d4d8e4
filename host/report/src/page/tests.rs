use serde_json::json;

use rushes_model::media::{AudioFacts, Cause, Gap, MediaFacts, VideoFacts};
use rushes_model::report::{
    AnalyzerReport, AnalyzerStatus, Event, Findings, Method, Provenance, ReportObject, Series, StageTime, Timing,
    Unmeasured, VERSION,
};
use rushes_model::{Class, Code, Failure, MediaTime, Reason, Span};

use super::*;

fn event(start_s: f64, end_s: f64, kind: &str) -> Event {
    let (label, confidence) = (String::new(), Some(1.0));
    Event { start_s, end_s, kind: kind.into(), label, confidence, track: None, detail: None }
}

fn loudness() -> AnalyzerReport {
    let summary = json!({
        "clipped_samples": 1234, "integrated_lufs": -23.0, "lra_lu": 5.2,
        "method": { "integrated": "ITU-R BS.1770-5" },
        "silence_ratio": 0.25, "silent_channels": [], "snr_db": null, "targets": { "delta_lu": 0.0 }, "true_peak_dbtp": -1.04,
    });
    let timing = Timing::Regular { start_s: 0.0, step_s: 1.0 };
    let values = (0..12).map(|n| Some(-30.0 + n as f32)).collect();
    let provenance = Provenance {
        digest: "sha256:00".into(),
        version: "0.1.0".into(),
        params: json!({}),
        contract: "0.1.0".into(),
        decoder: "aac".into(),
        fuel: 12_345_678,
        cpu_s: 0.123,
        peak_memory: 4 << 20,
        segments_reused: 1,
        segments: 3,
    };
    let findings = Findings {
        summary,
        coverage: 0.98,
        not_measured: vec![Unmeasured { what: "snr_db".into(), why: "no speech was found".into() }],
        series: vec![Series { name: "short_term".into(), unit: "LUFS".into(), timing, values }],
        events: vec![
            Event { label: "silence, below -50 dBFS".into(), ..event(2.01, 3.02, "silence") },
            Event { label: "clipping".into(), confidence: Some(0.5), ..event(7.0, 7.0, "clipping") },
        ],
        ..Findings::default()
    };
    let status = AnalyzerStatus::Completed;
    AnalyzerReport { status, why: None, failure: None, findings, provenance: Some(provenance) }
}

fn ended(status: AnalyzerStatus, why: &str, failure: Option<Failure>) -> AnalyzerReport {
    AnalyzerReport { status, why: Some(why.into()), failure, findings: Findings::default(), provenance: None }
}

fn report() -> Report {
    let broken = Failure::new(Code::LimitsFuel, Class::Permanent(Reason::Limits), "fuel ran out")
        .with_help("raise `fuel_per_media_second`");
    let analyzers = [
        ("loudness".to_owned(), loudness()),
        ("gaze".to_owned(), ended(AnalyzerStatus::Failed, "fuel ran out at 0:03.000", Some(broken))),
        ("picture".to_owned(), ended(AnalyzerStatus::Skipped, "the recording has no video", None)),
    ];
    Report {
        version: VERSION,
        job: None,
        interview_id: Some("42".into()),
        pipeline: "default".into(),
        status: "3".into(),
        object: ReportObject { uri: "s3://interviews/a.mp4".into(), size: 4_000_000, etag: None },
        media: MediaFacts {
            container: "mp4".into(),
            duration_s: Some(12.0),
            audio: Some(AudioFacts { codec: "aac".into(), sample_rate: 48_000, channels: 2, first_sample: 0 }),
            video: Some(VideoFacts {
                codec: "h264".into(),
                width: 1280,
                height: 720,
                frames: Some(300),
                frame_rate: Some(25.0),
            }),
        },
        method: Method::Regular,
        bytes_read: 1_000_000,
        pictures_decoded: 60,
        damage: vec![Gap {
            span: Span::new(MediaTime::from_secs(4), MediaTime::from_secs(5)),
            input: "video".into(),
            cause: Cause::Damaged,
        }],
        analyzers: analyzers.into(),
        stages: vec![
            StageTime { stage: "fetch".into(), busy_s: 0.5, waiting_s: 1.5 },
            StageTime { stage: "analyse loudness".into(), busy_s: 2.0, waiting_s: 0.0 },
        ],
    }
}

const PAGE: &str = "\
s3://interviews/a.mp4
  mp4, 0:12.000, 3.8 MiB
  video  h264, 1280 x 720, 25 pictures/s, 300 pictures, 60 decoded
  audio  aac, 48,000 Hz, stereo
  read   976.6 KiB (25 % of the file), in one go
  pipeline default, interview 42
  no video from 0:04.000 to 0:05.000: damaged

gaze  failed
  fuel ran out at 0:03.000
  help: raise `fuel_per_media_second`
  code limits.fuel, docs/errors/limits.fuel.md

loudness 0.1.0  covers 98 %
  clipped samples  1,234         silent channels   none
  integrated       -23.0 LUFS    snr                  –
  lra                5.2 LU      targets delta      0.0 LU
  silence           25.0 %       true peak         -1.0 dBTP
  not measured: snr_db, no speech was found

  0:02.010 – 0:03.020  silence   1.01 s, below -50 dBFS
  0:07.000             clipping  50 % sure

  short_term, LUFS
  -19.0 │                ▂▂▄▄▆▆██
        │        ▁▁▃▃▆▆██████████
  -30.0 │▁▁▃▃▅▅▇▇████████████████
        └0:00.000────────0:12.000

  integrated: ITU-R BS.1770-5
  3 segments, 1 of them from earlier work; 0.12 CPU s, 13 million fuel, peak 4 MiB

picture  skipped
  the recording has no video

stage               at work    waiting
fetch                0.50 s     1.50 s  ▇▇▇▇▇▇
analyse loudness     2.00 s     0.00 s  ▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇▇
";

#[test]
fn a_report_reads_like_a_page() {
    assert_eq!(text(&report(), 80, false), PAGE);
}

#[test]
fn colours_change_nothing_but_the_look() {
    let coloured = text(&report(), 80, true);
    let mut stripped = String::new();
    let mut rest = coloured.as_str();
    while let Some((before, after)) = rest.split_once('\u{1b}') {
        stripped.push_str(before);
        rest = after.split_once('m').map(|(_, after)| after).unwrap();
    }
    stripped.push_str(rest);
    assert!(coloured.contains("\u{1b}[1m"));
    let trimmed: Vec<&str> = stripped.lines().map(str::trim_end).collect();
    assert_eq!(trimmed, PAGE.lines().collect::<Vec<_>>());
}

#[test]
fn a_long_list_of_events_says_how_many_more_there_are() {
    let mut long = report();
    let events = (0..32).map(|n| event(f64::from(n), f64::from(n), "cut")).collect();
    long.analyzers.get_mut("loudness").unwrap().findings.events = events;
    let page = text(&long, 80, false);
    assert!(page.contains("  … and 12 more\n"), "{page}");
    assert_eq!(page.lines().filter(|line| line.ends_with("  cut")).count(), 20);
}

#[test]
fn json_is_the_report_and_reads_back() {
    let mut written = Vec::new();
    crate::write_json(&report(), &mut written).unwrap();
    let written = String::from_utf8(written).unwrap();
    assert_eq!(serde_json::from_str::<Report>(&written).unwrap(), report());
    assert!(written.ends_with("}\n"));
}
