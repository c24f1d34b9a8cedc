use std::time::Duration;

use super::blocks::{BLOCK, BLOCK_LINES, LONGEST_TAIL, MOST_TAIL_SPANS};
use super::*;
use crate::ui::selectors::console::plain_text;

fn chunk(stream: Stream, bytes: &[u8]) -> OutputChunk {
    OutputChunk { stream, bytes: bytes.to_vec(), dropped: 0 }
}

fn output(run: RunId, chunks: &[OutputChunk]) -> ConsoleAction {
    ConsoleAction::Output { run, chunks: chunks.into() }
}

fn apply_all(actions: impl IntoIterator<Item = ConsoleAction>) -> ConsoleState {
    actions.into_iter().fold(ConsoleState::default(), |state, action| state.apply(action))
}

#[test]
fn a_prompt_is_there_at_once_and_the_answer_right_after_it() {
    let state =
        apply_all([ConsoleAction::Begin { run: 1 }, output(1, &[chunk(Stream::Stdout, b"first\nYour name? ")])]);
    assert_eq!(state.tail, [Span { origin: Origin::Stdout, style: Style::default(), text: "Your name? ".into() }]);
    let state = state
        .apply(ConsoleAction::Typed { text: "Ada\n".into() })
        .apply(output(1, &[chunk(Stream::Stdout, b"Hello Ada\n")]));
    assert!(state.tail.is_empty());
    assert_eq!(plain_text(&state), "first\nYour name? Ada\nHello Ada\n");
    let origins: Vec<Origin> = state.blocks[0].spans.iter().map(|span| span.origin).collect();
    assert_eq!(origins, [Origin::Stdout, Origin::Input, Origin::Stdout]);
}

#[test]
fn streams_do_not_break_each_others_characters() {
    let state = apply_all([
        ConsoleAction::Begin { run: 1 },
        output(1, &[chunk(Stream::Stdout, b"\xc5"), chunk(Stream::Stderr, b"!"), chunk(Stream::Stdout, b"\xbe")]),
    ]);
    assert_eq!(plain_text(&state), "!ž");
}

#[test]
fn output_of_an_earlier_run_is_dropped() {
    let state = apply_all([
        ConsoleAction::Begin { run: 1 },
        ConsoleAction::Begin { run: 2 },
        output(1, &[chunk(Stream::Stdout, b"late")]),
    ]);
    assert!(state.is_empty());
}

#[test]
fn late_output_of_the_previous_program_is_dropped() {
    let printed = output(1, &[chunk(Stream::Stdout, b"text")]);
    let state = apply_all([ConsoleAction::Begin { run: 1 }, printed.clone(), ConsoleAction::Forget, printed]);
    assert!(state.is_empty());
}

#[test]
fn a_flood_is_bounded_and_counted() {
    let line = [b'x'; 99].iter().chain(b"\n").copied().collect::<Vec<u8>>();
    let chunks: Vec<OutputChunk> = (0..30_000).map(|_| chunk(Stream::Stdout, &line)).collect();
    let state = apply_all([ConsoleAction::Begin { run: 1 }, output(1, &chunks)]);
    let shown = plain_text(&state);
    assert!(shown.len() <= CAPACITY && shown.len() > CAPACITY - 2 * BLOCK, "{} bytes are shown", shown.len());
    assert_eq!(state.dropped + shown.len() as u64, 3_000_000);
}

#[test]
fn output_dropped_by_the_worker_is_reported_at_its_place() {
    let gap = OutputChunk { stream: Stream::Stdout, bytes: b"a\xe2".to_vec(), dropped: 12_345 };
    let state = apply_all([ConsoleAction::Begin { run: 1 }, output(1, &[gap, chunk(Stream::Stdout, b"z\n")])]);
    let text = plain_text(&state);
    assert!(text.starts_with("a\\xE2\n… 12,345 bytes left out"), "{text}");
    assert!(text.ends_with("…\nz\n"), "{text}");
    assert_eq!(state.dropped, 12_345);
}

#[test]
fn a_very_long_line_is_cut_into_blocks() {
    let state = apply_all([
        ConsoleAction::Begin { run: 1 },
        output(1, &[chunk(Stream::Stdout, "ž".repeat(50_000).as_bytes())]),
    ]);
    assert!(state.blocks.iter().all(|block| block.length <= BLOCK + 4));
    assert!(state.blocks.len() > 10);
    assert_eq!(plain_text(&state), "ž".repeat(50_000));
}

#[test]
fn a_full_block_is_never_drawn_again() {
    let first = apply_all([
        ConsoleAction::Begin { run: 1 },
        output(1, &[chunk(Stream::Stdout, &b"0123456\n".repeat(2 * BLOCK / 8))]),
    ]);
    let second = first.apply(output(1, &[chunk(Stream::Stdout, b"more\n")]));
    assert!(Rc::ptr_eq(&first.blocks[0], &second.blocks[0]));
    assert!(Rc::ptr_eq(&first.blocks[1], &second.blocks[1]));
    assert_eq!(second.blocks.len(), 3);
}

#[test]
fn a_progress_bar_stays_on_its_line() {
    let state = apply_all([
        ConsoleAction::Begin { run: 1 },
        output(1, &[chunk(Stream::Stdout, b"start\n 10%\r 20%\r"), chunk(Stream::Stdout, b"100%")]),
    ]);
    assert_eq!(plain_text(&state), "start\n100%");
    assert_eq!(state.length, "start\n100%".len());
}

