//! A program written in Rust, looked into on the lines of its source.

use e2e::{Page, dist, key, root};

/// The word counter, stopped by a breakpoint where it has found a word.
fn stopped_in_count() -> Page {
    let page = Page::open();
    page.choose_example("Rust: word counter");
    page.expect_source("mod count;");
    page.choose("Source file", "src/count.rs");
    page.expect_source("count.words += 1;");
    page.click("textbox", "Source");
    page.chord(key::CONTROL, key::HOME);
    for _ in 1..21 {
        page.hit(key::DOWN);
    }
    page.hit(key::F9);
    page.expect_in("Breakpoints", "src/count.rs:21");
    page.press("Debug");
    // It stops on the first line of the program's own, with the way back to the start of all.
    page.expect_next_line("fn main()");
    page.press("Continue");
    page.expect_status("Stopped at a breakpoint, on line 21 of count.rs");
    page
}

#[test]
fn a_line_of_rust_is_stopped_on_stepped_from_and_come_back_to() {
    let page = stopped_in_count();
    page.expect_next_line("count.words += 1;");
    page.expect_in("Call stack", "<wordcount::count::Count>::of");
    page.expect_in("Call stack", "src/count.rs:21");
    page.expect_in("Call stack", "wordcount::main");

    page.press("Step over");
    page.expect_next_line("let word = word.trim_matches");
    page.press("Step back over");
    page.expect_next_line("count.words += 1;");
    // Another call is looked at where it calls.
    page.click("button", "wordcount::run");
    page.expect_source("counts.push((file.clone(), Count::of(&bytes)));");
    page.press("Remove all");
    page.press("Step out");
    page.expect_not_in("Call stack", "Count>::of");
    page.expect_source("counts.push((file.clone(), Count::of(&bytes)));");
}

#[test]
fn source_and_disassembly_are_two_views_of_the_same_place() {
    let page = Page::open();
    page.choose_example("Rust: hello");
    page.expect_source("fn main() -> io::Result<()>");
    page.press("Debug");
    page.expect_next_line("fn main()");
    page.press("Go to the start");
    page.expect_status("no source is loaded");
    page.press("Step into");
    page.expect_next_line("fn main()");
    page.click("radio", "Disassembly");
    page.expect_source("local");
    page.click("radio", "Rust source");
    page.expect_next_line("fn main()");
    // By instruction, the line stays the same for a while.
    page.click("radio", "instruction");
    page.press("Step into");
    page.expect_next_line("fn main()");
}

#[test]
fn a_module_names_its_sources_and_keeps_the_supplied_ones() {
    let sources = root().join("tests/guests/wordcount/src");
    let page = Page::open();
    page.upload("open", &[&dist().join("examples/wordcount.wasm")]);
    page.expect_text("0 of 3 source files are loaded");
    // The disassembly, as long as there is nothing better.
    page.expect_source("(module");
    page.upload("sources", &[&sources.join("count.rs")]);
    page.expect_text("1 of 3 source files are loaded");
    page.expect_source("count.words += 1;");
    page.choose("Source file", "src/main.rs (missing)");
    page.expect_source("// src/main.rs is missing.");
    page.expect("button", "Projects: wordcount, saved in this browser");
    page.reload();
    page.expect_text("1 of 3 source files are loaded");
    // Supplied again, its new text is shown, whatever was shown before.
    page.click("radio", "Disassembly");
    page.expect_source("(module");
    let folder = tempfile::tempdir().expect("a folder can be made");
    let anew = folder.path().join("count.rs");
    std::fs::write(&anew, "// Written anew.\n").expect("it can be written");
    page.upload("sources", &[&anew]);
    page.expect_source("// Written anew.");
    page.upload("open", &[&sources.join("main.rs"), &sources.join("report.rs")]);
    page.expect_source("mod report;");
    page.expect_no("button", "Add source files");
}

#[test]
fn text_is_stepped_by_line_when_that_is_chosen_and_the_choice_is_kept() {
    let page = Page::open();
    page.choose_example("Recursive factorial");
    page.expect_source("$factorial");
    page.press("Debug");
    page.expect_status("Before the first instruction");
    page.tab_to("radio", "instruction");
    page.hit(key::DOWN);
    page.press("Step into");
    page.expect_next_line("local.get $n");
    page.press("Step back");
    page.expect_status("Debugging");
    page.press("Stop");
    page.reload();
    page.press("Debug");
    page.expect_status("Before the first instruction");
    page.expect_script(
        "lines are still what is stepped by",
        "return document.querySelector('.step-choice input:checked')?.parentElement.textContent === 'line'",
    );
}

#[test]
fn variables_are_listed_and_shown_on_hover() {
    let page = stopped_in_count();
    page.expect_in("Variables", "Count { lines: ");
    page.expect_in("Variables", "frequencies: {} }");
    page.expect_in("Variables", "word\n&str");
    page.point_at("count.words += 1;");
    page.expect_script(
        "the value is told where it is pointed at",
        "return document.querySelector('.cm-debug-hover')?.textContent.startsWith('count Count { lines: ')",
    );
    // The caller's variables are shown when it is selected.
    page.click("button", "wordcount::run");
    page.expect_in("Variables", "counts");
    page.expect_not_in("Variables", "frequencies: {} }\n");
}
