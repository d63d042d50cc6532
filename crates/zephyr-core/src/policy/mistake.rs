//! What is wrong with a policy file, told so that it can be mended without looking anything up.

/// One mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// Names the rule, `unknown-person`.
    pub rule: &'static str,
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
    /// The offending text.
    pub text: String,
    /// What is wrong with it.
    pub message: String,
    /// What to write instead.
    pub help: String,
}
