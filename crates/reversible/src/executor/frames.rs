//! Calls from outside: the first frame, and the results.

use super::CopyInstance;
use crate::instrument::Instrumented;
use crate::instrument::layout::{self, Register};
use wasmoscope_module::value::Value;
use wasmoscope_runtime::outcome::Failure;

/// Creates the first frame, for a function by its index in the original.
///
/// # Errors
///
/// If the function has no body, or there is no room for the frame.
pub fn begin(
    instance: &mut dyn CopyInstance,
    copy: &Instrumented,
    function: u32,
    arguments: &[Value],
) -> Result<(), Failure> {
    let number = function.checked_sub(copy.imported_functions);
    let Some((number, info)) = number.and_then(|number| Some((number, copy.functions.get(number as usize)?))) else {
        return Err(Failure::other("there is no such function"));
    };
    instance.reset();
    let results = copy.stack_base;
    let frame = results + layout::align(layout::sizes(&info.results));
    instance.grow_state(frame + info.frame_size)?;
    instance.write_state(frame, &vec![0; info.frame_size as usize]);
    instance.write_state(frame + layout::FUNCTION, &number.to_le_bytes());
    instance.write_state(frame + layout::RESULTS, &results.to_le_bytes());
    let mut address = frame + layout::HEADER;
    for (ty, argument) in info.params.iter().zip(arguments) {
        instance.set_value(address, *argument);
        address += layout::size(*ty);
    }
    for ty in &info.locals {
        if let Some(null) = Value::null(*ty) {
            instance.set_value(address, null);
        }
        address += layout::size(*ty);
    }
    instance.set_register(Register::Top, frame);
    instance.set_register(Register::Depth, 1);
    Ok(())
}

/// The results of the call that has returned, of a function by its index in the original.
pub fn results(instance: &dyn CopyInstance, copy: &Instrumented, function: u32) -> Vec<Value> {
    let number = function.checked_sub(copy.imported_functions);
    let Some(info) = number.and_then(|number| copy.functions.get(number as usize)) else { return Vec::new() };
    let mut address = copy.stack_base;
    let mut results = Vec::with_capacity(info.results.len());
    for ty in &info.results {
        results.push(instance.value(address, *ty));
        address += layout::size(*ty);
    }
    results
}
