//! The Memory panel on the largest memory that the limits allow.

use e2e::{Page, key};

const LARGE: &str = r#"(module
  (memory (export "memory") i64 16384)
  (data (i64.const 0x3fffffe0) "the very end")
  (func (export "main") (result i64) (memory.size)))"#;

#[test]
fn a_gibibyte_with_64_bit_addresses_can_be_looked_at_to_its_end() {
    let page = Page::open();
    page.set_source(LARGE);
    page.press("Run");
    page.expect_console("16384");
    page.expect_in("Memory", "1 GiB");
    page.fill("Go to address", "0x3fffffe0");
    page.hit(key::ENTER);
    page.expect_in("Memory", "the very end");
    page.expect_in("Memory", "3fffffe0");
    page.fill("Go to address", "0x40000000");
    page.hit(key::ENTER);
    page.expect_in("Memory", "3fffffff");
}

#[test]
fn selected_bytes_that_are_not_loaded_are_not_shown_as_dashes() {
    let page = Page::open();
    page.set_source(LARGE);
    page.press("Run");
    page.expect_console("16384");
    page.fill("Go to address", "0x3fffffe0");
    page.hit(key::ENTER);
    page.expect_in("Memory", "543516788");
    let to_start = "document.getElementById('memory-grid').scrollTop = 0; return true";
    page.expect_script("it is scrolled to the start", to_start);
    page.expect_in("Memory", "Show it");
    page.expect_not_in("Memory", "—");
    page.press("Show it");
    page.expect_in("Memory", "543516788");
}

/// Whether the memory's last row is in view as a whole.
const END_IN_VIEW: &str = "const box = document.getElementById('memory-grid').getBoundingClientRect();
    const last = document.querySelector('[data-address=\"65535\"]')?.getBoundingClientRect();
    return Boolean(last) && last.bottom <= box.bottom + 1";

#[test]
fn the_last_row_stays_in_view_when_what_is_below_it_grows() {
    let page = Page::open();
    page.set_source(
        "(module (memory (export \"memory\") 1) (func (export \"main\") (i32.store (i32.const 0) (i32.const 1))))",
    );
    page.press("Debug");
    page.expect_status("Before the first instruction");
    page.expect_in("Memory", "64 KiB");
    let to_end = "const grid = document.getElementById('memory-grid'); grid.scrollTop = grid.scrollHeight; return true";
    page.expect_script("it is scrolled to the end", to_end);
    page.expect_script("the last row is in view", END_IN_VIEW);
    let lower = "document.querySelector('.byte-inspector').style.minHeight = '9rem'; return true";
    page.expect_script("the bytes have less room", lower);
    page.expect_script("the last row is still in view", END_IN_VIEW);
}

#[test]
fn the_view_goes_to_the_address_of_a_trap() {
    let page = Page::open();
    page.set_source(
        r#"(module (memory (export "memory") 1) (data (i32.const 0xfff0) "the last bytes")
  (func (export "main") (i32.store8 (i32.const 0) (i32.const 1)) (i32.store (i32.const 0xfffe) (i32.const 7))))"#,
    );
    page.press("Debug");
    page.expect_status("Before the first instruction");
    page.press("Continue");
    page.expect_in("What happened", "65534 + 4 bytes > 65536 bytes");
    page.expect_in("Memory", "the last bytes");
}
