//! What has room where there is little of it.

use e2e::Page;

/// A program whose debugged line is below the lines that are seen at first.
const DEEP: &str = "(module\n  ;; 2\n  ;; 3\n  ;; 4\n  ;; 5\n  ;; 6\n  ;; 7\n  ;; 8\n  ;; 9\n  ;; 10\n  ;; 11\n  ;; 12\n  ;; 13\n  ;; 14\n  ;; 15\n  ;; 16\n  ;; 17\n  ;; 18\n  ;; 19\n  ;; 20\n  (func (export \"main\") (result i32)\n    (i32.add\n      (i32.const 40)\n      (i32.const 2))))";

/// How many lines of text the editor has room for, and whether the next instruction is among them.
const SEEN: &str = "const text = document.querySelector('.cm-scroller').getBoundingClientRect();
    const line = document.querySelector('.cm-line').getBoundingClientRect().height;
    const next = document.querySelector('.cm-debug-current')?.getBoundingClientRect();
    const inSight = next && next.top >= text.top && next.bottom <= text.bottom && next.left >= text.left && next.right <= text.right;";

#[test]
fn a_debugged_program_is_read_in_a_low_window() {
    let page = Page::open_at_size(1280, 600);
    page.set_source(DEEP);
    page.press("Debug");
    page.expect_status("Before the first instruction");
    page.expect_script("a dozen lines are seen", &format!("{SEEN} return text.height / line >= 12"));
    page.expect_script("the next instruction is in sight", &format!("{SEEN} return inSight"));
    // What is written below the text takes room from the console first.
    page.press("New breakpoint");
    page.expect("combobox", "Stop at");
    page.expect_script("the next instruction stays in sight", &format!("{SEEN} return inSight"));
    page.expect_script("half a dozen lines are still seen", &format!("{SEEN} return text.height / line >= 6"));
}

#[test]
fn stack_and_locals_are_both_in_sight_in_large_text() {
    let page = Page::open_at_size(1280, 720);
    page.choose_example("Recursive factorial");
    page.expect_source("$factorial");
    for _ in 0..3 {
        page.press("Larger text");
    }
    page.press("Debug");
    page.expect_status("Before the first instruction");
    (0..4).for_each(|_| page.press("Step into"));
    page.expect_status("i64.eqz: 10 == 0 is false");
    page.expect_script(
        "the values of the stack and of the locals are in sight",
        "const box = document.querySelector('.inspector').getBoundingClientRect();
         const values = ['.operand .debug-value', '[aria-label=Locals] .debug-value'].map((value) => document.querySelector(value));
         return values.every((value) => value?.getBoundingClientRect().bottom <= box.bottom)",
    );
}

#[test]
fn in_narrow_columns_no_word_is_cut_or_covered() {
    let page = Page::open_at_size(1024, 768);
    page.set_source(
        "(module (func (export \"main\") (result i32) (local $rest i32) (local.set $rest (i32.const 5)) (local.get $rest)))",
    );
    page.expect_problem("No problems");
    // The text of a choice, as wide as it is written, and what is left of its box beside padding and arrow.
    let fits = |name: &str| {
        page.expect_script(
            &format!("the choice of {name} is read in full"),
            &format!(
                "const box = document.querySelector('select[aria-label=\"{name}\"]');
                 const style = getComputedStyle(box);
                 const drawn = document.createElement('canvas').getContext('2d');
                 drawn.font = `${{style.fontWeight}} ${{style.fontSize}} ${{style.fontFamily}}`;
                 const arrow = 12;
                 const room = box.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight) - arrow;
                 return drawn.measureText(box.selectedOptions[0].text.trim()).width <= room"
            ),
        );
    };
    fits("Engine");
    page.press("Debug");
    page.expect_status("Before the first instruction");
    fits("Base of numbers");
    page.expect_script(
        "the status and the tools of the console are beside each other",
        "const box = (query) => document.querySelector(query).getBoundingClientRect();
         const tools = document.querySelector('.workbench-dock .panel-tools').firstElementChild.getBoundingClientRect();
         return box('.workbench-dock .status-text').right <= tools.left
             && box('.dock-bar').right <= box('.workbench-dock .status').left",
    );
    page.expect_script(
        "the names of locals are read in full",
        "return [...document.querySelectorAll('[aria-label=Locals] .named-values tbody th')].every((name) => name.scrollWidth <= name.clientWidth)",
    );
}

#[test]
fn the_timeline_keeps_its_height_while_one_steps() {
    for (width, height) in [(1440, 900), (1024, 768), (820, 1180), (390, 844)] {
        let page = Page::open_at_size(width, height);
        page.choose_example("Hello over WASI");
        page.expect_source("Hello, world!");
        page.press("Debug");
        page.expect_status("Before the first instruction");
        let timeline = "document.querySelector('.timeline').getBoundingClientRect().height";
        let first = page.session().script(&format!("return {timeline}"), &[]).expect("the timeline has a height");
        let first = first.as_f64().unwrap_or_default();
        let same = |when: &str| {
            let text = format!("{width} pixels wide, {when}: the timeline is {first} pixels high");
            page.expect_script(&text, &format!("return Math.abs({timeline} - {first}) < 1"));
        };
        for step in 1..=12 {
            page.press("Step into");
            page.expect_value("Step number", &step.to_string());
            same(&format!("step {step}"));
        }
        page.press("Go to the end");
        page.expect_status("Exited with code 0");
        same("at the end");
        page.press("Go to the start");
        page.expect_value("Step number", "0");
        same("back at the start");
    }
}

#[test]
fn larger_text_leaves_the_debugged_line_in_sight_and_is_undone_there() {
    let page = Page::open();
    page.set_source(DEEP);
    page.press("Debug");
    page.expect_status("Before the first instruction");
    for _ in 0..3 {
        page.press("Larger text");
        page.expect_script("the next instruction is in sight", &format!("{SEEN} return inSight"));
    }
    page.expect_script("eight lines are seen", &format!("{SEEN} return text.height / line >= 8"));
    // With tabs in the place of columns.
    page.press("Larger text");
    page.expect("tablist", "Panels");
    page.expect("button", "Help");
    page.press("Smaller text");
    page.expect_no("tablist", "Panels");
    page.expect_script("the next instruction is in sight again", &format!("{SEEN} return inSight"));
}
