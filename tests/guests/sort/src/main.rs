//! Sorts a million numbers and prints a checksum: what the benchmark runs as "Rust from the standard library".

fn main() {
    let count = std::env::args().nth(1).and_then(|word| word.parse().ok()).unwrap_or(1_000_000);
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut numbers: Vec<u64> = (0..count)
        .map(|_| {
            // xorshift64*: the same numbers in every run.
            state ^= state >> 12;
            state ^= state << 25;
            state ^= state >> 27;
            state.wrapping_mul(0x2545_f491_4f6c_dd1d)
        })
        .collect();
    numbers.sort_unstable();
    let checksum = numbers.iter().enumerate().fold(0_u64, |sum, (index, number)| sum.wrapping_add(number ^ index as u64));
    println!("{checksum:016x}");
}
