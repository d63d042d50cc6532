//! Pages that are made from the code, checked in, and compared here. `cargo xtask gen` writes them.

use std::fmt::Write as _;

use zephyr_core::policy::Rule;

use crate::harness::{Place, project};

/// Set by `cargo xtask gen`.
const WRITE: &str = "ZEPHYR_GEN";

#[test]
fn generated_pages_are_as_the_code_makes_them() {
    let pages = [
        ("docs/reference/rules.md", rules()),
        ("docs/reference/limits.md", limits()),
        ("docs/reference/errors.md", errors()),
        ("docs/reference/environment.md", environment()),
        ("docs/reference/cli.md", command_line()),
        ("docs/reference/api.md", api()),
    ];
    let mut stale = Vec::new();
    for (path, made) in pages {
        if std::env::var_os(WRITE).is_some() {
            std::fs::write(project().join(path), &made).unwrap();
        } else if std::fs::read_to_string(project().join(path)).ok().as_ref() != Some(&made) {
            stale.push(path);
        }
    }
    assert!(stale.is_empty(), "run `cargo xtask gen`: {stale:?} are not as the code makes them");
}

/// As the program itself prints it.
fn command_line() -> String {
    String::from_utf8(Place::new().run(&["man", "--markdown"]).stdout).unwrap()
}

#[test]
fn the_page_of_exit_codes_has_the_codes_of_the_program() {
    let table = |text: &str| -> Vec<String> {
        let rows = text.lines().skip_while(|line| *line != "| code | |").take_while(|line| line.starts_with('|'));
        rows.map(str::to_owned).collect()
    };
    let made = table(&command_line());
    assert_eq!(table(&source("docs/reference/exit-codes.md")), made);
    assert_eq!(made.len(), 7, "{made:?}");
}

fn source(path: &str) -> String {
    std::fs::read_to_string(project().join(path)).unwrap()
}

/// What a rule is about: the first sentence of its page.
fn about(rule: Rule) -> String {
    let page = source(&format!("docs/rules/{rule}.md"));
    let meaning: Vec<&str> = page.lines().skip(2).take_while(|line| !line.is_empty()).collect();
    let meaning = meaning.join(" ");
    let end = meaning.find(". ").map_or(meaning.len(), |stop| stop + 1);
    // A link of the page leads elsewhere from here; its text is enough.
    match meaning[..end].split_once("](") {
        Some((before, after)) => format!("{}{}", before.replace('[', ""), after.split_once(')').unwrap().1),
        None => meaning[..end].to_owned(),
    }
}

/// The keys that the reader knows in a section: it lists them when it meets one that it does not know.
fn known(section: &str, file: &str) -> Vec<String> {
    let place = Place::with_policy(file);
    let report = place.json(&["check"]);
    let mistakes = report["mistakes"].as_array().unwrap();
    let unknown = mistakes.iter().find(|mistake| mistake["rule"] == "unknown-key");
    let help = unknown.unwrap_or_else(|| panic!("{section}: {report}"))["help"].as_str().unwrap();
    help.strip_prefix("known here: ").unwrap().split(", ").map(str::to_owned).collect()
}

#[test]
fn the_reference_of_the_policy_file_has_the_keys_of_the_reader() {
    let page = source("docs/reference/policy-file.md");
    let mut sections = 0;
    for part in page.split("\n## [").skip(1) {
        let (section, text) = part.split_once("]\n").unwrap();
        // A layer is a table inside its rotation.
        let (own, layer) = text.split_once("\nA layer:\n").unwrap_or((text, ""));
        assert_eq!(keys(own), known(section, &format!("[{section}]\nunheard_of_key = 1\n")), "[{section}]");
        if !layer.is_empty() {
            let file = format!("[{section}]\nlayers = [{{ unheard_of_key = 1 }}]\n");
            assert_eq!(keys(layer), known(section, &file), "a layer of [{section}]");
        }
        sections += 1;
    }
    let top = known("", "unheard_of_section = 1\n");
    let missing: Vec<&String> = top.iter().filter(|name| !page.contains(&format!("[{name}"))).collect();
    assert!(missing.is_empty() && sections > 9, "{missing:?}");
}

/// The first column of the tables of a section.
fn keys(text: &str) -> Vec<String> {
    let rows = text.lines().filter_map(|line| line.strip_prefix("| `"));
    rows.filter_map(|row| row.split_once('`')).map(|(key, _)| key.to_owned()).collect()
}

