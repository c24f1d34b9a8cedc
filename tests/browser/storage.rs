//! Projects in the browser's own IndexedDB.

use js_sys::{Array, Object, Reflect, Uint8Array};
use wasm_bindgen_test::wasm_bindgen_test;
use wasmoscope::protocol::{FileContents, FileImage};
use wasmoscope::ui::platform::indexed_db::{self, Transaction};
use wasmoscope::ui::platform::storage::{Database, LoadError, Save, new_id};
use wasmoscope::ui::platform::{journal, local_keys};
use wasmoscope::ui::state::files_update::FilesUpdate;
use wasmoscope::ui::state::journal::Journal;
use wasmoscope::ui::state::project::Program;
use wasmoscope::ui::state::project_file::ProjectFile;

fn project(text: &str) -> ProjectFile {
    ProjectFile {
        name: "words".into(),
        program: Program::Text(text.into()),
        arguments: "a 'b c'".into(),
        environment: "K=V".into(),
        sources: Vec::new(),
        kept: true,
        files: vec![],
        debugging: Default::default(),
    }
}

fn file(path: &str, text: &str) -> FileImage {
    FileImage { path: path.into(), contents: FileContents::File { bytes: text.into() } }
}

fn paths(project: &ProjectFile) -> Vec<&str> {
    project.files.iter().map(|file| file.path.as_str()).collect()
}

/// A database that no other test sees.
async fn database() -> Database {
    Database::open(&format!("test-{}", new_id())).await.expect("the browser keeps data")
}

async fn save(database: &Database, id: &str, text: &str, files: FilesUpdate, based_on: Option<f64>) -> Save {
    database.save(id, &project(text), &files, based_on, "tab").await.expect("there is room")
}

fn revision(save: Save) -> f64 {
    match save {
        Save::Done { revision } => revision,
        Save::Conflict => panic!("another tab has saved"),
    }
}

#[wasm_bindgen_test]
async fn a_project_comes_back_with_its_files() {
    let database = database().await;
    let files = vec![
        FileImage { path: "d".into(), contents: FileContents::Directory },
        file("d/übung", "grüße"),
        FileImage { path: "link".into(), contents: FileContents::Symlink { target: "d".into() } },
    ];
    save(&database, "a", "(module)", FilesUpdate::Replace(files.clone()), None).await;
    save(&database, "ab", "other", FilesUpdate::Replace(vec![file("x", "")]), None).await;
    let stored = database.load("a").await.expect("it was saved");
    assert_eq!(stored.project, ProjectFile { files, ..project("(module)") });
    let listed = database.list().await.expect("it can be listed");
    assert_eq!(listed.iter().map(|project| &*project.id).collect::<Vec<_>>().len(), 2);
    assert_eq!(database.load("b").await, Err(LoadError::Missing));
}

#[wasm_bindgen_test]
async fn files_change_one_by_one() {
    let database = database().await;
    let start = vec![file("d/x", "1"), file("d/y", "1"), file("d0", "1"), file("e", "1")];
    let first = revision(save(&database, "a", "", FilesUpdate::Replace(start), None).await);
    let change = FilesUpdate::Change { written: vec![file("e", "2"), file("f", "1")], removed: vec!["d".into()] };
    save(&database, "a", "", change, Some(first)).await;
    let stored = database.load("a").await.expect("it was saved");
    assert_eq!(paths(&stored.project), ["d0", "e", "f"]);
    assert_eq!(stored.project.files[1], file("e", "2"));
}

#[wasm_bindgen_test]
async fn the_second_tab_notices_and_overwrites_nothing() {
    let name = format!("test-{}", new_id());
    let one = Database::open(&name).await.expect("the browser keeps data");
    let other = Database::open(&name).await.expect("two tabs may open it");
    let first = revision(save(&one, "a", "start", FilesUpdate::none(), None).await);
    let second = revision(save(&one, "a", "one", FilesUpdate::none(), Some(first)).await);
    let late = FilesUpdate::Replace(vec![file("x", "")]);
    assert_eq!(save(&other, "a", "other", late, Some(first)).await, Save::Conflict);
    let stored = other.load("a").await.expect("it is there");
    assert_eq!((stored.project, stored.revision), (project("one"), second));
}

#[wasm_bindgen_test]
async fn of_two_saves_at_once_one_wins() {
    let database = database().await;
    let first = revision(save(&database, "a", "start", FilesUpdate::none(), None).await);
    let (one, other) = (project("one"), project("other"));
    let none = FilesUpdate::none();
    let saves = [&one, &other].map(|project| {
        let (database, project, none) = (database.clone(), project.clone(), none.clone());
        wasm_bindgen_futures::future_to_promise(async move {
            let save = database.save("a", &project, &none, Some(first), "tab").await.expect("there is room");
            Ok((save == Save::Conflict).into())
        })
    });
    let mut conflicts = 0;
    for save in saves {
        let conflict = wasm_bindgen_futures::JsFuture::from(save).await.expect("it ends");
        conflicts += u32::from(conflict.is_truthy());
    }
    assert_eq!(conflicts, 1);
}

