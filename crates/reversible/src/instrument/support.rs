//! Code shared by the rewritten functions: loading and storing values of frames, creating frames, the trampolines, the
//! dispatch loop.

use std::ops::Range;

use wasm_encoder::{BlockType, HeapType, InstructionSink, MemArg, MemArgTarget};
use wasmparser::{GlobalType, HeapType as ParsedHeapType, ValType};

use super::layout::{self, Register};
use super::signatures::Signature;

/// What the callers of a function with a body need to know about it.
#[derive(Debug, Clone)]
pub struct Callee {
    /// The index among the functions with a body.
    pub number: u32,
    pub params: Vec<ValType>,
    pub results: Vec<ValType>,
    /// Without the parameters.
    pub locals: Vec<ValType>,
    /// The size of the locals in a frame, and the range of the references among them.
    local_bytes: u32,
    references: Range<u32>,
}

impl Callee {
    pub fn new(number: u32, params: Vec<ValType>, results: Vec<ValType>, locals: Vec<ValType>) -> Self {
        let mut local_bytes = 0;
        let mut references: Option<Range<u32>> = None;
        for ty in &locals {
            if matches!(ty, ValType::Ref(_)) {
                let start = references.map_or(local_bytes, |known| known.start);
                references = Some(start..local_bytes + layout::size(*ty));
            }
            local_bytes += layout::size(*ty);
        }
        Self { number, params, results, locals, local_bytes, references: references.unwrap_or_default() }
    }
}

/// Function types that the copy adds.
#[derive(Debug, Clone, Copy)]
pub struct Types {
    /// `(i32) -> i32`: run functions, step functions, the dispatch loop.
    pub code: u32,
    /// `(i32) -> ()`: [`layout::GROW`].
    pub grow: u32,
    /// `() -> ()`: [`layout::OVERFLOW`], and the functions that drop and write segments.
    pub nothing: u32,
    /// `(i32, i32, i32, i32) -> i32`: [`check_access`].
    pub check_access: u32,
    /// `(i32, i32) -> i32`: [`layout::HOST_CALL`].
    pub host_call: u32,
    /// `(i32, i64) -> i32`: [`layout::MAY_GROW`].
    pub may_grow: u32,
    /// Those of optimized functions, see [`Signatures::optimized_types`](super::signatures::Signatures::optimized_types),
    /// follow.
    pub optimized: u32,
}

impl Types {
    /// Their indices, after this many types of the original.
    pub fn after(count: u32) -> Self {
        Self {
            code: count,
            grow: count + 1,
            nothing: count + 2,
            check_access: count + 3,
            host_call: count + 4,
            may_grow: count + 5,
            optimized: count + 6,
        }
    }
}

/// Local variables of a rewritten function that hold values of each type temporarily.
#[derive(Debug, Clone, Copy)]
pub struct Temporaries(pub u32);

impl Temporaries {
    /// Their types, to be declared in this order.
    pub const TYPES: [wasm_encoder::ValType; 7] = [
        wasm_encoder::ValType::I32,
        wasm_encoder::ValType::I64,
        wasm_encoder::ValType::F32,
        wasm_encoder::ValType::F64,
        wasm_encoder::ValType::V128,
        wasm_encoder::ValType::FUNCREF,
        wasm_encoder::ValType::EXTERNREF,
    ];

    /// The variable for a value of that type.
    pub fn of(self, ty: ValType) -> u32 {
        self.0
            + match ty {
                ValType::I32 => 0,
                ValType::I64 => 1,
                ValType::F32 => 2,
                ValType::F64 => 3,
                ValType::V128 => 4,
                ValType::Ref(_) if !is_extern(ty) => 5,
                ValType::Ref(_) => 6,
            }
    }
}

fn is_extern(ty: ValType) -> bool {
    match ty {
        ValType::Ref(reference) => match reference.heap_type() {
            ParsedHeapType::Abstract { ty, .. } => {
                matches!(ty, wasmparser::AbstractHeapType::Extern | wasmparser::AbstractHeapType::NoExtern)
            }
            ParsedHeapType::Concrete(_) | ParsedHeapType::Exact(_) => false,
        },
        _ => false,
    }
}

/// The table that stores references of that type.
fn table(ty: ValType) -> u32 {
    if is_extern(ty) { 2 } else { 1 }
}

pub fn at(offset: u32, align: u32) -> MemArg {
    MemArg { offset: u64::from(offset), align, target: MemArgTarget::Memory(0), ordering: None }
}

/// The place of a value: an address in a local variable, and an offset.
#[derive(Debug, Clone, Copy)]
pub struct Slot {
    pub base: u32,
    pub offset: u32,
}

