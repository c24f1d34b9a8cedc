//! Values in a script's notation, independent of a store: they can be kept, compared and printed.

use std::fmt;

use wasmi::{AsContext, AsContextMut, ExternRef, F32, F64, Func, Nullable, V128, Val};

use crate::engine::value;

/// An argument or a result of a call. Floats and vectors are stored as bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value {
    I32(i32),
    I64(i64),
    F32(u32),
    F64(u64),
    V128(u128),
    NullFunc,
    /// Any function: they cannot be distinguished.
    Func,
    NullExtern,
    /// A host reference, with its number in the script.
    Extern(u32),
}

impl Value {
    /// Converts a wasmi value. A reference that the script did not create gets the number [`u32::MAX`].
    pub fn from_wasmi(store: impl AsContext, value: &Val) -> Self {
        match value {
            Val::I32(value) => Self::I32(*value),
            Val::I64(value) => Self::I64(*value),
            Val::F32(value) => Self::F32(value.to_bits()),
            Val::F64(value) => Self::F64(value.to_bits()),
            Val::V128(value) => Self::V128(value.as_u128()),
            Val::FuncRef(Nullable::Null) => Self::NullFunc,
            Val::FuncRef(Nullable::Val(_)) => Self::Func,
            Val::ExternRef(Nullable::Null) => Self::NullExtern,
            Val::ExternRef(Nullable::Val(reference)) => {
                Self::Extern(reference.data(store.as_context()).downcast_ref().copied().unwrap_or(u32::MAX))
            }
        }
    }

    /// Converts to a wasmi value; a function cannot be passed from outside.
    pub fn to_wasmi(self, store: impl AsContextMut) -> Option<Val> {
        Some(match self {
            Self::I32(value) => Val::I32(value),
            Self::I64(value) => Val::I64(value),
            Self::F32(bits) => Val::F32(F32::from_bits(bits)),
            Self::F64(bits) => Val::F64(F64::from_bits(bits)),
            Self::V128(bits) => Val::V128(V128::from(bits)),
            Self::NullFunc => Val::from(<Nullable<Func>>::Null),
            Self::NullExtern => Val::from(<Nullable<ExternRef>>::Null),
            Self::Extern(number) => Val::from(ExternRef::new(store, number)),
            Self::Func => return None,
        })
    }
}

/// The script's notation.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::I32(value) => write!(f, "(i32.const {value})"),
            Self::I64(value) => write!(f, "(i64.const {value})"),
            Self::F32(bits) => write!(f, "(f32.const {})", f32_text(*bits)),
            Self::F64(bits) => write!(f, "(f64.const {})", f64_text(*bits)),
            Self::V128(bits) => write!(f, "(v128.const {})", value::show(&value::Value::V128(*bits)).text),
            Self::NullFunc => write!(f, "(ref.null func)"),
            Self::Func => write!(f, "(ref.func)"),
            Self::NullExtern => write!(f, "(ref.null extern)"),
            Self::Extern(number) => write!(f, "(ref.extern {number})"),
        }
    }
}

pub(super) fn f32_text(bits: u32) -> String {
    value::show(&value::Value::F32(bits)).text
}

pub(super) fn f64_text(bits: u64) -> String {
    value::show(&value::Value::F64(bits)).text
}

/// Several values in a row.
pub(super) fn list(values: &[Value]) -> String {
    match values {
        [] => "nothing".to_owned(),
        values => values.iter().map(Value::to_string).collect::<Vec<_>>().join(" "),
    }
}
