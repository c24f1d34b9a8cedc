//! A small program for the fuzz targets: enums with and without values, slices, references, generics, inlined calls.
#![no_std]
#![no_main]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
pub enum Shape<'a> { Empty, Circle { radius: f32 }, Named(&'a str, Option<u32>) }
struct Pair<T>(T, [T; 3]);
#[inline(always)]
fn measure(shape: &Shape<'_>) -> u32 {
    match shape {
        Shape::Empty => 0,
        Shape::Circle { radius } => *radius as u32,
        Shape::Named(name, extra) => name.len() as u32 + extra.unwrap_or(1),
    }
}
#[unsafe(no_mangle)]
pub extern "C" fn main(count: u32) -> u32 {
    let shapes = [Shape::Empty, Shape::Circle { radius: 2.5 }, Shape::Named("größer", Some(count))];
    let pair = Pair(count as u64, [1, 2, 3]);
    let (letter, wide, unit) = ('é', u128::from(count) << 70, ());
    let slice: &[Shape<'_>] = &shapes[..(count as usize).min(3)];
    let mut total = pair.0 as u32 + pair.1[1] as u32 + letter as u32 + (wide >> 70) as u32;
    let _ = unit;
    for shape in slice {
        total = total.wrapping_add(measure(shape));
    }
    total
}
