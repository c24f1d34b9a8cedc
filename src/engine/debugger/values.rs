//! Values in frames, read and written by the host.

use wasmi::{AsContext, ExternRef, F32, F64, Func, Nullable, Ref, Store, V128, Val};
use wasmparser::ValType;

use super::attach::Attached;

/// The value of that type at an address of the state memory. Zero or null if there is no such address.
pub fn read(attached: Attached, store: impl AsContext, address: u32, ty: ValType) -> Val {
    let mut bytes = [0; 16];
    // Out-of-bounds bytes stay zero.
    let _ = attached.state.read(&store, address as usize, &mut bytes);
    let number = u128::from_le_bytes(bytes);
    match ty {
        ValType::I32 => Val::I32(number as i32),
        ValType::I64 => Val::I64(number as i64),
        ValType::F32 => Val::F32(F32::from_bits(number as u32)),
        ValType::F64 => Val::F64(F64::from_bits(number as u64)),
        ValType::V128 => Val::V128(V128::from(number)),
        ValType::Ref(_) => {
            let table = attached.references[usize::from(is_extern(ty))];
            table.get(&store, u64::from(address / 8)).map_or_else(|| null(ty), Val::from)
        }
    }
}

/// Writes a value, if there is room for it.
pub fn write<T>(attached: Attached, store: &mut Store<T>, address: u32, value: &Val) {
    let number = match value {
        Val::I32(value) => u128::from(value.cast_unsigned()),
        Val::I64(value) => u128::from(value.cast_unsigned()),
        Val::F32(value) => u128::from(value.to_bits()),
        Val::F64(value) => u128::from(value.to_bits()),
        Val::V128(value) => {
            let _ = attached.state.write(store, address as usize, &value.as_u128().to_le_bytes());
            return;
        }
        Val::FuncRef(_) | Val::ExternRef(_) => {
            let table = attached.references[usize::from(matches!(value, Val::ExternRef(_)))];
            if let Some(reference) = reference(value) {
                let _ = table.set(store, u64::from(address / 8), reference);
            }
            return;
        }
    };
    let _ = attached.state.write(store, address as usize, &(number as u64).to_le_bytes());
}

/// Converts a value to a reference.
pub fn reference(value: &Val) -> Option<Ref> {
    match value {
        Val::FuncRef(reference) => Some(Ref::Func(*reference)),
        Val::ExternRef(reference) => Some(Ref::Extern(*reference)),
        _ => None,
    }
}

/// The null of a reference type.
pub fn null(ty: ValType) -> Val {
    if is_extern(ty) { Val::ExternRef(<Nullable<ExternRef>>::Null) } else { Val::FuncRef(<Nullable<Func>>::Null) }
}

fn is_extern(ty: ValType) -> bool {
    ty == ValType::EXTERNREF
}
