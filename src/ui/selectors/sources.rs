//! Derivations on sources: matching supplied files, the current position in them, and notes on it.

use std::rc::Rc;

use crate::protocol::{DebugView, Landmark, SourcePlace, Span};
use crate::ui::selectors::debug::Marks;
use crate::ui::selectors::names;
use crate::ui::state::debug::DebugState;
use crate::ui::state::sources::{SourceText, SourcesState};

/// A line of the call stack: an active call, or one that the compiler has inlined into it.
#[derive(Debug, Clone, PartialEq)]
pub struct FrameCall<'a> {
    pub frame: usize,
    /// Index among the calls of the frame; 0 is the innermost.
    pub level: usize,
    pub function: &'a str,
    pub source: Option<&'a SourcePlace>,
    pub is_inlined: bool,
}

/// All reported calls, innermost first.
pub fn calls(view: &DebugView) -> impl Iterator<Item = FrameCall<'_>> {
    view.frames.iter().enumerate().flat_map(|(index, frame)| {
        let inlined = frame.inlined.iter().enumerate().map(move |(level, inlined)| FrameCall {
            frame: index,
            level,
            function: &inlined.function,
            source: inlined.source.as_ref(),
            is_inlined: true,
        });
        inlined.chain([FrameCall {
            frame: index,
            level: frame.inlined.len(),
            function: &frame.function,
            source: frame.source.as_ref(),
            is_inlined: false,
        }])
    })
}

/// The position to show: that of the selected call, or of the nearest caller whose file is one of the program's own.
/// Also whether it is exactly the next instruction.
pub fn shown_place<'a>(debug: &'a DebugState, files: &[Rc<str>]) -> Option<(&'a SourcePlace, bool)> {
    let from =
        calls(debug.view()?).enumerate().skip_while(|(_, call)| (call.frame, call.level) < (debug.frame, debug.level));
    from.filter_map(|(index, call)| Some((call.source?, index == 0)))
        .find(|(place, _)| files.iter().any(|file| **file == *place.file))
}

/// The innermost call whose source is available: its frame and its level.
pub fn innermost_given(view: &DebugView, texts: &[SourceText]) -> Option<(usize, usize)> {
    let is_given = |call: &FrameCall<'_>| call.source.is_some_and(|place| text_of(texts, &place.file).is_some());
    calls(view).find(is_given).map(|call| (call.frame, call.level))
}

/// The file that the editor shows: the chosen one, or the one with the current position, or the one that the program
/// starts in. Prefers a file among the available `texts` to start with.
pub fn shown_file(sources: &SourcesState, debug: &DebugState, texts: &[SourceText]) -> Option<Rc<str>> {
    if !sources.shows_source(texts) {
        return None;
    }
    let chosen = || sources.chosen.clone().filter(|chosen| sources.files.contains(chosen));
    let followed = || shown_place(debug, &sources.files).map(|(place, _)| place.file.as_str().into());
    let main = || {
        let rank = |file: &str| match file.rsplit('/').next() {
            Some("main.rs") => 0,
            Some("lib.rs") => 1,
            _ => 2,
        };
        sources.files.iter().min_by_key(|file| (text_of(texts, file).is_none(), rank(file))).cloned()
    };
    chosen().or_else(followed).or_else(main)
}

/// The editor decorations for the current position in a file.
pub fn marks(debug: &DebugState, sources: &SourcesState, file: &str, text: &str) -> Option<Marks> {
    let view = debug.view()?;
    let span = |place: &SourcePlace| (place.file == file).then(|| line_span(text, place.line)).flatten();
    let current = calls(view).next().and_then(|call| span(call.source?));
    let (place, is_current) = shown_place(debug, &sources.files)?;
    let caller = if is_current { None } else { span(place) };
    Some(Marks { current, caller, values: Vec::new() })
}