#[wasm_bindgen_test]
async fn a_deleted_project_is_kept_again_by_who_still_works_on_it() {
    let database = database().await;
    let first = revision(save(&database, "a", "start", FilesUpdate::none(), None).await);
    database.delete("a").await.expect("it can be deleted");
    assert_eq!(database.load("a").await, Err(LoadError::Missing));
    save(&database, "a", "more", FilesUpdate::none(), Some(first)).await;
    assert_eq!(database.load("a").await.expect("it is back").project, project("more"));
}

/// Puts bytes where a project's are.
async fn damage(name: &str, id: &str, body: &[u8]) {
    let raw = indexed_db::open(name, 1, |_| {}).await.expect("it exists");
    let transaction = Transaction::begin(&raw, &["projects"], true).expect("the store exists");
    let record = Object::new();
    for (key, value) in [("id", id.into()), ("name", "n".into()), ("body", Uint8Array::from(body).into())] {
        Reflect::set(&record, &key.into(), &value).expect("a plain object takes it");
    }
    let store = transaction.store("projects").expect("the store exists");
    store.put_with_key(&record, &id.into()).expect("it can be written");
    transaction.commit().await.expect("it is written");
}

#[wasm_bindgen_test]
async fn what_cannot_be_read_is_kept_aside() {
    let name = format!("test-{}", new_id());
    let database = Database::open(&name).await.expect("the browser keeps data");
    damage(&name, "broken", b"WSCP\x01\x00junk").await;
    damage(&name, "later", b"WSCP\x63").await;
    assert!(matches!(database.load("broken").await, Err(LoadError::Unreadable(_))));
    let aside = database.aside().await.expect("it can be listed");
    assert_eq!(aside.len(), 1);
    assert_eq!((aside[0].name.as_str(), aside[0].body.as_slice()), ("n", b"WSCP\x01\x00junk".as_slice()));
    assert_eq!(database.load("broken").await, Err(LoadError::Missing));
    assert!(matches!(database.load("later").await, Err(LoadError::Future(_))));
    assert_eq!(database.list().await.expect("it can be listed").len(), 1, "a later version's stays where it is");
}

#[wasm_bindgen_test]
async fn what_lies_aside_is_handed_out_with_its_files_and_deleted_when_asked() {
    let name = format!("test-{}", new_id());
    let database = Database::open(&name).await.expect("the browser keeps data");
    let files = vec![file("d/x", "1"), file("y", "2")];
    save(&database, "broken", "", FilesUpdate::Replace(files.clone()), None).await;
    save(&database, "whole", "", FilesUpdate::Replace(files.clone()), None).await;
    damage(&name, "broken", b"junk").await;
    assert!(matches!(database.load("broken").await, Err(LoadError::Unreadable(_))));
    let aside = database.aside().await.expect("it can be listed").remove(0);
    assert_eq!(database.files_aside(&aside).await, Ok(files.clone()));
    database.delete_aside(&aside).await.expect("it can be deleted");
    assert_eq!(database.aside().await, Ok(vec![]));
    assert_eq!(database.files_aside(&aside).await, Ok(vec![]));
    assert_eq!(database.load("whole").await.expect("it is another").project.files, files);
}

#[wasm_bindgen_test]
async fn a_fork_takes_the_files_along() {
    let database = database().await;
    save(&database, "a", "", FilesUpdate::Replace(vec![file("d/x", "1")]), None).await;
    database.copy_files("a", "b").await.expect("they can be copied");
    save(&database, "b", "", FilesUpdate::none(), None).await;
    assert_eq!(database.load("b").await.expect("it was saved").project.files, [file("d/x", "1")]);
}

#[wasm_bindgen_test]
async fn a_transaction_that_is_dropped_leaves_nothing() {
    let name = format!("test-{}", new_id());
    let database = Database::open(&name).await.expect("the browser keeps data");
    let raw = indexed_db::open(&name, 1, |_| {}).await.expect("it exists");
    let transaction = Transaction::begin(&raw, &["files"], true).expect("the store exists");
    let key = Array::of2(&"a".into(), &"x".into());
    transaction.store("files").expect("the store exists").put_with_key(&"x".into(), &key).expect("it is asked for");
    drop(transaction);
    save(&database, "a", "", FilesUpdate::none(), None).await;
    assert!(database.load("a").await.expect("it was saved").project.files.is_empty());
}

#[wasm_bindgen_test]
fn a_journal_is_found_by_the_tab_that_wrote_it_and_after_a_while_by_others() {
    let tab = new_id();
    let entry = Journal {
        project: "p".into(),
        based_on: Some(1.0),
        time: js_sys::Date::now(),
        name: "n".into(),
        kept: true,
        text: Some("typed".into()),
        arguments: String::new(),
        environment: String::new(),
        files: String::new(),
        notes: String::new(),
    };
    journal::write(&tab, &entry);
    let found = |previous: &str, now: f64| {
        journal::abandoned(previous, now).into_iter().filter(|found| found.journal == entry).collect::<Vec<_>>()
    };
    assert!(found("", entry.time).is_empty(), "the other tab may be alive");
    assert_eq!(found(&format!("other {tab}"), entry.time).len(), 1);
    let late = found("", entry.time + 60_000.0);
    assert_eq!(late.len(), 1);
    late[0].forget();
    assert!(found(&tab, entry.time).is_empty());
    journal::write(&tab, &entry);
    journal::clear(&tab);
    assert!(local_keys::with_prefix(&format!("wasmoscope.unsaved.{tab}")).is_empty());
}
