//! The module `spectest`, which every script of the specification can import from.

use std::collections::HashMap;

use wasmi::{
    AsContextMut, Error, Extern, F32, F64, Func, Global, Memory, MemoryType, Mutability, Ref, RefType, Table,
    TableType, Val,
};

/// Its exports in the store: as in the reference interpreter, but its functions print nothing.
pub(super) fn spectest(mut store: impl AsContextMut) -> Result<HashMap<String, Extern>, Error> {
    let store = &mut store;
    let null = || Ref::default_for_ty(RefType::Func);
    let exports: [(&str, Extern); 14] = [
        ("print", Func::wrap(&mut *store, || {}).into()),
        ("print_i32", Func::wrap(&mut *store, |_: i32| {}).into()),
        ("print_i64", Func::wrap(&mut *store, |_: i64| {}).into()),
        ("print_f32", Func::wrap(&mut *store, |_: F32| {}).into()),
        ("print_f64", Func::wrap(&mut *store, |_: F64| {}).into()),
        ("print_i32_f32", Func::wrap(&mut *store, |_: i32, _: F32| {}).into()),
        ("print_f64_f64", Func::wrap(&mut *store, |_: F64, _: F64| {}).into()),
        ("global_i32", global(store, Val::I32(666))),
        ("global_i64", global(store, Val::I64(666))),
        ("global_f32", global(store, Val::F32(F32::from_float(666.6)))),
        ("global_f64", global(store, Val::F64(F64::from_float(666.6)))),
        ("memory", Memory::new(&mut *store, MemoryType::new(1, Some(2)))?.into()),
        ("table", Table::new(&mut *store, TableType::new(RefType::Func, 10, Some(20)), null())?.into()),
        ("table64", Table::new(&mut *store, TableType::new64(RefType::Func, 10, Some(20)), null())?.into()),
    ];
    Ok(exports.into_iter().map(|(name, export)| (name.to_owned(), export)).collect())
}

fn global(store: &mut impl AsContextMut, value: Val) -> Extern {
    Global::new(store, value, Mutability::Const).into()
}
