//! Values of many types, for the debugger to show.
#![expect(dead_code, reason = "what is in the values is for the debugger to look at")]

mod collections;
mod enums;
mod named;
mod owners;

mod left {
    pub mod part;
}

mod right {
    pub mod part;
}

use std::collections::BTreeMap;

#[derive(Debug)]
struct Point {
    x: i32,
    y: f64,
}

#[derive(Debug)]
struct Metres(u32);

#[derive(Debug)]
struct Marker;

#[derive(Debug, Clone, Copy)]
enum Colour {
    Red,
    Green,
}

#[derive(Debug)]
enum Shape {
    Nothing,
    Circle { radius: u8, colour: Colour },
    Line(Point, Point),
    Named(String),
}

/// A list that goes on: each of its nodes is in the next.
#[derive(Debug)]
struct Node {
    value: u16,
    next: Option<Box<Node>>,
}

fn main() {
    let numbers = (7_u8, -300_i16, u64::MAX, 2.5_f32, -0.125_f64);
    let truth = true;
    let letter = 'ß';
    let unit = ();
    let hello = String::from("hello, \"world\"\n");
    let slice = &hello[7..];
    let empty = String::new();
    let long = "0123456789".repeat(50);
    let list = vec![1, 2, 3];
    let many: Vec<u32> = (0..1000).collect();
    let words = vec![String::from("one"), String::from("two")];
    let part = &many[10..13];
    let array = [[1_u8, 2], [3, 4]];
    let point = Point { x: -1, y: 0.5 };
    let metres = Metres(12);
    let marker = Marker;
    let colours = [Colour::Red, Colour::Green];
    let shapes = vec![
        Shape::Nothing,
        Shape::Circle { radius: 3, colour: Colour::Green },
        Shape::Line(Point { x: 1, y: 2.0 }, Point { x: 3, y: 4.0 }),
        Shape::Named(String::from("star")),
    ];
    let some = Some(5_u32);
    let none: Option<u32> = None;
    let maybe_text: Option<&str> = Some("text");
    let maybe_box: Option<Box<i32>> = None;
    let fine: Result<u8, String> = Ok(1);
    let failed: Result<u8, String> = Err(String::from("no"));
    let boxed = Box::new(Point { x: 9, y: 9.5 });
    let reference = &point;
    let node = Node { value: 1, next: Some(Box::new(Node { value: 2, next: None })) };
    let map = BTreeMap::from([(1, 'a')]);
    let wide = i128::MIN;
    let mut total = 0;
    for index in 0..2_i32 {
        let twice = index * 2;
        total += twice;
    }
    show(&hello, &shapes, total);
    // All of it is used, and so is still there above.
    println!("{numbers:?} {truth} {letter} {unit:?} {slice} {empty} {long} {list:?} {many:?} {words:?} {part:?}");
    println!("{array:?} {point:?} {metres:?} {marker:?} {colours:?} {some:?} {none:?} {maybe_text:?} {maybe_box:?}");
    println!("{fine:?} {failed:?} {boxed:?} {reference:?} {node:?} {map:?} {wide}");
    println!("{} {} {:?}", metres.0, node.value, node.next);
    enums::look();
    owners::look();
    named::look();
    collections::look();
    println!("{} {:?}", left::part::of_left(1), right::part::of_right('a'));
}

/// Uses something, so that it is still there.
fn keep<T>(value: &T) {
    std::hint::black_box(value);
}

fn show(text: &str, shapes: &[Shape], total: i32) {
    let length = text.len() + shapes.len();
    println!("{length} {total}");
}
