//! What a program prints is shown the same however it is cut into pieces, and none of it reaches the page as an escape
//! sequence.

use wasmoscope::ui::selectors::terminal::{Decoder, Piece};

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

/// As the console joins them: pieces of one style are one.
fn shown(chunks: &[&[u8]]) -> Vec<Piece> {
    let mut decoder = Decoder::default();
    let mut pieces = Vec::new();
    for chunk in chunks {
        decoder.read(chunk, &mut pieces);
    }
    decoder.finish(&mut pieces);
    let mut joined: Vec<Piece> = Vec::new();
    for piece in pieces {
        match (joined.last_mut(), piece) {
            (Some(Piece::Text { text, style }), Piece::Text { text: more, style: same }) if *style == same => {
                text.push_str(&more);
            }
            (_, piece) => joined.push(piece),
        }
    }
    for piece in &joined {
        if let Piece::Text { text, .. } = piece {
            assert!(
                text.chars().all(|c| !c.is_control() || matches!(c, '\n' | '\t' | '\u{80}'..='\u{9f}')),
                "{text:?}"
            );
        }
    }
    joined
}
