//! Running a program so that it can be looked into at every instruction, forwards and backwards.

pub mod attach;
