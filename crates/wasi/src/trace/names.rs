//! The paths that descriptors were opened with: `4<out.txt>` is clearer than `4`.

use std::collections::BTreeMap;

use super::super::fd::{Descriptor, Object};
use super::open::Open;
use super::text::Text;
use super::value::Value;

/// How much of a name is kept.
const NAME: usize = 128;

/// The names of the open descriptors. A file that is renamed keeps the name that it was opened as.
#[derive(Debug, Clone, Default)]
pub(crate) struct Names(BTreeMap<u32, Text>);

impl Names {
    /// The names of the descriptors that are open when the trace starts, if they have one.
    pub fn new<'a>(open: impl Iterator<Item = (u32, &'a Descriptor)>) -> Self {
        let named = open.filter_map(|(fd, descriptor)| {
            let name = match &descriptor.object {
                Object::Stdin => "stdin",
                Object::Stdout => "stdout",
                Object::Stderr => "stderr",
                Object::Directory { preopen, .. } => preopen.as_deref()?,
                Object::File { .. } => return None,
            };
            Some((fd, Text::new(name.as_bytes(), NAME)))
        });
        Self(named.collect())
    }

    pub fn descriptor(&self, fd: u32) -> Value {
        Value::Descriptor { fd, name: self.0.get(&fd).cloned() }
    }

    /// Whether calls of that function open, close or move descriptors.
    pub fn are_changed_by(function: &str) -> bool {
        matches!(function, "path_open" | "fd_close" | "fd_renumber")
    }

    /// Updates the names after a successful call that may have opened, closed or moved a descriptor.
    pub(super) fn learn(&mut self, open: &Open) {
        let fd = open.word(0);
        match open.name() {
            "path_open" => self.opened(open),
            "fd_close" => drop(self.0.remove(&fd)),
            "fd_renumber" if fd != open.word(1) => match self.0.remove(&fd) {
                Some(name) => drop(self.0.insert(open.word(1), name)),
                None => drop(self.0.remove(&open.word(1))),
            },
            _ => {}
        }
    }

    fn opened(&mut self, open: &Open) {
        let path = open.arguments.iter().find_map(|(_, value)| match value {
            Value::Path(path) => Some(path.start()),
            _ => None,
        });
        let fd = open.results.iter().find_map(|(_, value)| match value {
            Value::Descriptor { fd, .. } => Some(*fd),
            _ => None,
        });
        if let (Some(path), Some(fd)) = (path, fd) {
            // Below a directory other than a preopen, its name first: `data/words.txt`.
            let directory = self.0.get(&open.word(0)).map(Text::start).unwrap_or_default();
            let name = match directory {
                b"" | b"." => path.to_vec(),
                [.., b'/'] => [directory, path].concat(),
                _ => [directory, b"/", path].concat(),
            };
            self.0.insert(fd, Text::new(&name, NAME));
        }
    }
}
