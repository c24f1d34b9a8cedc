//! Formats numbers for the user.

/// `1234567` as `1,234,567`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A count with its noun: `1 byte`, `2 bytes`.
pub fn count(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(number), if number == 1 { one } else { many })
}

/// A size in the units of memory: `12 bytes`, `64 KiB`, `1.5 MiB`.
pub fn bytes(number: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    if number < 1024 {
        return count(number, "byte", "bytes");
    }
    let mut value = number as f64 / 1024.0;
    let mut unit = 0;
    while value >= 1024.0 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    let digits = if value >= 100.0 || value.fract() < 0.05 { 0 } else { 1 };
    format!("{value:.digits$} {}", UNITS[unit])
}

/// A duration: `0.35 ms`, `12 ms`, `1.24 s`, `2 min 5 s`.
pub fn milliseconds(duration: f64) -> String {
    let duration = duration.max(0.0);
    if duration < 0.005 {
        "0 ms".into()
    } else if duration < 10.0 {
        format!("{duration:.2} ms")
    } else if duration < 1000.0 {
        format!("{duration:.0} ms")
    } else if duration < 60_000.0 {
        format!("{:.2} s", duration / 1000.0)
    } else {
        let seconds = (duration / 1000.0).round() as u64;
        format!("{} min {} s", grouped(seconds / 60), seconds % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_in_groups_of_three() {
        assert_eq!([0, 999, 1000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!(count(1, "byte", "bytes"), "1 byte");
    }

    #[test]
    fn sizes_and_durations() {
        assert_eq!(
            [0, 1, 1023, 1024, 1536, 65_536, 1 << 30].map(bytes),
            ["0 bytes", "1 byte", "1,023 bytes", "1 KiB", "1.5 KiB", "64 KiB", "1 GiB"]
        );
        assert_eq!(
            [0.0, 0.354, 12.3, 1240.0, 125_000.0].map(milliseconds),
            ["0 ms", "0.35 ms", "12 ms", "1.24 s", "2 min 5 s"]
        );
    }
}