/// The span of a line without leading and trailing spaces.
pub fn line_span(text: &str, line: u32) -> Option<Span> {
    let index = line.checked_sub(1)? as usize;
    let start: usize = text.split_inclusive('\n').take(index).map(str::len).sum();
    let written = text.get(start..)?.lines().next().filter(|_| text.lines().count() > index)?;
    let from = start + written.len() - written.trim_start().len();
    let end = from + written.trim().len();
    let (start, end) = (u32::try_from(from).ok()?, u32::try_from(end).ok()?);
    Some(Span { start, end, line, column: 1, end_line: line, end_column: 1 })
}

/// A note on the current position, if the marked line is not enough.
pub fn note(debug: &DebugState, sources: &SourcesState) -> Option<String> {
    let view = debug.view()?;
    let first = calls(view).next()?;
    match shown_place(debug, &sources.files) {
        None => Some(format!(
            "The program is in {}, for which no source is loaded. A step by line goes to the next line with a source.",
            names::function(first.function)
        )),
        Some((_, false)) if debug.frame == 0 && debug.level == 0 => {
            Some(format!("The program is in {}, called on the marked line", names::function(first.function)))
        }
        Some(_) => None,
    }
}

/// The part of a path that distinguishes it from the others: without the common folders.
pub fn short<'a>(path: &'a str, all: &[Rc<str>]) -> &'a str {
    let mut common = path.rfind('/').map_or(0, |slash| slash + 1);
    for other in all {
        let same = path.bytes().zip(other.bytes()).take_while(|(one, other)| one == other).count();
        common = common.min(path[..floor(path, same)].rfind('/').map_or(0, |slash| slash + 1));
    }
    // `src/main.rs` is clearer than a bare name.
    let folder = path[..common].trim_end_matches('/');
    match folder.rsplit('/').next() {
        Some("src") => &path[folder.len() - 3..],
        _ => &path[common..],
    }
}

/// A position as shown in a call stack: for a library, only the file's name.
pub fn file_line(place: &SourcePlace, files: &[Rc<str>]) -> String {
    let file = match files.iter().any(|file| **file == *place.file) {
        true => short(&place.file, files),
        false => place.file.rsplit('/').next().unwrap_or(&place.file),
    };
    format!("{}:{}", names::file(file), place.line)
}

fn floor(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// The module's source files that a supplied file may be: those that share the longest end of the path. Several if the
/// path is ambiguous, none if no file has that name.
pub fn asked_for<'a>(given: &str, requested: &'a [Rc<str>]) -> Vec<&'a Rc<str>> {
    let score = |path: &str| {
        let parts = path.rsplit('/').zip(given.rsplit(['/', '\\']));
        parts.take_while(|(one, other)| one == other).count()
    };
    let best = requested.iter().map(|path| score(path)).max().filter(|best| *best > 0);
    requested.iter().filter(|path| Some(score(path)) == best).collect()
}

/// Identifies a text among several files of the same name by the functions declared in it; `None` if that is ambiguous.
pub fn known_by_text<'a>(
    text: &str,
    candidates: &[&'a Rc<str>],
    landmarks: &[(Rc<str>, Vec<Landmark>)],
) -> Option<&'a Rc<str>> {
    let lines: Vec<&str> = text.lines().collect();
    let has = |landmark: &Landmark| {
        let line = landmark.line.checked_sub(1).and_then(|index| lines.get(index as usize));
        line.is_some_and(|line| words(line).any(|word| word == landmark.name))
    };
    let fits = |path: &Rc<str>| {
        let known = landmarks.iter().find(|(known, _)| known == path);
        known.is_some_and(|(_, landmarks)| !landmarks.is_empty() && landmarks.iter().all(has))
    };
    let mut found = candidates.iter().filter(|path| fits(path));
    let first = found.next()?;
    found.next().is_none().then_some(*first)
}

fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split(|letter: char| !letter.is_alphanumeric() && letter != '_')
}

