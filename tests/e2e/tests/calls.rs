//! The system calls of a program, seen one by one.

use e2e::{Page, key};

#[test]
fn the_calls_of_a_program_are_traced_filtered_and_shown() {
    let page = Page::open();
    page.click("tab", "System calls");
    page.expect_in("System calls", "A program opens files");
    page.click("checkbox", "Record");
    page.expect_in("System calls", "Press Run");
    page.choose_example("Writing a file");
    page.expect_source("notes.txt");
    page.press("Run");
    page.expect_in("System calls", "path_open(3</>, 0, \"notes.txt\", CREAT|TRUNC, FD_WRITE, 0, 0)\n= SUCCESS fd 4");
    page.expect_in("System calls", "fd_close(4</notes.txt>)\n= SUCCESS");
    page.expect_in("System calls", "4 calls");

    page.fill("Path", "stdout");
    page.expect_in("System calls", "1 of 4 calls");
    page.expect_not_in("System calls", "path_open");
    page.fill("Path", "nowhere");
    page.expect_in("System calls", "No call passes the filter.");
    page.clear("Path");
    page.fill("Function", "fd_");
    page.expect_in("System calls", "3 of 4 calls");

    // The list begins at its end, where the last call is.
    page.tab_to("listbox", "Calls");
    page.hit(key::HOME);
    page.expect_in("Chosen call", "Written by WebAssembly.");
    page.hit(key::DOWN);
    page.expect_in("Chosen call", "fd_close");
    page.press("Copy the calls");
    page.expect_in("System calls", "Copied 3 lines");

    page.click("tab", "Console");
    page.expect_console("wrote notes.txt");
}

#[test]
fn a_hundred_thousand_calls_scroll() {
    let page = Page::open();
    page.click("tab", "System calls");
    page.click("checkbox", "Record");
    page.set_source(
        "(module (import \"wasi_snapshot_preview1\" \"fd_close\" (func $close (param i32) (result i32)))
         (memory (export \"memory\") 1)
         (func (export \"_start\") (local $n i32)
           (loop $again
             (drop (call $close (local.get $n)))
             (br_if $again (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const 100000))))))",
    );
    page.press("Run");
    page.expect_in("System calls", "100,000 calls");
    page.expect_in("System calls", "fd_close(99999)\n= BADF");
    page.click("option", "100,000");
    page.hit(key::HOME);
    page.expect_in("System calls", "fd_close(0<stdin>)\n= SUCCESS");
    page.expect_script("few rows exist", "return document.querySelectorAll('.syscall-row').length < 60");
    page.click("checkbox", "Only failures");
    page.expect_in("System calls", "99,996 of 100,000 calls");
}

#[test]
fn the_calls_of_a_program_that_is_debugged_are_places_on_its_timeline() {
    let page = Page::open();
    page.click("tab", "System calls");
    page.click("checkbox", "Record");
    page.choose_example("Writing a file");
    page.expect_source("notes.txt");
    page.press("Debug");
    page.expect_status("Before the first instruction");
    page.expect_in("System calls", "no system call");
    page.press("Continue");
    page.expect_status("Exited with code 0");
    page.expect_in("System calls", "4 calls");
    page.expect_script("all have happened", "return !document.querySelector('.syscall-row[data-when]')");

    // The second call is gone to: it is next, and what came after it is later.
    page.click("option", "2");
    page.expect_in("Chosen call", "about to be made at the current step");
    page.expect_script("one is next", "return document.querySelectorAll('.syscall-row[data-when=next]').length === 1");
    page.expect_script(
        "two are later",
        "return document.querySelectorAll('.syscall-row[data-when=later]').length === 2",
    );
    page.expect_status("call $fd_write");
    page.press("Step over");
    page.expect_script("it has happened", "return !document.querySelector('.syscall-row[data-when=next]')");
    page.expect_in("System calls", "4 calls");

    // By keyboard: chosen with the arrows, gone to with Enter.
    page.click("option", "3");
    page.hit(key::HOME);
    page.expect_in("Chosen call", "path_open");
    page.hit(key::ENTER);
    page.expect_in("Chosen call", "about to be made at the current step");
    page.hit(key::END);
    page.press("Go to this call");
    page.expect_script("three have happened", "return !document.querySelector('.syscall-row[data-when=later]')");

    page.press("Stop");
    page.expect_script(
        "a run that is over has no present",
        "return !document.querySelector('.syscall-row[data-when]')",
    );
}
