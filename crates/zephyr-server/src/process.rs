//! What this process takes of its machine, as Linux tells it in `/proc`: see proc(5). Elsewhere nothing is known.

use std::fs;

/// What is taken now.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Process {
    /// Memory that is in use and in RAM, in bytes.
    pub resident_bytes: u64,
    /// Files, sockets and the like that are open.
    pub open_files: u64,
    /// How many may be open.
    pub most_files: u64,
}

impl Process {
    /// Looks; what cannot be learnt is 0.
    pub fn look() -> Self {
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let limits = fs::read_to_string("/proc/self/limits").unwrap_or_default();
        Self {
            resident_bytes: resident(&status).unwrap_or_default(),
            // The one that lists them is open as well.
            open_files: fs::read_dir("/proc/self/fd").map_or(0, |list| whole(list.count().saturating_sub(1))),
            most_files: files(&limits).unwrap_or_default(),
        }
    }
}

fn whole(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

fn resident(status: &str) -> Option<u64> {
    let kilobytes = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    kilobytes.split_whitespace().next()?.parse::<u64>().ok()?.checked_mul(1024)
}

fn files(limits: &str) -> Option<u64> {
    limits.lines().find_map(|line| line.strip_prefix("Max open files"))?.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_kernel_writes_is_read() {
        let status = "Name:\tzephyr\nVmPeak:\t  290304 kB\nVmRSS:\t   14336 kB\nThreads:\t8\n";
        assert_eq!(resident(status), Some(14_680_064));
        assert_eq!(resident("Name:\tzephyr\n"), None);
        let limits = "Limit                     Soft Limit           Hard Limit           Units\n\
                      Max open files            4096                 524288               files\n";
        assert_eq!(files(limits), Some(4096));
        assert_eq!(files("Max open files            unlimited            unlimited            files\n"), None);
    }
}
