//! Findings as code hosts show them beside the file: SARIF 2.1.0, and the commands of a GitHub workflow.

use std::collections::BTreeSet;
use std::path::Path;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC};
use serde_json::{Value, json};
use zephyr_core::policy::Mistake;

/// One finding and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    pub rule: &'static str,
    /// `error` or `warning`.
    pub level: &'static str,
    pub line: usize,
    pub column: usize,
    /// May have several lines.
    pub message: String,
}

impl From<&Mistake> for Note {
    fn from(mistake: &Mistake) -> Self {
        Self {
            rule: mistake.rule.id(),
            level: "error",
            line: mistake.line,
            column: mistake.column,
            message: format!("{}\n{}", mistake.message, mistake.help),
        }
    }
}

/// As SARIF 2.1.0: <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>.
pub fn sarif(file: &Path, notes: &[Note]) -> Value {
    let rules: BTreeSet<&str> = notes.iter().map(|note| note.rule).collect();
    let rule = |id: &str| json!({ "id": id, "help": { "text": format!("zephyr check --explain {id}") } });
    let result = |note: &Note| {
        json!({
            "ruleId": note.rule,
            "level": note.level,
            "message": { "text": note.message },
            "locations": [{
                "physicalLocation": {
                    "artifactLocation": { "uri": uri(file) },
                    "region": { "startLine": note.line, "startColumn": note.column },
                },
            }],
        })
    };
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "zephyr",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules.into_iter().map(rule).collect::<Vec<_>>(),
            } },
            "columnKind": "unicodeCodePoints",
            "results": notes.iter().map(result).collect::<Vec<_>>(),
        }],
    })
}

/// What a path in a URI may have as it is.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'.').remove(b'-').remove(b'_').remove(b'~');

fn uri(file: &Path) -> String {
    percent_encoding::utf8_percent_encode(&file.display().to_string(), PLAIN).to_string()
}

/// As commands of a GitHub workflow, one a line:
/// <https://docs.github.com/actions/reference/workflow-commands-for-github-actions>.
pub fn github(file: &Path, notes: &[Note]) -> Vec<String> {
    let data = |text: &str| text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    let property = |text: &str| data(text).replace(':', "%3A").replace(',', "%2C");
    let file = property(&file.display().to_string());
    let line = |note: &Note| {
        let Note { rule, level, line, column, message } = note;
        format!("::{level} file={file},line={line},col={column},title={}::{}", property(rule), data(message))
    };
    notes.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_of_a_workflow_keeps_its_text_together() {
        let note = Note { rule: "nobody-awake", level: "error", line: 3, column: 7, message: "50 %, a:b\nc".into() };
        assert_eq!(
            github(Path::new("a,b/zephyr.toml"), &[note]),
            ["::error file=a%2Cb/zephyr.toml,line=3,col=7,title=nobody-awake::50 %25, a:b%0Ac"]
        );
    }
}