#[test]
fn what_was_held_is_shown_at_the_end_and_clear_clears() {
    let state = apply_all([
        ConsoleAction::Begin { run: 1 },
        output(1, &[chunk(Stream::Stderr, b"\xf0\x9f")]),
        ConsoleAction::End { run: 1 },
    ]);
    assert_eq!(plain_text(&state), "\\xF0\\x9F");
    assert!(state.apply(ConsoleAction::Clear).is_empty());
}

/// Output that programs print by mistake or on purpose: 256 KiB of each kind.
fn floods() -> Vec<(&'static str, Vec<u8>)> {
    let patterns: [(&str, &[u8]); 16] = [
        ("bytes that are no text", b"\xff"),
        ("text and bytes in turn", b"a\xff"),
        ("UTF-16", b"a\0b\0\n\0"),
        ("NULs", b"\0"),
        ("characters cut off", b"\xf0\x9f\xa6"),
        ("characters cut off before text", b"\xe2\x82a"),
        ("continuation bytes", b"\x80"),
        ("escape characters", b"\x1b"),
        ("escape sequences begun", b"\x1b[1;1;1;1;1;1;1;1;1;1"),
        ("colours", b"\x1b[31ma\x1b[32mb"),
        ("one line", b"abcdefg "),
        ("newlines", b"\n"),
        ("carriage returns", b"\r"),
        ("a progress bar", b"\r10%"),
        ("combining marks", "\u{301}".as_bytes()),
        ("wide characters", "\u{4e16}\u{1f980}".as_bytes()),
    ];
    patterns.into_iter().map(|(name, pattern)| (name, pattern.repeat((256 << 10) / pattern.len()))).collect()
}

#[test]
fn any_bytes_take_time_linear_in_their_number() {
    for (name, bytes) in floods() {
        let begun = std::time::Instant::now();
        apply_all([output(0, &[chunk(Stream::Stdout, &bytes)]), ConsoleAction::End { run: 0 }]);
        // This takes about 20 ms, or more on an overloaded machine. With a quadratic algorithm it would take
        // minutes.
        assert!(begun.elapsed() < Duration::from_secs(10), "{name}: {:?}", begun.elapsed());
    }
}

#[test]
fn any_output_is_cheap_to_draw() {
    for (name, bytes) in floods() {
        let mut state = ConsoleState::default();
        for _ in 0..6 {
            state = state.apply(output(0, &[chunk(Stream::Stdout, &bytes)]));
        }
        let lines = state.blocks.iter().map(|block| block.lines).sum::<usize>();
        let spans = state.blocks.iter().map(|block| block.spans.len()).sum::<usize>();
        assert_eq!((state.lines, state.spans), (lines, spans), "{name}");
        assert_eq!(state.length, plain_text(&state).len(), "{name}");
        assert!(state.length <= CAPACITY && lines <= MOST_LINES && spans <= MOST_SPANS, "{name}");
        assert!(state.tail.len() <= MOST_TAIL_SPANS && state.tail_length <= LONGEST_TAIL, "{name}");
        assert!(state.blocks.iter().all(|block| block.lines <= BLOCK_LINES), "{name}");
        assert!(state.blocks.len() < 400, "{name}: {} blocks", state.blocks.len());
    }
}

#[test]
fn dropped_bytes_are_the_programs_own() {
    let state = apply_all((0..8).map(|_| output(0, &[chunk(Stream::Stdout, &[0xff; 256 << 10])])));
    let shown = plain_text(&state).len() / 4;
    assert_eq!(state.dropped + shown as u64, 2 << 20);
}

#[test]
fn of_very_much_at_once_only_the_end_is_read_from_a_whole_character_on() {
    let bytes = ["first\n", &"\u{17e}".repeat(CAPACITY)].concat().into_bytes();
    // One more byte, so that the cut would fall in the middle of a character.
    let chunks = [chunk(Stream::Stdout, &bytes), chunk(Stream::Stdout, b"!")];
    let state = apply_all([output(0, &[chunk(Stream::Stdout, b"before\n")]), output(0, &chunks)]);
    let shown = plain_text(&state);
    assert!(shown.starts_with('\u{17e}') && shown.ends_with("\u{17e}!"));
    assert_eq!(state.dropped + shown.len() as u64, 7 + bytes.len() as u64 + 1);
}

#[test]
fn escaped_characters_count_as_their_escaped_text() {
    // As many bytes as the console keeps text: escaped, the last quarter fills it.
    let state = apply_all([output(0, &[chunk(Stream::Stdout, &[0xff; CAPACITY])])]);
    let shown = plain_text(&state).len();
    assert!(shown <= CAPACITY && shown > CAPACITY - 2 * BLOCK, "{shown} bytes");
    assert_eq!(state.dropped + shown as u64 / 4, CAPACITY as u64);
}

#[test]
fn going_to_a_step_reads_no_more_than_is_shown() {
    let line = [[b'x'; 63].as_slice(), b"\n"].concat();
    let mut state = apply_all([ConsoleAction::Record]);
    for _ in 0..12 {
        state = state.apply(output(0, &[chunk(Stream::Stdout, &line.repeat((1 << 20) / 64))]));
    }
    let back = ConsoleAction::ShowAt { step: 5, printed: (11 << 20) + 4, logged: [].into() };
    let state = state.apply(back);
    let shown = plain_text(&state);
    assert!(shown.ends_with("\nxxxx") && shown.len() > CAPACITY - 2 * BLOCK, "{} bytes", shown.len());
    assert_eq!(state.dropped + shown.len() as u64, (11 << 20) + 4);
}
