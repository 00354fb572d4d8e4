#!/usr/bin/env python3
"""Makes the sample recording of `rushes demo`, with places of everything in it that come from a seed.

    make.py SEED OUT.mp4        prints what is true of it as JSON, and writes that to OUT.mp4.truth.json

Needs ffmpeg and espeak-ng. Everything in the recording is generated: a test picture in motion, a cut to another one,
a second of black; sentences by a speech synthesizer with pauses between them, and a second of clipped tone.
The committed interview.mp4 is `make.py 1 interview.mp4`.
"""
import array, json, math, pathlib, random, subprocess, sys, tempfile, wave

FPS, RATE, WIDTH, HEIGHT = 25, 48_000, 640, 360
SENTENCES = [
    "Thank you for coming in today",
    "Last year I moved our billing system to twelve smaller databases",
    "We ran both systems side by side and compared every number",
    "After six weeks there were no questions left",
    "The hardest part of it was trust",
]


def run(*command):
    subprocess.run([str(part) for part in command], check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


def spoken(text, voice, folder):
    """One sentence at 48 kHz, without the silence before and after it."""
    raw, clean = folder / "raw.wav", folder / "clean.wav"
    run("espeak-ng", "-v", voice, "-s", 160, "-w", raw, text)
    trim = "silenceremove=start_periods=1:start_threshold=-40dB"
    run("ffmpeg", "-v", "error", "-y", "-i", raw, "-af", f"{trim},areverse,{trim},areverse", "-ar", RATE, "-ac", 1, clean)
    with wave.open(str(clean)) as file:
        return array.array("h", file.readframes(file.getnframes()))


def clipped_second():
    """A 330 Hz tone driven 12 dB over full scale: its tops are flat."""
    tone = (4.0 * math.sin(2 * math.pi * 330 * n / RATE) for n in range(RATE))
    return array.array("h", (round(max(-1.0, min(1.0, value)) * 32_767) for value in tone))


def audio(dice, folder):
    """The samples, and where pauses and clipping are."""
    said = dice.sample(SENTENCES, 4)
    parts = [spoken(text, dice.choice(["en-us+m3", "en-gb+f2"]), folder) for text in said]
    parts.insert(dice.randrange(1, 4), clipped_second())
    samples, pauses, clipping = array.array("h", bytes(2 * round(0.3 * RATE))), [], None
    for place, part in enumerate(parts):
        if place:
            length = round(dice.uniform(0.8, 1.6) * RATE)
            pauses.append([len(samples) / RATE, (len(samples) + length) / RATE])
            samples.extend(array.array("h", bytes(2 * length)))
        if len(part) == RATE and part[36] == 32_767:
            clipping = [len(samples) / RATE, len(samples) / RATE + 1]
        samples.extend(part)
    samples.extend(array.array("h", bytes(2 * round(0.3 * RATE))))
    return samples, pauses, clipping


def main():
    seed, out = int(sys.argv[1]), pathlib.Path(sys.argv[2])
    dice = random.Random(seed)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        samples, pauses, clipping = audio(dice, folder)
        with wave.open(str(folder / "audio.wav"), "wb") as file:
            file.setparams((1, 2, RATE, 0, "NONE", ""))
            file.writeframes(samples.tobytes())
        frames = math.ceil(len(samples) / RATE * FPS)
        black = dice.randrange(4 * FPS, frames - 6 * FPS)
        # The cut keeps three seconds from the black second and from both ends.
        free = [n for n in range(3 * FPS, frames - 3 * FPS) if n < black - 3 * FPS or n > black + 4 * FPS]
        cut = dice.choice(free or [frames - 2 * FPS])
        first = f"testsrc2=s={WIDTH}x{HEIGHT}:r={FPS}"
        second = f"gradients=s={WIDTH}x{HEIGHT}:r={FPS}:c0=0xc8c0a0:c1=0x405878:n=2:speed=0.02:seed={seed}"
        ball = f"color=white:s=60x60:r={FPS},format=yuva420p,geq=lum=235:cb=128:cr=128:a='255*lt(hypot(X-30,Y-30),28)'"
        graph = (
            f"[0]trim=end_frame={cut},setpts=PTS-STARTPTS[a];"
            f"[1][2]overlay=x='290+200*sin(2*t)':y='150+100*cos(3*t)':shortest=1,trim=end_frame={frames - cut},setpts=PTS-STARTPTS[b];"
            f"[a][b]concat=n=2,drawbox=c=black:t=fill:enable='between(n,{black},{black + FPS - 1})',format=yuv420p[v]"
        )
        run("ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", first, "-f", "lavfi", "-i", second, "-f", "lavfi", "-i", ball,
            "-i", folder / "audio.wav", "-filter_complex", graph, "-map", "[v]", "-map", "3:a",
            "-c:v", "libx264", "-preset", "slow", "-crf", 30, "-g", 50, "-bf", 3, "-threads", 1,
            "-c:a", "aac", "-b:a", "128k", "-movflags", "+faststart", "-fflags", "+bitexact", "-flags", "+bitexact", out)
    truth = {
        "seed": seed, "fps": FPS, "frames": frames, "duration_s": frames / FPS, "cut_s": cut / FPS,
        "black_s": [black / FPS, black / FPS + 1], "clipping_s": clipping, "pauses_s": pauses,
    }
    text = json.dumps(truth)
    out.with_name(out.name + ".truth.json").write_text(text + "\n")
    print(text)


if __name__ == "__main__":
    main()
