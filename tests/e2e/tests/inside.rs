//! Values by name: pointing at a name in the text, and watch expressions.

use e2e::{Page, key};

/// In the third call of the factorial, before its `i64.eqz`.
fn in_the_third_call(page: &Page) {
    page.choose_example("Recursive factorial");
    page.expect_source("$factorial");
    page.press("Debug");
    page.expect_status("Before the first instruction");
    page.fill("Step number", "19");
    page.hit(key::ENTER);
    page.expect_in("Locals", "8");
}

#[test]
fn a_name_that_is_pointed_at_shows_its_value() {
    let page = Page::open();
    in_the_third_call(&page);
    page.point_at("$n))");
    page.expect_text("local $n (0) 8 i64");
    page.point_at("call $factorial");
    page.expect_text("active calls");
}

#[test]
fn a_key_shows_the_value_at_the_cursor() {
    if e2e::skipped() {
        return;
    }
    let page = Page::open();
    in_the_third_call(&page);
    page.tab_to("textbox", "WebAssembly text");
    page.put_cursor("$n))");
    // Where the pointer rests over the text, it shows values by itself.
    page.session().move_mouse(1.0, 1.0).expect("the mouse can be moved");
    page.chord(key::SHIFT, key::F9);
    page.expect_text("local $n (0) 8 i64");
    // Escape closes it and stays in the editor; the next one leaves.
    page.hit(key::ESCAPE);
    page.expect_script("it is closed", "return !document.querySelector('.cm-debug-hover')");
    page.expect_script("the editor has the keyboard", "return !!document.activeElement.closest('.cm-editor')");
    // A step removes it: it was about the step before.
    page.chord(key::SHIFT, key::F9);
    page.expect_text("local $n (0) 8 i64");
    page.hit(key::F11);
    page.expect_script("it is gone", "return !document.querySelector('.cm-tooltip.cm-debug-hover')");
}

#[test]
fn watch_expressions_change_with_the_steps() {
    let page = Page::open();
    in_the_third_call(&page);
    for expression in ["local.n * 2", "depth", "local.nothing"] {
        page.fill("New watch expression", expression);
        page.hit(key::ENTER);
    }
    page.expect_in("Watch expressions", "16");
    page.expect_in("Watch expressions", "no local $nothing");
    let marked = "return [...document.querySelectorAll('.expression[data-changed]')].length";
    page.expect_script("nothing has changed yet", &format!("{marked} === 0"));
    page.press("Step out");
    page.expect_in("Watch expressions", "18");
    page.expect_script("both are marked", &format!("{marked} === 2"));
    // They are still there in the next run, and go when they are taken away.
    page.press("Debug");
    page.expect_status("Before the first instruction");
    page.expect_in("Watch expressions", "no local $n");
    page.press("Remove local.nothing");
    page.expect_not_in("Watch expressions", "$nothing");
}

#[test]
fn breakpoints_and_watch_expressions_are_there_after_a_reload() {
    let page = Page::open();
    page.set_source(
        "(module (func (export \"main\") (result i32) (local $i i32)\n(local.set $i (i32.const 7))\n(local.get $i)))",
    );
    page.focus_editor();
    page.put_cursor("(local.get $i)");
    page.hit(key::F9);
    page.fill("Condition: breakpoint of line 3", "local.i == 7");
    page.hit(key::ENTER);
    page.press("Debug");
    page.expect_status("Before the first instruction");
    page.fill("New watch expression", "local.i * 6");
    page.hit(key::ENTER);
    page.expect_in("Watch expressions", "i32");
    page.reload();
    page.expect_source("local.get $i");
    page.expect_in("Breakpoints", "Line 3");
    page.press("Debug");
    page.expect_status("Before the first instruction");
    page.press("Continue");
    page.expect_status("Stopped at the breakpoint of line 3");
    page.expect_in("Watch expressions", "42");
}

#[test]
fn a_link_opens_at_the_step_that_it_was_shared_at() {
    let page = Page::open();
    page.choose_example("Reading standard input");
    page.expect_source("fd_read");
    page.press("Debug");
    page.expect_status("Before the first instruction");
    page.press("Continue");
    page.expect_console("Who are you?");
    page.answer("Ada");
    page.expect_console("Nice to meet you, Ada");
    page.press("Previous mark");
    page.expect_status("call $fd_write");
    let step = page.value("Step number");
    page.press("Share");
    page.click("checkbox", "Open at this step");
    page.expect_text("The link holds");
    let link = page.shared_link();
    let fragment = link.split_once('#').map(|(_, fragment)| fragment.to_owned()).expect("a link has a fragment");
    let page = Page::open_at(&format!("/#{fragment}"));
    page.expect_text("shared at step");
    // Nothing runs until the user wants it.
    page.expect_no("region", "Operand stack");
    page.press("Debug");
    page.expect_script(
        "it is at that step",
        &format!("return document.querySelector('input[aria-label=\"Step number\"]')?.value === '{step}'"),
    );
    page.expect_console("Who are you?");
    // What comes after it in the run is there too, and not asked for.
    page.press("Next mark");
    page.expect_console("Ada");
    // An edit is another program: it begins at the beginning.
    page.press("Stop");
    page.set_source("(module (func (export \"main\")))");
    page.press("Debug");
    page.expect_status("Before the first instruction");
}

