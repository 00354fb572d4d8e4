use super::*;

fn report() -> latest::Report {
    latest::Report {
        summary: "{}".into(),
        coverage: 1.0,
        not_measured: Vec::new(),
        series: Vec::new(),
        events: Vec::new(),
        tracks: Vec::new(),
        cues: Vec::new(),
    }
}

fn event(start_us: u64, end_us: u64) -> latest::Event {
    let (kind, label) = ("cut".to_owned(), String::new());
    latest::Event { start_us, end_us, kind, label, confidence: None, track: None, detail: None }
}

fn series(timing: latest::Timing, values: &[f32]) -> latest::Series {
    latest::Series { name: "level".into(), unit: "dB".into(), timing, values: values.to_vec() }
}

fn track(id: u32, times: &[u64]) -> latest::Track {
    let point = |time_us| latest::Point { time_us, x: 0.1, y: 0.1, w: 0.2, h: 0.2, confidence: 1.0 };
    let points = times.iter().copied().map(point).collect();
    latest::Track { id, kind: "face".into(), label: String::new(), hold_us: 1, points }
}

fn checked(report: latest::Report) -> Result<Findings> {
    check(report, MediaTime::from_secs(10), None)
}

fn wrong(change: impl FnOnce(&mut latest::Report)) -> String {
    let mut broken = report();
    change(&mut broken);
    checked(broken).expect_err("it should be refused").to_string()
}

#[test]
fn what_is_unknown_becomes_none() {
    let mut unknown = report();
    unknown.series.push(series(latest::Timing::Regular((0, 1_000)), &[1.0, f32::NAN, -f32::NAN]));
    unknown.events.push(latest::Event { confidence: Some(f32::NAN), ..event(0, 1) });
    let findings = checked(unknown).unwrap();
    assert_eq!(findings.series[0].values, [Some(1.0), None, None]);
    assert_eq!(findings.events[0].confidence, None);
}

#[test]
fn events_come_out_in_order_of_time() {
    let mut mixed = report();
    mixed.events = vec![event(5, 6), event(1, 9), event(1, 2)];
    let starts: Vec<_> = checked(mixed).unwrap().events.iter().map(|it| (it.start_s, it.end_s)).collect();
    assert_eq!(starts, [(1e-6, 2e-6), (1e-6, 9e-6), (5e-6, 6e-6)]);
}

#[test]
fn what_breaks_the_contract_is_named() {
    let at = |times: &[u64]| latest::Timing::At(times.to_vec());
    assert!(wrong(|it| it.summary = "[1]".into()).contains("`summary` is no JSON object"));
    assert!(wrong(|it| it.coverage = f32::NAN).contains("`coverage` is NaN"));
    assert!(wrong(|it| it.coverage = 1.1).contains("`coverage` is 1.1"));
    assert!(wrong(|it| it.events.push(event(2, 1))).contains("event 0: it ends at 1 us"));
    assert!(
        wrong(|it| it.events.push(event(0, 12_000_000))).contains("it lies at 0:12.000, the media ends at 0:10.000")
    );
    assert!(wrong(|it| it.series.push(series(at(&[1, 1]), &[0.0, 0.0]))).contains("series 0: its times don't rise"));
    assert!(wrong(|it| it.series.push(series(at(&[1]), &[0.0, 0.0]))).contains("1 times for 2 values"));
    let regular = |start, step| latest::Timing::Regular((start, step));
    assert!(wrong(|it| it.series.push(series(regular(0, 0), &[0.0]))).contains("its step is 0"));
    assert!(wrong(|it| it.series.push(series(regular(1, u64::MAX), &[0.0, 0.0]))).contains("beyond all time"));
    assert!(wrong(|it| it.series.push(series(regular(0, 1), &[f32::INFINITY]))).contains("infinite"));
    assert!(wrong(|it| it.tracks.push(track(1, &[5, 4]))).contains("track 0: its times don't rise"));
    assert!(wrong(|it| it.tracks = vec![track(1, &[]), track(1, &[])]).contains("two tracks have the id 1"));
    assert!(wrong(|it| it.events.push(latest::Event { track: Some(7), ..event(0, 1) })).contains("track 7"));
}

#[test]
fn a_summary_is_held_against_the_analyzers_own_schema() {
    let schema = r#"{"type":"object","properties":{"count":{"type":"integer"}},"required":["count"]}"#;
    let schema = crate::describe::validator(schema).unwrap();
    let with =
        |summary: &str| check(latest::Report { summary: summary.into(), ..report() }, MediaTime::ZERO, Some(&schema));
    assert!(with(r#"{"count":3}"#).is_ok());
    assert!(with(r#"{"count":"three"}"#).unwrap_err().to_string().contains("summary/count"));
    assert!(with("{}").is_err());
}

#[test]
fn a_report_that_says_too_much_is_refused() {
    let why = wrong(|it| it.events = vec![latest::Event { label: "x".repeat(1 << 20), ..event(0, 0) }; 32]);
    assert!(why.contains("its report passes 32 MiB"), "{why}");
}
