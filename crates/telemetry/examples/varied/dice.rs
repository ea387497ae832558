//! Numbers and words that are drawn, the same for the same seed.

pub(crate) const WORDS: [&str; 48] = [
    "amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "haven", "inlet", "jade", "karst", "lagoon",
    "maple", "nectar", "ocean", "pebble", "quartz", "river", "summit", "tundra", "umbra", "valley", "willow", "xenon",
    "yarrow", "zephyr", "admin", "backup", "cache", "deploy", "export", "filter", "gateway", "history", "import",
    "journal", "kernel", "ledger", "mirror", "network", "oracle", "parser", "queue", "report", "session", "tracker",
    "upload", "worker",
];

/// Repeatable numbers (SplitMix64).
#[derive(Clone)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    const fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    pub(crate) const fn below(&mut self, bound: u64) -> u64 {
        self.roll() % bound
    }

    pub(crate) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len() as u64) as usize]
    }

    pub(crate) fn word(&mut self) -> &'static str {
        self.pick::<&str>(&WORDS)
    }

    /// Digits of `alphabet`, so many.
    pub(crate) fn digits(&mut self, alphabet: &[u8], count: usize, out: &mut String) {
        (0..count).for_each(|_| out.push(char::from(*self.pick(alphabet))));
    }
}
