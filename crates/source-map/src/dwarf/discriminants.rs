//! The discriminant values of enum variants (DWARF 5, section 5.7.10).

use gimli::{AttributeValue, Reader as _, constants as dw};

use super::sections::Bytes;

/// The maximum number of ranges in a list.
const MOST_RANGES: usize = 10_000;

/// The discriminant values of a variant.
#[derive(Debug, Clone, PartialEq)]
pub enum Choice {
    /// Ranges, including both ends, with as many bits as the discriminant has; higher bits are ignored.
    Values(Vec<(u128, u128)>),
    /// All values that no other variant has.
    Others,
    /// The encoding cannot be read.
    Unreadable,
}

impl Choice {
    /// The number of ranges.
    pub fn ranges(&self) -> usize {
        match self {
            Self::Values(ranges) => ranges.len(),
            Self::Others | Self::Unreadable => 0,
        }
    }

    /// Whether a discriminant of this many bytes is one of these.
    pub fn has(&self, value: u128, size: u64) -> bool {
        let Self::Values(ranges) = self else { return false };
        let mask = match size {
            0 => return false,
            1..16 => (1_u128 << (8 * size)) - 1,
            _ => u128::MAX,
        };
        // A range of signed numbers may wrap around.
        let is_in = |&(first, last): &(u128, u128)| value.wrapping_sub(first) & mask <= last.wrapping_sub(first) & mask;
        ranges.iter().any(is_in)
    }
}

/// The number in an attribute, sign-extended if it is signed.
pub fn discriminant_value(value: &AttributeValue<Bytes<'_>>) -> Option<u128> {
    Some(match value {
        AttributeValue::Data1(value) => u128::from(*value),
        AttributeValue::Data2(value) => u128::from(*value),
        AttributeValue::Data4(value) => u128::from(*value),
        AttributeValue::Data8(value) | AttributeValue::Udata(value) => u128::from(*value),
        AttributeValue::Data16(value) => *value,
        AttributeValue::Sdata(value) => i128::from(*value).cast_unsigned(),
        AttributeValue::Block(block) if (1..=16).contains(&block.len()) => {
            let mut bytes = [0; 16];
            bytes[..block.len()].copy_from_slice(block.slice());
            u128::from_le_bytes(bytes)
        }
        _ => return None,
    })
}

/// The ranges of a list, if it can be read completely.
pub fn discriminant_list(value: &AttributeValue<Bytes<'_>>, is_signed: bool) -> Option<Vec<(u128, u128)>> {
    let AttributeValue::Block(mut block) = *value else { return None };
    let mut ranges = Vec::new();
    let number = |block: &mut Bytes<'_>| match is_signed {
        true => block.read_sleb128().ok().map(|value| i128::from(value).cast_unsigned()),
        false => block.read_uleb128().ok().map(u128::from),
    };
    while !block.is_empty() && ranges.len() < MOST_RANGES {
        match dw::DwDsc(block.read_u8().ok()?) {
            dw::DW_DSC_label => {
                let value = number(&mut block)?;
                ranges.push((value, value));
            }
            dw::DW_DSC_range => ranges.push((number(&mut block)?, number(&mut block)?)),
            _ => return None,
        }
    }
    (!ranges.is_empty() && block.is_empty()).then_some(ranges)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(bytes: &[u8]) -> AttributeValue<Bytes<'_>> {
        AttributeValue::Block(Bytes::new(bytes, gimli::LittleEndian))
    }

    #[test]
    fn values_are_compared_in_the_bits_that_the_discriminant_has() {
        let is = |value: AttributeValue<Bytes<'_>>, tag: u128, size| {
            let value = discriminant_value(&value).expect("it can be read");
            Choice::Values(vec![(value, value)]).has(tag, size)
        };
        assert!(is(AttributeValue::Sdata(-1), 0xFF, 1) && is(AttributeValue::Data1(0xFF), 0xFF, 1));
        assert!(is(AttributeValue::Sdata(-2), u128::MAX - 1, 16));
        assert!(is(block(&[1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]), (1 << 64) + 1, 16));
        assert!(!is(block(&[1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]), 1, 16));
        assert!(!is(AttributeValue::Data1(0xFF), 0xFFFF, 2));
        assert_eq!(discriminant_value(&block(&[0; 17])), None);
        assert!(!Choice::Others.has(0, 1) && !Choice::Unreadable.has(0, 1));
    }

    #[test]
    fn lists_have_labels_and_ranges() {
        // 3, and from 5 to 200.
        let list = discriminant_list(&block(&[0, 3, 1, 5, 0xC8, 1]), false).expect("it can be read");
        let choice = Choice::Values(list);
        assert_eq!([2, 3, 4, 5, 200, 201].map(|tag| choice.has(tag, 1)), [false, true, false, true, true, false]);
        // From -2 to 1.
        let signed = Choice::Values(discriminant_list(&block(&[1, 0x7E, 1]), true).expect("it can be read"));
        assert_eq!([0xFD, 0xFE, 0, 1, 2].map(|tag| signed.has(tag, 1)), [false, true, true, true, false]);
        for damaged in [&[][..], &[2, 3], &[1, 5], &[0, 0x80]] {
            assert_eq!(discriminant_list(&block(damaged), false), None, "{damaged:?}");
        }
    }
}
