//! Formats floating-point numbers of sizes that Rust has no type for, in decimal.

use std::cmp::Ordering;

/// The shape of a binary format of IEEE 754.
#[derive(Clone, Copy)]
pub struct Format {
    exponent_bits: u32,
    /// Without the leading one.
    fraction_bits: u32,
    /// Whether the leading one is there, as x87 has it.
    has_leading: bool,
}

pub const HALF: Format = Format { exponent_bits: 5, fraction_bits: 10, has_leading: false };
pub const BRAIN: Format = Format { exponent_bits: 8, fraction_bits: 7, has_leading: false };
pub const EXTENDED: Format = Format { exponent_bits: 15, fraction_bits: 63, has_leading: true };
pub const QUAD: Format = Format { exponent_bits: 15, fraction_bits: 112, has_leading: false };

/// The shortest decimal that rounds to this number in its format, written as Rust writes an `f64`.
pub fn decimal(bits: u128, format: Format) -> String {
    let stored = format.fraction_bits + u32::from(format.has_leading);
    let significand = bits & ((1 << stored) - 1);
    let highest = (1_i32 << format.exponent_bits) - 1;
    let exponent = ((bits >> stored) as i32) & highest;
    let sign = if bits >> (stored + format.exponent_bits) & 1 == 1 { "-" } else { "" };
    let fraction = significand & ((1 << format.fraction_bits) - 1);
    if exponent == highest {
        return if fraction == 0 { format!("{sign}inf") } else { "NaN".to_owned() };
    }
    let leading = if format.has_leading || exponent == 0 { 0 } else { 1 << format.fraction_bits };
    let significand = significand | leading;
    if significand == 0 {
        return format!("{sign}0.0");
    }
    // It is `significand` times two to the power of this.
    let power = exponent.max(1) - (highest >> 1) - format.fraction_bits as i32;
    let (digits, point) = shortest(significand, power);
    format!("{sign}{}", written(&digits, point))
}

/// Digits, and how many of them are before the point.
fn shortest(significand: u128, power: i32) -> (String, i32) {
    // Twice the number and twice its rounding interval, so that half a unit is an integer.
    let bits = 128 - significand.leading_zeros() as i32;
    let estimate = (f64::from(power + bits) * std::f64::consts::LOG10_2).floor() as i32;
    for precision in 1..=40 {
        // The number times ten to this has about so many digits before the point.
        let scale = precision - estimate;
        let mut numerator = Natural::from(significand);
        let mut denominator = Natural::from(1);
        let mut unit = Natural::from(1);
        if power >= 0 {
            numerator.shift(power as u32);
            unit.shift(power as u32);
        } else {
            denominator.shift(power.unsigned_abs());
        }
        if scale >= 0 {
            numerator.times_ten(scale as u32);
            unit.times_ten(scale as u32);
        } else {
            denominator.times_ten(scale.unsigned_abs());
        }
        let digits = rounded(&numerator, &denominator);
        // Whether |digits * denominator - numerator| is at most half of a unit.
        let mut back = denominator.clone();
        back.times(digits);
        let mut distance = back.distance(&numerator);
        // Below a power of two, numbers are closer together.
        distance.shift(if significand.is_power_of_two() { 2 } else { 1 });
        let is_near = match distance.compare(&unit) {
            Ordering::Less => true,
            // Half way between two numbers, rounding is to even.
            Ordering::Equal => significand.is_multiple_of(2),
            Ordering::Greater => false,
        };
        if is_near || precision == 40 {
            let text = digits.to_string();
            let point = text.len() as i32 - scale;
            return (text.trim_end_matches('0').to_owned(), point);
        }
    }
    (String::new(), 0)
}

/// A quotient that fits, to the nearest.
fn rounded(numerator: &Natural, denominator: &Natural) -> u128 {
    // From the highest bit on: the quotient has at most 41 digits.
    let mut quotient = 0_u128;
    let mut rest = numerator.clone();
    let bits = numerator.bits().saturating_sub(denominator.bits()) + 1;
    for bit in (0..=bits.min(126)).rev() {
        let mut part = denominator.clone();
        part.shift(bit);
        if part.compare(&rest) != Ordering::Greater {
            rest = rest.distance(&part);
            quotient |= 1 << bit;
        }
    }
    rest.shift(1);
    if rest.compare(denominator) == Ordering::Less { quotient } else { quotient + 1 }
}

fn written(digits: &str, point: i32) -> String {
    let length = digits.len() as i32;
    match point {
        // As Rust does, from 10^16 on and below 10^-4.
        ..=-4 | 17.. => {
            let (first, rest) = digits.split_at(1.min(digits.len()));
            let rest = if rest.is_empty() { String::new() } else { format!(".{rest}") };
            format!("{first}{rest}e{}", point - 1)
        }
        ..=0 => format!("0.{}{digits}", "0".repeat(point.unsigned_abs() as usize)),
        _ if point >= length => format!("{digits}{}.0", "0".repeat((point - length) as usize)),
        _ => format!("{}.{}", &digits[..point as usize], &digits[point as usize..]),
    }
}

/// A number of any size, the lowest 32 bits first, without zeros at the end.
#[derive(Clone)]
struct Natural(Vec<u32>);

