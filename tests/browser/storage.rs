//! Projects in the browser's own IndexedDB.

use js_sys::{Array, Object, Reflect, Uint8Array};
use wasm_bindgen_test::wasm_bindgen_test;
use wasmoscope::protocol::{FileContents, FileImage};
use wasmoscope::ui::platform::indexed_db::{self, Transaction};
use wasmoscope::ui::platform::storage::{Database, LAYOUT, LoadError, Save, StorageError, Stored, Unsaved, new_id};
use wasmoscope::ui::platform::tabs::OpenTabs;
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
    save_project(database, id, &project(text), files, based_on).await
}

async fn save_project(
    database: &Database,
    id: &str,
    project: &ProjectFile,
    files: FilesUpdate,
    based_on: Option<f64>,
) -> Save {
    let unsaved = Unsaved { project, files: &files, program_is_stored: false };
    database.save(id, unsaved, based_on, "tab", &|_, _| ()).await.expect("there is room")
}

async fn load(database: &Database, id: &str) -> Result<Stored, LoadError> {
    database.load(id, &|_, _| ()).await
}

fn revision(save: Save) -> f64 {
    match save {
        Save::Done { revision } => revision,
        Save::Conflict => panic!("another tab has saved"),
        Save::Missing => panic!("another tab has deleted it"),
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
    let stored = load(&database, "a").await.expect("it was saved");
    assert_eq!(stored.project, ProjectFile { files, ..project("(module)") });
    let listed = database.list().await.expect("it can be listed");
    assert_eq!(listed.iter().map(|project| &*project.id).collect::<Vec<_>>().len(), 2);
    assert_eq!(load(&database, "b").await, Err(LoadError::Missing));
}

#[wasm_bindgen_test]
async fn files_change_one_by_one() {
    let database = database().await;
    let start = vec![file("d/x", "1"), file("d/y", "1"), file("d0", "1"), file("e", "1")];
    let first = revision(save(&database, "a", "", FilesUpdate::Replace(start), None).await);
    let change = FilesUpdate::Change { written: vec![file("e", "2"), file("f", "1")], removed: vec!["d".into()] };
    save(&database, "a", "", change, Some(first)).await;
    let stored = load(&database, "a").await.expect("it was saved");
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
    let stored = load(&other, "a").await.expect("it is there");
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
            let save = save_project(&database, "a", &project, none, Some(first)).await;
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
    assert_eq!(load(&database, "a").await, Err(LoadError::Missing));
    // A change alone would bring it back without what it held; all of it has to be saved.
    assert_eq!(save(&database, "a", "more", FilesUpdate::none(), Some(first)).await, Save::Missing);
    assert_eq!(load(&database, "a").await, Err(LoadError::Missing));
    let all = FilesUpdate::Replace(vec![file("x", "1")]);
    save(&database, "a", "more", all, Some(first)).await;
    let back = ProjectFile { files: vec![file("x", "1")], ..project("more") };
    assert_eq!(load(&database, "a").await.expect("it is back").project, back);
}

/// Puts bytes where a project's are.
async fn damage(name: &str, id: &str, body: &[u8]) {
    let raw = indexed_db::open(name, LAYOUT, |_| {}).await.expect("it exists");
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
    assert!(matches!(load(&database, "broken").await, Err(LoadError::Unreadable(_))));
    let quarantined = database.quarantined().await.expect("it can be listed");
    assert_eq!(quarantined.len(), 1);
    assert_eq!((quarantined[0].name.as_str(), quarantined[0].body.as_slice()), ("n", b"WSCP\x01\x00junk".as_slice()));
    assert_eq!(load(&database, "broken").await, Err(LoadError::Missing));
    assert!(matches!(load(&database, "later").await, Err(LoadError::Future(_))));
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
    assert!(matches!(load(&database, "broken").await, Err(LoadError::Unreadable(_))));
    let quarantined = database.quarantined().await.expect("it can be listed").remove(0);
    assert_eq!(database.quarantined_files(&quarantined).await.map(|quarantined| quarantined.files), Ok(files.clone()));
    database.delete_quarantined(&quarantined).await.expect("it can be deleted");
    assert_eq!(database.quarantined().await, Ok(vec![]));
    assert_eq!(database.quarantined_files(&quarantined).await.map(|quarantined| quarantined.files), Ok(vec![]));
    assert_eq!(load(&database, "whole").await.expect("it is another").project.files, files);
}

#[wasm_bindgen_test]
async fn a_fork_takes_the_files_along() {
    let database = database().await;
    save(&database, "a", "", FilesUpdate::Replace(vec![file("d/x", "1")]), None).await;
    database.copy_files("a", "b").await.expect("they can be copied");
    save(&database, "b", "", FilesUpdate::none(), None).await;
    assert_eq!(load(&database, "b").await.expect("it was saved").project.files, [file("d/x", "1")]);
}

#[wasm_bindgen_test]
async fn a_transaction_that_is_dropped_leaves_nothing() {
    let name = format!("test-{}", new_id());
    let database = Database::open(&name).await.expect("the browser keeps data");
    let raw = indexed_db::open(&name, LAYOUT, |_| {}).await.expect("it exists");
    let transaction = Transaction::begin(&raw, &["files"], true).expect("the store exists");
    let key = Array::of2(&"a".into(), &"x".into());
    transaction.store("files").expect("the store exists").put_with_key(&"x".into(), &key).expect("it is asked for");
    drop(transaction);
    save(&database, "a", "", FilesUpdate::none(), None).await;
    assert!(load(&database, "a").await.expect("it was saved").project.files.is_empty());
}

#[wasm_bindgen_test]
fn a_journal_is_found_by_the_tab_that_wrote_it_and_by_others_when_that_is_gone() {
    let tab = new_id();
    let entry = Journal {
        project: "p".into(),
        based_on: Some(1.0),
        time: js_sys::Date::now(),
        sequence: 0,
        name: "n".into(),
        kept: true,
        text: Some("typed".into()),
        arguments: String::new(),
        environment: String::new(),
        files: String::new(),
        notes: String::new(),
    };
    assert!(journal::write(&tab, &entry));
    let found = |previous: &str, open: &OpenTabs| {
        let found = journal::abandoned(previous, open).into_iter();
        found.filter(|found| found.is_of(&tab)).collect::<Vec<_>>()
    };
    let (none, this) = (OpenTabs::Known([].into()), OpenTabs::Known([tab.clone()].into()));
    assert!(found("", &this).is_empty(), "the other tab is open");
    assert_eq!(found(&format!("other {tab}"), &this).len(), 1);
    assert_eq!(found("", &none).len(), 1, "whatever the clock says");
    // Without locks, all there is to go by is the time; it may have been set back since.
    let at = |now: f64| found("", &OpenTabs::Unknown { now }).len();
    assert_eq!((at(entry.time), at(entry.time + 60_000.0), at(entry.time - 60_000.0)), (0, 1, 1));
    // The later one has the larger number, whatever its time.
    let second = new_id();
    assert!(journal::write(
        &second,
        &Journal { time: entry.time - 60_000.0, text: Some("later".into()), ..entry.clone() }
    ));
    let both = journal::abandoned(&format!("{tab} {second}"), &this);
    let texts: Vec<_> = both.iter().filter_map(|found| found.journal.text.as_deref()).collect();
    assert!(texts.ends_with(&["typed", "later"]), "{texts:?}");
    both.iter().for_each(journal::Found::forget);
    assert!(found(&tab, &none).is_empty());
    assert!(journal::write(&tab, &entry));
    journal::clear(&tab);
    assert!(local_keys::with_prefix(&format!("wasmoscope.unsaved.{tab}")).is_empty());
}

/// Bytes that differ from piece to piece.
fn large(length: usize) -> Vec<u8> {
    (0..length).map(|at| (at >> 16) as u8 ^ at as u8).collect()
}

#[wasm_bindgen_test]
async fn what_is_larger_than_a_piece_comes_back_and_goes_with_its_file() {
    let database = database().await;
    let bytes = large((20 << 20) + 3);
    let big = |bytes: &[u8]| FileImage { path: "big".into(), contents: FileContents::File { bytes: bytes.to_vec() } };
    let binary = ProjectFile {
        program: Program::Binary { file_name: "a.wasm".into(), bytes: bytes.as_slice().into() },
        ..project("")
    };
    let files = FilesUpdate::Replace(vec![file("a", "1"), big(&bytes)]);
    let first = revision(save_project(&database, "a", &binary, files, None).await);
    let stored = load(&database, "a").await.expect("it was saved").project;
    assert!(stored.program == binary.program, "the program is another");
    assert!(stored.files == [file("a", "1"), big(&bytes)], "the files are others: {:?}", paths(&stored));
    // An argument changes: the program is not written again, and stays.
    let changed = ProjectFile { arguments: "new".into(), ..binary.clone() };
    let shorter = FilesUpdate::Change { written: vec![big(&bytes[..9 << 20])], removed: Vec::new() };
    let unsaved = Unsaved { project: &changed, files: &shorter, program_is_stored: true };
    let second = revision(database.save("a", unsaved, Some(first), "tab", &|_, _| ()).await.expect("there is room"));
    let stored = load(&database, "a").await.expect("it was saved").project;
    assert!(stored.program == binary.program && stored.arguments == "new");
    assert!(stored.files[1] == big(&bytes[..9 << 20]), "nothing of the longer file is left");
    // Copied, removed, and small again.
    database.copy_files("a", "b").await.expect("they can be copied");
    let gone = FilesUpdate::Change { written: vec![], removed: vec!["big".into()] };
    save(&database, "a", "(module)", gone, Some(second)).await;
    assert_eq!(load(&database, "a").await.expect("it was saved").project.files, [file("a", "1")]);
    save(&database, "b", "", FilesUpdate::none(), None).await;
    let copied = load(&database, "b").await.expect("it was saved").project.files;
    assert!(copied == [file("a", "1"), big(&bytes[..9 << 20])]);
}

#[wasm_bindgen_test]
async fn a_file_with_a_missing_piece_is_named_and_read_up_to_it() {
    let name = format!("test-{}", new_id());
    let database = Database::open(&name).await.expect("the browser keeps data");
    let contents = FileContents::File { bytes: large(20 << 20) };
    let files = vec![file("a", "1"), FileImage { path: "big".into(), contents }];
    save(&database, "a", "", FilesUpdate::Replace(files), None).await;
    let raw = indexed_db::open(&name, LAYOUT, |_| {}).await.expect("it exists");
    let transaction = Transaction::begin(&raw, &["pieces"], true).expect("the store exists");
    let last = Array::of3(&"a".into(), &"big".into(), &2.into());
    transaction.store("pieces").expect("the store exists").delete(&last).expect("it can be deleted");
    transaction.commit().await.expect("it is written");
    let stored = load(&database, "a").await.expect("the others are whole");
    assert_eq!((stored.project.files.as_slice(), stored.unreadable), (&[file("a", "1")][..], vec!["big".to_owned()]));
    damage(&name, "a", b"junk").await;
    assert!(matches!(load(&database, "a").await, Err(LoadError::Unreadable(_))));
    let quarantined = database.quarantined().await.expect("it can be listed").remove(0);
    let rest = database.quarantined_files(&quarantined).await.expect("it can be read").files.remove(1);
    assert!(matches!(&rest.contents, FileContents::File { bytes } if bytes.len() == 16 << 20), "two pieces are there");
}

/// A database as the first layout left it.
#[wasm_bindgen_test]
async fn what_the_first_layout_stored_is_read_and_goes_on() {
    let name = format!("test-{}", new_id());
    let old = indexed_db::open(&name, 1, |database| {
        for store in ["projects", "files", "aside"] {
            database.create_object_store(store).expect("it is new");
        }
    });
    let old = old.await.expect("the browser keeps data");
    let transaction = Transaction::begin(&old, &["projects", "files"], true).expect("the stores exist");
    let record = Object::new();
    let body = project("(module)").encode(wasmoscope::ui::state::project_file::Packing::Plain).expect("it is one");
    let values: [(&str, wasm_bindgen::JsValue); 7] = [
        ("id", "a".into()),
        ("name", "words".into()),
        ("edited", 5.0.into()),
        ("kept", true.into()),
        ("revision", 3.0.into()),
        ("by", "tab".into()),
        ("body", Uint8Array::from(body.as_slice()).into()),
    ];
    for (key, value) in values {
        Reflect::set(&record, &key.into(), &value).expect("a plain object takes it");
    }
    let store = |name: &str| transaction.store(name).expect("the store exists");
    store("projects").put_with_key(&record, &"a".into()).expect("it can be written");
    let contents = large(3 << 20);
    let encoded = wasmoscope::ui::state::project_file::encode_contents(&FileContents::File { bytes: contents.clone() });
    let encoded = Uint8Array::from(encoded.expect("it is a file").as_slice());
    let key = Array::of2(&"a".into(), &"f".into());
    store("files").put_with_key(&encoded, &key).expect("it can be written");
    transaction.commit().await.expect("it is written");
    old.close();

    let database = Database::open(&name).await.expect("it is made newer");
    let stored = load(&database, "a").await.expect("it is read");
    let expected = FileImage { path: "f".into(), contents: FileContents::File { bytes: contents } };
    assert!(stored.project.files == [expected.clone()] && stored.revision == 3.0);
    save(&database, "b", "", FilesUpdate::none(), None).await;
    save(&database, "a", "new", FilesUpdate::Replace(vec![expected.clone()]), Some(3.0)).await;
    assert!(load(&database, "a").await.expect("it was saved").project.files == [expected]);
    // By the order of their saves: the clock may have been set back since.
    let listed: Vec<_> =
        database.list().await.expect("it can be listed").iter().map(|project| project.id.to_string()).collect();
    assert_eq!(listed, ["a", "b"]);
}

#[wasm_bindgen_test]
async fn a_connection_that_was_closed_is_opened_again() {
    let name = format!("test-{}", new_id());
    let database = Database::open(&name).await.expect("the browser keeps data");
    save(&database, "a", "one", FilesUpdate::none(), None).await;
    // What a later version of the page does to it: it is to let go, and can come back as nothing was changed.
    let request = web_sys::window().expect("a window").indexed_db().expect("it is there").expect("it is there");
    let deleted = request.delete_database(&name).expect("it can be asked for");
    let deleted = indexed_db::result(Ok(deleted.into())).await;
    assert!(deleted.is_ok(), "{deleted:?}");
    assert_eq!(load(&database, "a").await, Err(LoadError::Missing));
    save(&database, "a", "two", FilesUpdate::none(), None).await;
    assert_eq!(load(&database, "a").await.expect("it was saved").project, project("two"));
}

#[wasm_bindgen_test]
fn errors_of_every_form_have_a_message() {
    let error = |name: &str, message: &str| {
        let error = Object::new();
        for (key, text) in [("name", name), ("message", message)] {
            Reflect::set(&error, &key.into(), &text.into()).expect("a plain object takes it");
        }
        StorageError::from_js(&error)
    };
    assert_eq!(error("QuotaExceededError", ""), StorageError::Full);
    assert_eq!(error("VersionError", "x"), StorageError::Newer);
    for (name, message) in
        [("DataCloneError", "out of memory"), ("RangeError", "x"), ("UnknownError", "Maximum value size")]
    {
        assert_eq!(error(name, message), StorageError::TooLarge(message.to_owned()));
    }
    assert_eq!(
        StorageError::from_js(&wasm_bindgen::JsValue::NULL),
        StorageError::Failed("it gave no reason".to_owned())
    );
}
