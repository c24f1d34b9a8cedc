//! What others wrote is shown, not sent to the terminal.

use super::{file, folder, text, wasmoscope};

/// Colours, a window title, a screen that is cleared, a bell, C1's CSI, text from right to left.
const EVIL: &str = "\u{1b}[31mred\u{1b}]0;x\u{7}\u{9b}2J\u{202e}abc";
/// The same as WebAssembly text writes it.
const EVIL_TEXT: &str = r"\1b[31mred\1b]0;x\07\u{9b}2J\u{202e}abc";

/// Runs the command, and holds that nothing it prints is a control character, but that something is shown as one.
fn shown(folder: &std::path::Path, arguments: &[&str]) -> String {
    let output = wasmoscope(folder, arguments, "");
    let printed = format!("{}{}", text(&output.stdout), text(&output.stderr));
    let raw = |character: char| {
        character.is_control() && !matches!(character, '\n' | '\t') || matches!(character, '\u{202a}'..='\u{202e}')
    };
    assert!(!printed.contains(raw), "{arguments:?} prints {printed:?}");
    assert!(!printed.lines().any(|line| line.starts_with("forged")), "{arguments:?} prints {printed:?}");
    printed
}

#[test]
fn names_and_texts_of_a_program_do_not_reach_the_terminal_raw() {
    let folder = folder("terminal-programs");
    let programs = [
        ("function.wat", format!("(module (func $\"{EVIL_TEXT}\" (export \"main\") unreachable))")),
        (
            "import.wat",
            format!("(module (import \"{EVIL_TEXT}\" \"{EVIL_TEXT}\\0aforged\" (func)) (func (export \"main\")))"),
        ),
        ("export.wat", format!("(module (func (export \"{EVIL_TEXT}\")) (func (export \"{EVIL_TEXT}2\")))")),
        ("module.wat", format!("(module $\"{EVIL_TEXT}\" (func (export \"main\") unreachable))")),
        ("type.wat", format!("(module (func $\"{EVIL_TEXT}\" (export \"main\") (result i32)))")),
        ("section.wat", format!("(module (@custom \"{EVIL_TEXT}\" \"x\") (func (export \"main\") (result i32)))")),
        ("comment.wat", format!("(module (; {EVIL} ;) (func i32.ad))")),
        ("unknown.wat", format!("(module (func (call $\"{EVIL_TEXT}\")))")),
        ("token.wat", format!("(module {EVIL} (func))")),
        ("string.wat", format!("(module (import \"{EVIL}\" \"f\" (func)) (func (result i32)))")),
        ("not-a-program.wat", format!("{EVIL}\n{EVIL}")),
        ("page.wat", format!("<html>{EVIL}</html>")),
        (
            "script.wast",
            format!(
                "(module (func (export \"{EVIL_TEXT}\") (result i32) (i32.const 1)))
           (assert_return (invoke \"{EVIL_TEXT}\") (i32.const 2)) (assert_trap (invoke \"{EVIL_TEXT}\") \"{EVIL_TEXT}\")
           (assert_return (invoke \"no {EVIL_TEXT}\")) (register \"{EVIL_TEXT}\" $nothing)"
            ),
        ),
        ("broken.wast", format!("(assert_nothing \"{EVIL}\")")),
    ];
    for (name, program) in &programs {
        file(&folder, name, program);
        shown(&folder, &["validate", name]);
        shown(&folder, &["print", name]);
        shown(&folder, &["wat", name, "-o", "out.wasm"]);
        shown(&folder, &["wast", name]);
        shown(&folder, &["wast", "--instrumented", name]);
        for flags in [&["--backtrace"][..], &["--instrumented"], &["--invoke", EVIL]] {
            shown(&folder, &[&["run"][..], flags, &[name]].concat());
        }
    }
    let backtrace = shown(&folder, &["run", "--backtrace", "function.wat"]);
    assert!(backtrace.contains(r"   0: \u{1b}[31mred\u{1b}]0;x\u{7}\u{9b}2J\u{202e}abc"), "{backtrace}");
    assert!(shown(&folder, &["validate", "import.wat"]).contains(r"\u{1b}[31mred"));
}

#[test]
fn paths_and_arguments_do_not_reach_the_terminal_raw() {
    let folder = folder("terminal-paths");
    let name = format!("{EVIL}\nforged");
    file(&folder, &name, "(module (func $f (export \"main\") unreachable))");
    file(&folder, "nothing.wat", "(module (func (export \"main\")))");
    file(&folder, "answer.wat", "(module (func (export \"main\") (param i32) (result i32) (i32.const 42)))");
    std::fs::create_dir(folder.join(format!("{name} directory"))).expect("a folder can be made");
    for arguments in [
        &["validate", &name][..],
        &["run", "--invoke", "main", "--fuel", "0", &format!("{name} directory")],
        &["run", "--backtrace", &name],
        &["wat", "answer.wat", "-o", "nowhere/\u{1b}\nforged"],
        &["print", "\u{1b}nowhere"],
        &["wast", &name, "\u{1b}nowhere"],
        &["run", "--dir", "\u{1b}nowhere\nforged", "answer.wat"],
        &["run", "--stdin", "\u{1b}nowhere\nforged", "answer.wat"],
        &["run", "--trace=nowhere/\u{1b}\nforged", "nothing.wat"],
        &["run", "--invoke", "main", "answer.wat", "\u{1b}[31m1"],
        &["run", "--invoke", "\u{1b}[31mmain\nforged", "answer.wat"],
    ] {
        let printed = shown(&folder, arguments);
        assert!(printed.contains(r"\u{"), "{arguments:?}: {printed}");
    } // What is wrong with the arguments themselves.
    for arguments in [
        &["run", "--env", "\u{8}31m", "answer.wat"][..],
        &["run", "--fuel", "\u{8}31m", "answer.wat"],
        &["run", "--\u{8}31m", "answer.wat"],
        &["\u{8}31m"],
    ] {
        shown(&folder, arguments);
    }
}

#[test]
fn traced_calls_do_not_reach_the_terminal_raw() {
    let folder = folder("terminal-trace");
    let program = format!(
        "(module (import \"wasi_snapshot_preview1\" \"path_unlink_file\" (func $unlink (param i32 i32 i32) (result i32)))
           (memory (export \"memory\") 1) (data (i32.const 0) \"{EVIL_TEXT}\")
           (func (export \"_start\") (drop (call $unlink (i32.const 3) (i32.const 0) (i32.const 30)))))"
    );
    file(&folder, "unlink.wat", &program);
    let traced = shown(&folder, &["run", "--dir", ".::\u{1b}[31m\nforged", "--trace", "unlink.wat"]);
    assert!(traced.contains(r"path_unlink_file(3<\u{1b}[31m\nforged>"), "{traced}");
    shown(&folder, &["run", "--dir", ".::\u{1b}[31m\nforged", "--trace=calls.txt", "unlink.wat"]);
    let written = std::fs::read_to_string(folder.join("calls.txt")).expect("the trace was written");
    assert!(!written.contains('\u{1b}') && written.lines().count() == 1, "{written:?}");
}

/// What the program prints is its own affair: a program that draws in colours does so here too.
#[test]
fn what_the_program_prints_is_printed_as_it_is() {
    let folder = folder("terminal-own");
    file(
        &folder,
        "colours.wat",
        "(module (import \"wasi_snapshot_preview1\" \"fd_write\" (func $write (param i32 i32 i32 i32) (result i32)))
           (memory (export \"memory\") 1) (data (i32.const 0) \"\\08\\00\\00\\00\\06\\00\\00\\00\\1b[31m\\ff\")
           (func (export \"_start\")
             (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 20)))
             (drop (call $write (i32.const 2) (i32.const 0) (i32.const 1) (i32.const 20)))))",
    );
    let output = wasmoscope(&folder, &["run", "colours.wat"], "");
    assert_eq!((&output.stdout[..], &output.stderr[..]), (&b"\x1b[31m\xff"[..], &b"\x1b[31m\xff"[..]));
}