impl Natural {
    fn from(number: u128) -> Self {
        let mut digits = Self((0..4).map(|index| (number >> (32 * index)) as u32).collect());
        digits.trim();
        digits
    }

    fn trim(&mut self) {
        while self.0.last() == Some(&0) {
            self.0.pop();
        }
    }

    fn bits(&self) -> u32 {
        self.0.last().map_or(0, |last| 32 * self.0.len() as u32 - last.leading_zeros())
    }

    fn shift(&mut self, bits: u32) {
        let (words, bits) = ((bits / 32) as usize, bits % 32);
        let mut carry = 0;
        for digit in &mut self.0 {
            let wide = u64::from(*digit) << bits | carry;
            *digit = wide as u32;
            carry = wide >> 32;
        }
        self.0.push(carry as u32);
        self.0.splice(0..0, std::iter::repeat_n(0, words));
        self.trim();
    }

    fn times_small(&mut self, factor: u32) {
        let mut carry = 0;
        for digit in &mut self.0 {
            let wide = u64::from(*digit) * u64::from(factor) + carry;
            *digit = wide as u32;
            carry = wide >> 32;
        }
        self.0.push(carry as u32);
        self.trim();
    }

    fn times_ten(&mut self, power: u32) {
        for _ in 0..power / 9 {
            self.times_small(1_000_000_000);
        }
        self.times_small(10_u32.pow(power % 9));
    }

    fn times(&mut self, factor: u128) {
        let mut sum = Self(Vec::new());
        for index in 0..4 {
            let mut part = self.clone();
            part.times_small((factor >> (32 * index)) as u32);
            part.shift(32 * index);
            sum.add(&part);
        }
        *self = sum;
    }

    fn add(&mut self, other: &Self) {
        let mut carry = 0;
        for index in 0..self.0.len().max(other.0.len()) {
            if index == self.0.len() {
                self.0.push(0);
            }
            let wide = u64::from(self.0[index]) + u64::from(other.0.get(index).copied().unwrap_or(0)) + carry;
            self.0[index] = wide as u32;
            carry = wide >> 32;
        }
        self.0.push(carry as u32);
        self.trim();
    }

    fn compare(&self, other: &Self) -> Ordering {
        self.0.len().cmp(&other.0.len()).then_with(|| self.0.iter().rev().cmp(other.0.iter().rev()))
    }

    fn distance(&self, other: &Self) -> Self {
        let (larger, smaller) = if self.compare(other) == Ordering::Less { (other, self) } else { (self, other) };
        let mut digits = larger.clone();
        let mut borrow = 0;
        for (index, digit) in digits.0.iter_mut().enumerate() {
            let wide = i64::from(*digit) - i64::from(smaller.0.get(index).copied().unwrap_or(0)) - borrow;
            *digit = wide as u32;
            borrow = i64::from(wide < 0);
        }
        digits.trim();
        digits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A double-precision number, as a quadruple-precision one.
    fn widened(number: f64) -> u128 {
        let bits = number.to_bits();
        let (sign, exponent, fraction) = (bits >> 63, bits >> 52 & 0x7FF, bits & ((1 << 52) - 1));
        u128::from(sign) << 127 | u128::from(exponent + 16383 - 1023) << 112 | u128::from(fraction) << 60
    }

    #[test]
    fn numbers_of_half_precision_are_shown() {
        let shown = |bits| decimal(bits, HALF);
        assert_eq!([0x3E00, 0xC000, 0x0001, 0x7BFF, 0x2E66].map(shown), ["1.5", "-2.0", "6e-8", "65500.0", "0.1"]);
        assert_eq!([0, 0x8000, 0x7C00, 0xFC00, 0x7E00].map(shown), ["0.0", "-0.0", "inf", "-inf", "NaN"]);
        assert_eq!(decimal(0x3FC0, BRAIN), "1.5");
    }

    #[test]
    fn numbers_of_quadruple_precision_are_shown() {
        for number in [1.0, 2.5, -0.125, 3.0e16, 1e22, 123456.789e-20_f64, 7.0] {
            let shown = decimal(widened(number), QUAD);
            assert_eq!(shown.parse::<f64>(), Ok(number), "{shown}");
        }
        assert_eq!(decimal(widened(2.5), QUAD), "2.5");
        // One tenth in this precision, the largest number and the smallest.
        assert_eq!(decimal(0x3FFB_9999_9999_9999_9999_9999_9999_999A, QUAD), "0.1");
        assert_eq!(decimal((0x7FFF << 112) - 1, QUAD), "1.189731495357231765085759326628007e4932");
        assert_eq!(decimal(1, QUAD), "6e-4966");
        assert_eq!(decimal(0x3FFF_C000_0000_0000_0000, EXTENDED), "1.5");
    }

    #[test]
    fn floats_are_formatted_as_rust_does() {
        let single = Format { exponent_bits: 8, fraction_bits: 23, has_leading: false };
        let mut bits = 0x1234_5678_u32;
        for _ in 0..2_000 {
            bits = bits.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let number = f32::from_bits(bits);
            if number.is_nan() {
                continue;
            }
            let shown = decimal(u128::from(bits), single);
            assert_eq!(shown.parse::<f32>().map(f32::to_bits), Ok(bits), "{shown}");
            assert_eq!(shown, format!("{number:?}"));
        }
    }
}