/// The result of supplying files.
#[derive(Debug, Default)]
pub struct Supplied {
    /// The matched files, as the module names them.
    pub added: Vec<Rc<str>>,
    /// Files that match several of the module's files, with those files.
    pub unclear: Vec<(String, Vec<Rc<str>>)>,
    /// Why some could not be read, each as a sentence without a full stop.
    pub refused: Vec<String>,
}

/// How many ambiguous files are listed by name.
const MOST_UNCLEAR: usize = 3;

impl Supplied {
    /// Whether none of them has the name of a source file of the module.
    pub fn is_nothing(&self) -> bool {
        self.added.is_empty() && self.unclear.is_empty() && self.refused.is_empty()
    }

    /// Describes the result. `files` are all files that the module names.
    pub fn describe(&self, files: &[Rc<str>]) -> String {
        let names = |paths: &[Rc<str>]| paths.iter().map(|path| short(path, files).to_owned()).collect::<Vec<_>>();
        if self.is_nothing() {
            return format!("None of these is a source of this module. It names {}.", names(files).join(", "));
        }
        let mut sentences = Vec::new();
        match names(&self.added).as_slice() {
            [] => {}
            [name] => sentences.push(format!("The source {name} is shown in the editor.")),
            names => {
                sentences.push(format!("{} source files are shown in the editor: {}.", names.len(), names.join(", ")))
            }
        }
        sentences.extend(self.refused.iter().map(|reason| format!("{reason}.")));
        for (given, candidates) in self.unclear.iter().take(MOST_UNCLEAR) {
            sentences.push(format!(
                "{given} could be {}: drop its folder onto the page, so that its path identifies it.",
                names(candidates).join(" or ")
            ));
        }
        match self.unclear.len().saturating_sub(MOST_UNCLEAR) {
            0 => {}
            1 => sentences.push("1 more file has an ambiguous name.".to_owned()),
            more => sentences.push(format!("{more} more files have ambiguous names.")),
        }
        sentences.join(" ")
    }
}

/// What the editor shows instead of a file's text while that is missing.
pub fn in_place_of(path: &str, all: &[Rc<str>]) -> String {
    format!("// {} is missing.\n// Drop it onto the page, or press “Disassembly” above.\n", short(path, all))
}

