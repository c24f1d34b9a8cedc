//! The Files panel: moving, copying, archives, and what a run did.

use e2e::{Page, key};
use std::fs;

/// Appends a line to `list.txt`, makes `made.txt` and removes `gone.txt`.
const CHANGER: &str = r#"(module
  (import "wasi_snapshot_preview1" "path_open" (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_unlink_file" (func $unlink (param i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 100) "list.txt")
  (data (i32.const 120) "made.txt")
  (data (i32.const 140) "gone.txt")
  (data (i32.const 160) "one more\n")
  (func $put (param $path i32)
    (drop (call $open (i32.const 3) (i32.const 0) (local.get $path) (i32.const 8)
      (i32.const 1) (i64.const 0x1fffffff) (i64.const 0x1fffffff) (i32.const 1) (i32.const 0)))
    (i32.store (i32.const 8) (i32.const 160))
    (i32.store (i32.const 12) (i32.const 9))
    (drop (call $write (i32.load (i32.const 0)) (i32.const 8) (i32.const 1) (i32.const 16))))
  (func (export "_start")
    (call $put (i32.const 100))
    (call $put (i32.const 120))
    (drop (call $unlink (i32.const 3) (i32.const 140) (i32.const 8)))))"#;

fn folder_with(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (name, bytes) in files {
        fs::write(folder.path().join(name), bytes).expect("it can be written to");
    }
    folder
}

#[test]
fn a_panel_that_was_hidden_draws_all_rows_in_sight() {
    let names: Vec<String> = (0..60).map(|number| format!("{number:02}.txt")).collect();
    let files: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b"x"[..])).collect();
    let folder = folder_with(&files);
    let paths: Vec<_> = names.iter().map(|name| folder.path().join(name)).collect();
    let page = Page::open_at_size(390, 844);
    page.upload("files", &paths.iter().map(|path| path.as_path()).collect::<Vec<_>>());
    page.click("tab", "Files");
    page.expect_in("Files", "00.txt");
    page.expect_script(
        "rows reach to the end of the panel",
        "const end = document.querySelector('[role=tree]').getBoundingClientRect().bottom - 1; \
         return [...document.querySelectorAll('[role=treeitem]')].some((row) => row.getBoundingClientRect().bottom >= end)",
    );
}

#[test]
fn what_a_run_did_is_compared_kept_and_reverted() {
    let folder = folder_with(&[("list.txt", b"first\nsecond\n"), ("gone.txt", b"was here\n")]);
    let page = Page::open();
    page.upload("files", &[&folder.path().join("list.txt"), &folder.path().join("gone.txt")]);
    page.expect_in("Files", "gone.txt");
    page.set_source(CHANGER);
    page.press("Run");
    page.expect_in("Files", "1 new, 1 changed, 1 removed");
    page.press("Review");
    page.press("changed, list.txt");
    page.expect_text("1 line added, 0 lines removed");
    page.expect_text("one more");
    page.press("Keep made.txt");
    page.press("Revert gone.txt");
    page.expect_no("button", "Revert gone.txt");
    page.press("Close");
    page.expect_in("Files", "gone.txt");
    page.expect_in("Files", "1 changed");
    page.press("Review");
    page.press("Revert all");
    page.press("Revert");
    page.expect_text("Everything is kept or reverted.");
    page.press("Close");
    page.expect_not_in("Files", "Last run");
    page.click("treeitem", "list.txt");
    page.press("Save as");
    assert_eq!(page.downloaded("list.txt"), b"first\nsecond\n");
    page.reload();
    page.expect_in("Files", "gone.txt");
    page.expect_in("Files", "made.txt");
}

