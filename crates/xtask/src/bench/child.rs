//! A measured child process: bounded in time, ended by its own pid, its CPU time and peak memory read from `/proc`.

use anyhow::{Context, Result, bail};
use std::{
    fs,
    process::{self, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

/// The kernel's clock ticks per second in `/proc/PID/stat`: 100 on every architecture Linux offers to programs.
const TICKS_PER_SECOND: f64 = 100.0;
const POLL: Duration = Duration::from_millis(5);

/// A running child; dropping it kills it.
pub(crate) struct Child {
    child: process::Child,
    start: Instant,
    rss_bytes_max: u64,
}

/// What a child took, from its start to its end.
#[derive(Debug)]
pub(crate) struct Usage {
    pub(crate) status: ExitStatus,
    pub(crate) wall: Duration,
    /// User and system time, of the child and of those of its own children that it waited for. 10 ms steps.
    pub(crate) cpu: Duration,
    /// The child's own peak resident memory in bytes, not that of its children. Read every 5 ms while it lives.
    pub(crate) rss_bytes_max: u64,
}

impl Child {
    /// Standard input is empty; the outputs stay as the command has them, by default the terminal's.
    pub(crate) fn spawn(command: &mut Command) -> Result<Self> {
        let start = Instant::now();
        let child = command
            .stdin(Stdio::null())
            .spawn()
            .with_context(|| format!("cannot start {}", command.get_program().display()))?;
        Ok(Self { child, start, rss_bytes_max: 0 })
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits for its end; past `at_most` since its start it is killed, and that is an error.
    pub(crate) fn wait(mut self, at_most: Duration) -> Result<Usage> {
        loop {
            let stat = self.observe()?;
            if stat.is_zombie {
                // Read between its end and its burial: the kernel's final numbers.
                return Ok(Usage {
                    wall: self.start.elapsed(),
                    cpu: stat.cpu,
                    rss_bytes_max: self.rss_bytes_max,
                    status: self.child.wait()?,
                });
            }
            if self.start.elapsed() > at_most {
                bail!("pid {} was still running after {} s and was killed", self.pid(), at_most.as_secs());
            }
            thread::sleep(POLL);
        }
    }

    /// Reads its counters now: for a server that is measured while it runs.
    pub(crate) fn so_far(&mut self) -> Result<(Duration, u64)> {
        Ok((self.observe()?.cpu, self.rss_bytes_max))
    }

    /// Whether it has ended by itself. Unlike the counters, this is known even once it is gone.
    pub(crate) fn has_ended(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }

    /// Resident memory in bytes now.
    pub(crate) fn rss_bytes(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid())).unwrap_or_default();
        kib_line(&status, "VmRSS:").unwrap_or(0)
    }

    /// Proportional set size in bytes now, of the child and all processes below it: what they share counts once.
    pub(crate) fn pss_bytes(&self) -> u64 {
        let mut pids = vec![self.pid()];
        let mut total = 0;
        while let Some(pid) = pids.pop() {
            let rollup = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
            total += kib_line(&rollup, "Pss:").unwrap_or(0);
            let below = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
            pids.extend(below.split_whitespace().filter_map(|pid| pid.parse::<u32>().ok()));
        }
        total
    }

    /// Asks it to end (SIGTERM), then waits as [`Child::wait`] does, counting from now.
    pub(crate) fn terminate(self, at_most: Duration) -> Result<Usage> {
        // The standard library only knows SIGKILL; the shell's built-in `kill` is on every machine.
        let script = format!("kill -TERM {}", self.pid());
        let sent = Command::new("sh").args(["-c", &script]).status()?;
        if !sent.success() {
            bail!("cannot signal pid {}", self.pid());
        }
        let limit = self.start.elapsed() + at_most;
        self.wait(limit)
    }

    fn observe(&mut self) -> Result<Stat> {
        let folder = format!("/proc/{}", self.pid());
        // A zombie has no memory left, hence no VmHWM.
        let status = fs::read_to_string(format!("{folder}/status")).unwrap_or_default();
        if let Some(peak) = kib_line(&status, "VmHWM:") {
            self.rss_bytes_max = self.rss_bytes_max.max(peak);
        }
        let stat =
            fs::read_to_string(format!("{folder}/stat")).with_context(|| format!("cannot read {folder}/stat"))?;
        parse_stat(&stat).with_context(|| format!("cannot understand {folder}/stat: {stat}"))
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // Both fail only if it is gone already, which is what is wanted.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[derive(Debug, PartialEq)]
struct Stat {
    is_zombie: bool,
    cpu: Duration,
}

/// `/proc/PID/stat`, see proc(5): the state is field 3, then utime, stime, cutime and cstime are fields 14 to 17.
fn parse_stat(stat: &str) -> Option<Stat> {
    // The name in field 2 may itself hold spaces and parentheses.
    let (_, rest) = stat.rsplit_once(") ")?;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    let ticks: u64 = fields.get(11..15)?.iter().map(|field| field.parse::<u64>().ok()).sum::<Option<u64>>()?;
    let is_zombie = matches!(*fields.first()?, "Z" | "X");
    Some(Stat { is_zombie, cpu: Duration::from_secs_f64(ticks as f64 / TICKS_PER_SECOND) })
}

/// A line as `VmHWM:    1234 kB` of `/proc/PID/status`, in bytes.
fn kib_line(status: &str, name: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.trim().strip_suffix(" kB")?.parse::<u64>().ok().map(|kib| kib * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_parentheses_does_not_shift_the_fields() {
        let stat = "42 (a) b (c) Z 1 42 42 0 -1 4 10 20 0 0 150 25 300 5 20 0 1 0 99 0 0";
        assert_eq!(parse_stat(stat), Some(Stat { is_zombie: true, cpu: Duration::from_millis(4_800) }));
        assert_eq!(parse_stat("42 (cut) S 1 42"), None);
    }

    #[test]
    fn peak_memory_is_in_bytes() {
        assert_eq!(kib_line("Name:\tx\nVmHWM:\t    1234 kB\nVmRSS:\t 1 kB\n", "VmHWM:"), Some(1_263_616));
        assert_eq!(kib_line("Name:\tx\n", "VmHWM:"), None);
    }

    #[test]
    fn a_busy_child_is_measured_to_its_end() {
        let mut command = Command::new("sh");
        command.args(["-c", "i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done; exit 3"]);
        let usage = Child::spawn(&mut command).unwrap().wait(Duration::from_secs(60)).unwrap();
        assert_eq!(usage.status.code(), Some(3));
        assert!(usage.cpu > Duration::ZERO && usage.rss_bytes_max > 0, "{usage:?}");
    }

    #[test]
    fn a_child_that_lasts_too_long_is_killed() {
        let child = Child::spawn(Command::new("sleep").arg("600")).unwrap();
        let folder = format!("/proc/{}", child.pid());
        let error = child.wait(Duration::from_millis(20)).unwrap_err().to_string();
        assert!(error.contains("was killed"), "{error}");
        assert!(!std::path::Path::new(&folder).exists());
    }

    #[test]
    fn a_child_ends_when_asked() {
        use std::os::unix::process::ExitStatusExt;
        let mut child = Child::spawn(Command::new("sleep").arg("600")).unwrap();
        let (_, rss_bytes) = child.so_far().unwrap();
        assert!(rss_bytes > 0);
        let usage = child.terminate(Duration::from_secs(60)).unwrap();
        assert_eq!(usage.status.signal(), Some(15));
    }
}
