//! What the allocator may keep for itself.

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
