//! Takes README's two pictures of the page, one of which is animated, and with `--all FOLDER` one of each state and
//! size; a third argument leaves only those whose name contains it, such as `phone-dark`.

use e2e::{Options, Page};
use std::path::{Path, PathBuf};

const DESKTOP: (u32, u32) = (1440, 900);
const LAPTOP: (u32, u32) = (1280, 720);
const TABLET: (u32, u32) = (820, 1180);
const PHONE: (u32, u32) = (390, 844);

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.as_slice() {
        [] => {
            let path = e2e::root().join("docs/picture.png");
            let page = open(DESKTOP, false);
            reversing(&page);
            page.picture(&path);
            println!("{}", path.display());
            let path = e2e::root().join("docs/stepping.png");
            if let Err(error) = e2e::animation::write(&path, &stepping()) {
                eprintln!("picture: {}: {error}", path.display());
                std::process::exit(1);
            }
            println!("{}", path.display());
        }
        [flag, folder] if flag == "--all" => all(&PathBuf::from(folder), ""),
        [flag, folder, part] if flag == "--all" => all(&PathBuf::from(folder), part),
        _ => {
            eprintln!("usage: picture [--all FOLDER [PART]]");
            std::process::exit(2);
        }
    }
}

/// Brings a page that was just opened into a state.
type Reach = fn(&Page);

fn all(folder: &Path, part: &str) {
    let states = [
        ("start", start as Reach),
        ("running", running),
        ("failed", failed),
        ("finished", finished),
        ("files", files),
        ("review", review),
        ("calls", calls),
        ("watching", watching),
        ("reversing", reversing),
        ("presentation", presentation),
    ];
    for (size_name, size) in [("desktop", DESKTOP), ("large-text", LAPTOP), ("tablet", TABLET), ("phone", PHONE)] {
        for (theme, dark) in [("light", false), ("dark", true)] {
            for (state_name, reach) in states {
                let name = format!("{size_name}-{theme}-{state_name}.png");
                if !name.contains(part) {
                    continue;
                }
                let page = open(size, dark);
                if size == LAPTOP {
                    (0..3).for_each(|_| page.press("Larger text"));
                }
                reach(&page);
                let path = folder.join(name);
                page.picture(&path);
                println!("{}", path.display());
            }
        }
    }
}

fn open((width, height): (u32, u32), dark: bool) -> Page {
    Page::open_with(Options { width, height, dark })
}

fn start(_: &Page) {}

fn running(page: &Page) {
    page.choose_example("An infinite loop");
    page.expect_source("$forever");
    page.press("Run");
    page.expect_enabled("Stop");
}

fn failed(page: &Page) {
    page.choose_example("A trap");
    page.expect_source("`average` divides");
    page.press("Run");
    page.expect_status("divi");
}

fn finished(page: &Page) {
    page.choose_example("Hello over WASI");
    page.expect_source("Hello, world!");
    page.press("Run");
    page.expect_status("xit");
}

fn calls(page: &Page) {
    page.choose_example("Writing a file");
    page.expect_source("notes.txt");
    let is_phone = page.shows("tablist", "Panels");
    page.click("tab", if is_phone { "Syscalls" } else { "System calls" });
    page.click("checkbox", "Record");
    page.press("Run");
    page.expect_in("System calls", "path_open");
    page.click("option", "1");
}

fn files(page: &Page) {
    page.choose_example("Writing a file");
    page.expect_source("path_open");
    page.press("Run");
    page.expect_console("wrote notes.txt");
    if page.shows("tab", "Files") {
        page.click("tab", "Files");
    }
    page.expect_in("Files", "1 new");
}

fn review(page: &Page) {
    files(page);
    page.press("Review");
    page.press("new, notes.txt");
    page.expect_text("lines removed");
}

fn watching(page: &Page) {
    page.choose_example("Recursive factorial");
    page.expect_source("$factorial");
    page.press("Debug");
    page.expect_status("Before the first instruction");
    page.press("Step into");
    page.press("Step into");
    page.expect_status("Entered factorial");
    page.press("New breakpoint");
    page.choose("Stop at", "a local");
    page.fill("Which: a local", "$factorial $n");
    page.press("Add");
    page.choose("Stop at", "a global");
    page.fill("Which: a global", "$none");
    page.press("Add");
    page.expect_in("Breakpoints", "has no global");
}

/// The first program step by step to its end, and back again.
fn stepping() -> Vec<(Vec<u8>, u16)> {
    const GLANCE: u16 = 700;
    const LOOK: u16 = 1_400;
    let page = open(LAPTOP, false);
    let mut frames = Vec::new();
    let mut take = |milliseconds| frames.push((page.screenshot(), milliseconds));
    take(LOOK);
    page.press("Debug");
    page.expect_status("Before the first instruction");
    take(LOOK);
    let is_at = |step: u32| page.expect_value("Step number", &step.to_string());
    for step in 1..=4 {
        page.press("Step into");
        is_at(step);
        take(LOOK);
    }
    page.press("Go to the end");
    page.expect_status("returned");
    take(2 * LOOK);
    for step in (2..=5).rev() {
        page.press("Step back");
        is_at(step);
        take(GLANCE);
    }
    frames
}

/// In the middle of reversing a list: two values loaded, one of them stored.
fn reversing(page: &Page) {
    page.choose_example("Memory and data");
    page.expect_source("$swap");
    page.press("Debug");
    page.expect_status("Before the first instruction");
    page.press("Go to the end");
    page.expect_status("main returned");
    page.fill("Step number", "21");
    page.hit(e2e::key::ENTER);
    page.expect_status("Step 21");
    page.press("Step into");
    page.expect_status("next");
}

/// Presentation view, which only a wide screen has.
fn presentation(page: &Page) {
    page.press("Debug");
    page.expect_status("Before the first instruction");
    for _ in 0..3 {
        page.press("Step into");
    }
    if page.shows("button", "Presentation view") {
        page.press("Presentation view");
    }
    page.expect_status("i32.add");
}
