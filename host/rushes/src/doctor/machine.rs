//! The machine: memory, disk, folders, and which settings suit it.

use std::path::{Path, PathBuf};

use rushes_config::Settings;
use rushes_config::settings::ChunkSize;
use rushes_memory::Budget;
use rushes_model::ByteSize;

use super::check::{Check, Findings};
use crate::fault::Fault;
use crate::serve;

/// What settings suit a size of memory. The first that is reached counts.
const PROFILES: [Profile; 2] = [
    Profile { from: ByteSize::mib(15 << 10), name: "16 GB", jobs: 6, chunk: ByteSize::mib(30), percent: 80 },
    Profile { from: ByteSize::mib(7 << 10), name: "8 GB", jobs: 4, chunk: ByteSize::mib(20), percent: 85 },
];

struct Profile {
    from: ByteSize,
    name: &'static str,
    jobs: u32,
    chunk: ByteSize,
    percent: u32,
}

/// A temporary file and a database that grows want some room.
const ROOM: ByteSize = ByteSize::mib(1 << 10);

pub(super) fn check(settings: &Settings, findings: &mut Findings) -> Result<(), Fault> {
    match Budget::new(serve::memory(settings)) {
        Ok(budget) => {
            let limit = budget.figures().limit;
            findings.add(memory(limit, machine(), settings.memory_limit))?;
            findings.add(profile(limit, settings))?;
        }
        Err(error) => {
            findings.add(Check::of_error("memory", &error))?;
        }
    }
    findings.add(space("temporary files", &std::env::temp_dir()))?;
    findings.add(writable(&settings.data))?;
    findings.add(space("data folder", &existing(&settings.data)))?;
    Ok(())
}

/// All that the machine has; none where the system doesn't say so in this way.
fn machine() -> Option<ByteSize> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    Some(ByteSize::kib(line.trim().strip_suffix("kB")?.trim().parse().ok()?))
}

fn memory(limit: ByteSize, machine: Option<ByteSize>, set: Option<ByteSize>) -> Check {
    let origin = match (set, machine) {
        (Some(set), _) if set <= limit => "MEMORY_LIMIT_MB",
        (_, Some(machine)) if limit < machine => "the container's limit",
        _ => "the machine's",
    };
    let found = format!("{limit} may be used ({origin})");
    if limit < ByteSize::mib(1 << 10) {
        let help = "give it at least 1 GiB: an analyzer may take 256 MiB, and a decoder's pictures some more";
        return Check::warn("memory", found, help);
    }
    Check::ok("memory", found)
}

fn profile(limit: ByteSize, settings: &Settings) -> Check {
    let Some(profile) = PROFILES.iter().find(|profile| limit >= profile.from) else {
        return Check::ok("profile", "the defaults suit this size: as many jobs run as fit into memory");
    };
    let Profile { name, jobs, chunk, percent, .. } = profile;
    let is_so = settings.max_concurrent_jobs == *jobs
        && settings.streaming_chunk_size == ChunkSize::Fixed(*chunk)
        && settings.memory_threshold_percent == *percent;
    if is_so {
        return Check::ok("profile", format!("the settings are those for {name}"));
    }
    let mib = chunk.as_bytes() >> 20;
    let wanted = format!(
        "MAX_CONCURRENT_JOBS={jobs} STREAMING_CHUNK_SIZE_MB={mib} MEMORY_THRESHOLD_PERCENT={percent} use a host of {name} well"
    );
    Check::warn("profile", format!("the settings aren't those for {name}"), wanted)
}

/// The nearest folder above that is there.
fn existing(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    absolute.ancestors().find(|folder| folder.is_dir()).map_or_else(|| PathBuf::from("/"), Path::to_owned)
}

fn space(name: &'static str, folder: &Path) -> Check {
    match rustix::fs::statvfs(folder) {
        Ok(disk) => {
            let free = ByteSize::bytes(disk.f_bavail.saturating_mul(disk.f_frsize));
            let found = format!("{free} free at {}", folder.display());
            if free >= ROOM {
                return Check::ok(name, found);
            }
            Check::warn(
                name,
                found,
                "a database that can't grow refuses new jobs: make room, or move it (RUSHES_DATA, TMPDIR)",
            )
        }
        Err(error) => Check::fail(name, format!("{}: {error}", folder.display()), "the folder must be there"),
    }
}

/// Tried with a file that goes away again; a folder that isn't there would be made where its parent lets us.
fn writable(data: &Path) -> Check {
    let folder = existing(data);
    let made = if folder.ends_with(data) || data.is_dir() { "" } else { "; it will be made" };
    match tempfile::NamedTempFile::new_in(&folder) {
        Ok(_) => Check::ok("RUSHES_DATA", format!("{} may be written{made}", data.display())),
        Err(error) => Check::fail(
            "RUSHES_DATA",
            format!("{} may not be written: {error}", folder.display()),
            "let this user own the folder, or set RUSHES_DATA to one that it owns",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::super::check::State;
    use super::*;

    #[test]
    fn a_size_of_memory_has_its_profile() {
        let settings = |pairs: &[(&str, &str)]| {
            Settings::load(
                |name| pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()),
                None,
            )
            .unwrap()
        };
        assert_eq!(profile(ByteSize::mib(2 << 10), &settings(&[])).state, State::Ok);
        assert_eq!(profile(ByteSize::mib(8 << 10), &settings(&[])).state, State::Warn);
        let eight = [("MAX_CONCURRENT_JOBS", "4")];
        assert_eq!(profile(ByteSize::mib(8 << 10), &settings(&eight)).state, State::Ok);
        let sixteen =
            [("MAX_CONCURRENT_JOBS", "6"), ("STREAMING_CHUNK_SIZE_MB", "30"), ("MEMORY_THRESHOLD_PERCENT", "80")];
        assert_eq!(profile(ByteSize::mib(16 << 10), &settings(&sixteen)).state, State::Ok);
    }

    #[test]
    fn a_folder_that_cannot_be_written_fails() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(writable(&folder.path().join("not/yet")).state, State::Ok);
        let file = folder.path().join("file");
        std::fs::write(&file, "").unwrap();
        assert_eq!(writable(Path::new("/proc/rushes")).state, State::Fail);
    }

    #[test]
    fn the_least_limit_is_named() {
        let two = ByteSize::mib(2 << 10);
        let origin = |machine, set| memory(two, machine, set);
        assert!(format!("{:?}", origin(Some(ByteSize::mib(8 << 10)), None)).contains("container"));
        assert!(format!("{:?}", origin(Some(two), None)).contains("machine"));
        assert!(format!("{:?}", origin(Some(ByteSize::mib(8 << 10)), Some(two))).contains("MEMORY_LIMIT_MB"));
    }
}