#[test]
fn files_are_moved_by_dialog_key_and_drag_and_duplicated() {
    let folder = folder_with(&[("notes.txt", b"n"), ("words.txt", b"w")]);
    let page = Page::open();
    page.upload("files", &[&folder.path().join("notes.txt"), &folder.path().join("words.txt")]);
    page.expect_in("Files", "words.txt");
    page.press("New folder");
    page.fill("Name", "box");
    page.press("Create");
    page.expect("treeitem", "box");

    page.click("treeitem", "notes.txt");
    page.press("Duplicate");
    page.expect("treeitem", "notes copy.txt");

    page.click("treeitem", "notes.txt");
    page.press("Move");
    page.choose("To the folder", "box");
    page.press("Move here");
    page.expect_script("it is in the box", "return Boolean(document.querySelector('[data-path=\"box/notes.txt\"]'))");

    // The key does what the button does.
    page.click("treeitem", "words.txt");
    page.hit(key::F6);
    page.choose("To the folder", "box");
    page.press("Move here");
    page.expect_script("it is in the box", "return Boolean(document.querySelector('[data-path=\"box/words.txt\"]'))");

    // And so does a drag, here back to the top.
    let drag = "const row = document.querySelector('[data-path=\"box/words.txt\"]'); \
         const data = new DataTransfer(); \
         const send = (target, type) => target.dispatchEvent(new DragEvent(type, \
           { dataTransfer: data, bubbles: true, cancelable: true })); \
         const tree = row.closest('[role=tree]'); \
         send(row, 'dragstart'); send(tree, 'dragover'); send(tree, 'drop'); send(row, 'dragend');";
    page.session().script(drag, &[]).expect("it can be dragged");
    page.expect_script("it is at the top", "return Boolean(document.querySelector('[data-path=\"words.txt\"]'))");
    page.reload();
    page.expect_in("Files", "words.txt");
    page.expect_in("Files", "notes copy.txt");
}

/// A tar archive with one file.
fn tar(name: &str, contents: &[u8]) -> Vec<u8> {
    let mut header = [0_u8; 512];
    header[..name.len()].copy_from_slice(name.as_bytes());
    header[100..107].copy_from_slice(b"0000644");
    header[124..135].copy_from_slice(format!("{:011o}", contents.len()).as_bytes());
    header[148..156].copy_from_slice(b"        ");
    header[156] = b'0';
    header[257..265].copy_from_slice(b"ustar\x0000");
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
    let mut archive = header.to_vec();
    archive.extend_from_slice(contents);
    archive.resize(archive.len().next_multiple_of(512) + 1024, 0);
    archive
}

#[test]
fn a_tar_is_unpacked_and_all_files_are_downloaded_as_one() {
    let folder = folder_with(&[("things.tar", &tar("inside/a.txt", b"from a tar\n"))]);
    let page = Page::open();
    page.upload("files", &[&folder.path().join("things.tar")]);
    page.click("treeitem", "things.tar");
    page.press("Unpack");
    page.expect("treeitem", "things, folder");
    page.press("Download all files");
    page.press("Tar");
    let archive = page.downloaded("Welcome.tar");
    assert_eq!(&archive[257..262], b"ustar");
    let text = String::from_utf8_lossy(&archive).into_owned();
    assert!(text.contains("things/inside/a.txt") && text.contains("from a tar\n"));
    // Opened, not uploaded, an archive goes straight into the tree.
    page.upload("open", &[&folder.path().join("things.tar")]);
    page.expect("treeitem", "inside");
}

#[test]
fn a_picture_is_shown_as_one() {
    let svg = b"<svg xmlns='http://www.w3.org/2000/svg' width='30' height='20'><rect width='30' height='20'/></svg>";
    let folder = folder_with(&[("drawing.svg", svg)]);
    let page = Page::open();
    page.upload("files", &[&folder.path().join("drawing.svg")]);
    page.click("treeitem", "drawing.svg");
    page.press("Open file");
    page.expect_text("30 × 20 pixels");
    page.press("Show contents");
    page.expect("textbox", "Contents");
}

#[test]
fn a_dropped_folder_goes_into_the_tree_with_all_it_holds() {
    if e2e::skipped() {
        return;
    }
    let folder = folder_with(&[]);
    let top = folder.path().join("top");
    fs::create_dir_all(top.join("empty")).expect("it can be made");
    fs::create_dir_all(top.join("deep/er")).expect("it can be made");
    for (name, text) in [("a.txt", "A"), ("b.txt", "B"), ("deep/er/c.txt", "C")] {
        fs::write(top.join(name), text).expect("it can be written");
    }
    let page = Page::open();
    page.drop_on(".files-panel", &top);
    page.click("treeitem", "top, folder");
    page.expect("treeitem", "empty, folder");
    page.expect("treeitem", "a.txt");
    page.expect("treeitem", "b.txt");
    page.click("treeitem", "deep, folder");
    page.click("treeitem", "er, folder");
    page.click("treeitem", "c.txt");
    page.press("Save as");
    assert_eq!(page.downloaded("c.txt"), b"C");
}
