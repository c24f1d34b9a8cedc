//! The sources that a module was compiled from, according to its debug information.

use std::rc::Rc;

use crate::engine::debugger::backtrace::{FrameCall, calls_of};
use crate::engine::debugger::view::FrameView;
use crate::engine::debugger::{DebugSession, Names};
use crate::engine::source::Source;
use crate::engine::source_map::dwarf::{self, DebugInfo, SourcePosition, Variable};
use crate::engine::source_map::{InstructionMap, SourceMap};
use crate::names;
use crate::protocol::{Event, InlinedFrame, Landmark, SourceFile, SourcePlace, SourceVariable, Version};

/// The debug information of the last module.
#[derive(Default)]
pub(super) struct Sources {
    read: Option<(Source, Option<Rc<DebugInfo>>)>,
}

impl Sources {
    /// The debug information of a module. `None` if there is none, such as for a text.
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
        let mut landmarks = info.as_ref().map(|info| info.landmarks(&source.bytes)).unwrap_or_default();
        let mut to_file = |(index, file): (usize, &dwarf::SourceFile)| SourceFile {
            path: file.path.clone(),
            is_library: file.is_library,
            landmarks: landmarks
                .remove(&(index as u32))
                .unwrap_or_default()
                .into_iter()
                .map(|(line, name)| Landmark { line, name })
                .collect(),
        };
        Event::SourcesListed {
            version,
            files: info.iter().flat_map(|info| info.files()).enumerate().map(&mut to_file).collect(),
            problem: info.as_ref().and_then(|info| info.problem()).map(str::to_owned),
        }
    }
}

/// Maps a debugged program's instructions to the text that the editor shows, and to its sources.
pub(super) struct Maps {
    pub text: Rc<InstructionMap>,
    pub info: Option<Rc<DebugInfo>>,
}

impl Maps {
    /// Creates the maps from the text that the editor shows, or the disassembly, and the module's debug information.
    pub fn of_source(source: &Source, wasm: &[u8], info: Option<Rc<DebugInfo>>) -> Self {
        let map = match std::str::from_utf8(&source.bytes) {
            Ok(text) if !source.is_binary() => InstructionMap::of_text(text, wasm),
            _ => InstructionMap::of_disassembly(wasm),
        };
        Self { text: Rc::new(map.unwrap_or_default()), info }
    }

    /// Whether any line of the program's own sources is known.
    pub fn has_sources(&self) -> bool {
        self.info.as_ref().is_some_and(|info| info.has_own_lines())
    }

    /// What line steps refer to: the sources, if any line of them is known, or else the text.
    pub fn lines(&self) -> Rc<dyn SourceMap> {
        match &self.info {
            Some(info) if self.has_sources() => Rc::clone(info) as Rc<dyn SourceMap>,
            _ => Rc::clone(&self.text) as Rc<dyn SourceMap>,
        }
    }

    /// The lines of the text, or of a source file.
    pub fn of_file(&self, file: Option<&str>) -> Option<&dyn SourceMap> {
        match (file, &self.info) {
            (None, _) => Some(&*self.text),
            (Some(_), Some(info)) => Some(&**info),
            (Some(_), None) => None,
        }
    }

    /// The name of a frame's function, its current source position, and the calls inlined there, innermost first.
    pub fn calls(&self, names: &Names, frame: &FrameView) -> (String, Option<SourcePlace>, Vec<InlinedFrame>) {
        let (function, inlined) = calls_of(frame, names, self.info.as_deref());
        let source = self.source(&function);
        let inlined =
            inlined.into_iter().map(|call| InlinedFrame { source: self.source(&call), function: call.function });
        (function.function, source, inlined.collect())
    }

    /// The source position of a call.
    pub fn source(&self, call: &FrameCall) -> Option<SourcePlace> {
        let SourcePosition { file, line, column } = call.place?;
        Some(SourcePlace { file: self.info.as_ref()?.file(file)?.path.clone(), line, column })
    }

    /// The variables of the frame this many calls below the top; `None` if the module names no source.
    pub fn variables(&self, session: &DebugSession, frame: u32) -> Option<Vec<SourceVariable>> {
        let calls = session.state().variables(self.info.as_ref()?, frame as usize);
        let variables = (0..).zip(calls).flat_map(|(level, variables)| {
            variables.into_iter().map(move |Variable { name, ty, value, address }| SourceVariable {
                level,
                name,
                ty,
                value,
                address,
            })
        });
        Some(variables.collect())
    }

    /// Where a program is: `line 5, in `step``, in the program's own source if that is known.
    pub fn position(&self, session: &DebugSession) -> Option<String> {
        let top = session.state().call_stack(1).pop()?;
        let (function, _, inlined) = self.calls(session.names(), &top);
        let function = inlined.into_iter().next().map_or(function, |call| call.function);
        let function = names::shown_with_spaces(&function);
        let line = self.describe(&top).or_else(|| Some(format!("line {}", self.text.location(top.offset)?.line)));
        Some(match line {
            Some(line) => format!("{line}, in `{function}`"),
            None => format!("`{function}`"),
        })
    }

    /// Describes a frame's current line in the program's own source.
    pub fn describe(&self, frame: &FrameView) -> Option<String> {
        let info = self.info.as_ref()?;
        let place = info.place(frame.offset)?;
        let file = info.file(place.file).filter(|file| !file.is_library)?;
        let name = file.path.rsplit('/').next().unwrap_or(&file.path);
        Some(format!("line {} of {name}", place.line))
    }
}
