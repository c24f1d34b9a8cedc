//! The sources that a module was compiled from, as its debug information tells.

use std::rc::Rc;

use super::debug_view::function_name;
use crate::engine::debugger::Names;
use crate::engine::debugger::view::FrameView;
use crate::engine::source::Source;
use crate::engine::source_map::dwarf::{DebugInfo, Place};
use crate::engine::source_map::{InstructionMap, SourceMap};
use crate::protocol::{Event, InlinedFrame, SourceFile, SourcePlace, Version};

/// The debug information of the module that was looked at last.
#[derive(Default)]
pub(super) struct Sources {
    read: Option<(Source, Option<Rc<DebugInfo>>)>,
}

impl Sources {
    /// What is known of a module's sources. `None` where there is no debug information, as of a text.
    pub fn of(&mut self, source: &Source) -> Option<Rc<DebugInfo>> {
        if !source.is_binary() {
            return None;
        }
        if self.read.as_ref().is_none_or(|(read, _)| read != source) {
            self.read = Some((source.clone(), DebugInfo::read(&source.bytes).map(Rc::new)));
        }
        self.read.as_ref().and_then(|(_, info)| info.clone())
    }

    /// The files, for the page.
    pub fn list(&mut self, version: Version, source: &Source) -> Event {
        let info = self.of(source);
        let to_file = |file: &crate::engine::source_map::dwarf::SourceFile| SourceFile {
            path: file.path.clone(),
            is_library: file.is_library,
        };
        Event::SourcesListed {
            version,
            files: info.iter().flat_map(|info| info.files()).map(to_file).collect(),
            problem: info.as_ref().and_then(|info| info.problem()).map(str::to_owned),
        }
    }
}

/// Where a debugged program's instructions are: in the text that the editor shows, and in its sources.
pub(super) struct Maps {
    pub text: Rc<InstructionMap>,
    info: Option<Rc<DebugInfo>>,
}

impl Maps {
    pub fn new(text: InstructionMap, info: Option<Rc<DebugInfo>>) -> Self {
        Self { text: Rc::new(text), info }
    }

    /// What is stepped through line by line: the sources where any line of them is known, or else the text.
    pub fn lines(&self) -> Rc<dyn SourceMap> {
        match &self.info {
            Some(info) if info.has_own_lines() => Rc::clone(info) as Rc<dyn SourceMap>,
            _ => Rc::clone(&self.text) as Rc<dyn SourceMap>,
        }
    }

    /// Where a run comes to a line: of the text, or of a source file. The line that it really is, and the instructions.
    pub fn on_line(&self, file: Option<&str>, line: u32) -> Option<(u32, Vec<u64>)> {
        match (file, &self.info) {
            (None, _) => self.text.on_line("", line),
            (Some(file), Some(info)) => info.on_line(file, line),
            (Some(_), None) => None,
        }
    }

    /// The place in a function's source that a frame stands at, and the calls that are inlined there, the innermost
    /// first.
    pub fn source(&self, frame: &FrameView) -> (Option<SourcePlace>, Vec<InlinedFrame>) {
        let Some(info) = &self.info else { return (None, Vec::new()) };
        let mut frames = info.frames(frame.offset);
        let Some(function) = frames.pop() else { return (place(info, info.place(frame.offset)), Vec::new()) };
        let inlined = frames.into_iter().map(|frame| InlinedFrame {
            function: frame.function.unwrap_or_else(|| "a function without a name".to_owned()),
            source: place(info, frame.place),
        });
        (place(info, function.place), inlined.collect())
    }

    /// The line of the program's own source that a frame stands at, in words.
    pub fn told(&self, frame: &FrameView) -> Option<String> {
        let info = self.info.as_ref()?;
        let place = info.place(frame.offset)?;
        let file = info.file(place.file).filter(|file| !file.is_library)?;
        let name = file.path.rsplit('/').next().unwrap_or(&file.path);
        Some(format!("line {} of {name}", place.line))
    }

    /// The name of a frame's function: of its own name section, or of the debug information, or its index.
    pub fn function(&self, names: &Names, frame: &FrameView) -> String {
        let known = names.function(frame.function).map(str::to_owned);
        let told = || self.info.as_ref()?.frames(frame.offset).pop()?.function;
        known.or_else(told).unwrap_or_else(|| function_name(None, frame.function))
    }
}

fn place(info: &DebugInfo, place: Option<Place>) -> Option<SourcePlace> {
    let Place { file, line, column } = place?;
    Some(SourcePlace { file: info.file(file)?.path.clone(), line, column })
}
