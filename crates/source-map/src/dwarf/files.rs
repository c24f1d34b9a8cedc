//! The source files that DWARF names.

use std::collections::HashMap;

/// A source file that code was compiled from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// The path as given to the compiler, made absolute if its directory is known; with `/` as the separator.
    pub path: String,
    /// Whether it belongs to the standard library or a dependency rather than to the program itself.
    pub is_library: bool,
}

/// All of them, each once.
#[derive(Debug, Default)]
pub struct Files {
    pub all: Vec<SourceFile>,
    by_path: HashMap<String, u32>,
}

impl Files {
    pub fn add(&mut self, path: String) -> u32 {
        let next = self.all.len() as u32;
        *self.by_path.entry(path).or_insert_with_key(|path| {
            self.all.push(SourceFile { is_library: is_library(path), path: path.clone() });
            next
        })
    }
}

/// Joins the compiler's directory, the file's directory and its name. An absolute part replaces what is before it.
pub fn join<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    let mut path = String::new();
    for part in parts {
        let part = part.replace('\\', "/");
        if is_absolute(&part) {
            path.clear();
        }
        if !path.is_empty() && !path.ends_with('/') {
            path.push('/');
        }
        path.push_str(&part);
    }
    without_dots(&path)
}

fn is_absolute(path: &str) -> bool {
    path.starts_with('/') || path.contains("://") || path.as_bytes().get(1) == Some(&b':')
}

fn without_dots(path: &str) -> String {
    let (scheme, rest) = match path.split_once("://") {
        Some((scheme, rest)) => (format!("{scheme}://"), rest),
        None => (String::new(), path),
    };
    let mut parts: Vec<&str> = Vec::new();
    for (index, part) in rest.split('/').enumerate() {
        match part {
            "." => {}
            "" if index > 0 => {}
            ".." if parts.last().is_some_and(|last| !matches!(*last, "" | "..")) => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    scheme + &parts.join("/")
}

/// Whether a path, as rustc writes it, belongs to the standard library, to libc, or to a crate from a registry.
fn is_library(path: &str) -> bool {
    ["/rustc/", "/rust/deps/", "wasisdk://"].iter().any(|start| path.starts_with(start))
        || ["/.cargo/registry/", "/.cargo/git/", "/lib/rustlib/src/"].iter().any(|part| path.contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_joined_as_the_compiler_means_them() {
        assert_eq!(join(["/home/ada/words", "src", "main.rs"]), "/home/ada/words/src/main.rs");
        assert_eq!(
            join(["/home/ada", "/rustc/abc/library/core/src", "fmt/mod.rs"]),
            "/rustc/abc/library/core/src/fmt/mod.rs"
        );
        assert_eq!(join([r"C:\words", "src", "main.rs"]), "C:/words/src/main.rs");
        assert_eq!(join(["/a/b", ".", "../c/./d.rs"]), "/a/c/d.rs");
        assert_eq!(join(["", "src/lib.rs"]), "src/lib.rs");
        assert_eq!(join(["wasisdk://v1/build", "../x.c"]), "wasisdk://v1/x.c");
    }

    #[test]
    fn libraries_are_distinguished_from_the_program() {
        for path in ["/rustc/58cf/library/core/src/lib.rs", "/home/a/.cargo/registry/src/x/lib.rs", "wasisdk://v33/x.c"]
        {
            assert!(is_library(path), "{path}");
        }
        for path in ["/home/ada/words/src/main.rs", "src/main.rs", "/home/ada/rustc/src/lib.rs"] {
            assert!(!is_library(path), "{path}");
        }
    }

    #[test]
    fn a_file_is_known_once() {
        let mut files = Files::default();
        assert_eq!((files.add("a".into()), files.add("b".into()), files.add("a".into())), (0, 1, 0));
        assert_eq!(files.all.len(), 2);
    }
}
