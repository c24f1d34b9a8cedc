//! Types of the program's own that have the names of the library's, and fields with names that look like its own.

use std::marker::PhantomData;

mod own {
    pub struct HashMap {
        pub items: u8,
        pub other: u16,
    }

    pub struct BTreeMap<K> {
        pub length: u32,
        pub key: K,
    }

    pub struct Vec<T> {
        pub buf: T,
        pub len: u8,
    }

    pub struct String {
        pub vec: u8,
    }

    pub struct Box<T>(pub T);

    pub struct Rc {
        pub ptr: u8,
    }

    pub struct Cell {
        pub value: u8,
    }
}

struct Marked<T> {
    _marker_count: u32,
    _marker: PhantomData<T>,
    __0: u8,
    data_ptr: u8,
    length: u8,
}

pub fn look() {
    let map = own::HashMap { items: 2, other: 3 };
    let tree = own::BTreeMap { length: 1, key: 'k' };
    let vec = own::Vec { buf: 1_u8, len: 2 };
    let text = own::String { vec: 1 };
    let boxed = own::Box(2_u8);
    let counted = own::Rc { ptr: 3 };
    let cell = own::Cell { value: 4 };
    let marked = Marked::<u8> { _marker_count: 6, _marker: PhantomData, __0: 7, data_ptr: 8, length: 9 };
    super::keep(&(&map, &tree, &vec, &text, &boxed, &counted, &cell, &marked)); // NAMED
}
