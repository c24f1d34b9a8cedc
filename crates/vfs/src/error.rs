//! Errors of operations on the tree.

/// Why an operation on the tree failed. A failed operation has changed nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum VfsError {
    #[error("no such file or directory")]
    NotFound,
    #[error("it already exists")]
    Exists,
    #[error("not a directory")]
    NotDirectory,
    #[error("it is a directory")]
    IsDirectory,
    #[error("the directory is not empty")]
    NotEmpty,
    #[error("too many levels of symbolic links")]
    Loop,
    #[error("no space left: the tree has reached its size limit")]
    NoSpace,
    #[error("the file would be larger than a file may be")]
    TooBig,
    #[error("the name or path is too long")]
    NameTooLong,
    #[error("too many hard links to one file")]
    TooManyLinks,
    #[error("not possible for this kind of file, directory or path")]
    Invalid,
    #[error("the directory is in use")]
    Busy,
    #[error("not permitted for a directory")]
    NotPermitted,
    #[error("the path leads out of the directory that it starts from")]
    Escape,
}

/// The result of an operation on the tree.
pub type Result<T> = std::result::Result<T, VfsError>;
