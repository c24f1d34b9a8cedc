//! References to what has no size of its own, and owners that have their value somewhere else.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::error::Error;
use std::ffi::{CStr, CString, OsStr, OsString};
use std::fmt;
use std::num::NonZeroU16;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::sync::Arc;
use std::sync::atomic::AtomicI32;

struct Tail<T: ?Sized> {
    n: u8,
    rest: T,
}

trait Area {
    fn area(&self) -> u64;
}

struct Square {
    side: u32,
}

/// Aligned to more than what is before it in a [`Tail`].
struct Aligned(u64);

impl Area for Square {
    fn area(&self) -> u64 {
        u64::from(self.side) * u64::from(self.side)
    }
}

impl Area for Aligned {
    fn area(&self) -> u64 {
        self.0
    }
}

#[derive(Debug)]
struct Failed(u8);

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "failed")
    }
}

impl Error for Failed {}

union Either {
    number: u32,
    float: f32,
}

fn twice(n: i32) -> i32 {
    n * 2
}

pub fn look() {
    let path: &Path = Path::new("/a/b");
    let os: &OsStr = OsStr::new("os");
    let c: &CStr = c"abc";
    let boxed: Box<Path> = path.into();
    let owned = (PathBuf::from("/p"), OsString::from("o"), CString::new("c").unwrap_or_default());
    let tail: &Tail<[u16]> = &Tail { n: 7, rest: [1_u16, 2, 3] };
    let object_tail: &Tail<dyn Area> = &Tail { n: 8, rest: Aligned(9) };
    let cows: [Cow<'_, str>; 2] = [Cow::Borrowed("lent"), Cow::Owned("owned".into())];
    let object: &dyn Area = &Square { side: 3 };
    let objects: Vec<Box<dyn Area>> = vec![Box::new(Square { side: 2 }), Box::new(Aligned(5))];
    let failed: Result<(), Box<dyn Error>> = Err(Box::new(Failed(3)));
    let rc = Rc::new(Square { side: 4 });
    let weak = Rc::downgrade(&rc);
    let never: Weak<u8> = Weak::new();
    let dropped = Rc::downgrade(&Rc::new(1_u8));
    let rc_text: Rc<str> = "counted".into();
    let rc_bytes: Rc<[u8]> = Rc::from([104, 105]);
    let rc_path: Rc<Path> = Rc::from(path);
    let rc_object: Rc<dyn Area> = Rc::new(Aligned(6));
    let arc = Arc::new(String::from("shared"));
    let cell = Cell::new(5);
    let free = RefCell::new(vec![1]);
    let lent = Rc::new(RefCell::new(2));
    let guard = lent.borrow_mut();
    let atomic = AtomicI32::new(-5);
    let nonzero = (NonZeroU16::new(7), NonZeroU16::new(0));
    let pinned: Pin<Box<i32>> = Box::pin(5);
    let text_box: Box<str> = "boxed".into();
    let slice_box: Box<[u8]> = Box::from([1, 2]);
    let texts: &[&str] = &["a", "b"];
    let either = Either { number: 0x3f80_0000 };
    let function: fn(i32) -> i32 = twice;
    let captured = String::from("captured");
    let closure = |n: usize| n + captured.len();
    super::keep(&(path, os, c, &boxed, &owned, &cows, &rc, &weak)); // OWNERS
    super::keep(&(tail.n, &tail.rest, object_tail.n, object_tail.rest.area(), object.area(), objects, failed, never));
    super::keep(&(dropped, &rc_text, &rc_bytes, &rc_path, &rc_object, arc, cell, free));
    super::keep(&(guard, atomic, nonzero, pinned, text_box, slice_box, texts, closure(1), function(1)));
    // SAFETY: each of its fields may have any bits.
    super::keep(&unsafe { (either.number, either.float) });
}
