//! Values, and how numbers come off an operand stack and onto it.

/// A value, with the bits of its number. References are to functions of the module, by index; a host gives none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value {
    I32(u32),
    I64(u64),
    F32(u32),
    F64(u64),
    Ref(Option<u32>),
}

/// Why a program ends, in the words of the debugger's outcomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trap(pub &'static str);

pub type Stack = Vec<Value>;

/// Something that is one value on the stack.
pub trait Operand: Sized {
    fn of(value: Value) -> Option<Self>;
    fn value(self) -> Value;
}

macro_rules! operands {
    ($($ty:ty, $value:ident, $of:expr, $to:expr;)*) => {$(
        impl Operand for $ty {
            fn of(value: Value) -> Option<Self> {
                match value {
                    Value::$value(bits) => Some($of(bits)),
                    _ => None,
                }
            }

            fn value(self) -> Value {
                Value::$value($to(self))
            }
        }
    )*};
}

operands! {
    u32, I32, |bits| bits, |number| number;
    i32, I32, |bits: u32| bits.cast_signed(), |number: i32| number.cast_unsigned();
    u64, I64, |bits| bits, |number| number;
    i64, I64, |bits: u64| bits.cast_signed(), |number: i64| number.cast_unsigned();
    f32, F32, f32::from_bits, f32::to_bits;
    f64, F64, f64::from_bits, f64::to_bits;
    bool, I32, |bits| bits != 0, u32::from;
    Option<u32>, Ref, |function| function, |function| function;
}

pub fn pop<T: Operand>(stack: &mut Stack) -> T {
    stack.pop().and_then(T::of).expect("a valid module finds the operands that it needs")
}

pub fn push(stack: &mut Stack, operand: impl Operand) {
    stack.push(operand.value());
}
