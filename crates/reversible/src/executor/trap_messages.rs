//! Which trap a browser means: the JavaScript API of WebAssembly gives a `RuntimeError` whose message is the engine's own.

use wasmoscope_runtime::outcome::TrapKind;

/// What the message of a `RuntimeError` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    Trap(TrapKind),
    /// It depends on the instruction: an indirect call, an access of a table. Of any other: this trap.
    ByInstructionOr(TrapKind),
}

/// The messages of Chromium (V8), then those of Firefox (SpiderMonkey) and Safari (JavaScriptCore), each only if it is
/// another one. A part of a message comes after the messages that contain it.
const MESSAGES: &[(&str, Told)] = &[
    ("table index is out of bounds", Told::ByInstructionOr(TrapKind::TableOutOfBounds)),
    ("table access out of bounds", Told::ByInstructionOr(TrapKind::TableOutOfBounds)),
    ("element segment out of bounds", Told::Trap(TrapKind::TableOutOfBounds)),
    ("data segment out of bounds", Told::Trap(TrapKind::MemoryOutOfBounds)),
    ("memory access out of bounds", Told::Trap(TrapKind::MemoryOutOfBounds)),
    ("null function or function signature mismatch", Told::ByInstructionOr(TrapKind::IndirectCallTypeMismatch)),
    ("function signature mismatch", Told::ByInstructionOr(TrapKind::IndirectCallTypeMismatch)),
    ("divide result unrepresentable", Told::Trap(TrapKind::IntegerOverflow)),
    ("float unrepresentable in integer range", Told::Trap(TrapKind::IntegerOverflow)),
    ("remainder by zero", Told::Trap(TrapKind::IntegerDivideByZero)),
    ("divide by zero", Told::Trap(TrapKind::IntegerDivideByZero)),
    ("null function", Told::Trap(TrapKind::UninitializedElement)),
    ("unreachable", Told::Trap(TrapKind::Unreachable)),
    // Firefox.
    ("indirect call to null", Told::Trap(TrapKind::UninitializedElement)),
    ("call signature mismatch", Told::Trap(TrapKind::IndirectCallTypeMismatch)),
    ("invalid conversion to integer", Told::Trap(TrapKind::InvalidConversionToInteger)),
    ("integer overflow", Told::Trap(TrapKind::IntegerOverflow)),
    ("table index out of bounds", Told::ByInstructionOr(TrapKind::TableOutOfBounds)),
    ("index out of bounds", Told::ByInstructionOr(TrapKind::MemoryOutOfBounds)),
    // Safari.
    ("out of bounds table", Told::ByInstructionOr(TrapKind::TableOutOfBounds)),
    ("out of bounds call_indirect", Told::Trap(TrapKind::TableOutOfBounds)),
    ("out of bounds memory", Told::Trap(TrapKind::MemoryOutOfBounds)),
    ("null table entry", Told::Trap(TrapKind::UninitializedElement)),
    ("signature that does not match", Told::Trap(TrapKind::IndirectCallTypeMismatch)),
    ("division by zero", Told::Trap(TrapKind::IntegerDivideByZero)),
    ("out of bounds trunc", Told::Trap(TrapKind::IntegerOverflow)),
    ("call stack", Told::Trap(TrapKind::StackOverflow)),
];

/// What a message says; `None` if it is not known.
pub fn told(message: &str) -> Option<Told> {
    let message = message.to_lowercase();
    MESSAGES.iter().find(|(part, _)| message.contains(part)).map(|(_, told)| *told)
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    #[test]
    fn no_message_is_hidden_by_a_part_of_it() {
        for (index, (message, told_here)) in MESSAGES.iter().enumerate() {
            assert_eq!(told(message), Some(*told_here), "{message}, number {index}");
        }
        assert_eq!(told("something else"), None);
    }
}