/// The source text of a file.
pub fn text_of<'a>(texts: &'a [SourceText], path: &str) -> Option<&'a Rc<str>> {
    texts.iter().find(|text| *text.path == *path).map(|text| &text.text)
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::protocol::{DebugFrame, InlinedFrame, StopReason};
    use crate::ui::state::debug::DebugPhase;
    use crate::ui::state::debug::tests::view;

    const MAIN: &str = "/g/words/src/main.rs";
    const COUNT: &str = "/g/words/src/count.rs";

    fn place(file: &str, line: u32) -> Option<SourcePlace> {
        Some(SourcePlace { file: file.to_owned(), line, column: 1 })
    }

    pub fn frame(function: &str, source: Option<SourcePlace>, inlined: Vec<InlinedFrame>) -> DebugFrame {
        DebugFrame {
            function: function.to_owned(),
            index: 0,
            instruction: String::new(),
            place: None,
            offset: 0,
            source,
            inlined,
            locals: Vec::new(),
            params: 0,
            arguments: Vec::new(),
            next_pops: 0,
            values: Vec::new(),
            operand_stack: Vec::new(),
            labels: Vec::new(),
            more_labels: 0,
        }
    }

    fn inlined(function: &str, source: Option<SourcePlace>) -> InlinedFrame {
        InlinedFrame { function: function.to_owned(), source }
    }

    fn sources() -> SourcesState {
        SourcesState { files: [COUNT.into(), MAIN.into()].into(), ..SourcesState::default() }
    }

    fn texts() -> [SourceText; 2] {
        [MAIN, COUNT].map(|path| SourceText { path: path.into(), text: "".into() })
    }

    fn debug(frames: Vec<DebugFrame>) -> DebugState {
        let mut seen = view(5, StopReason::Step);
        seen.frames = frames;
        DebugState { phase: DebugPhase::Stopped(Rc::new(seen)), ..DebugState::default() }
    }

    /// A program that is in a library closure inlined into `of`, which `main` calls.
    fn in_library() -> DebugState {
        debug(vec![
            frame("of", place(COUNT, 2), vec![inlined("next", place("/rustc/x/iter.rs", 9))]),
            frame("main", place(MAIN, 3), Vec::new()),
        ])
    }

    #[test]
    fn inlined_calls_are_calls_of_their_own() {
        let debug = in_library();
        let names: Vec<_> = calls(debug.view().unwrap()).map(|call| (call.function, call.is_inlined)).collect();
        assert_eq!(names, [("next", true), ("of", false), ("main", false)]);
    }

    #[test]
    fn the_editor_follows_the_program_into_its_own_files() {
        let mut debug = in_library();
        assert_eq!(shown_file(&sources(), &debug, &texts()).as_deref(), Some(COUNT));
        assert!(note(&debug, &sources()).unwrap().contains("next"));
        let text = "fn of() {\n    words += 1;\n}\n";
        let shown = marks(&debug, &sources(), COUNT, text).unwrap();
        let caller = shown.caller.unwrap();
        assert_eq!((shown.current, &text[caller.start as usize..caller.end as usize]), (None, "words += 1;"));
        // Another call is selected.
        debug.frame = 1;
        assert_eq!(shown_file(&sources(), &debug, &texts()).as_deref(), Some(MAIN));
        assert_eq!(note(&debug, &sources()), None);
        let chosen = SourcesState { chosen: Some(COUNT.into()), ..sources() };
        assert_eq!(shown_file(&chosen, &debug, &texts()).as_deref(), Some(COUNT));
    }

    #[test]
    fn the_innermost_call_with_a_given_source_is_found() {
        let debug = in_library();
        let view = debug.view().unwrap();
        assert_eq!(innermost_given(view, &texts()), Some((0, 1)), "what is inlined there is the library's");
        assert_eq!(innermost_given(view, &texts()[..1]), Some((1, 0)));
        assert_eq!(innermost_given(view, &[]), None);
    }

    #[test]
    fn the_next_line_is_marked_as_such() {
        let debug = debug(vec![frame("main", place(MAIN, 1), Vec::new())]);
        let shown = marks(&debug, &sources(), MAIN, "  fn main() {}  \n").unwrap();
        assert_eq!(shown.current.map(|span| (span.start, span.end)), Some((2, 14)));
        assert_eq!((shown.caller, note(&debug, &sources())), (None, None));
        // A file that is shorter than the module claims.
        assert_eq!(marks(&debug, &sources(), MAIN, "").unwrap().current, None);
    }

    #[test]
    fn where_there_is_no_source_the_program_begins_in_main() {
        let debug = debug(vec![frame("_start", None, Vec::new())]);
        assert_eq!(shown_file(&sources(), &debug, &texts()).as_deref(), Some(MAIN));
        assert!(note(&debug, &sources()).unwrap().contains("_start"));
        assert_eq!(shown_file(&sources(), &DebugState::default(), &texts()).as_deref(), Some(MAIN));
        assert_eq!(shown_file(&SourcesState::default(), &debug, &texts()), None);
        let only_count = &texts()[1..];
        assert_eq!(shown_file(&sources(), &DebugState::default(), only_count).as_deref(), Some(COUNT), "it is here");
    }

    #[test]
    fn a_supplied_file_is_matched_by_the_end_of_its_path() {
        let requested: [Rc<str>; 4] =
            ["/g/a/src/main.rs", "/g/a/src/x/mod.rs", "/g/a/src/y/mod.rs", "/g/a/src/z.rs"].map(Rc::from);
        assert_eq!(asked_for("main.rs", &requested), [&requested[0]]);
        assert_eq!(asked_for("crate/src/y/mod.rs", &requested), [&requested[2]]);
        assert_eq!(asked_for("y/mod.rs", &requested), [&requested[2]], "its folder was dropped");
        assert_eq!(asked_for(r"src\z.rs", &requested), [&requested[3]]);
        assert_eq!(asked_for("mod.rs", &requested), [&requested[1], &requested[2]], "it could be either");
        assert!(asked_for("other.rs", &requested).is_empty());
    }

    fn landmark(line: u32, name: &str) -> Landmark {
        Landmark { line, name: name.to_owned() }
    }

    #[test]
    fn files_of_one_name_are_known_by_the_functions_in_them() {
        let paths: [Rc<str>; 2] = ["/two/src/a/mod.rs", "/two/src/b/mod.rs"].map(Rc::from);
        let candidates: Vec<&Rc<str>> = paths.iter().collect();
        let landmarks = [(paths[0].clone(), vec![landmark(2, "one")]), (paths[1].clone(), vec![landmark(3, "two")])];
        let known = |text: &str| known_by_text(text, &candidates, &landmarks);
        assert_eq!(known("// a\npub fn one(x: i32) -> i32 {\n    x + 1\n}\n"), Some(&paths[0]));
        assert_eq!(known("// b\n// second\npub fn two(x: i32) -> i32 {\n    x * 3\n}\n"), Some(&paths[1]));
        assert_eq!(known("// a\n\nfn one() {}\n"), None, "it was changed since");
        assert_eq!(known("// one\nfn one_more() {}\n"), None, "that is another function");
        assert_eq!(known("fn x() {}\nfn one() {}\nfn two() {}\n"), None, "it could be either");
        assert_eq!(known_by_text("fn one() {}", &candidates, &[]), None, "nothing is known of them");
    }

    #[test]
    fn each_supplied_file_has_a_result() {
        let files: Vec<Rc<str>> = ["/two/src/a/mod.rs", "/two/src/b/mod.rs", "/two/src/main.rs"].map(Rc::from).into();
        let unclear = vec![("mod.rs".to_owned(), files[..2].to_vec())];
        let alone = Supplied { unclear: unclear.clone(), ..Supplied::default() };
        let could_be = "mod.rs could be src/a/mod.rs or src/b/mod.rs: drop its folder onto the page, so that its path identifies it.";
        assert_eq!(alone.describe(&files), could_be);
        let beside = Supplied { added: vec![files[2].clone()], unclear, ..Supplied::default() };
        assert_eq!(beside.describe(&files), format!("The source src/main.rs is shown in the editor. {could_be}"));
        let nothing = Supplied::default().describe(&files);
        assert!(nothing.starts_with("None of these is a source") && nothing.ends_with("src/main.rs."), "{nothing}");
        let many = Supplied { unclear: vec![("mod.rs".to_owned(), files[..2].to_vec()); 5], ..Supplied::default() };
        assert!(many.describe(&files).ends_with("2 more files have ambiguous names."));
    }

    #[test]
    fn paths_are_shown_without_what_all_have_in_common() {
        let files: Vec<Rc<str>> = vec![MAIN.into(), COUNT.into()];
        assert_eq!(short(MAIN, &files), "src/main.rs");
        let crates: Vec<Rc<str>> = vec!["/g/a/src/main.rs".into(), "/g/b/src/lib.rs".into()];
        assert_eq!(short("/g/b/src/lib.rs", &crates), "b/src/lib.rs");
        assert_eq!(short("main.rs", &["main.rs".into()]), "main.rs");
        assert_eq!(file_line(&place(COUNT, 7).unwrap(), &files), "src/count.rs:7");
        assert_eq!(file_line(&place("/rustc/x/fmt/mod.rs", 7).unwrap(), &files), "mod.rs:7");
    }
}
