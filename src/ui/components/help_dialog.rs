//! Help: keyboard shortcuts, and a guide to the page.

use web_sys::HtmlDialogElement;
use yew::prelude::*;

use crate::ui::platform::dom;

#[derive(PartialEq, Properties)]
pub struct Props {
    pub open: bool,
    pub on_close: Callback<()>,
}

const KEYS: [(&str, &str); 25] = [
    ("Mod+Enter", "Run"),
    ("Mod+,", "Pause, and continue"),
    ("Mod+.", "Stop"),
    ("F5", "Debug; while debugging: continue"),
    ("F10", "Debugging: step over a call"),
    ("F11, Shift+F11", "Debugging: step into a call, out of a function"),
    ("Alt with these", "Debugging: the same backwards"),
    ("Alt+I, Alt+N, Alt+O, Alt+C", "Debugging: step into, over, out; continue: for keyboards without function keys"),
    ("Shift with these", "Debugging: the same backwards"),
    ("Alt+P", "Presentation view: code and stack, large; Escape leaves it"),
    ("F9, or a click beside the line", "Toggle a breakpoint on the current line"),
    ("F7", "Debugging: to the next mark on the timeline"),
    ("Shift+F9", "Debugging: in the editor, describe what is at the cursor"),
    ("Shift+F5", "Stop debugging"),
    ("Alt+1 … Alt+7", "Go to Editor, Console, Module, Files, Memory, System calls, Inspector"),
    ("Esc, then Tab", "Leave the editor"),
    ("Tab, Shift+Tab", "In the editor: indent, and back"),
    ("Mod+F", "In the editor: search and replace"),
    ("Mod+/", "In the editor: comment and uncomment"),
    ("Up, Down", "In the standard input: earlier lines, and back"),
    ("Ctrl+D", "In the empty standard input: end of input"),
    ("F2, F6, Delete", "In the files: rename, move, delete"),
    ("0 … f, Enter", "Debugging: in the memory, overwrite the selected bytes"),
    ("Arrow keys", "On a line between panels: move it; Enter resets it"),
    ("?", "This help"),
];

#[component]
pub fn HelpDialog(props: &Props) -> Html {
    let dialog = use_node_ref();
    {
        let dialog = dialog.clone();
        use_effect_with(props.open, move |open| {
            if let Some(dialog) = dialog.cast::<HtmlDialogElement>() {
                match (*open, dialog.open()) {
                    // Fails only for a dialog that is open or not in the document.
                    (true, false) => drop(dialog.show_modal()),
                    (false, true) => dialog.close(),
                    _ => {}
                }
            }
        });
    }
    let onclose = props.on_close.reform(|_: Event| ());
    let close = props.on_close.reform(|_: MouseEvent| ());
    html! {
        <dialog class="dialog help-dialog" ref={dialog} aria-labelledby="help-title" {onclose}>
            <div class="dialog-head">
                <h2 id="help-title">{ "Keys and help" }</h2>
                <button type="button" class="button" onclick={close}>{ "Close" }</button>
            </div>
            if props.open { <Contents /> }
        </dialog>
    }
}

#[component]
fn Contents() -> Html {
    let modifier = if dom::is_apple() { "⌘" } else { "Ctrl+" };
    html! {
        <>
            <p>
                { "Write WebAssembly text, or open a " }<code>{ ".wasm" }</code>
                { " that was built for " }<code>{ "wasm32-wasip1" }</code>
                { ", and press " }<strong>{ "Run" }</strong>
                { ". The program runs in this browser; nothing is sent anywhere. " }
                { "It sees the files of the Files panel, and what you type in the console is its standard input." }
            </p>
            <p>
                <strong>{ "Run" }</strong>{ " and " }<strong>{ "Debug" }</strong>{ " call " }<code>{ "_start" }</code>
                { ", or else " }<code>{ "main" }</code>
                { ", or the only exported function; in a module that has none of these, its start function is all that runs. " }
                { "Run calls the function named beside it; you can choose another exported function there. " }
                { "Arguments come from the boxes under Module." }
            </p>
            <p>
                <strong>{ "Debug" }</strong>{ " stops before the first instruction. Each step says what happened and what comes next, and every step can be undone. " }
                { "The buttons beside a local, a global or selected bytes of memory answer " }<strong>{ "Who last wrote it?" }</strong>
                { " and set a watchpoint, which stops where the value changes; " }<strong>{ "↦" }</strong>{ " shows a value as an address in the Memory panel." }
            </p>
            <p>
                { "The numbers below the console: " }<strong>{ "Time" }</strong>{ " is spent in the program, without waiting. " }
                <strong>{ "Engine" }</strong>{ " is what executed the program; you choose it under Module. " }
                <strong>{ "Fuel" }</strong>{ " is wasmi's unit of work, about one per instruction: it is the same in every run, whatever the computer. The Browser engine counts " }
                <strong>{ "Instructions" }</strong>{ " instead. " }
                <strong>{ "Peak memory" }</strong>{ " is the largest size that the program's memories had together. " }
                <strong>{ "Host calls" }</strong>{ " are the program's calls of imported functions: whatever it prints or reads goes through one." }
            </p>
            <table class="keys">
                <thead class="visually-hidden"><tr><th scope="col">{ "Key" }</th><th scope="col">{ "What it does" }</th></tr></thead>
                <tbody>
                    { for KEYS.iter().map(|(keys, what)| html! {
                        <tr><th scope="row"><kbd>{ keys.replace("Mod+", modifier) }</kbd></th><td>{ *what }</td></tr>
                    }) }
                </tbody>
            </table>
            <h3>{ "About" }</h3>
            <p>
                { concat!("Wasmoscope ", env!("CARGO_PKG_VERSION"), " is free software, under the MIT licence or the Apache License 2.0. ") }
                <a href="./licences.html" target="_blank" rel="noopener">{ "Licences" }</a>
                { " lists the terms of everything in it." }
            </p>
        </>
    }
}