fn rules() -> String {
    let mut page = String::from(
        "# Rules\n\n\
         What `zephyr check` finds in a policy file. Each rule has an id that does not change and a page with an example\n\
         of it broken and one of it kept; `zephyr check --explain RULE` prints that page.\n\n\
         | rule | |\n|---|---|\n",
    );
    for rule in Rule::ALL {
        let _ = writeln!(page, "| [{rule}](../rules/{rule}.md) | {} |", about(*rule));
    }
    let rest = source("docs/rules/rest.toml");
    let _ = write!(
        page,
        "\n## The rest of the file\n\n\
         The examples show the sections they are about. The sections they leave out are these:\n\n```toml\n{rest}```\n"
    );
    page
}

/// Every `pub const` of a file with the comment above it.
fn constants(path: &str) -> Vec<(String, String, String)> {
    let (mut found, mut comment) = (Vec::new(), String::new());
    for line in source(path).lines() {
        if let Some(text) = line.strip_prefix("/// ") {
            let between = if comment.is_empty() { "" } else { " " };
            comment = format!("{comment}{between}{text}");
        } else if let Some(constant) = line.strip_prefix("pub const ") {
            let (name, value) = constant.trim_end_matches(';').split_once(": ").unwrap();
            let (_, value) = value.split_once(" = ").unwrap();
            found.push((name.to_owned(), value.to_owned(), std::mem::take(&mut comment)));
        } else {
            comment.clear();
        }
    }
    assert!(found.len() > 3 && found.iter().all(|(.., comment)| !comment.is_empty()), "{path}: {found:?}");
    found
}

/// `64 * 1024`, `2 * POLICY_BYTES` and `Duration::from_mins(15)` as people write them. `known` are the constants of the
/// same file.
fn value(name: &str, written: &str, known: &[(String, String, String)]) -> String {
    let units = [("from_millis", "ms"), ("from_secs", "s"), ("from_mins", "min"), ("from_hours", "h")];
    if let Some((path, number)) = written.strip_suffix(')').and_then(|call| call.split_once('(')) {
        let unit = units.iter().find(|(constructor, _)| path.ends_with(&format!("::{constructor}")));
        let (_, unit) = unit.unwrap_or_else(|| panic!("{name}: the page knows no unit for {written}"));
        let number = product(number, known);
        let is_days = *unit == "h" && number > 48 && number.is_multiple_of(24);
        return if is_days { format!("{} days", grouped(number / 24)) } else { format!("{} {unit}", grouped(number)) };
    }
    let unit = UNITS.iter().find(|(ending, _)| name.ends_with(ending)).map_or("", |(_, unit)| unit);
    format!("{}{unit}", grouped(product(written, known)))
}

/// Of numbers, and of other constants by their names.
fn product(written: &str, known: &[(String, String, String)]) -> u64 {
    let factor = |part: &str| match known.iter().find(|(name, ..)| name == part) {
        Some((_, written, _)) => product(written, known),
        None => part.replace('_', "").parse().unwrap_or_else(|_| panic!("the page cannot count: {written}")),
    };
    written.split(" * ").map(factor).product()
}

/// Endings of names that tell a unit.
const UNITS: [(&str, &str); 4] = [("_MS", " ms"), ("_SECS", " s"), ("_BYTES", " bytes"), ("_CHARS", " characters")];

/// `SUMMARY_CHARS` as `summary`.
fn title(name: &str) -> String {
    let bare = UNITS.iter().find_map(|(ending, _)| name.strip_suffix(ending)).unwrap_or(name);
    bare.to_lowercase().replace('_', " ")
}

/// `1000000` as `1 000 000`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) && digits.len() > 4 {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

fn limits() -> String {
    let mut page = String::from(
        "# Limits\n\n\
         Everything has a bound, and each bound a reason. What is over one is refused with a message that says so, and\n\
         changes nothing. None of them can be set.\n",
    );
    let files = [
        ("In a policy, in incidents, in paging", "crates/zephyr-core/src/limits.rs"),
        ("Of the server", "crates/zephyr-server/src/bounds.rs"),
    ];
    for (about, path) in files {
        let _ = write!(page, "\n## {about}\n\n| bound | | what and why |\n|---|---|---|\n");
        let known = constants(path);
        for (name, written, comment) in &known {
            let _ = writeln!(page, "| {} | {} | {comment} |", title(name), value(name, written, &known));
        }
    }
    page
}

