//! Which function goes where, and where the doors are.

use super::module::Module;
use anyhow::{Context, Result, ensure};
use std::collections::{BTreeMap, BTreeSet};
use wasmparser::{ExternalKind, Operator};

pub struct Plan {
    /// Whether a function is in the rest, by its index in the whole.
    is_rest: Vec<bool>,
    /// The functions of the rest that the first refers to, each with its place in the doors' table.
    pub doors: BTreeMap<u32, u32>,
    /// The functions of the first that the rest refers to.
    pub lent: Vec<u32>,
    /// The functions that the rest makes references to.
    pub referred: Vec<u32>,
    /// The function of the first that has the rest loaded.
    pub load: u32,
    /// The doors' index in the first, and that of every function that stays.
    first_index: Vec<Option<u32>>,
}

/// What a function's body does that splitting has to know of.
#[derive(Default)]
struct Uses {
    functions: BTreeSet<u32>,
    /// Those of them that it makes references to.
    references: Vec<u32>,
    /// It names a segment, which only the first has.
    segments: bool,
}

impl Plan {
    pub fn new(module: &Module<'_>, load: &str, belongs_to_rest: impl Fn(&str, usize) -> bool) -> Result<Self> {
        ensure!(!module.names.is_empty(), "there are no function names to split by");
        let load = module.exported_function(load).with_context(|| format!("there is no exported function {load}"))?;
        let uses = module.bodies.iter().map(read_uses).collect::<Result<Vec<_>>>()?;
        let imported = module.imported_functions as usize;
        let marked: Vec<bool> = (0..module.functions.len() as u32)
            .map(|function| {
                let Some(index) = (function as usize).checked_sub(imported) else { return false };
                let Some(name) = module.names.get(&function) else { return false };
                belongs_to_rest(name, size(&module.bodies[index])) && !uses[index].segments
            })
            .collect();
        let is_marked = |function: u32| marked[function as usize];

        // What is reached without going through a marked function stays.
        let exported = module.exports.iter().filter(|e| e.kind == ExternalKind::Func).map(|e| e.index);
        let kept_for_segments = (imported as u32..).zip(&uses).filter(|(_, uses)| uses.segments).map(|(f, _)| f);
        let roots = exported.chain(module.start).chain(module.referenced.iter().copied()).chain(kept_for_segments);
        let mut is_rest = vec![true; module.functions.len()];
        is_rest[..imported].fill(false);
        let mut pending: Vec<u32> = roots.filter(|function| !is_marked(*function)).chain([load]).collect();
        while let Some(function) = pending.pop() {
            if std::mem::replace(&mut is_rest[function as usize], false) {
                let called = &uses[function as usize - imported].functions;
                pending.extend(called.iter().filter(|called| !is_marked(**called)));
            }
        }

        let mut wanted: BTreeSet<u32> = module.referenced.iter().copied().chain(module.start).collect();
        wanted.extend(module.exports.iter().filter(|e| e.kind == ExternalKind::Func).map(|e| e.index));
        let mut lent = BTreeSet::new();
        let mut referred = BTreeSet::new();
        for (function, uses) in (imported..).zip(&uses) {
            if is_rest[function] {
                lent.extend(uses.functions.iter().filter(|used| !is_rest[**used as usize]));
                referred.extend(uses.references.iter().copied());
            } else {
                wanted.extend(&uses.functions);
            }
        }
        let doors: BTreeMap<u32, u32> =
            wanted.into_iter().filter(|function| is_rest[*function as usize]).zip(0..).collect();
        let mut indices = 0..;
        let first_index = (0..module.functions.len() as u32).map(|function| {
            let stays = !is_rest[function as usize] || doors.contains_key(&function);
            if stays { indices.next() } else { None }
        });
        let first_index = first_index.collect();
        let (lent, referred) = (lent.into_iter().collect(), referred.into_iter().collect());
        Ok(Self { is_rest, doors, lent, referred, load, first_index })
    }

    /// The functions of the rest, by their indices in the whole.
    pub fn rest(&self) -> impl Iterator<Item = u32> {
        (0..).zip(&self.is_rest).filter(|(_, is_rest)| **is_rest).map(|(function, _)| function)
    }

    /// Each function that stays, largest first: its bytes, its index in the first module, as in a stack trace, its name.
    pub fn first_sizes(&self, module: &Module<'_>) -> Vec<(usize, u32, String)> {
        let defined = (module.imported_functions..).zip(&module.bodies);
        let mut sizes: Vec<_> = defined
            .filter(|(function, _)| !self.is_rest(*function))
            .map(|(function, body)| {
                let name = module.names.get(&function).map_or_else(String::new, ToString::to_string);
                (size(body), self.first_index(function).unwrap_or_default(), name)
            })
            .collect();
        sizes.sort_by(|a, b| b.cmp(a));
        sizes
    }

    pub fn is_rest(&self, function: u32) -> bool {
        self.is_rest.get(function as usize).is_some_and(|is_rest| *is_rest)
    }

    /// The index in the first of a function that is in it, or of the door to it.
    pub fn first_index(&self, function: u32) -> Option<u32> {
        self.first_index.get(function as usize).copied().flatten()
    }
}

fn size(body: &wasmparser::FunctionBody<'_>) -> usize {
    let range = body.range();
    usize::try_from(range.end - range.start).unwrap_or(usize::MAX)
}

fn read_uses(body: &wasmparser::FunctionBody<'_>) -> Result<Uses> {
    let mut uses = Uses::default();
    for operator in body.get_operators_reader()? {
        match operator? {
            Operator::Call { function_index } | Operator::ReturnCall { function_index } => {
                uses.functions.insert(function_index);
            }
            Operator::RefFunc { function_index } => {
                uses.functions.insert(function_index);
                uses.references.push(function_index);
            }
            Operator::MemoryInit { .. }
            | Operator::DataDrop { .. }
            | Operator::TableInit { .. }
            | Operator::ElemDrop { .. } => uses.segments = true,
            _ => {}
        }
    }
    Ok(uses)
}
