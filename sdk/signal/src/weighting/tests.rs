use super::*;

fn assert_near(found: &[f64], expected: &[f64]) {
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() < 1e-8, "{found} for {expected}");
    }
}

/// Tables 1 and 2 of ITU-R BS.1770-5, Annex 1.
#[test]
fn coefficients_at_48_khz_are_those_of_the_recommendation() {
    let (shelf, highpass) = (shelf(48_000.0), highpass(48_000.0));
    assert_near(&shelf.b, &[1.53512485958697, -2.69169618940638, 1.19839281085285]);
    assert_near(&shelf.a, &[-1.69065929318241, 0.73248077421585]);
    assert_near(&highpass.b, &[1.0, -2.0, 1.0]);
    assert_near(&highpass.a, &[-1.99004745483398, 0.99007225036621]);
}

fn noise(len: usize) -> Vec<f32> {
    let mut state = 1u32;
    (0..len)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / 8_388_608.0 - 1.0
        })
        .collect()
}

#[test]
fn the_energy_does_not_depend_on_how_samples_are_pushed() {
    let samples = noise(3 * 4_800);
    let mut whole = KWeighting::new(44_100, &[1.0, 1.0, 1.41]).unwrap();
    let mut parts = whole.clone();
    let expected = whole.energy(&samples);
    let found: f64 = samples.chunks(3 * 7).map(|part| parts.energy(part)).sum();
    assert!((found / expected - 1.0).abs() < 1e-12, "{found} for {expected}");
}

#[test]
fn channels_are_weighted_each_for_itself() {
    let mono = noise(4_800);
    let alone = KWeighting::new(48_000, &[1.0]).unwrap().energy(&mono);
    for (position, weight) in [(0, 1.0), (1, 1.41), (4, 0.0)] {
        let mut weights = [1.0; 5];
        weights[position] = weight;
        let interleaved: Vec<f32> =
            mono.iter().flat_map(|&x| (0..5).map(move |c| if c == position { x } else { 0.0 })).collect();
        let energy = KWeighting::new(48_000, &weights).unwrap().energy(&interleaved);
        assert!((energy - weight * alone).abs() < 1e-9 * alone, "channel {position}: {energy} for {}", weight * alone);
    }
}

#[test]
fn the_state_forgets_within_half_a_second() {
    let samples = noise(2 * 48_000);
    let mut from_start = KWeighting::new(48_000, &[1.0]).unwrap();
    let mut from_later = from_start.clone();
    from_start.energy(&samples[..72_000]);
    from_later.energy(&samples[48_000..72_000]);
    assert_eq!(from_start.energy(&samples[72_000..]) as f32, from_later.energy(&samples[72_000..]) as f32);
}

#[test]
fn a_rate_without_room_for_the_shelf_is_refused() {
    assert!(KWeighting::new(3_999, &[1.0]).is_none());
    assert!(KWeighting::new(4_000, &[1.0]).is_some());
}

#[test]
fn a_constant_is_silent_from_the_first_sample() {
    let mut weighting = KWeighting::new(11_025, &[1.0, 1.0, 1.41]).unwrap();
    assert!(weighting.energy(&[-1.0; 3 * 4_410]) < 1e-15);
    weighting.reset();
    assert!(weighting.energy(&[0.5; 3 * 4_410]) < 1e-15);
}
