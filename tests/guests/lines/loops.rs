//! Loops of all kinds, to be stopped at on their lines; built by `tests/line_breakpoints.rs`, optimised and not.

#[inline(never)]
fn see(x: i32) -> i32 {
    std::hint::black_box(x)
}

#[inline(never)]
fn twice<T: Copy + Into<i64>>(value: T) -> i64 {
    value.into() * 2 // GENERIC
}

#[inline(never)]
fn factorial(n: i32) -> i32 {
    if n == 0 { 1 } else { n * factorial(see(n) - 1) } // RECURSIVE
}

fn main() {
    let mut total = 0;
    for i in 0..4 { // FOR
        total += see(i); // BODY
    }
    let mut k = 0;
    while k < 3 { // WHILE
        k += see(1);
    }
    let v: Vec<i32> = (0..3).map(|x| see(x) * 2).collect(); // CLOSURE
    for (a, b) in v.iter().zip(1..) { total += see(*a) * b; } // ONE
    while see(k) < 9 { k += 2; } // ONE WHILE
    let big = twice(3_i32) + twice(4_u8); // TWO CALLS
    let product = factorial(
        see(4), // ARGUMENT
    );
    println!("{total} {k} {v:?} {big} {product}");
}
