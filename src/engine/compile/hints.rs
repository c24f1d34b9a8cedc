//! What would mend a mistake in WebAssembly text, where that can be told from its place.

use super::{FIELDS, tokens};
use crate::engine::words;

/// What would mend it, where that can be told from the word at the place.
pub(super) fn hint(word: &str, message: &str, text: &str) -> Option<String> {
    if message.contains("unknown operator") {
        if let Some(old) = renamed(word) {
            return Some(format!("`{word}` is an old name; it is written `{old}` now"));
        }
        let known = words::INSTRUCTIONS.iter().map(String::as_str);
        return Some(match words::nearest(word, known) {
            Some(name) if name != word => format!("did you mean `{name}`?"),
            _ => "an instruction or `)` was expected here".to_owned(),
        });
    }
    if message.contains("expected valid module field") {
        if words::INSTRUCTIONS.iter().any(|known| known == word) {
            return Some("an instruction belongs into a function: `(func ...)`".to_owned());
        }
        return Some(match words::nearest(word, FIELDS) {
            Some(name) if name != word => format!("did you mean `{name}`?"),
            _ => format!("a module holds {}", FIELDS[..10].join(", ")),
        });
    }
    if message.starts_with("unknown") || message.contains("failed to find name") {
        let name = word.trim_start_matches('$');
        let named: Vec<&str> = identifiers(text).filter(|other| *other != name).collect();
        return words::nearest(name, named).map(|near| format!("did you mean `${near}`?"));
    }
    None
}

/// Names that tutorials from before 2019 still use.
fn renamed(word: &str) -> Option<&'static str> {
    const RENAMED: [(&str, &str); 12] = [
        ("get_local", "local.get"),
        ("set_local", "local.set"),
        ("tee_local", "local.tee"),
        ("get_global", "global.get"),
        ("set_global", "global.set"),
        ("current_memory", "memory.size"),
        ("grow_memory", "memory.grow"),
        ("i32.wrap/i64", "i32.wrap_i64"),
        ("i64.extend_s/i32", "i64.extend_i32_s"),
        ("i64.extend_u/i32", "i64.extend_i32_u"),
        ("anyfunc", "funcref"),
        ("i32.trunc_s/f64", "i32.trunc_f64_s"),
    ];
    RENAMED.iter().find(|(old, _)| *old == word).map(|(_, new)| *new)
}

/// Every `$name` of the text, without its `$`.
fn identifiers(text: &str) -> impl Iterator<Item = &str> {
    tokens(text).filter_map(|(kind, range)| {
        matches!(kind, wast::lexer::TokenKind::Id).then(|| text[range].trim_start_matches('$'))
    })
}
