//! Nothing that was typed is lost.

use e2e::{Page, key};

#[test]
fn a_reload_keeps_the_text_and_the_arguments() {
    let page = Page::open();
    page.set_source(
        "(module (import \"wasi_snapshot_preview1\" \"proc_exit\" (func (param i32))) (func (export \"main\") (result i32) i32.const 99))",
    );
    page.fill("Command-line arguments", "one two");
    page.reload();
    page.expect_source("i32.const 99");
    assert_eq!(page.value("Command-line arguments"), "one two");
}

#[test]
fn the_last_key_before_a_reload_is_kept() {
    let page = Page::open();
    page.set_source("(module (func (export \"main\") (result i32) i32.const 1))");
    page.focus_editor();
    page.chord(key::CONTROL, key::END);
    page.type_text(";; the end");
    page.reload();
    page.expect_source(";; the end");
}

#[test]
fn a_file_that_was_made_in_the_moment_of_a_reload_is_kept() {
    let page = Page::open();
    page.press("New file");
    page.fill("Name, at the top", "last.txt");
    // In one go, so that neither the worker nor the database has had its turn.
    let script = "document.querySelector('dialog form').requestSubmit(); window.isOld = true; location.reload();";
    page.session().script(script, &[]).expect("a form can be sent");
    page.expect_script("the page is new", "return !window.isOld");
    page.wait_until_ready();
    page.expect_in("Files", "last.txt");
}

#[test]
fn the_last_key_in_a_file_before_a_reload_is_kept() {
    let page = Page::open();
    page.press("New file");
    page.fill("Name, at the top", "notes.txt");
    page.hit(key::ENTER);
    page.click("treeitem", "notes.txt");
    page.hit(key::ENTER);
    page.click("textbox", "Contents");
    page.type_text("all of it");
    page.reload();
    page.click("treeitem", "notes.txt");
    page.hit(key::ENTER);
    page.expect_script("all of it is there", "return document.querySelector('dialog textarea')?.value === 'all of it'");
}

#[test]
fn what_cannot_be_read_is_handed_out() {
    let mut page = Page::open();
    page.allow_error("could not be opened");
    page.set_source("(module (func (export \"main\") (result i32) i32.const 7))");
    page.press("New file");
    page.fill("Name, at the top", "beside.txt");
    page.press("Create");
    page.expect_in("Files", "beside.txt");
    let damage = "const done = arguments[arguments.length - 1]; \
         const open = indexedDB.open('wasmoscope'); \
         open.onsuccess = () => { const store = open.result.transaction('projects', 'readwrite').objectStore('projects'); \
           const all = store.getAll(); all.onsuccess = () => { \
             for (const record of all.result) { record.body = new Uint8Array([87, 83, 67, 80, 1, 0, 106]); store.put(record, record.id); } \
             store.transaction.oncomplete = () => { open.result.close(); done(all.result.length > 0); }; }; };";
    page.expect_script("it is stored", r#"return Boolean(document.querySelector("[data-saving='saved']"))"#);
    page.session()
        .post("execute/async", &serde_json::json!({ "script": damage, "args": [] }))
        .expect("it can be damaged");
    page.reload();
    page.expect_text("was set aside and can be downloaded under Projects");
    page.press("Projects");
    page.expect_text("Projects that could not be read");
    page.press("Download Welcome");
    let archive = page.downloaded("Welcome (unreadable).zip");
    assert!(archive.starts_with(b"PK"), "it is an archive");
    let names = String::from_utf8_lossy(&archive).into_owned();
    assert!(names.contains("record.bin") && names.contains("files/beside.txt"), "{names}");
    page.press("Delete Welcome permanently");
    page.press("Delete");
    page.expect_script("it is gone", "return !document.querySelector('.aside-list')");
}

#[test]
fn a_full_storage_reports_its_usage_and_what_to_do() {
    if e2e::skipped() {
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let large = folder.path().join("large.bin");
    std::fs::write(&large, vec![7; 2 << 20]).expect("it can be written");
    let page = Page::open();
    page.set_source("(module (func (export \"main\") (result i32) i32.const 3))");
    page.expect_script("it is stored", r#"return Boolean(document.querySelector("[data-saving='saved']"))"#);
    // A disk cannot be filled here; what a full one makes the browser do can be done for it.
    let full = "const put = IDBObjectStore.prototype.put; IDBObjectStore.prototype.put = function (value, key) { \
           if (value instanceof Uint8Array && value.length > 1e6) throw new DOMException('', 'QuotaExceededError'); \
           return put.call(this, value, key); };";
    page.session().script(full, &[]).expect("the storage can be made small");
    page.upload("files", &[&large]);
    page.expect_text("storage for this page is full");
    page.expect_text("delete projects or files that are no longer needed");
    page.expect_text("are used");
    // It is in the tree all the same, and goes on being used; with it gone, everything is kept again.
    page.click("treeitem", "large.bin");
    page.hit(key::DELETE);
    page.press("Delete");
    page.expect_script("it is stored", r#"return Boolean(document.querySelector("[data-saving='saved']"))"#);
}

#[test]
fn a_reload_before_the_database_is_there_loses_nothing() {
    let page = Page::open();
    page.set_source("(module (func (export \"main\") (result i32) i32.const 77))");
    page.expect_source("i32.const 77");
    // A page that never gets at its database, and is left for the next.
    page.server()
        .inject("if (!sessionStorage.late) { sessionStorage.late = 1; IDBFactory.prototype.open = () => ({}); }");
    page.reload();
    page.set_source("(module (func (export \"main\") (result i32) i32.const 78))");
    page.expect_source("i32.const 78");
    page.reload();
    page.expect_source("i32.const 78");
}
