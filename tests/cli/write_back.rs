//! `run --dir --write-back`: what reaches the machine, and what never does.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use super::{file, folder, text, wasmoscope};

/// What a guest does to the files of its first directory. What fails is left so.
enum Do<'a> {
    Unlink(&'a str),
    RemoveDirectory(&'a str),
    CreateDirectory(&'a str),
    /// Target and path.
    Symlink(&'a str, &'a str),
    /// Path and contents.
    Write(&'a str, &'a str),
    Rename(&'a str, &'a str),
    /// Prints a line, and waits for one.
    Wait,
}
use Do::*;

/// A program that does so in order.
fn program(steps: &[Do]) -> String {
    let (mut data, mut calls, mut next) = (String::new(), String::new(), 256);
    let mut place = |text: &str| {
        let bytes: String = text.bytes().map(|byte| format!("\\{byte:02x}")).collect();
        data.push_str(&format!("  (data (i32.const {next}) \"{bytes}\")\n"));
        let place = format!("(i32.const {next}) (i32.const {})", text.len());
        next += text.len();
        place
    };
    for step in steps {
        calls.push_str(&match step {
            Unlink(path) => format!("(drop (call $unlink (i32.const 3) {}))\n", place(path)),
            RemoveDirectory(path) => format!("(drop (call $rmdir (i32.const 3) {}))\n", place(path)),
            CreateDirectory(path) => format!("(drop (call $mkdir (i32.const 3) {}))\n", place(path)),
            Symlink(target, path) => {
                format!("(drop (call $symlink {} (i32.const 3) {}))\n", place(target), place(path))
            }
            Rename(from, to) => {
                format!("(drop (call $rename (i32.const 3) {} (i32.const 3) {}))\n", place(from), place(to))
            }
            Write(path, contents) => format!("(call $put {} {})\n", place(path), place(contents)),
            Wait => format!(
                "(call $print (i32.const 1) {}) (drop (call $read (i32.const 0) (i32.const 16) (i32.const 1) (i32.const 8)))\n",
                place("ready\n")
            ),
        });
    }
    format!(
        r#"(module
  (import "wasi_snapshot_preview1" "path_unlink_file" (func $unlink (param i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_remove_directory" (func $rmdir (param i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_create_directory" (func $mkdir (param i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_symlink" (func $symlink (param i32 i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_rename" (func $rename (param i32 i32 i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_open"
    (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 4)
  (data (i32.const 16) "\40\00\00\00\20\00\00\00")
{data}  (func $print (param $fd i32) (param $text i32) (param $length i32)
    (i32.store (i32.const 0) (local.get $text)) (i32.store (i32.const 4) (local.get $length))
    (drop (call $write (local.get $fd) (i32.const 0) (i32.const 1) (i32.const 8))))
  ;; Creates or empties the file, without following a link.
  (func $put (param $path i32) (param $path_length i32) (param $text i32) (param $length i32)
    (if (i32.eqz (call $open (i32.const 3) (i32.const 0) (local.get $path) (local.get $path_length) (i32.const 9)
          (i64.const 0x1fffffff) (i64.const 0) (i32.const 0) (i32.const 12)))
      (then (call $print (i32.load (i32.const 12)) (local.get $text) (local.get $length)))))
  (func (export "_start")
{calls}  ))"#
    )
}

fn run(folder: &Path, steps: &[Do]) -> Output {
    file(folder, "guest.wat", &program(steps));
    wasmoscope(folder, &["run", "--dir", "box", "--write-back", "guest.wat"], "")
}

/// Everything in a folder: a line a name, with what it is.
fn tree(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(folder).expect("it can be listed").map(|entry| entry.expect("it can")).collect();
    names.sort_by_key(fs::DirEntry::file_name);
    let mut lines = Vec::new();
    for entry in names {
        let (name, path) = (entry.file_name().to_string_lossy().into_owned(), entry.path());
        let kind = entry.file_type().expect("it has one");
        if kind.is_symlink() {
            lines.push(format!("{name} -> {}", fs::read_link(&path).expect("it leads somewhere").display()));
        } else if kind.is_dir() {
            lines.push(format!("{name}/"));
            lines.extend(tree(&path).into_iter().map(|line| format!("{name}/{line}")));
        } else if kind.is_file() {
            lines.push(format!("{name}: {}", fs::read_to_string(&path).expect("it can be read")));
        } else {
            lines.push(format!("{name}: other"));
        }
    }
    lines
}

/// A folder with an empty `box` and a `victim/.bashrc` beside it, which must stay.
fn with_victim(name: &str) -> std::path::PathBuf {
    let folder = folder(name);
    fs::create_dir(folder.join("box")).expect("a folder can be made");
    fs::create_dir(folder.join("victim")).expect("a folder can be made");
    file(&folder, "victim/.bashrc", "# mine\n");
    folder
}

fn expect(folder: &Path, output: &Output, inside: &[&str]) {
    let told = text(&output.stderr);
    assert_eq!(tree(&folder.join("box")), inside, "{told}");
    if folder.join("victim").exists() {
        assert_eq!(tree(&folder.join("victim")), [".bashrc: # mine\n"], "{told}");
    }
}

#[test]
fn a_link_that_one_run_leaves_is_not_followed_by_the_next() {
    let folder = with_victim("write-back-two-runs");
    let output = run(&folder, &[Symlink("../victim/.bashrc", "notes")]);
    expect(&folder, &output, &["notes -> ../victim/.bashrc"]);
    assert_eq!(output.status.code(), Some(0));
    let told = text(&output.stderr);
    assert!(told.contains("leads out of its directory\n  `box/notes`: ../victim/.bashrc\n"), "{told}");
    let output = run(&folder, &[Write("notes", "echo owned\n")]);
    expect(&folder, &output, &["notes -> ../victim/.bashrc"]);
    let output = run(&folder, &[Unlink("notes"), Write("notes", "echo owned\n")]);
    expect(&folder, &output, &["notes: echo owned\n"]);
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), String::new()));
}

#[test]
fn links_that_are_there_already_are_not_followed() {
    let folder = with_victim("write-back-links");
    let absolute = fs::canonicalize(folder.join("victim")).expect("it is there");
    for (name, target) in [
        ("file", Path::new("../victim/.bashrc")),
        ("folder", Path::new("../victim")),
        ("absolute", &absolute),
        ("chain", Path::new("folder")),
        ("moved", Path::new("../victim")),
    ] {
        symlink(target, folder.join("box").join(name)).expect("a link can be made");
    }
    let output = run(
        &folder,
        &[
            // Through each of them: the tree refuses that itself.
            Write("folder/.bashrc", "1"),
            Write("absolute/.bashrc", "2"),
            // In the place of each.
            Unlink("file"),
            Write("file", "a file now"),
            Unlink("folder"),
            CreateDirectory("folder"),
            Write("folder/.bashrc", "3"),
            Unlink("absolute"),
            CreateDirectory("absolute"),
            Write("absolute/.bashrc", "4"),
            Write("chain/.profile", "5"),
            Rename("moved", "elsewhere"),
            Write("elsewhere/.bashrc", "6"),
        ],
    );
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    expect(
        &folder,
        &output,
        &[
            "absolute/",
            "absolute/.bashrc: 4",
            "chain -> folder",
            "elsewhere -> ../victim",
            "file: a file now",
            "folder/",
            "folder/.bashrc: 3",
            "folder/.profile: 5",
        ],
    );
}

#[test]
fn one_kind_of_thing_takes_the_place_of_another() {
    let folder = with_victim("write-back-kinds");
    fs::create_dir_all(folder.join("box/directory/in")).expect("a folder can be made");
    file(&folder, "box/directory/in/it", "x");
    fs::create_dir(folder.join("box/emptied")).expect("a folder can be made");
    file(&folder, "box/file", "f");
    file(&folder, "box/other", "o");
    symlink("../victim", folder.join("box/gone")).expect("a link can be made");
    symlink("file", folder.join("box/link")).expect("a link can be made");
    let output = run(
        &folder,
        &[
            Unlink("gone"),
            Unlink("file"),
            CreateDirectory("file"),
            Write("file/in-it", "1"),
            Unlink("directory/in/it"),
            RemoveDirectory("directory/in"),
            RemoveDirectory("directory"),
            Write("directory", "2"),
            RemoveDirectory("emptied"),
            Symlink("other", "emptied"),
            Unlink("other"),
            Symlink("file", "other"),
            Unlink("link"),
            Symlink("directory", "link"),
        ],
    );
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), String::new()));
    expect(
        &folder,
        &output,
        &["directory: 2", "emptied -> other", "file/", "file/in-it: 1", "link -> directory", "other -> file"],
    );
}

#[test]
fn what_cannot_be_written_is_listed_and_everything_else_is_written() {
    let folder = with_victim("write-back-listed");
    file(&folder, "box/read-only", "old");
    fs::set_permissions(folder.join("box/read-only"), fs::Permissions::from_mode(0o444)).expect("it is ours");
    fs::create_dir(folder.join("box/kept")).expect("a folder can be made");
    for fifo in ["box/a-fifo", "box/kept/fifo"] {
        assert!(Command::new("mkfifo").arg(folder.join(fifo)).status().expect("mkfifo runs").success());
    }
    let latin = std::ffi::OsStr::from_bytes(b"latin-\xe9");
    fs::write(folder.join("box").join(latin), "x").expect("a file can be written");
    let output = run(
        &folder,
        &[
            Write("a-fifo", "1"),
            Write("before", "2"),
            Write("read-only", "3"),
            RemoveDirectory("kept"),
            Write("\u{1b}[31mred\nerror: forged", "4"),
            Write("zuletzt", "5"),
        ],
    );
    let told = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{told}");
    for line in [
        "  `box/a-fifo`: it is a FIFO\n",
        "  `box/latin-\u{fffd}`: its name is not UTF-8\n",
        "  `box/kept/fifo`: it is a FIFO\n",
        "error: 3 changes were not written back; all others were\n",
        "  `box/kept`: Directory not empty",
        "  `box/a-fifo`: the host has a FIFO of that name, which the program did not see\n",
        "  `box/read-only`: the file is read-only\n",
    ] {
        assert!(told.contains(line), "no {line:?} in {told}");
    }
    let inside = [
        "\u{1b}[31mred\nerror: forged: 4",
        "a-fifo: other",
        "before: 2",
        "kept/",
        "kept/fifo: other",
        "latin-\u{fffd}: x",
        "read-only: old",
        "zuletzt: 5",
    ];
    expect(&folder, &output, &inside);
}

/// The command fails of a program that ends well; a program's own code stays.
#[test]
fn a_failing_program_keeps_its_code_when_a_change_is_not_written() {
    let folder = with_victim("write-back-code");
    file(&folder, "box/read-only", "old");
    fs::set_permissions(folder.join("box/read-only"), fs::Permissions::from_mode(0o444)).expect("it is ours");
    let traps = program(&[Write("read-only", "new")]).replace("\n  ))", "\nunreachable))");
    file(&folder, "guest.wat", &traps);
    let output = wasmoscope(&folder, &["run", "--dir", "box", "--write-back", "guest.wat"], "");
    let told = text(&output.stderr);
    assert_eq!(output.status.code(), Some(134), "{told}");
    assert!(told.contains("error: 1 change was not written back") && told.contains("`unreachable`"), "{told}");
}

#[test]
fn a_hard_link_is_written_where_all_its_names_are_inside_and_replaced_where_not() {
    let folder = with_victim("write-back-hard-links");
    fs::hard_link(folder.join("victim/.bashrc"), folder.join("box/shared")).expect("a link can be made");
    fs::set_permissions(folder.join("box/shared"), fs::Permissions::from_mode(0o640)).expect("it is ours");
    file(&folder, "box/one", "old");
    fs::hard_link(folder.join("box/one"), folder.join("box/two")).expect("a link can be made");
    let output = run(&folder, &[Write("shared", "new"), Write("one", "new")]);
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), String::new()));
    expect(&folder, &output, &["one: new", "shared: new", "two: new"]);
    let metadata = |name: &str| fs::metadata(folder.join("box").join(name)).expect("it is there");
    assert_eq!(metadata("one").ino(), metadata("two").ino(), "they are still one file");
    assert_eq!(metadata("shared").mode() & 0o777, 0o640);
}

