//! The host calls of a copy, for every executor: which function an import is, how its arguments and results get from
//! and to the state memory, and what becomes of a call that waits.

use wasmparser::{Parser, Payload, TypeRef};

use super::Host;
use crate::instrument::Instrumented;
use wasmoscope_runtime::outcome::Failure;
use wasmoscope_wasi::{self as wasi, CallError, Called, GuestMemory, Import, Invocation, NumType, Suspend};

/// The imported functions of a program, and the call that is being made.
#[derive(Debug)]
pub struct HostCalls {
    imports: Vec<Option<Import>>,
    /// The step at which the budget would be used up.
    end: u64,
    /// Why the copy has left the last call.
    left: Option<Left>,
    /// The call that waits.
    waiting: Option<Suspend>,
    /// The result of the call that waited: the program makes it again, and gets this.
    answer: Option<wasi::Errno>,
}

/// Why a copy has left a host call without making it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Left {
    Waiting(Suspend),
    Failed(Failure),
}

/// What became of a waiting host call.
#[derive(Debug)]
pub enum Retried {
    /// It still waits.
    Waiting(Suspend),
    /// It is done: when the program makes it again, it returns.
    Done,
    Failed(Failure),
}

/// The most bytes that the arguments of a host call take in a frame.
pub const MOST_ARGUMENT_BYTES: usize = MOST_ARGUMENTS * VALUE;

/// `path_open` takes this many.
const MOST_ARGUMENTS: usize = 9;
/// The size of a number in a frame.
const VALUE: usize = 8;

impl HostCalls {
    /// The imports of a copy's original.
    pub fn of(copy: &Instrumented) -> Self {
        let imports = match copy.imported_functions {
            0 => Vec::new(),
            _ => imports(copy.original()),
        };
        Self { imports, end: 0, left: None, waiting: None, answer: None }
    }

    /// Lets calls learn their step: the budget register counts down to `end` from here.
    pub fn count(&mut self, end: u64) {
        self.end = end;
    }

    /// The step of a call that is made with this budget left, which already counts it.
    pub fn step(&self, budget: u32) -> u64 {
        self.end.wrapping_add_signed(-i64::from(budget.cast_signed())).saturating_sub(1)
    }

    /// The number of bytes of the arguments of an imported function.
    pub fn argument_bytes(&self, import: u32) -> usize {
        let function = self.imports.get(import as usize).copied().flatten();
        function.map_or(0, |import| import.function.parameters().len() * VALUE)
    }

    /// Makes a call, with the arguments as they are in the state memory. Returns what to write over the first of them,
    /// or `None` if the copy has to leave.
    pub fn call(
        &mut self,
        host: &mut Host,
        import: u32,
        arguments: &[u8],
        step: u64,
        memory: Option<&mut dyn GuestMemory>,
    ) -> Option<[u8; 4]> {
        if let Some(errno) = self.answer.take() {
            return Some((errno as u32).to_le_bytes());
        }
        let Some(import) = self.imports.get(import as usize).copied().flatten() else {
            return self.leave(Left::Failed(Failure::other("the program called an import that nothing provides")));
        };
        let parameters = import.function.parameters();
        let mut numbers = [0; MOST_ARGUMENTS];
        let (values, _) = arguments.as_chunks::<VALUE>();
        for ((number, bytes), ty) in numbers.iter_mut().zip(values).zip(parameters) {
            *number = u64::from_le_bytes(*bytes);
            if *ty == NumType::I32 {
                // What is above it in the frame is left from another value.
                *number &= u64::from(u32::MAX);
            }
        }
        let arguments = numbers.get(..parameters.len()).unwrap_or_default();
        match host.wasi.call(&Invocation { import, arguments, position: step }, memory) {
            Ok(Called::Returned(errno)) => Some((errno as u32).to_le_bytes()),
            Ok(Called::Suspended(suspend)) => {
                self.waiting = Some(suspend);
                self.leave(Left::Waiting(suspend))
            }
            Ok(Called::Exited(code)) => self.leave(Left::Failed(Failure::Exit(code))),
            Ok(Called::Stopped(stop)) => self.leave(Left::Failed(Failure::Stop(stop))),
            Err(error) => self.leave(Left::Failed(Failure::other(error))),
        }
    }

    fn leave(&mut self, left: Left) -> Option<[u8; 4]> {
        self.left = Some(left);
        None
    }

    /// Why the copy has left, if it was for a host call.
    pub fn take_left(&mut self) -> Option<Left> {
        self.left.take()
    }

    /// What the waiting call waits for.
    pub fn waits_for(&self) -> Option<Suspend> {
        self.waiting
    }

    /// Gives up the waiting call.
    pub fn forget(&mut self) {
        self.waiting = None;
        self.answer = None;
    }

    /// Finishes the waiting call, if it need not wait any more: `None`, if none waits.
    pub fn retry(&mut self, host: &mut Host, memory: Option<&mut dyn GuestMemory>) -> Option<Retried> {
        self.waiting?;
        let Some(memory) = memory else { return Some(Retried::Failed(Failure::other(CallError::NoMemory))) };
        let called = host.wasi.retry(memory);
        if let Ok(Called::Suspended(suspend)) = called {
            self.waiting = Some(suspend);
            return Some(Retried::Waiting(suspend));
        }
        self.waiting = None;
        Some(match called {
            Ok(Called::Returned(errno)) => {
                self.answer = Some(errno);
                Retried::Done
            }
            Ok(Called::Suspended(suspend)) => Retried::Waiting(suspend),
            Ok(Called::Exited(code)) => Retried::Failed(Failure::Exit(code)),
            Ok(Called::Stopped(stop)) => Retried::Failed(Failure::Stop(stop)),
            Err(error) => Retried::Failed(Failure::other(error)),
        })
    }
}

/// The functions that WASI provides for the function imports of a module, in order.
fn imports(wasm: &[u8]) -> Vec<Option<Import>> {
    let mut imports = Vec::new();
    for payload in Parser::new(0).parse_all(wasm) {
        // The module has been validated.
        let Ok(Payload::ImportSection(section)) = payload else { continue };
        for import in section.into_imports().filter_map(Result::ok) {
            if let TypeRef::Func(_) | TypeRef::FuncExact(_) = import.ty {
                imports.push(wasi::import(import.module, import.name));
            }
        }
        break;
    }
    imports
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;
    use crate::instrument::layout;

    #[test]
    fn every_function_of_wasi_fits_a_call() {
        let most = wasi::FUNCTIONS.iter().map(|function| function.parameters().len()).max();
        assert_eq!(most, Some(MOST_ARGUMENTS));
        let results = wasi::FUNCTIONS.iter().filter(|function| !matches!(function.results(), [NumType::I32] | []));
        assert_eq!(results.count(), 0, "a result is an errno");
        assert_eq!(layout::size(wasmparser::ValType::I64) as usize, VALUE);
    }
}
