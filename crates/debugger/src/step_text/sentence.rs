//! A sentence that keeps its values separate from its text, so that they can be shown in another base.

use std::fmt;

use wasmoscope_module::value::FormattedValue;

/// See the module's documentation.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sentence {
    parts: Vec<Part>,
}

/// A part of a [`Sentence`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// Text. Backticks enclose names.
    Text(String),
    Value(FormattedValue),
}

impl Sentence {
    pub fn new(text: impl AsRef<str>) -> Self {
        Self::default().text(text)
    }

    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// Appends text.
    #[must_use]
    pub fn text(mut self, text: impl AsRef<str>) -> Self {
        let text = text.as_ref();
        match self.parts.last_mut() {
            _ if text.is_empty() => {}
            Some(Part::Text(last)) => last.push_str(text),
            _ => self.parts.push(Part::Text(text.to_owned())),
        }
        self
    }

    /// Appends a value.
    #[must_use]
    pub fn value(mut self, value: FormattedValue) -> Self {
        self.parts.push(Part::Value(value));
        self
    }

    /// Appends another sentence.
    #[must_use]
    pub fn then(mut self, other: Self) -> Self {
        for part in other.parts {
            self = match part {
                Part::Text(text) => self.text(text),
                Part::Value(value) => self.value(value),
            };
        }
        self
    }

    /// Capitalizes the first letter.
    #[must_use]
    pub fn capital(mut self) -> Self {
        if let Some(Part::Text(text)) = self.parts.first_mut() {
            let mut letters = text.chars();
            if let Some(first) = letters.next() {
                *text = first.to_uppercase().chain(letters).collect();
            }
        }
        self
    }

    /// Appends values: `1, 2 and 3`.
    #[must_use]
    pub fn list(mut self, values: Vec<FormattedValue>) -> Self {
        let last = values.len().saturating_sub(1);
        for (index, value) in values.into_iter().enumerate() {
            let before = match index {
                0 => "",
                _ if index == last => " and ",
                _ => ", ",
            };
            self = self.text(before).value(value);
        }
        self
    }
}

impl fmt::Display for Sentence {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.parts.iter().try_for_each(|part| match part {
            Part::Text(text) => formatter.write_str(text),
            Part::Value(value) => formatter.write_str(&value.text),
        })
    }
}

/// Fills in a template of the wording table: each `{name}` is replaced by the result of `part`.
pub(super) fn fill(template: &str, part: impl Fn(&str) -> Option<Part>) -> Sentence {
    let mut sentence = Sentence::default();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, behind)) = after.split_once('}') else { break };
        sentence = sentence.text(before);
        sentence = match part(name) {
            Some(Part::Text(text)) => sentence.text(text),
            Some(Part::Value(value)) => sentence.value(value),
            None => sentence.text("?"),
        };
        rest = behind;
    }
    sentence.text(rest)
}