#[test]
fn an_export_is_debugged_with_its_arguments() {
    let page = Page::open();
    page.choose_example("Recursive factorial");
    page.expect_source("$factorial");
    page.fill("$n i64 of factorial", "4");
    page.press("Debug factorial");
    page.expect_status("Before the first instruction");
    page.expect_in("Call stack", "factorial");
    page.expect_in("Locals", "4");
    // Debug again begins the same call.
    page.press("Step over");
    page.press("Debug");
    page.expect_status("Before the first instruction");
    page.expect_in("Locals", "4");
    page.press("Continue");
    page.expect_status("factorial returned 24");
    page.expect_in("Operand stack", "24");
}

#[test]
fn changing_a_local_makes_execution_diverge() {
    let page = Page::open();
    in_the_third_call(&page);
    page.press("Go to the end");
    page.expect_in("Operand stack", "3628800");
    page.fill("Step number", "2");
    page.hit(key::ENTER);
    page.press("Change $n: 10");
    page.type_text("4\n");
    page.expect_in("Timeline", "differs from the original run");
    page.expect_in("Timeline", "you changed something");
    page.press("Continue");
    page.expect_status("main returned 24");
    page.expect_in("Operand stack", "24");
    // By keyboard from mark to mark: back to the change, and on to the end.
    page.chord(key::ALT, key::F7);
    page.expect_script("it is at the change", AT_STEP_2);
    page.expect_in("Locals", "4");
    page.hit(key::F7);
    page.expect_in("Operand stack", "24");
    // Back before it, the program is as it was.
    page.fill("Step number", "1");
    page.hit(key::ENTER);
    page.expect_in("Operand stack", "10");
}

const AT_STEP_2: &str = "return document.querySelector('input[aria-label=\"Step number\"]')?.value === '2'";

#[test]
fn a_number_is_followed_into_the_memory() {
    let page = Page::open();
    page.choose_example("Memory and data");
    page.expect_source("$swap");
    page.press("Debug");
    page.expect_status("Before the first instruction");
    page.fill("Step number", "15");
    page.hit(key::ENTER);
    page.expect_in("Locals", "40");
    page.press("Show 0x28 in Memory");
    page.expect_in("Memory", "0x0028");
    // The last step was a load: what it read is marked, and nothing else.
    page.expect_script("the bytes that were read are marked", &format!("{READ} === '16,17,18,19'"));
    page.press("Step back");
    page.expect_script("nothing was read here", &format!("{READ} === ''"));
}

const READ: &str = "return [...document.querySelectorAll('#memory-grid .hex-byte[data-read]')].map((byte) => byte.dataset.address).join()";

#[test]
fn the_program_plays_forwards_and_backwards() {
    let page = Page::open();
    page.choose_example("Recursive factorial");
    page.expect_source("$factorial");
    page.press("Debug");
    page.expect_status("Before the first instruction");
    page.choose("Steps per second", "30/s");
    page.press("Play forwards");
    page.expect_script("it has come to the fifth step by itself", &format!("{STEP} >= 5"));
    page.press("Play forwards");
    page.expect_script("it stands still", "return !document.querySelector('[aria-label^=Play][aria-pressed=true]')");
    page.press("Play backwards");
    page.expect_script("it has gone back to the start", &format!("{STEP} === 0"));
    page.expect_script("and stopped there", "return !document.querySelector('[aria-label^=Play][aria-pressed=true]')");
}

const STEP: &str = "return Number(document.querySelector('input[aria-label=\"Step number\"]')?.value)";

#[test]
fn a_deep_recursion_can_be_looked_through_and_leaves_the_page_in_place() {
    let page = Page::open();
    page.set_source(
        "(module (global $depth (mut i32) (i32.const 0))\n(func $dive (export \"main\") (local $mine i32)\n\
         (global.set $depth (i32.add (global.get $depth) (i32.const 1)))\n\
         (local.set $mine (global.get $depth))\n(call $dive)))",
    );
    page.press("Debug");
    page.expect_status("Before the first instruction");
    page.press("Go to the end");
    page.expect_in("Call stack", "20,000 calls");
    page.expect_in("Call stack", "and 19,980 below");
    page.press("Show more calls");
    page.expect_in("Call stack", "and 19,880 below");
    page.expect_in("Timeline", "where it failed");
    let fits = "const page = document.scrollingElement; return page.scrollHeight <= page.clientHeight";
    page.expect_script("the page itself does not scroll", fits);
    // A call further down has its own locals.
    page.expect_in("Locals", "20000");
    page.expect_script("the sixth call is chosen", "document.querySelectorAll('.frame')[5].click(); return true");
    page.expect_in("Locals", "19995");
}
