#!/usr/bin/env python3
"""Makes the corpus's first seeds with FFmpeg: small files of each container, and packets of each codec.

Run it in this folder; it writes corpus/TARGET/seed-*. What fuzzing finds is kept beside them under other names.
"""
import json
import pathlib
import struct
import subprocess
import tempfile

CORPUS = pathlib.Path("corpus")
PICTURE = "-f lavfi -i testsrc2=size=64x64:rate=5 -t 1 -pix_fmt yuv420p".split()
SOUND = "-f lavfi -i aevalsrc=0.3*sin(440*2*PI*t):sample_rate=16000 -t 0.4".split()
WIDE = "-f lavfi -i aevalsrc=0.3*sin(440*2*PI*t)|0.2:sample_rate=48000 -t 0.2".split()


def ffmpeg(arguments, path):
    command = ["ffmpeg", "-nostdin", "-v", "error", "-y", *arguments, "-fflags", "+bitexact", "-flags", "+bitexact"]
    subprocess.run([*command, "-map_metadata", "-1", str(path)], check=True)


def packets(path):
    """The first stream's configuration and packets."""
    command = ["ffprobe", "-v", "error", "-show_streams", "-show_packets", "-show_data", "-of", "json", str(path)]
    probed = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)

    def data(dump):
        lines = (line.split(":", 1)[1][:42] for line in dump.splitlines() if ":" in line)
        return bytes.fromhex("".join(line.replace(" ", "") for line in lines))

    first = [packet for packet in probed["packets"] if packet["stream_index"] == 0]
    return data(probed["streams"][0].get("extradata", "")), [data(packet["data"]) for packet in first]


def seed(target, name, content):
    folder = CORPUS / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"seed-{name}").write_bytes(content)


def main():
    containers = {
        "mp4": [("mp4", PICTURE, "-c:v libx264 -preset veryfast"), ("m4a", SOUND, "-c:a aac"),
                ("mp4", PICTURE, "-c:v libx264 -bf 2 -movflags +frag_keyframe+empty_moov"), ("mov", SOUND, "-c:a pcm_s16be")],
        "wav": [("wav", SOUND, "-c:a pcm_s16le"), ("wav", SOUND, "-c:a adpcm_ms"), ("wav", SOUND, "-c:a pcm_f32le -rf64 always")],
        "matroska": [("mkv", PICTURE, "-c:v libx264"), ("webm", PICTURE, "-c:v libvpx -deadline realtime -f webm -live 1"),
                     ("webm", WIDE, "-c:a libopus"), ("mka", SOUND, "-c:a flac")],
        "ogg": [("ogg", WIDE, "-c:a libopus"), ("ogg", WIDE, "-c:a libvorbis"), ("oga", SOUND, "-c:a flac")],
        "mp3": [("mp3", SOUND, "-c:a libmp3lame"), ("mp3", WIDE, "-c:a libmp3lame -write_xing 0 -q:a 4")],
        "adts": [("aac", SOUND, "-c:a aac")],
        "flac": [("flac", SOUND, "-c:a flac"), ("flac", WIDE, "-c:a flac -sample_fmt s32")],
        "aiff": [("aiff", SOUND, "-c:a pcm_s16be"), ("aiff", SOUND, "-c:a pcm_mulaw")],
        "caf": [("caf", SOUND, "-c:a pcm_s16le"), ("caf", SOUND, "-c:a alac")],
    }
    video = [("mp4", "-c:v libx264 -preset veryfast"), ("mp4", "-c:v libx265 -preset veryfast -x265-params log-level=error"),
             ("webm", "-c:v libvpx"), ("webm", "-c:v libvpx-vp9"), ("mp4", "-c:v libsvtav1 -preset 12"), ("avi", "-c:v mjpeg")]
    audio = [("m4a", "-c:a aac"), ("mp3", "-c:a libmp3lame"), ("webm", "-c:a libopus"), ("webm", "-c:a libvorbis"),
             ("flac", "-c:a flac"), ("m4a", "-c:a alac"), ("wav", "-c:a adpcm_ima_wav"), ("wav", "-c:a adpcm_ms"),
             ("wav", "-c:a pcm_f64le")]
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder)
        for kind, files in containers.items():
            for number, (ending, source, coding) in enumerate(files):
                file = path / f"{kind}{number}.{ending}"
                ffmpeg([*source, *coding.split()], file)
                seed(f"demux-{kind}", f"{number}.{ending}", file.read_bytes())
        for target, source, codecs in [("decode-video", PICTURE, video), ("decode-audio", WIDE, audio)]:
            for number, (ending, coding) in enumerate(codecs):
                file = path / f"{target}{number}.{ending}"
                ffmpeg([*source, *coding.split()], file)
                extra, all_packets = packets(file)
                if "alac" in coding:
                    extra = extra[12:]
                pieces = [piece for piece in [extra, *all_packets[:6]] if len(piece) < 1 << 16]
                framed = b"".join(struct.pack(">H", len(piece)) + piece for piece in pieces)
                seed(target, str(number), bytes([number]) + framed)
    rows = b"".join(struct.pack(">IBiBBx", n * 640, 80, n * 1000, 31, 1 if n % 8 == 0 else 0) for n in range(200))
    seed("plan", "regular", struct.pack(">I", 1000) + bytes(4) + bytes([0, 9]) + rows)


main()