fn reference_index(sink: &mut InstructionSink<'_>, place: Slot) {
    sink.local_get(place.base).i32_const(place.offset as i32).i32_add().i32_const(3).i32_shr_u();
}

/// Pushes the value in a slot.
pub fn load(sink: &mut InstructionSink<'_>, ty: ValType, place: Slot) {
    match ty {
        ValType::I32 => sink.local_get(place.base).i32_load(at(place.offset, 2)),
        ValType::I64 => sink.local_get(place.base).i64_load(at(place.offset, 3)),
        ValType::F32 => sink.local_get(place.base).f32_load(at(place.offset, 2)),
        ValType::F64 => sink.local_get(place.base).f64_load(at(place.offset, 3)),
        ValType::V128 => sink.local_get(place.base).v128_load(at(place.offset, 3)),
        ValType::Ref(_) => {
            reference_index(sink, place);
            sink.table_get(table(ty))
        }
    };
}

/// Pops a value into a slot.
pub fn store(sink: &mut InstructionSink<'_>, ty: ValType, place: Slot, temporaries: Temporaries) {
    let temporary = temporaries.of(ty);
    sink.local_set(temporary);
    store_local(sink, ty, place, temporary);
}

/// Stores the value of a local variable in a slot.
pub fn store_local(sink: &mut InstructionSink<'_>, ty: ValType, place: Slot, local: u32) {
    match ty {
        ValType::I32 => sink.local_get(place.base).local_get(local).i32_store(at(place.offset, 2)),
        ValType::I64 => sink.local_get(place.base).local_get(local).i64_store(at(place.offset, 3)),
        ValType::F32 => sink.local_get(place.base).local_get(local).f32_store(at(place.offset, 2)),
        ValType::F64 => sink.local_get(place.base).local_get(local).f64_store(at(place.offset, 3)),
        ValType::V128 => sink.local_get(place.base).local_get(local).v128_store(at(place.offset, 3)),
        ValType::Ref(_) => {
            reference_index(sink, place);
            sink.local_get(local).table_set(table(ty))
        }
    };
}

/// Pushes the word at an offset from an address in a local variable.
pub fn word(sink: &mut InstructionSink<'_>, base: u32, offset: u32) {
    sink.local_get(base).i32_load(at(offset, 2));
}

/// Sets the frame's current instruction: `counter` is its index times [`layout::COUNTER_STEP`].
pub fn set_counter(sink: &mut InstructionSink<'_>, frame: u32, counter: u32) {
    sink.local_get(frame).i32_const(counter as i32).i32_store(at(layout::NEXT, 2));
}

/// Sets the frame's active call, and the instruction with which it continues afterwards.
pub fn set_call(sink: &mut InstructionSink<'_>, frame: u32, call: u32, next: u32) {
    let both = i64::from(next * layout::COUNTER_STEP) | i64::from(call) << 32;
    sink.local_get(frame).i64_const(both).i64_store(at(layout::NEXT, 3));
}

pub fn get(sink: &mut InstructionSink<'_>, register: Register) {
    sink.global_get(register as u32);
}

pub fn set(sink: &mut InstructionSink<'_>, register: Register) {
    sink.global_set(register as u32);
}

pub fn add_to(sink: &mut InstructionSink<'_>, register: Register, difference: i32) {
    get(sink, register);
    sink.i32_const(difference).i32_add();
    set(sink, register);
}

/// Ends the program if no further call may be active.
pub fn check_depth(sink: &mut InstructionSink<'_>) {
    get(sink, Register::Depth);
    get(sink, Register::MaxDepth);
    sink.i32_ge_u().if_(BlockType::Empty).call(OVERFLOW).end();
}

/// Increments the depth; ends the program if it is too large.
pub fn enter_depth(sink: &mut InstructionSink<'_>) {
    check_depth(sink);
    add_to(sink, Register::Depth, 1);
}

const GROW: u32 = 0;
const OVERFLOW: u32 = 1;
const HOST_CALL: u32 = 2;
const MAY_GROW: u32 = 3;
pub const BAD_CONVERSION: u32 = 4;

/// Calls an imported function of the original; its arguments are at an address that is on the stack. Pushes 0 if the
/// call was made.
pub fn host_call(sink: &mut InstructionSink<'_>, import: u32, address: u32) {
    sink.i32_const(import.cast_signed()).local_get(address).call(HOST_CALL);
}

/// Pushes whether a memory or table may grow by a number of pages or elements in a local variable of that type.
pub fn may_grow(sink: &mut InstructionSink<'_>, space: u32, by: (u32, ValType)) {
    sink.i32_const(space.cast_signed()).local_get(by.0);
    if by.1 == ValType::I32 {
        sink.i64_extend_i32_u();
    }
    sink.call(MAY_GROW);
}

