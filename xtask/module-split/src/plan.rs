//! Decides which function goes where, and which get trampolines.

use super::module::Module;
use anyhow::{Context, Result, ensure};
use std::collections::{BTreeMap, BTreeSet};
use wasmparser::{ExternalKind, Operator};

pub struct Plan {
    /// Whether a function is in the secondary module, by its index in the original.
    is_secondary: Vec<bool>,
    /// The functions of the secondary module that the primary one refers to, each with its index in the trampolines'
    /// table.
    pub trampolines: BTreeMap<u32, u32>,
    /// The functions of the primary module that the secondary one imports.
    pub exported_to_secondary: Vec<u32>,
    /// The functions that the secondary module makes references to.
    pub referred: Vec<u32>,
    /// The function of the primary module that loads the secondary one.
    pub load: u32,
    /// The index in the primary module of each trampoline and of each function that stays.
    primary_index: Vec<Option<u32>>,
}

/// What a function's body uses.
#[derive(Default)]
struct Uses {
    functions: BTreeSet<u32>,
    /// Those of them that it makes references to.
    references: Vec<u32>,
    /// Whether it uses a data or element segment; only the primary module has those.
    segments: bool,
}

impl Plan {
    pub fn new(module: &Module<'_>, load: &str, belongs_to_secondary: impl Fn(&str, usize) -> bool) -> Result<Self> {
        ensure!(!module.names.is_empty(), "there are no function names to split by");
        let load = module.exported_function(load).with_context(|| format!("there is no exported function {load}"))?;
        let uses = module.bodies.iter().map(read_uses).collect::<Result<Vec<_>>>()?;
        let imported = module.imported_functions as usize;
        let marked: Vec<bool> = (0..module.functions.len() as u32)
            .map(|function| {
                let Some(index) = (function as usize).checked_sub(imported) else { return false };
                let Some(name) = module.names.get(&function) else { return false };
                belongs_to_secondary(name, size(&module.bodies[index])) && !uses[index].segments
            })
            .collect();
        let is_marked = |function: u32| marked[function as usize];

        // What is reachable without a marked function stays.
        let exported = module.exports.iter().filter(|e| e.kind == ExternalKind::Func).map(|e| e.index);
        let kept_for_segments = (imported as u32..).zip(&uses).filter(|(_, uses)| uses.segments).map(|(f, _)| f);
        let roots = exported.chain(module.start).chain(module.referenced.iter().copied()).chain(kept_for_segments);
        let mut is_secondary = vec![true; module.functions.len()];
        is_secondary[..imported].fill(false);
        let mut pending: Vec<u32> = roots.filter(|function| !is_marked(*function)).chain([load]).collect();
        while let Some(function) = pending.pop() {
            if std::mem::replace(&mut is_secondary[function as usize], false) {
                let called = &uses[function as usize - imported].functions;
                pending.extend(called.iter().filter(|called| !is_marked(**called)));
            }
        }

        let mut wanted: BTreeSet<u32> = module.referenced.iter().copied().chain(module.start).collect();
        wanted.extend(module.exports.iter().filter(|e| e.kind == ExternalKind::Func).map(|e| e.index));
        let mut exported_to_secondary = BTreeSet::new();
        let mut referred = BTreeSet::new();
        for (function, uses) in (imported..).zip(&uses) {
            if is_secondary[function] {
                exported_to_secondary.extend(uses.functions.iter().filter(|used| !is_secondary[**used as usize]));
                referred.extend(uses.references.iter().copied());
            } else {
                wanted.extend(&uses.functions);
            }
        }
        let trampolines: BTreeMap<u32, u32> =
            wanted.into_iter().filter(|function| is_secondary[*function as usize]).zip(0..).collect();
        let mut indices = 0..;
        let primary_index = (0..module.functions.len() as u32).map(|function| {
            let stays = !is_secondary[function as usize] || trampolines.contains_key(&function);
            if stays { indices.next() } else { None }
        });
        let primary_index = primary_index.collect();
        let (exported_to_secondary, referred) =
            (exported_to_secondary.into_iter().collect(), referred.into_iter().collect());
        Ok(Self { is_secondary, trampolines, exported_to_secondary, referred, load, primary_index })
    }

    /// The functions of the secondary module, by their indices in the original.
    pub fn secondary(&self) -> impl Iterator<Item = u32> {
        (0..).zip(&self.is_secondary).filter(|(_, is_secondary)| **is_secondary).map(|(function, _)| function)
    }

    /// Each function that stays, largest first: its bytes, its index in the primary module (as in a stack trace), its
    /// name.
    pub fn primary_sizes(&self, module: &Module<'_>) -> Vec<(usize, u32, String)> {
        let defined = (module.imported_functions..).zip(&module.bodies);
        let mut sizes: Vec<_> = defined
            .filter(|(function, _)| !self.is_secondary(*function))
            .map(|(function, body)| {
                let name = module.names.get(&function).map_or_else(String::new, ToString::to_string);
                (size(body), self.primary_index(function).unwrap_or_default(), name)
            })
            .collect();
        sizes.sort_by(|a, b| b.cmp(a));
        sizes
    }

    pub fn is_secondary(&self, function: u32) -> bool {
        self.is_secondary.get(function as usize).is_some_and(|is_secondary| *is_secondary)
    }

    /// The index in the primary module of a function that is in it, or of its trampoline.
    pub fn primary_index(&self, function: u32) -> Option<u32> {
        self.primary_index.get(function as usize).copied().flatten()
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
