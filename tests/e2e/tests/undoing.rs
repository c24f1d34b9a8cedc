//! Going back to how a project began, deleting one, and undoing either.

use e2e::{Page, dist, root};

#[test]
fn reset_goes_back_to_the_example_and_is_undone() {
    let page = Page::open();
    page.choose_example("Recursive factorial");
    page.expect_source("$factorial");
    page.set_source("(module (func (export \"main\") (result i32) i32.const 77))");
    page.expect("button", "Projects: Recursive factorial, saved in this browser");
    page.press("Projects");
    page.press("Reset");
    page.expect_text("the example that it began as");
    page.session()
        .script("document.querySelector('#confirm-dialog .danger-button').click()", &[])
        .expect("it is there");
    page.expect_source("$factorial");
    page.expect_text("was reset.");
    page.press("Undo");
    page.expect_source("i32.const 77");
}

#[test]
fn a_deleted_project_comes_back_with_its_files() {
    let page = Page::open();
    page.set_source("(module (func (export \"main\") (result i32) i32.const 78))");
    page.press("New file");
    page.fill("Name, at the top", "beside.txt");
    page.press("Create");
    page.expect_in("Files", "beside.txt");
    page.expect("button", "Projects: Welcome, saved in this browser");
    page.press("Projects");
    page.press("Delete Welcome");
    page.press("Delete");
    page.expect_text("“Welcome” was deleted.");
    page.press("Undo");
    page.press("Close");
    page.expect_source("i32.const 78");
    page.expect_in("Files", "beside.txt");
    page.reload();
    page.expect_source("i32.const 78");
    page.expect_in("Files", "beside.txt");
}

#[test]
fn a_module_and_its_source_are_opened_together() {
    let sources = root().join("tests/guests/wordcount/src");
    let page = Page::open();
    page.upload(
        "open",
        &[&sources.join("main.rs"), &dist().join("examples/wordcount.wasm"), &sources.join("count.rs")],
    );
    page.expect("button", "Projects: wordcount");
    page.expect_source("mod count;");
    page.expect_text("2 source files are shown in the editor");
}

#[test]
fn several_project_files_are_opened_as_projects() {
    if e2e::skipped() {
        return;
    }
    let page = Page::open();
    let mut files = Vec::new();
    for name in ["one", "two"] {
        page.set_source(&format!("(module (func (export \"main\") (result i32) i32.const 1) (; {name} ;))"));
        page.press("Projects");
        page.press("Rename");
        page.fill("Name", name);
        page.hit(e2e::key::ENTER);
        page.press("Close");
        page.expect("button", &format!("Projects: {name}"));
        page.press("Download");
        page.session()
            .script("document.querySelector('.download-list li:last-child button').click()", &[])
            .expect("a button can be clicked");
        let bytes = page.downloaded(&format!("{name}.wasmoscope"));
        files.push((name, bytes));
    }
    let folder = tempfile::tempdir().expect("a folder can be made");
    let paths: Vec<_> = files
        .iter()
        .map(|(name, bytes)| {
            let path = folder.path().join(format!("{name}.wasmoscope"));
            std::fs::write(&path, bytes).expect("it can be written");
            path
        })
        .collect();
    let page = Page::open();
    page.upload("open", &[&paths[0], &paths[1]]);
    page.expect_source("(; two ;)");
    page.press("Projects");
    page.expect_text("two\nopen now");
    page.expect_text("Delete\none\n");
}
