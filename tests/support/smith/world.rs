//! What is around a generated module: something for each of its imports, and a record of what it does to them.

use wasmi::{
    Caller, Extern, ExternRef, ExternType, F32, F64, Func, Global, ImportType, Memory, Nullable, Ref, Store,
    StoreLimits, StoreLimitsBuilder, Table, V128, Val, ValType,
};
use wasmoscope::engine::script::Value;

use super::generate::SplitMix;

/// What the store holds.
pub struct World {
    /// Each call to a function of the host, with its arguments.
    pub host_calls: Vec<String>,
    pub limits: StoreLimits,
}

impl World {
    pub fn new() -> Self {
        let limits = StoreLimitsBuilder::new().memory_size(16 << 20).table_elements(100_000).build();
        Self { host_calls: Vec::new(), limits }
    }
}

/// Something of the import's type. What a function of the host returns depends on how many calls there were before.
pub fn provide(store: &mut Store<World>, import: &ImportType<'_>) -> Extern {
    match import.ty() {
        ExternType::Func(ty) => {
            let (ty, name) = (ty.clone(), format!("{}.{}", import.module(), import.name()));
            let results = ty.results().to_vec();
            let called = move |mut caller: Caller<'_, World>, arguments: &[Val], out: &mut [Val]| {
                let arguments: Vec<Value> = arguments.iter().map(|value| Value::from_wasmi(&caller, value)).collect();
                let calls = caller.data().host_calls.len() as u64;
                for (index, (ty, out)) in results.iter().zip(out).enumerate() {
                    *out = value(&mut caller, *ty, &mut SplitMix(calls << 8 | index as u64));
                }
                caller.data_mut().host_calls.push(format!("{name}{arguments:?}"));
                Ok(())
            };
            Func::new(store, ty, called).into()
        }
        ExternType::Global(ty) => {
            let initial = value(&mut *store, ty.content(), &mut SplitMix(1));
            Global::new(store, initial, ty.mutability()).into()
        }
        ExternType::Memory(ty) => Memory::new(store, *ty).expect("a small memory").into(),
        ExternType::Table(ty) => {
            Table::new(store, *ty, Ref::default_for_ty(ty.element())).expect("a small table").into()
        }
    }
}

/// A value of a type; small numbers and the ends of the range come up more often than others.
pub fn value(store: impl wasmi::AsContextMut, ty: ValType, random: &mut SplitMix) -> Val {
    let bits = match random.next() % 8 {
        0 => 0,
        1 => 1,
        2 => u64::MAX,
        3 => 1 << 63 | 1 << 31,
        4 | 5 => random.next() % 64,
        _ => random.next(),
    };
    match ty {
        ValType::I32 => Val::I32(bits as i32),
        ValType::I64 => Val::I64(bits as i64),
        ValType::F32 => Val::F32(F32::from_float(f32::from_bits(bits as u32))),
        ValType::F64 => Val::F64(F64::from_float(f64::from_bits(bits))),
        ValType::V128 => Val::V128(V128::from(u128::from(bits) << 64 | u128::from(random.next()))),
        ValType::FuncRef => Val::FuncRef(Nullable::Null),
        ValType::ExternRef if bits.is_multiple_of(2) => Val::ExternRef(Nullable::Null),
        ValType::ExternRef => Val::from(ExternRef::new(store, bits as u32)),
    }
}