/// Makes sure that the state memory extends this many bytes beyond the frame's address.
pub fn make_room(sink: &mut InstructionSink<'_>, frame: u32, bytes: u32) {
    sink.local_get(frame).i32_const(bytes as i32).i32_add();
    get(sink, Register::Limit);
    sink.i32_gt_u().if_(BlockType::Empty);
    sink.local_get(frame).i32_const(bytes as i32).i32_add().call(GROW).end();
}

/// Sets the frame's function and first instruction, and zeroes the locals that are not parameters.
pub fn begin_frame(sink: &mut InstructionSink<'_>, frame: u32, callee: &Callee) {
    // The function and the counter, which is 0, in one store.
    sink.local_get(frame).i64_const(i64::from(callee.number)).i64_store(at(layout::FUNCTION, 2));
    let offset = layout::HEADER + layout::sizes(&callee.params);
    let bytes = callee.local_bytes;
    if bytes > 32 {
        sink.local_get(frame).i32_const(offset as i32).i32_add().i32_const(0).i32_const(bytes as i32).memory_fill(0);
    } else {
        for zero in (0..bytes).step_by(8) {
            sink.local_get(frame).i64_const(0).i64_store(at(offset + zero, 3));
        }
    }
    // A call is a few bytes in the original, so its code must not grow with the number of the callee's locals: clears
    // the slots from the first reference to the last, in both tables.
    for ty in [ValType::FUNCREF, ValType::EXTERNREF] {
        if !callee.references.is_empty() {
            reference_index(sink, Slot { base: frame, offset: offset + callee.references.start });
            null(sink, ty);
            sink.i32_const((callee.references.len() / 8) as i32).table_fill(table(ty));
        }
    }
}

/// Sets the frame below, and the address for the results, both from local variables.
pub fn link_frame(sink: &mut InstructionSink<'_>, frame: u32, below: u32, results: u32) {
    sink.local_get(frame).local_get(below).i32_store(at(layout::BELOW, 2));
    sink.local_get(frame).local_get(results).i32_store(at(layout::RESULTS, 2));
}

fn null(sink: &mut InstructionSink<'_>, ty: ValType) {
    let heap =
        if is_extern(ty) { wasm_encoder::AbstractHeapType::Extern } else { wasm_encoder::AbstractHeapType::Func };
    sink.ref_null(HeapType::Abstract { shared: false, ty: heap });
}

pub fn default(sink: &mut InstructionSink<'_>, ty: ValType) {
    let _ = match ty {
        ValType::I32 => sink.i32_const(0),
        ValType::I64 => sink.i64_const(0),
        ValType::F32 => sink.f32_const(0f32.into()),
        ValType::F64 => sink.f64_const(0f64.into()),
        ValType::V128 => sink.v128_const(0),
        ValType::Ref(_) => {
            null(sink, ty);
            sink
        }
    };
}

/// The dispatch loop: runs the topmost frame until the frame at its parameter has returned, or until a run function
/// exits.
pub fn dispatch_loop(types: Types) -> wasm_encoder::Function {
    let mut function = wasm_encoder::Function::new([(1, wasm_encoder::ValType::I32)]);
    let mut sink = function.instructions();
    sink.loop_(BlockType::Empty);
    nesting_end(&mut sink, 1);
    sink.i32_const(0);
    set(&mut sink, Register::Left);
    // What has left its callers has left them all.
    sink.i32_const(0);
    set(&mut sink, Register::Nested);
    get(&mut sink, Register::Top);
    sink.local_get(0).i32_lt_u().if_(BlockType::Empty).i32_const(layout::FINISHED).return_().end();
    get(&mut sink, Register::Top);
    get(&mut sink, Register::Top);
    sink.i32_load(at(layout::FUNCTION, 2)).call_indirect(0, types.code);
    sink.i32_eqz().br_if(0).end();
    sink.i32_const(layout::EXITED).end();
    function
}

/// Sets how far optimized functions may go from the topmost frame: not too far for the engine's own stack, nor for the
/// maximum number of frames.
fn nesting_end(sink: &mut InstructionSink<'_>, frames: u32) {
    let most = layout::MOST_NESTED_BYTES >> layout::SMALLEST_FRAME_BITS;
    get(sink, Register::MaxDepth);
    get(sink, Register::Depth);
    sink.i32_sub().local_tee(frames).i32_const(most).local_get(frames).i32_const(most).i32_lt_u().select();
    sink.i32_const(layout::SMALLEST_FRAME_BITS).i32_shl();
    get(sink, Register::Top);
    sink.i32_add();
    set(sink, Register::NestingEnd);
}

