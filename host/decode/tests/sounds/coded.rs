//! One stream, coded and decoded by FFmpeg, and its packets for us.

use std::process::Command;

use rushes_decode::{AudioCodec, AudioConfig, audio_shape, open_audio};

/// Tones that jump twice a second, clicks and noise, left other than right; the rest mixtures of both.
const STEREO: &str = "0.3*sin(2*PI*(220+40*floor(t*2))*t)+0.2*sin(2*PI*1760*t)*exp(-8*mod(t,0.25))+0.05*(random(0)-0.5)\
|0.3*sin(2*PI*(330+30*floor(t*3))*t)+0.25*sin(2*PI*5000*t)*lt(mod(t,0.5),0.01)+0.05*(random(1)-0.5)";

/// What to encode.
#[derive(Clone, Debug)]
pub(crate) struct Sound {
    pub(crate) rate: u32,
    /// FFmpeg's name of the layout.
    pub(crate) layout: &'static str,
    pub(crate) seconds: f32,
}

pub(crate) const STEREO_48: Sound = Sound { rate: 48_000, layout: "stereo", seconds: 2.0 };
pub(crate) const MONO_48: Sound = Sound { rate: 48_000, layout: "mono", seconds: 2.0 };

/// A stream's packets, and what FFmpeg makes of them.
pub(crate) struct Coded {
    pub(crate) config: AudioConfig,
    pub(crate) packets: Vec<Vec<u8>>,
    /// Interleaved; without what the container says is to be skipped.
    pub(crate) reference: Vec<f32>,
}

impl Coded {
    /// Encodes; `decoding` are options of FFmpeg before its input when it decodes again.
    pub(crate) fn new(codec: AudioCodec, sound: &Sound, encoding: &str, ending: &str, decoding: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("coded").with_extension(ending);
        let path = path.to_str().unwrap();
        let source = format!("aevalsrc={STEREO}:s={}:d={}", sound.rate, sound.seconds).replace(',', "\\,");
        let layout = format!("{},aformat=channel_layouts={}", spread(sound.layout), sound.layout);
        let made = ["-f", "lavfi", "-i", &source, "-af", &layout].map(str::to_owned);
        run("ffmpeg", made.into_iter().chain(words(encoding)).chain(words(path)));
        Self::read(codec, path, decoding)
    }

    /// A stream in a file.
    pub(crate) fn read(codec: AudioCodec, path: &str, decoding: &str) -> Self {
        let out = run("ffmpeg", words(decoding).chain(words(&format!("-i {path} -map 0:a:0 -f f32le -"))));
        let reference = out.as_chunks::<4>().0.iter().map(|&sample| f32::from_le_bytes(sample)).collect();
        let told = run("ffprobe", words(&format!("-select_streams a:0 -show_streams -show_packets -show_data {path}")));
        let told = String::from_utf8_lossy(&told);
        let number = |key: &str| told.lines().find_map(|line| line.strip_prefix(key)?.parse().ok()).unwrap_or(0);
        let (packets, stream) = told.split_once("[STREAM]").unwrap();
        let config = AudioConfig {
            codec,
            sample_rate: number("sample_rate="),
            channels: number("channels="),
            channel_mask: None,
            extra: dumped(stream),
        };
        let packets = packets.split("[PACKET]").skip(1).map(dumped).collect();
        Self { config, packets, reference }
    }

    /// All our samples, and those of each packet.
    pub(crate) fn decoded(&self) -> (Vec<f32>, Vec<usize>) {
        let (mut decoder, mut samples, mut lengths) = (open_audio(&self.config).unwrap(), Vec::new(), Vec::new());
        for packet in &self.packets {
            let before = samples.len();
            decoder.decode(packet, &mut samples).unwrap();
            lengths.push((samples.len() - before) / self.channels());
        }
        (samples, lengths)
    }

    pub(crate) fn channels(&self) -> usize {
        audio_shape(&self.config).unwrap().format.channels.len()
    }

    /// Asserts that ours, without its first `skipped` samples, is FFmpeg's, and at most `spare` samples longer; gives the
    /// largest difference.
    pub(crate) fn compare(&self, what: &str, skipped: usize, spare: usize, tolerance: f32) -> f32 {
        let (samples, _) = self.decoded();
        let ours = samples.get(skipped * self.channels()..).unwrap_or_default();
        let (count, wanted) = (ours.len(), self.reference.len());
        assert!(wanted > 0, "{what}: FFmpeg gave nothing");
        let longest = wanted + spare * self.channels();
        assert!((wanted..=longest).contains(&count), "{what}: {count} samples, not {wanted}");
        let worst = difference(ours, &self.reference);
        assert!(worst <= tolerance, "{what}: off by {worst:e}");
        worst
    }
}

pub(crate) fn difference(ours: &[f32], theirs: &[f32]) -> f32 {
    ours.iter().zip(theirs).map(|(ours, theirs)| (ours - theirs).abs()).fold(0.0, f32::max)
}

/// The bytes of a hex dump: groups after the offset and before two spaces.
fn dumped(text: &str) -> Vec<u8> {
    let lines = text.lines().filter_map(|line| line.split_once(": ")?.1.split("  ").next());
    let digits: Vec<u8> =
        lines.flat_map(str::bytes).filter_map(|digit| u8::try_from(char::from(digit).to_digit(16)?).ok()).collect();
    digits.as_chunks::<2>().0.iter().map(|[high, low]| high << 4 | low).collect()
}

/// From the two channels as many as are wanted, all different.
fn spread(layout: &str) -> String {
    let names: &[&str] = match layout {
        "mono" => return "pan=mono|c0=0.6*c0+0.4*c1".into(),
        "stereo" => return "anull".into(),
        "3.0" => &["FL", "FR", "FC"],
        "quad" => &["FL", "FR", "BL", "BR"],
        "5.0" => &["FL", "FR", "FC", "BL", "BR"],
        "5.1" => &["FL", "FR", "FC", "LFE", "BL", "BR"],
        "6.1" => &["FL", "FR", "FC", "LFE", "BC", "SL", "SR"],
        "7.1" => &["FL", "FR", "FC", "LFE", "BL", "BR", "SL", "SR"],
        other => panic!("no layout {other}"),
    };
    let share = |place: usize| format!("{:.2}*c0+{:.2}*c1", 0.9 - 0.12 * place as f32, 0.12 * place as f32);
    let parts = names.iter().enumerate().map(|(place, name)| format!("|{name}={}", share(place)));
    format!("pan={layout}{}", parts.collect::<String>())
}

fn words(line: &str) -> impl Iterator<Item = String> {
    line.split_whitespace().map(str::to_owned).collect::<Vec<_>>().into_iter()
}

fn run(program: &str, arguments: impl Iterator<Item = String>) -> Vec<u8> {
    let quiet = if program == "ffmpeg" { "-nostdin -v error -y" } else { "-v error" };
    let output = Command::new(program).args(words(quiet)).args(arguments).output().unwrap();
    assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}
