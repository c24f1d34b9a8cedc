//! Numeric instructions (section 4.3 of the specification), in the deterministic profile: a NaN that an arithmetic
//! instruction produces is the positive canonical one.

use wasmparser::Operator;

use super::value::{Operand, Stack, Trap, pop, push};

const DIVISION_BY_ZERO: Trap = Trap("integer-divide-by-zero");
const OVERFLOW: Trap = Trap("integer-overflow");
const BAD_CONVERSION: Trap = Trap("invalid-conversion-to-integer");

/// Executes a numeric instruction; `None` if it is none.
pub fn execute(operator: &Operator<'_>, stack: &mut Stack) -> Option<Result<(), Trap>> {
    use Operator as O;
    match *operator {
        O::I32Const { value } => push(stack, value),
        O::I64Const { value } => push(stack, value),
        O::F32Const { value } => push(stack, f32::from_bits(value.bits())),
        O::F64Const { value } => push(stack, f64::from_bits(value.bits())),

        O::I32Eqz => one(stack, |a: u32| a == 0),
        O::I32Eq => two(stack, |a: u32, b: u32| a == b),
        O::I32Ne => two(stack, |a: u32, b: u32| a != b),
        O::I32LtS => two(stack, |a: i32, b: i32| a < b),
        O::I32LtU => two(stack, |a: u32, b: u32| a < b),
        O::I32GtS => two(stack, |a: i32, b: i32| a > b),
        O::I32GtU => two(stack, |a: u32, b: u32| a > b),
        O::I32LeS => two(stack, |a: i32, b: i32| a <= b),
        O::I32LeU => two(stack, |a: u32, b: u32| a <= b),
        O::I32GeS => two(stack, |a: i32, b: i32| a >= b),
        O::I32GeU => two(stack, |a: u32, b: u32| a >= b),
        O::I64Eqz => one(stack, |a: u64| a == 0),
        O::I64Eq => two(stack, |a: u64, b: u64| a == b),
        O::I64Ne => two(stack, |a: u64, b: u64| a != b),
        O::I64LtS => two(stack, |a: i64, b: i64| a < b),
        O::I64LtU => two(stack, |a: u64, b: u64| a < b),
        O::I64GtS => two(stack, |a: i64, b: i64| a > b),
        O::I64GtU => two(stack, |a: u64, b: u64| a > b),
        O::I64LeS => two(stack, |a: i64, b: i64| a <= b),
        O::I64LeU => two(stack, |a: u64, b: u64| a <= b),
        O::I64GeS => two(stack, |a: i64, b: i64| a >= b),
        O::I64GeU => two(stack, |a: u64, b: u64| a >= b),
        O::F32Eq => two(stack, |a: f32, b: f32| a == b),
        O::F32Ne => two(stack, |a: f32, b: f32| a != b),
        O::F32Lt => two(stack, |a: f32, b: f32| a < b),
        O::F32Gt => two(stack, |a: f32, b: f32| a > b),
        O::F32Le => two(stack, |a: f32, b: f32| a <= b),
        O::F32Ge => two(stack, |a: f32, b: f32| a >= b),
        O::F64Eq => two(stack, |a: f64, b: f64| a == b),
        O::F64Ne => two(stack, |a: f64, b: f64| a != b),
        O::F64Lt => two(stack, |a: f64, b: f64| a < b),
        O::F64Gt => two(stack, |a: f64, b: f64| a > b),
        O::F64Le => two(stack, |a: f64, b: f64| a <= b),
        O::F64Ge => two(stack, |a: f64, b: f64| a >= b),

        O::I32Clz => one(stack, u32::leading_zeros),
        O::I32Ctz => one(stack, u32::trailing_zeros),
        O::I32Popcnt => one(stack, u32::count_ones),
        O::I32Add => two(stack, u32::wrapping_add),
        O::I32Sub => two(stack, u32::wrapping_sub),
        O::I32Mul => two(stack, u32::wrapping_mul),
        O::I32DivS => return Some(two_or_trap(stack, |a: i32, b: i32| divide(b == 0, a.checked_div(b)))),
        O::I32DivU => return Some(two_or_trap(stack, |a: u32, b: u32| divide(b == 0, a.checked_div(b)))),
        O::I32RemS => return Some(two_or_trap(stack, |a: i32, b: i32| remain(b == 0, || a.wrapping_rem(b)))),
        O::I32RemU => return Some(two_or_trap(stack, |a: u32, b: u32| remain(b == 0, || a % b))),
        O::I32And => two(stack, |a: u32, b: u32| a & b),
        O::I32Or => two(stack, |a: u32, b: u32| a | b),
        O::I32Xor => two(stack, |a: u32, b: u32| a ^ b),
        O::I32Shl => two(stack, |a: u32, b: u32| a << (b % 32)),
        O::I32ShrS => two(stack, |a: i32, b: u32| a >> (b % 32)),
        O::I32ShrU => two(stack, |a: u32, b: u32| a >> (b % 32)),
        O::I32Rotl => two(stack, |a: u32, b: u32| a.rotate_left(b % 32)),
        O::I32Rotr => two(stack, |a: u32, b: u32| a.rotate_right(b % 32)),
        O::I64Clz => one(stack, |a: u64| u64::from(a.leading_zeros())),
        O::I64Ctz => one(stack, |a: u64| u64::from(a.trailing_zeros())),
        O::I64Popcnt => one(stack, |a: u64| u64::from(a.count_ones())),
        O::I64Add => two(stack, u64::wrapping_add),
        O::I64Sub => two(stack, u64::wrapping_sub),
        O::I64Mul => two(stack, u64::wrapping_mul),
        O::I64DivS => return Some(two_or_trap(stack, |a: i64, b: i64| divide(b == 0, a.checked_div(b)))),
        O::I64DivU => return Some(two_or_trap(stack, |a: u64, b: u64| divide(b == 0, a.checked_div(b)))),
        O::I64RemS => return Some(two_or_trap(stack, |a: i64, b: i64| remain(b == 0, || a.wrapping_rem(b)))),
        O::I64RemU => return Some(two_or_trap(stack, |a: u64, b: u64| remain(b == 0, || a % b))),
        O::I64And => two(stack, |a: u64, b: u64| a & b),
        O::I64Or => two(stack, |a: u64, b: u64| a | b),
        O::I64Xor => two(stack, |a: u64, b: u64| a ^ b),
        O::I64Shl => two(stack, |a: u64, b: u64| a << (b % 64)),
        O::I64ShrS => two(stack, |a: i64, b: u64| a >> (b % 64)),
        O::I64ShrU => two(stack, |a: u64, b: u64| a >> (b % 64)),
        O::I64Rotl => two(stack, |a: u64, b: u64| a.rotate_left((b % 64) as u32)),
        O::I64Rotr => two(stack, |a: u64, b: u64| a.rotate_right((b % 64) as u32)),

        O::F32Abs => one(stack, f32::abs),
        O::F32Neg => one(stack, |a: f32| -a),
        O::F32Ceil => arithmetic_one(stack, f32::ceil),
        O::F32Floor => arithmetic_one(stack, f32::floor),
        O::F32Trunc => arithmetic_one(stack, f32::trunc),
        O::F32Nearest => arithmetic_one(stack, f32::round_ties_even),
        O::F32Sqrt => arithmetic_one(stack, f32::sqrt),
        O::F32Add => arithmetic_two(stack, |a: f32, b: f32| a + b),
        O::F32Sub => arithmetic_two(stack, |a: f32, b: f32| a - b),
        O::F32Mul => arithmetic_two(stack, |a: f32, b: f32| a * b),
        O::F32Div => arithmetic_two(stack, |a: f32, b: f32| a / b),
        O::F32Min => two(stack, |a: f32, b: f32| if a.is_nan() || b.is_nan() { f32::NAN } else { lesser(a, b) }),
        O::F32Max => two(stack, |a: f32, b: f32| if a.is_nan() || b.is_nan() { f32::NAN } else { -lesser(-a, -b) }),
        O::F32Copysign => two(stack, f32::copysign),
        O::F64Abs => one(stack, f64::abs),
        O::F64Neg => one(stack, |a: f64| -a),
        O::F64Ceil => arithmetic_one(stack, f64::ceil),
        O::F64Floor => arithmetic_one(stack, f64::floor),
        O::F64Trunc => arithmetic_one(stack, f64::trunc),
        O::F64Nearest => arithmetic_one(stack, f64::round_ties_even),
        O::F64Sqrt => arithmetic_one(stack, f64::sqrt),
        O::F64Add => arithmetic_two(stack, |a: f64, b: f64| a + b),
        O::F64Sub => arithmetic_two(stack, |a: f64, b: f64| a - b),
        O::F64Mul => arithmetic_two(stack, |a: f64, b: f64| a * b),
        O::F64Div => arithmetic_two(stack, |a: f64, b: f64| a / b),
        O::F64Min => two(stack, |a: f64, b: f64| if a.is_nan() || b.is_nan() { f64::NAN } else { lesser(a, b) }),
        O::F64Max => two(stack, |a: f64, b: f64| if a.is_nan() || b.is_nan() { f64::NAN } else { -lesser(-a, -b) }),
        O::F64Copysign => two(stack, f64::copysign),

        O::I32WrapI64 => one(stack, |a: u64| a as u32),
        O::I64ExtendI32S => one(stack, |a: i32| i64::from(a)),
        O::I64ExtendI32U => one(stack, |a: u32| u64::from(a)),
        O::I32Extend8S => one(stack, |a: i32| i32::from(a as i8)),
        O::I32Extend16S => one(stack, |a: i32| i32::from(a as i16)),
        O::I64Extend8S => one(stack, |a: i64| i64::from(a as i8)),
        O::I64Extend16S => one(stack, |a: i64| i64::from(a as i16)),
        O::I64Extend32S => one(stack, |a: i64| i64::from(a as i32)),
        O::I32TruncF32S => return Some(one_or_trap(stack, |a: f32| truncate(a.into(), I32).map(|a| a as i32))),
        O::I32TruncF32U => return Some(one_or_trap(stack, |a: f32| truncate(a.into(), U32).map(|a| a as u32))),
        O::I32TruncF64S => return Some(one_or_trap(stack, |a: f64| truncate(a, I32).map(|a| a as i32))),
        O::I32TruncF64U => return Some(one_or_trap(stack, |a: f64| truncate(a, U32).map(|a| a as u32))),
        O::I64TruncF32S => return Some(one_or_trap(stack, |a: f32| truncate(a.into(), I64).map(|a| a as i64))),
        O::I64TruncF32U => return Some(one_or_trap(stack, |a: f32| truncate(a.into(), U64).map(|a| a as u64))),
        O::I64TruncF64S => return Some(one_or_trap(stack, |a: f64| truncate(a, I64).map(|a| a as i64))),
        O::I64TruncF64U => return Some(one_or_trap(stack, |a: f64| truncate(a, U64).map(|a| a as u64))),
        // Rust's conversions saturate, and make 0 of a NaN.
        O::I32TruncSatF32S => one(stack, |a: f32| a as i32),
        O::I32TruncSatF32U => one(stack, |a: f32| a as u32),
        O::I32TruncSatF64S => one(stack, |a: f64| a as i32),
        O::I32TruncSatF64U => one(stack, |a: f64| a as u32),
        O::I64TruncSatF32S => one(stack, |a: f32| a as i64),
        O::I64TruncSatF32U => one(stack, |a: f32| a as u64),
        O::I64TruncSatF64S => one(stack, |a: f64| a as i64),
        O::I64TruncSatF64U => one(stack, |a: f64| a as u64),
        O::F32ConvertI32S => one(stack, |a: i32| a as f32),
        O::F32ConvertI32U => one(stack, |a: u32| a as f32),
        O::F32ConvertI64S => one(stack, |a: i64| a as f32),
        O::F32ConvertI64U => one(stack, |a: u64| a as f32),
        O::F32DemoteF64 => arithmetic_one(stack, |a: f64| a as f32),
        O::F64ConvertI32S => one(stack, |a: i32| f64::from(a)),
        O::F64ConvertI32U => one(stack, |a: u32| f64::from(a)),
        O::F64ConvertI64S => one(stack, |a: i64| a as f64),
        O::F64ConvertI64U => one(stack, |a: u64| a as f64),
        O::F64PromoteF32 => arithmetic_one(stack, |a: f32| f64::from(a)),
        O::I32ReinterpretF32 => one(stack, f32::to_bits),
        O::I64ReinterpretF64 => one(stack, f64::to_bits),
        O::F32ReinterpretI32 => one(stack, f32::from_bits),
        O::F64ReinterpretI64 => one(stack, f64::from_bits),

        O::I64Add128 => wide(stack, u128::wrapping_add),
        O::I64Sub128 => wide(stack, u128::wrapping_sub),
        O::I64MulWideS => {
            let (b, a) = (pop::<i64>(stack), pop::<i64>(stack));
            push_wide(stack, (i128::from(a) * i128::from(b)).cast_unsigned());
        }
        O::I64MulWideU => {
            let (b, a) = (pop::<u64>(stack), pop::<u64>(stack));
            push_wide(stack, u128::from(a) * u128::from(b));
        }
        _ => return None,
    }
    Some(Ok(()))
}