fn errors() -> String {
    let mut page = String::from(
        "# Error codes of the API\n\n\
         Every error answer is `application/problem+json` (RFC 9457) with a `code`, the HTTP `status`, a `title`, and where\n\
         they help a `detail` that says why, a `hint` that says what to do, and the `field` that is meant. Programs read\n\
         `code`: its meaning does not change.\n\n\
         | code | status | |\n|---|---|---|\n",
    );
    let text = source("crates/zephyr-api/src/problem.rs");
    let body = text.split_once("pub enum Code {").unwrap().1.split_once("\n}").unwrap().0;
    let mut comment = String::new();
    let mut rows = 0;
    for line in body.lines().map(str::trim) {
        if let Some(more) = line.strip_prefix("/// ") {
            comment = format!("{comment} {more}").trim().to_owned();
        } else if let Some(variant) = line.strip_suffix(',') {
            if let Some((status, meaning)) = comment.split_once(": ") {
                let code: zephyr_api::Code = serde_json::from_value(kebab(variant).into()).unwrap();
                assert_eq!(code.status().to_string(), status, "{variant}");
                let _ = writeln!(page, "| `{}` | {status} | {meaning} |", kebab(variant));
                rows += 1;
            }
            comment.clear();
        }
    }
    assert!(rows > 10);
    page
}

/// The page as it is written by hand, with the table of the document that the server's own tests hold.
fn api() -> String {
    let page = source("docs/reference/api.md");
    let (before, _) = page.split_once(OPERATIONS).expect("the page says where its operations stand");
    let mut made = format!("{before}{OPERATIONS}\n\n| | what for | scope | held up by limits |\n|---|---|---|---|\n");
    let document: serde_json::Value = serde_json::from_str(&source("docs/reference/openapi.json")).unwrap();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, said) in item.as_object().unwrap() {
            let what = said["summary"].as_str().unwrap().replace('\n', " ");
            let scope = match said["security"][0]["bearer"].as_array() {
                None => "no token needed".to_owned(),
                Some(scopes) => {
                    scopes.first().map_or("any".to_owned(), |scope| format!("`{}`", scope.as_str().unwrap()))
                }
            };
            let held_up = match (&said["x-never-held-up"], scope.as_str()) {
                (serde_json::Value::Bool(true), _) => "never",
                (_, "no token needed") => "",
                _ => "yes",
            };
            let _ = writeln!(made, "| `{} {path}` | {what} | {scope} | {held_up} |", method.to_uppercase());
        }
    }
    made
}

/// What the table of operations stands below.
const OPERATIONS: &str = "## Operations";

fn kebab(variant: &str) -> String {
    let mut text = String::new();
    for (index, letter) in variant.chars().enumerate() {
        if letter.is_uppercase() && index > 0 {
            text.push('-');
        }
        text.push(letter.to_ascii_lowercase());
    }
    text
}

fn environment() -> String {
    let mut page = String::from(
        "# Configuration by environment\n\n\
         Who answers for what is in the policy file. How the program runs is said by flags, and by these variables where a\n\
         flag would be in the way. A flag beats its variable.\n\n\
         | variable | |\n|---|---|\n",
    );
    let (mut comment, mut rows) = (String::new(), 0);
    for line in source("crates/zephyr/src/env.rs").lines() {
        if let Some(text) = line.strip_prefix("/// ") {
            comment = format!("{comment} {text}").trim().to_owned();
        } else if let Some((_, names)) =
            line.trim_start_matches("pub ").strip_prefix("const ").and_then(|c| c.split_once(" = "))
        {
            let names: Vec<String> = names.split('"').skip(1).step_by(2).map(|name| format!("`{name}`")).collect();
            let _ = writeln!(page, "| {} | {comment} |", names.join(", "));
            comment.clear();
            rows += 1;
        } else {
            comment.clear();
        }
    }
    assert!(rows > 5);
    page.push_str(
        "\n`NO_COLOR`, `CLICOLOR` and `TERM` decide whether there are colours, as in other programs. `HTTP_PROXY`, `HTTPS_PROXY`\n\
         and `NO_PROXY` hold for servers that are not on this machine.\n",
    );
    page
}
