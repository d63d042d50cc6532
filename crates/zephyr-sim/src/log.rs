//! What happened, as a fingerprint and, where somebody wants to read it, in words.

/// Everything that happened so far.
#[derive(Debug)]
pub struct Log {
    hash: u64,
    lines: Option<Vec<String>>,
}

impl Log {
    /// An empty one, which keeps words or does not.
    pub fn new(words: bool) -> Self {
        Self { hash: 0xcbf2_9ce4_8422_2325, lines: words.then(Vec::new) }
    }

    /// Takes these bytes into the fingerprint.
    pub fn note(&mut self, bytes: &[u8]) {
        let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        self.hash = bytes.iter().fold(self.hash, step);
    }

    /// Keeps a line where words are kept.
    pub fn say(&mut self, line: impl FnOnce() -> String) {
        if let Some(lines) = &mut self.lines {
            lines.push(line());
        }
    }

    /// FNV-1a over everything noted.
    pub fn fingerprint(&self) -> u64 {
        self.hash
    }

    /// The lines kept.
    pub fn into_lines(self) -> Vec<String> {
        self.lines.unwrap_or_default()
    }
}