fn one<A: Operand, R: Operand>(stack: &mut Stack, f: impl FnOnce(A) -> R) {
    let a = pop(stack);
    push(stack, f(a));
}

fn two<A: Operand, B: Operand, R: Operand>(stack: &mut Stack, f: impl FnOnce(A, B) -> R) {
    let (b, a) = (pop(stack), pop(stack));
    push(stack, f(a, b));
}

/// A number type whose arithmetic the deterministic profile fixes.
trait Float: Operand {
    /// The number itself, or the positive canonical NaN in place of any NaN.
    fn canonical(self) -> Self;
}

impl Float for f32 {
    fn canonical(self) -> Self {
        if self.is_nan() { Self::from_bits(0x7FC0_0000) } else { self }
    }
}

impl Float for f64 {
    fn canonical(self) -> Self {
        if self.is_nan() { Self::from_bits(0x7FF8_0000_0000_0000) } else { self }
    }
}

fn arithmetic_one<A: Operand, R: Float>(stack: &mut Stack, f: impl FnOnce(A) -> R) {
    one(stack, |a| f(a).canonical());
}

fn arithmetic_two<A: Operand, B: Operand, R: Float>(stack: &mut Stack, f: impl FnOnce(A, B) -> R) {
    two(stack, |a, b| f(a, b).canonical());
}

