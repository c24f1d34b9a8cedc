//! The calls, made by small programs in WebAssembly text.
