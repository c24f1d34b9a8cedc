//! Changing a stopped program's values: memory, locals, operands, globals.

use e2e::{Page, key};

const PRODUCT: &str = r#"(module
  (memory (export "memory") 1)
  (data (i32.const 16) "\06\00\00\00")
  (global $factor (mut i32) (i32.const 7))
  (func (export "main") (result i32) (local $kept i32)
    (local.set $kept (i32.load (i32.const 16)))
    (i32.add
      (i32.mul (local.get $kept) (global.get $factor))
      (i32.load (i32.const 20)))))"#;

fn debugged() -> Page {
    let page = Page::open();
    page.set_source(PRODUCT);
    page.press("Debug");
    page.expect_status("Before the first instruction");
    page
}

/// Into the box that has the keyboard, in place of all that it holds.
fn write(page: &Page, name: &str, text: &str) {
    page.expect("textbox", &format!("New value of {name}"));
    page.chord(key::CONTROL, 'a');
    page.type_text(text);
    page.hit(key::ENTER);
}

fn finish(page: &Page, result: &str) {
    page.press("Continue");
    page.expect_status(&format!("returned {result}"));
    page.expect_in("Operand stack", result);
}

#[test]
fn bytes_are_typed_over_in_the_grid() {
    let page = debugged();
    page.fill("Go to address", "16");
    page.hit(key::ENTER);
    page.tab_to("grid", "Memory bytes");
    page.type_text("5");
    page.expect("textbox", "New value of bytes");
    page.type_text(" 0 0 0");
    page.hit(key::ENTER);
    // The keys go to the grid again, behind the bytes that were written.
    page.expect_no("textbox", "New value of bytes");
    page.expect_in("Memory", "0x0014 (20)");
    page.type_text("02");
    page.hit(key::ENTER);
    page.expect_in("Memory", "0x0015 (21)");
    // Left alone with Escape, nothing is changed.
    page.type_text("f");
    page.hit(key::ESCAPE);
    page.expect_no("textbox", "New value of bytes");
    finish(&page, "37");
}

#[test]
fn a_number_in_memory_is_written_as_it_is_read() {
    let page = debugged();
    page.fill("Go to address", "16");
    page.hit(key::ENTER);
    page.click("button", "Change i16: 6");
    write(&page, "i16", "70000");
    page.expect_in("Memory", "`70000` is not an i16: write a whole number from -32768 to 65535");
    // The input is still there, to be corrected.
    assert_eq!(page.value("New value of i16"), "70000");
    write(&page, "i16", "0x100");
    page.expect("button", "Change i32: 256");
    page.click("button", "Change UTF-8: \\0");
    write(&page, "UTF-8", "*");
    page.expect("button", "Change i16: 298");
    finish(&page, "2086");
}

#[test]
fn a_local_an_operand_and_a_global_are_changed_and_the_program_goes_on_with_them() {
    let page = debugged();
    page.fill("Step number", "4");
    page.hit(key::ENTER);
    page.expect_in("Operand stack", "6");
    page.click("button", "Change operand 0: 6");
    write(&page, "operand 0", "six");
    page.expect_in("Operand stack", "`six` is not an i32");
    write(&page, "operand 0", "10");
    page.expect("button", "Change operand 0: 10");
    page.click("button", "Change $factor: 7");
    write(&page, "$factor", "-3");
    page.expect("button", "Change $factor: -3");
    page.click("button", "Change $kept: 6");
    write(&page, "$kept", "1");
    page.expect("button", "Change $kept: 1");
    finish(&page, "-30");
    // Before the change, the value is the original one, and passing the change applies it again.
    page.press("Go to the start");
    page.expect("button", "Change $factor: 7");
    finish(&page, "-30");
}

#[test]
fn a_refused_value_keeps_its_box_and_moves_nothing_above() {
    let page = debugged();
    let bar = "document.querySelector('.debug-bar').getBoundingClientRect().height";
    let height = page.session().script(&format!("return {bar}"), &[]).expect("the bar is there");
    for (name, text) in [("$kept", "x7"), ("$factor", "hello")] {
        page.press(&format!("Change {name}: {}", if name == "$kept" { "0" } else { "7" }));
        write(&page, name, text);
        page.expect_status("Not possible");
        page.expect_script(
            "the box can be read, and the reason has the row's width",
            "const row = document.querySelector('tr:has(.debug-refused)');
            const width = (what) => row.querySelector(what).getBoundingClientRect().width;
            const below = row.querySelector('.debug-refused').getBoundingClientRect().top >= row.querySelector('.debug-input').getBoundingClientRect().bottom;
            return width('.debug-input') >= 40 && width('.debug-refused') >= row.getBoundingClientRect().width * 0.9 && below",
        );
        page.expect_script("the debugger's bar is as high as before", &format!("return {bar} === {height}"));
        page.hit(key::ESCAPE);
    }
}