/// Passes the results, which are on WebAssembly's own stack, to the caller of a frame, removes the frame, and returns.
pub fn give_back(
    sink: &mut InstructionSink<'_>,
    frame: u32,
    results: &[ValType],
    scratch: u32,
    temporaries: Temporaries,
) {
    word(sink, frame, layout::RESULTS);
    sink.local_set(scratch);
    let mut offset = layout::sizes(results);
    for ty in results.iter().rev() {
        offset -= layout::size(*ty);
        store(sink, *ty, Slot { base: scratch, offset }, temporaries);
    }
    word(sink, frame, layout::BELOW);
    set(sink, Register::Top);
    add_to(sink, Register::Depth, -1);
    sink.i32_const(layout::FINISHED).return_();
}

/// Decides on an access, `(address, length, kind, left) -> i32`, in a copy that watches: 1 to exit before it.
///
/// For a write query, it records the remaining budget and returns 0.
pub fn check_access() -> wasm_encoder::Function {
    let (address, length, kind, left) = (0, 1, 2, 3);
    let mut function = wasm_encoder::Function::new([]);
    let mut sink = function.instructions();
    // The ranges are disjoint if neither begins within the other. Differences are modulo 2^32.
    sink.local_get(address);
    get(&mut sink, Register::WatchStart);
    sink.i32_sub();
    get(&mut sink, Register::WatchLength);
    sink.i32_ge_u();
    get(&mut sink, Register::WatchStart);
    sink.local_get(address).i32_sub().local_get(length).i32_ge_u().i32_and();
    sink.local_get(length).i32_eqz();
    get(&mut sink, Register::WatchLength);
    sink.i32_eqz().i32_or().i32_or().if_(BlockType::Empty).i32_const(0).return_().end();
    get(&mut sink, Register::WatchKind);
    sink.i32_eqz().if_(BlockType::Empty).i32_const(1).return_().end();
    get(&mut sink, Register::WatchKind);
    sink.i32_const(1).i32_sub().local_get(kind).i32_eq().if_(BlockType::Empty).local_get(left);
    set(&mut sink, Register::WatchLast);
    sink.end().i32_const(0).end();
    function
}

/// Drops the segments recorded in the state memory as dropped.
pub fn dropper(data: u32, elements: u32) -> wasm_encoder::Function {
    let mut function = wasm_encoder::Function::new([]);
    let mut sink = function.instructions();
    for segment in 0..data + elements {
        sink.i32_const((layout::DROPS + segment) as i32).i32_load8_u(at(0, 0)).if_(BlockType::Empty);
        if segment < data {
            sink.data_drop(segment);
        } else {
            sink.elem_drop(segment - data);
        }
        sink.end();
    }
    sink.end();
    function
}

/// The trampoline of a function: what represents it in tables, in exports and under `ref.func`.
///
/// If the caller has set `EnterOnly`, it calls the optimized function, or it only creates the frame, and its zero results are
/// unused. Called by the host,
/// it creates the frame, runs it to its end, and returns the results.
pub fn trampoline(callee: &Callee, dispatch_loop: u32, optimized: Option<u32>) -> wasm_encoder::Function {
    let params = callee.params.len() as u32;
    let (frame, below, results, next) = (params, params + 1, params + 2, params + 3);
    let mut function = wasm_encoder::Function::new([(4, wasm_encoder::ValType::I32)]);
    let mut sink = function.instructions();

    if let Some(optimized) = optimized {
        get(&mut sink, Register::EnterOnly);
        sink.i32_const(layout::OPTIMIZED).i32_eq().if_(BlockType::Empty);
        get(&mut sink, Register::Next);
        get(&mut sink, Register::NestingEnd);
        sink.i32_le_u().if_(BlockType::Empty);
        sink.i32_const(0);
        set(&mut sink, Register::EnterOnly);
        sink.i32_const(0);
        set(&mut sink, Register::Top);
        get(&mut sink, Register::Next);
        for local in 0..params {
            sink.local_get(local);
        }
        sink.call(optimized);
        set(&mut sink, Register::Left);
        sink.return_().end();
        sink.i32_const(layout::DISPATCH);
        set(&mut sink, Register::Left);
        sink.end();
    }
    get(&mut sink, Register::EnterOnly);
    sink.if_(BlockType::Empty);
    sink.i32_const(0);
    set(&mut sink, Register::EnterOnly);
    get(&mut sink, Register::Next);
    sink.local_set(frame);
    get(&mut sink, Register::Below);
    sink.local_set(below);
    get(&mut sink, Register::Results);
    sink.local_set(results);
    make_frame(&mut sink, callee, frame, below, results);
    for ty in &callee.results {
        default(&mut sink, *ty);
    }
    sink.return_().end();

    get(&mut sink, Register::Next);
    sink.local_tee(results).local_set(next);
    get(&mut sink, Register::Top);
    sink.local_set(below);
    sink.local_get(results).i32_const(layout::align(layout::sizes(&callee.results)) as i32).i32_add().local_set(frame);
    make_frame(&mut sink, callee, frame, below, results);
    sink.loop_(BlockType::Empty);
    sink.i32_const(i32::MAX);
    set(&mut sink, Register::Budget);
    sink.local_get(frame).call(dispatch_loop).br_if(0).end();
    sink.local_get(next);
    set(&mut sink, Register::Next);
    let mut offset = 0;
    for ty in &callee.results {
        load(&mut sink, *ty, Slot { base: results, offset });
        offset += layout::size(*ty);
    }
    sink.end();
    function
}

