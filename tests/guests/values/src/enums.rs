//! Enums whose variants are told apart in all ways that the compiler has.

use std::cmp::Ordering;
use std::convert::Infallible;

enum Answer {
    Never(Infallible),
    Given(u8),
}

/// The variant that cannot be comes before one that has a niche.
enum Gap {
    Never(Infallible),
    Empty,
    Flag(bool),
}

enum Id {
    Known { id: u128 },
    Unknown,
}

#[repr(i8)]
enum Signed {
    Below = -3,
    Above = 4,
}

#[repr(i16)]
enum Loaded {
    Below(u8) = -300,
    Above(u8) = 300,
}

enum Deep {
    Flag(Option<Option<bool>>),
    Left,
    Right,
}

fn fails() -> Result<u8, String> {
    Err("bad 3".into())
}

fn asks() -> Result<u8, String> {
    let got = fails()?;
    Ok(got)
}

pub fn look() {
    let given = Answer::Given(4);
    let err: Result<Infallible, u8> = Err(7);
    let no_one: Option<Infallible> = None;
    let ok: Result<u8, Infallible> = Ok(9);
    let gaps = [Gap::Empty, Gap::Flag(true), Gap::Flag(false)];
    let wide = Some(1_u128);
    let negative: Result<i128, i128> = Err(-2);
    let list = vec![Some(1_i128), None];
    let ids = [Id::Unknown, Id::Known { id: 5 }];
    let signed = [Signed::Below, Signed::Above];
    let loaded = [Loaded::Below(1), Loaded::Above(2)];
    let deep = [Deep::Flag(None), Deep::Flag(Some(None)), Deep::Flag(Some(Some(true))), Deep::Left, Deep::Right];
    let nested: Option<Option<Option<u8>>> = Some(Some(None));
    let order = Ordering::Less;
    let asked = asks();
    super::keep(&(&gaps, &ids, &signed, &loaded, &deep)); // ENUMS
    super::keep(&(given, err, no_one, ok, wide, negative, list, nested, order, asked));
}
