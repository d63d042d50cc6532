//! Texts of zephyr's own with links in them. Only addresses of this console become links, whatever a person typed.

/// A piece of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part<'a> {
    /// What is shown, and where the link goes.
    pub text: &'a str,
    /// Whether it is a link.
    pub is_link: bool,
}

/// Where links may go.
const PLACES: [&str; 4] = ["/rooms/", "/status#", "/tickets/", "/incidents/"];

/// Cuts a text into words and what is between them; words that are addresses of the console are links.
pub fn links(text: &str) -> Vec<Part<'_>> {
    text.split_inclusive(char::is_whitespace)
        .flat_map(|piece| {
            let (before, piece) = piece.split_at(piece.len() - piece.trim_start_matches('(').len());
            let word = piece.trim_end_matches(|c: char| c.is_whitespace() || c == ')');
            let (word, after) = piece.split_at(word.len());
            let plain = |text| Part { text, is_link: false };
            [plain(before), Part { text: word, is_link: is_address(word) }, plain(after)]
        })
        .filter(|part| !part.text.is_empty())
        .collect()
}

fn is_address(word: &str) -> bool {
    let safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '%' | '/' | '#');
    let place = PLACES.iter().find(|place| word.starts_with(**place));
    place.is_some_and(|place| word.len() > place.len() && word.chars().all(safe) && !word.contains("//"))
}

#[cfg(test)]
mod tests {
    use super::links;

    #[test]
    fn only_addresses_of_the_console_become_links() {
        let linked =
            |text| links(text).into_iter().filter(|part| part.is_link).map(|part| part.text).collect::<Vec<_>>();
        assert_eq!(linked("Channel: /rooms/inc-7\nStatus: /status#st-1"), ["/rooms/inc-7", "/status#st-1"]);
        assert_eq!(linked("ticket: tk-1 (/tickets/tk-1)"), ["/tickets/tk-1"]);
        let hostile = "//evil.example /rooms//evil javascript:x /etc https://evil.example /rooms/ /rooms/\"onclick";
        assert_eq!(linked(hostile), Vec::<&str>::new());
        let whole: String = links(hostile).iter().map(|part| part.text).collect();
        assert_eq!(whole, hostile);
    }
}