/// What represents an imported function in tables and exports, and under `ref.func`: makes the call through
/// [`layout::HOST_CALL`], with its arguments at the address `values`. If that leaves, so does this, with [`layout::LEFT`] in `EnterOnly` and zero results.
pub fn stand_in(import: u32, signature: &Signature, values: u32) -> wasm_encoder::Function {
    let address = signature.params.len() as u32;
    let mut function = wasm_encoder::Function::new([(1, wasm_encoder::ValType::I32)]);
    let mut sink = function.instructions();
    sink.i32_const(values.cast_signed()).local_set(address);
    let mut offset = 0;
    for (local, ty) in signature.params.iter().enumerate() {
        store_local(&mut sink, *ty, Slot { base: address, offset }, local as u32);
        offset += layout::size(*ty);
    }
    host_call(&mut sink, import, address);
    sink.if_(BlockType::Empty).i32_const(layout::LEFT);
    set(&mut sink, Register::EnterOnly);
    for ty in &signature.results {
        default(&mut sink, *ty);
    }
    sink.return_().end();
    offset = 0;
    for ty in &signature.results {
        load(&mut sink, *ty, Slot { base: address, offset });
        offset += layout::size(*ty);
    }
    sink.end();
    function
}

/// Writes the values of all globals to the state memory, from the address that is its parameter on. Those that are
/// references stay where they are.
pub fn save_globals(globals: &[GlobalType]) -> wasm_encoder::Function {
    let mut function = wasm_encoder::Function::new([]);
    let mut sink = function.instructions();
    for (index, global) in globals.iter().enumerate() {
        sink.local_get(0);
        let place = at(index as u32 * layout::GLOBAL_SIZE, 3);
        let global_index = index as u32 + Register::COUNT;
        match global.content_type {
            ValType::I32 => sink.global_get(global_index).i32_store(MemArg { align: 2, ..place }),
            ValType::I64 => sink.global_get(global_index).i64_store(place),
            ValType::F32 => sink.global_get(global_index).f32_store(MemArg { align: 2, ..place }),
            ValType::F64 => sink.global_get(global_index).f64_store(place),
            ValType::V128 => sink.global_get(global_index).v128_store(place),
            ValType::Ref(_) => sink.drop(),
        };
    }
    sink.end();
    function
}

/// Reads the values of the mutable globals from there.
pub fn load_globals(globals: &[GlobalType]) -> wasm_encoder::Function {
    let mut function = wasm_encoder::Function::new([]);
    let mut sink = function.instructions();
    for (index, global) in globals.iter().enumerate() {
        if !global.mutable || matches!(global.content_type, ValType::Ref(_)) {
            continue;
        }
        load(&mut sink, global.content_type, Slot { base: 0, offset: index as u32 * layout::GLOBAL_SIZE });
        sink.global_set(index as u32 + Register::COUNT);
    }
    sink.end();
    function
}

/// Creates a frame with parameters from the local variables starting at 0.
fn make_frame(sink: &mut InstructionSink<'_>, callee: &Callee, frame: u32, below: u32, results: u32) {
    enter_depth(sink);
    // The callee makes room for its operands itself; everything else is within the margin.
    let mut offset = layout::HEADER;
    for (local, ty) in callee.params.iter().enumerate() {
        store_local(sink, *ty, Slot { base: frame, offset }, local as u32);
        offset += layout::size(*ty);
    }
    begin_frame(sink, frame, callee);
    link_frame(sink, frame, below, results);
    sink.local_get(frame);
    set(sink, Register::Top);
}
