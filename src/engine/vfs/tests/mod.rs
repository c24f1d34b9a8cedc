//! The tree, tested like any file system.

mod smoke;