#[test]
fn a_file_that_is_written_keeps_its_permissions() {
    let folder = with_victim("write-back-permissions");
    file(&folder, "box/tool", "#!/bin/sh\n");
    fs::set_permissions(folder.join("box/tool"), fs::Permissions::from_mode(0o750)).expect("it is ours");
    let before = fs::metadata(folder.join("box/tool")).expect("it is there").ino();
    let output = run(&folder, &[Write("tool", "exit\n")]);
    expect(&folder, &output, &["tool: exit\n"]);
    let after = fs::metadata(folder.join("box/tool")).expect("it is there");
    assert_eq!((after.ino(), after.mode() & 0o777), (before, 0o750));
}

#[test]
fn what_takes_a_name_during_the_run_is_not_followed() {
    let folder = with_victim("write-back-race");
    fs::create_dir(folder.join("box/inner")).expect("a folder can be made");
    file(&folder, "box/.bashrc", "old");
    file(&folder, "box/inner/.bashrc", "old");
    let steps = [Wait, Write(".bashrc", "1"), Write("inner/.bashrc", "2"), Write("new", "3")];
    file(&folder, "guest.wat", &program(&steps));
    let mut child = Command::new(env!("CARGO_BIN_EXE_wasmoscope"))
        .args(["run", "--dir", "box", "--write-back", "guest.wat"])
        .current_dir(&folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command line starts");
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("it has an output")).read_line(&mut line).expect("it says so");
    assert_eq!(line, "ready\n");
    fs::rename(folder.join("box/inner"), folder.join("box/old-inner")).expect("it can be moved");
    symlink("../victim", folder.join("box/inner")).expect("a link can be made");
    fs::remove_file(folder.join("box/.bashrc")).expect("it can be removed");
    symlink("../victim/.bashrc", folder.join("box/.bashrc")).expect("a link can be made");
    fs::rename(folder.join("box"), folder.join("moved")).expect("it can be moved");
    symlink("victim", folder.join("box")).expect("a link can be made");
    child.stdin.take().expect("it has an input").write_all(b"go\n").expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    let told = text(&output.stderr);
    assert_eq!(tree(&folder.join("victim")), [".bashrc: # mine\n"], "{told}");
    let moved =
        [".bashrc -> ../victim/.bashrc", "inner -> ../victim", "new: 3", "old-inner/", "old-inner/.bashrc: old"];
    assert_eq!(tree(&folder.join("moved")), moved, "{told}");
    assert_eq!(output.status.code(), Some(2), "{told}");
    for line in [
        "  `box/.bashrc`: on the host it became a symbolic link during the run, and was a file\n",
        "  `box/inner/.bashrc`: `inner` in its path is a symbolic link on the host\n",
    ] {
        assert!(told.contains(line), "no {line:?} in {told}");
    }
}

