//! Work for the benchmark: the same numbers in, the same checksum out, in every engine.

mod sha256;

/// Sorts `count` numbers with the standard library and returns a checksum of their order.
#[unsafe(no_mangle)]
pub extern "C" fn sort(count: u32) -> u64 {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut numbers: Vec<u64> = (0..count)
        .map(|_| {
            // xorshift64*
            state ^= state >> 12;
            state ^= state << 25;
            state ^= state >> 27;
            state.wrapping_mul(0x2545_f491_4f6c_dd1d)
        })
        .collect();
    numbers.sort_unstable();
    numbers.iter().zip(1_u64..).fold(0, |sum, (number, place)| sum.wrapping_add(number.wrapping_mul(place)))
}

/// Hashes `length` bytes and returns the digest's first eight.
#[unsafe(no_mangle)]
pub extern "C" fn sha256(length: u32) -> u64 {
    let bytes: Vec<u8> = (0..length).map(|index| index as u8).collect();
    let digest = sha256::digest(&bytes);
    u64::from(digest[0]) << 32 | u64::from(digest[1])
}

#[cfg(test)]
mod tests {
    #[test]
    fn sorting_is_repeatable() {
        assert_eq!(super::sort(1000), super::sort(1000));
        assert_ne!(super::sort(1000), super::sort(1001));
    }

    #[test]
    fn hashing_gives_the_start_of_the_digest() {
        assert_eq!(super::sha256(0), 0xe3b0_c442_98fc_1c14);
    }
}
