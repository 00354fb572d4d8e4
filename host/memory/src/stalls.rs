//! How much of the time everything stood still for want of memory, as Linux tells it (pressure stall information).

use std::fs;
use std::path::{Path, PathBuf};

/// Where the system tells it; nowhere on systems that don't.
#[derive(Debug)]
pub(crate) struct Stalls {
    file: Option<PathBuf>,
}

impl Stalls {
    pub(crate) const fn unknown() -> Self {
        Self { file: None }
    }

    /// The container's own file, else the machine's.
    pub(crate) fn of_this_process() -> Self {
        let own = fs::read_to_string("/proc/self/cgroup").ok().and_then(|text| group_of(&text).map(str::to_owned));
        let own = own.map(|group| Path::new("/sys/fs/cgroup").join(group).join("memory.pressure"));
        let machine = PathBuf::from("/proc/pressure/memory");
        Self { file: own.into_iter().chain([machine]).find(|path| path.exists()) }
    }

    #[cfg(test)]
    pub(crate) const fn in_file(file: PathBuf) -> Self {
        Self { file: Some(file) }
    }

    /// Percent of the last ten seconds; none where the system doesn't tell.
    pub(crate) fn full_percent(&self) -> Option<f64> {
        parse(&fs::read_to_string(self.file.as_ref()?).ok()?)
    }
}

/// The line of version 2 of control groups: `0::/path`.
fn group_of(text: &str) -> Option<&str> {
    text.lines().find_map(|line| line.strip_prefix("0::/"))
}

fn parse(text: &str) -> Option<f64> {
    let full = text.lines().find_map(|line| line.strip_prefix("full "))?;
    full.split(' ').find_map(|field| field.strip_prefix("avg10="))?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_full_stalls_of_ten_seconds_are_read() {
        let text = "some avg10=3.00 avg60=1.00 avg300=0.20 total=9\nfull avg10=1.25 avg60=0.5 avg300=0.1 total=4\n";
        assert_eq!(parse(text), Some(1.25));
        assert_eq!(parse("nothing of the kind"), None);
        assert_eq!(group_of("12:memory:/x\n0::/user.slice/a\n"), Some("user.slice/a"));
    }
}
