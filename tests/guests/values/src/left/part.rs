//! One of two files of this name.

pub fn of_left(x: i32) -> i32 {
    x + 1
}
