//! What the allocator may keep for itself, and what is given back once a start is over.

/// Bounds the arenas of glibc's allocator, and has large pieces of memory given back, before any thread asks it for any.
///
/// By default there may be eight for each processor, a thread that finds one taken goes to the next, and what is free in one
/// serves no other: questions to a log store of 10 GB, one after the other, came to hold 650 MB so, of which they use a fifth.
/// And what was once as large as a body or a block is later kept for such, among smaller pieces: with three senders of 4 MB
/// at a time 270 MB in place of 200. Whoever sets that bound must set the other one too, or else every piece that is given
/// back is asked for again by the next question: those of a few milliseconds took twice as long.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[expect(unsafe_code, reason = "glibc has no other way to be told within a program")]
pub(crate) fn bound() {
    const ARENAS_MAX: usize = 8;
    /// From here on each piece is the kernel's own.
    const LARGE_BYTES: libc::c_int = 1 << 20;
    /// An arena keeps so much that is free at its end.
    const KEPT_BYTES: libc::c_int = 64 << 20;
    let arenas = std::thread::available_parallelism().map_or(2, |processors| processors.get().clamp(2, ARENAS_MAX));
    // SAFETY: `mallopt` takes two integers and keeps them; no other thread is there yet. What it refuses stays as it was.
    unsafe {
        libc::mallopt(libc::M_ARENA_MAX, arenas as libc::c_int);
        libc::mallopt(libc::M_MMAP_THRESHOLD, LARGE_BYTES);
        libc::mallopt(libc::M_TRIM_THRESHOLD, KEPT_BYTES);
    }
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub(crate) const fn bound() {}

/// Gives back what only the start needed: what is free on the heap, and the pages of the program's own code. The kernel maps those
/// sixteen at a time around each that is run, so that two thirds of the resident memory of a process at rest were code of its
/// start; it maps those again that are run again, from its cache of the file.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[expect(unsafe_code, reason = "the kernel and glibc have no other way to be told within a program")]
pub(crate) fn give_back_start() {
    // SAFETY: `malloc_trim` takes an integer, and may be called at any time.
    unsafe {
        libc::malloc_trim(0);
    }
    let (Ok(maps), Ok(program)) = (std::fs::read_to_string("/proc/self/maps"), std::env::current_exe()) else { return };
    for code in maps.lines().filter_map(|line| code_of(line, &program)) {
        // SAFETY: nobody writes to it, as it is code that is mapped privately and not writable: what is dropped is what the file
        // has there, and is mapped from it again by whoever runs it next.
        unsafe {
            libc::madvise(std::ptr::with_exposed_provenance_mut(code.start), code.len(), libc::MADV_DONTNEED);
        }
    }
}

/// The addresses of a line of `/proc/self/maps` that is code of `program`.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn code_of(line: &str, program: &std::path::Path) -> Option<std::ops::Range<usize>> {
    let mut words = line.split_ascii_whitespace();
    let (addresses, rights) = (words.next()?, words.next()?);
    if rights != "r-xp" || !line.ends_with(&format!(" {}", program.display())) {
        return None;
    }
    let (start, end) = addresses.split_once('-')?;
    Some(usize::from_str_radix(start, 16).ok()?..usize::from_str_radix(end, 16).ok()?)
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub(crate) const fn give_back_start() {}

#[cfg(all(test, target_os = "linux", target_env = "gnu"))]
mod tests {
    use super::*;

    #[test]
    fn code_is_what_is_run_and_never_written() {
        let program = std::path::Path::new("/usr/bin/a program");
        let line = |rights: &str, path: &str| format!("1000-3000 {rights} 00001000 fe:00 42    {path}");
        assert_eq!(code_of(&line("r-xp", "/usr/bin/a program"), program), Some(0x1000..0x3000));
        for (rights, path) in
            [("r--p", "/usr/bin/a program"), ("rwxp", "/usr/bin/a program"), ("r-xp", "/lib/libc.so.6")]
        {
            assert_eq!(code_of(&line(rights, path), program), None, "{rights} {path}");
        }
        // What is given back is there again.
        give_back_start();
        assert_eq!(code_of("", program), None);
    }
}