/// What is read is what the links say, never what they lead to.
#[test]
fn links_are_copied_as_links() {
    let folder = with_victim("load-links");
    symlink("../victim/.bashrc", folder.join("box/out")).expect("a link can be made");
    symlink("/dev/zero", folder.join("box/endless")).expect("a link can be made");
    symlink("nowhere", folder.join("box/dangling")).expect("a link can be made");
    symlink(".", folder.join("box/loop")).expect("a link can be made");
    let output = run(&folder, &[Write("loop/loop/loop/x", "1")]);
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), String::new()));
    let inside = ["dangling -> nowhere", "endless -> /dev/zero", "loop -> .", "out -> ../victim/.bashrc", "x: 1"];
    expect(&folder, &output, &inside);
}

#[test]
fn a_file_that_does_not_fit_is_named() {
    let folder = with_victim("load-large");
    let large = fs::File::create(folder.join("box/large")).expect("a file can be made");
    large.set_len(600 << 20).expect("it may be sparse");
    let output = run(&folder, &[]);
    let told = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(told.contains("cannot copy `box/large`: it has 600 MiB") && told.contains("512 MiB"), "{told}");
    let output = wasmoscope(&folder, &["run", "--dir", "no\u{1b}where", "guest.wat"], "");
    assert!(text(&output.stderr).contains(r"cannot copy `no\u{1b}where`: "), "{}", text(&output.stderr));
}