fn one_or_trap<A: Operand, R: Operand>(stack: &mut Stack, f: impl FnOnce(A) -> Result<R, Trap>) -> Result<(), Trap> {
    let a = pop(stack);
    push(stack, f(a)?);
    Ok(())
}

fn two_or_trap<A: Operand, B: Operand, R: Operand>(
    stack: &mut Stack,
    f: impl FnOnce(A, B) -> Result<R, Trap>,
) -> Result<(), Trap> {
    let (b, a) = (pop(stack), pop(stack));
    push(stack, f(a, b)?);
    Ok(())
}

fn divide<T>(by_zero: bool, quotient: Option<T>) -> Result<T, Trap> {
    if by_zero { Err(DIVISION_BY_ZERO) } else { quotient.ok_or(OVERFLOW) }
}

fn remain<T>(by_zero: bool, remainder: impl FnOnce() -> T) -> Result<T, Trap> {
    if by_zero { Err(DIVISION_BY_ZERO) } else { Ok(remainder()) }
}

/// Of numbers that are no NaN; of two zeros, the negative one.
fn lesser<T: PartialOrd + Into<f64> + Copy>(a: T, b: T) -> T {
    let is_less = a < b || a == b && a.into().is_sign_negative();
    if is_less { a } else { b }
}

/// The numbers between which a truncated one has to be, those not included.
type Range = (f64, f64);

const I32: Range = (-2_147_483_649.0, 2_147_483_648.0);
const U32: Range = (-1.0, 4_294_967_296.0);
// The number next below -2^63 that there is.
const I64: Range = (-9_223_372_036_854_777_856.0, 9_223_372_036_854_775_808.0);
const U64: Range = (-1.0, 18_446_744_073_709_551_616.0);

fn truncate(number: f64, (above, below): Range) -> Result<f64, Trap> {
    if number.is_nan() {
        return Err(BAD_CONVERSION);
    }
    let whole = number.trunc();
    if above < whole && whole < below { Ok(whole) } else { Err(OVERFLOW) }
}

fn wide(stack: &mut Stack, f: impl FnOnce(u128, u128) -> u128) {
    let b = pop_wide(stack);
    let a = pop_wide(stack);
    push_wide(stack, f(a, b));
}

fn pop_wide(stack: &mut Stack) -> u128 {
    let (high, low) = (pop::<u64>(stack), pop::<u64>(stack));
    u128::from(high) << 64 | u128::from(low)
}

fn push_wide(stack: &mut Stack, number: u128) {
    push(stack, number as u64);
    push(stack, (number >> 64) as u64);
}
