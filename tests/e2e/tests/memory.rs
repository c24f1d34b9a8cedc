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
