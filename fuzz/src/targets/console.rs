//! What a program prints is shown the same however it is cut into pieces, and none of it reaches the page as an escape
//! sequence.

use wasmoscope::ui::selectors::terminal::{Decoder, Piece, Style};

pub fn run(input: &[u8]) {
    let whole = shown(&[input]);
    // Cut in three at places that the input itself names.
    let at = |index: usize| usize::from(input.get(index).copied().unwrap_or(0)).min(input.len());
    let (first, second) = (at(0).min(at(1)), at(0).max(at(1)));
    let in_pieces = shown(&[&input[..first], &input[first..second], &input[second..]]);
    assert_eq!(format!("{whole:?}"), format!("{in_pieces:?}"), "cut at {first} and {second}");
    let single: Vec<&[u8]> = input.chunks(1).collect();
    if single.len() < 2000 {
        assert_eq!(format!("{whole:?}"), format!("{:?}", shown(&single)), "a byte at a time");
    }
}

/// As the console joins them: pieces of one style are one. No style stands for the start of the line.
fn shown(chunks: &[&[u8]]) -> Vec<(Option<Style>, String)> {
    let mut decoder = Decoder::default();
    let mut joined: Vec<(Option<Style>, String)> = Vec::new();
    let mut join = |piece: Piece<'_>| {
        let (style, text) = match piece {
            Piece::Text { text, style } => (Some(style), text),
            Piece::LineStart => (None, ""),
        };
        match joined.last_mut() {
            Some((same, before)) if style.is_some() && *same == style => before.push_str(text),
            _ => joined.push((style, text.to_owned())),
        }
    };
    for chunk in chunks {
        decoder.read(chunk, &mut join);
    }
    decoder.finish(&mut join);
    for (_, text) in &joined {
        assert!(text.chars().all(|c| !c.is_control() || matches!(c, '\n' | '\t' | '\u{80}'..='\u{9f}')), "{text:?}");
    }
    joined
}
