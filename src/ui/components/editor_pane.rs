//! The editor, with the problems below it.

use std::rc::Rc;

use wasm_bindgen_futures::spawn_local;
use web_sys::{HtmlElement, HtmlTextAreaElement};
use yew::prelude::*;

use super::breakpoints::BreakpointList;
use super::problems::Problems;
use super::source_bar::SourceBar;
use super::splitter::SplitterBar;
use crate::ui::hooks::reducers::{
    CheckContext, DebugContext, LayoutContext, SettingsContext, SourcesContext, WorkspaceContext, use_slice,
};
use crate::ui::hooks::use_debugger::Debugger;
use crate::ui::hooks::use_editor::EditorLink;
use crate::ui::hooks::use_engine::Engine;
use crate::ui::hooks::use_media::use_narrow;
use crate::ui::hooks::use_run::Launcher;
use crate::ui::platform::dom;
use crate::ui::platform::editor::{Editor, EditorCallbacks, MovedBreakpoint};
use crate::ui::selectors::breakpoints;
use crate::ui::selectors::debug::marks;
use crate::ui::selectors::line_endings::{self, Breaks};
use crate::ui::selectors::numbers;
use crate::ui::selectors::sources::{self, shown_file, text_of};
use crate::ui::state::breakpoints::BreakpointChange;
use crate::ui::state::layout::{LayoutAction, Splitter};
use crate::ui::state::project::{Program, WorkspaceAction};

/// Whether the editor's code is loaded. A plain text area is shown until then, and for good if loading fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Code {
    Loading,
    Here,
    Missing,
}

#[component]
pub fn EditorPane() -> Html {
    let workspace = use_slice::<WorkspaceContext>();
    let check = use_slice::<CheckContext>();
    let link = use_slice::<EditorLink>();
    let launcher = use_slice::<Launcher>();
    let debugger = use_slice::<Debugger>();
    let debug = use_slice::<DebugContext>();
    let sources = use_slice::<SourcesContext>();
    let settings = use_slice::<SettingsContext>();
    let code = use_state_eq(|| Code::Loading);
    let cursor = use_state_eq(|| (1, 1));
    let host = use_node_ref();
    let layout = use_slice::<LayoutContext>();
    let narrow = use_narrow(settings.text_size);
    let program = &workspace.project.program;
    let disassembly = check.disassembly.as_ref();
    let is_binary = program.text().is_none();
    // The source file in the module's place, if one is shown; its text may still be missing.
    let file = shown_file(&sources, &debug, &workspace.project.sources).filter(|_| is_binary);
    let source: Option<Rc<str>> = file.as_ref().map(|file| {
        let text = text_of(&workspace.project.sources, file).cloned();
        text.unwrap_or_else(|| sources::in_place_of(file, &sources.files).into())
    });

    {
        let (link, code, cursor, host) = (link.clone(), code.setter(), cursor.setter(), host.clone());
        let (workspace, layout) = (workspace.clone(), layout.dispatcher());
        use_effect_with((), move |()| {
            let callbacks = EditorCallbacks {
                on_change: {
                    let link = link.clone();
                    Callback::from(move |()| link.changed())
                },
                on_run: Callback::from(move |()| launcher.run()),
                on_leave: Callback::from(move |()| {
                    layout.dispatch(LayoutAction::EndPresentation);
                    dom::focus("editor-keys");
                }),
                on_cursor: Callback::from(move |place| cursor.set(place)),
                on_breakpoint: {
                    let debugger = debugger.clone();
                    Callback::from(move |line| debugger.toggle_breakpoint(line))
                },
                on_point: {
                    let debugger = debugger.clone();
                    Callback::from(move |hover_request| debugger.point(hover_request))
                },
                on_moved: Callback::from(move |moved: Vec<MovedBreakpoint>| {
                    let moved = moved.iter().map(|moved| (moved.id, moved.line, moved.column));
                    debugger.change_breakpoints(BreakpointChange::Moved(moved.collect()));
                }),
            };
            let attached = link.clone();
            spawn_local(async move {
                let loaded = Editor::load(None).await;
                let Some(host) = host.cast::<HtmlElement>() else { return };
                let text: Rc<str> = workspace.clone().project.program.text().cloned().unwrap_or_else(|| "".into());
                match loaded.and_then(|loaded| loaded.create(&host, &text, callbacks)) {
                    Ok(editor) => {
                        attached.attach(editor, text);
                        code.set(Code::Here);
                    }
                    Err(error) => {
                        web_sys::console::error_1(&error);
                        code.set(Code::Missing);
                    }
                }
            });
            move || link.detach()
        });
    }
    {
        // In front of a class, no line may be cut off.
        let wraps = settings.wraps_lines(narrow) || layout.presentation;
        let link = link.clone();
        use_effect_with((wraps, *code), move |(wrap_lines, _)| link.set_wrapping(*wrap_lines));
    }
    {
        // The text changes when another program is opened, and when a binary's text arrives.
        let link = link.clone();
        let text: Rc<str> = match (program, disassembly, &source) {
            (Program::Text(text), ..) => text.clone(),
            (Program::Binary { .. }, _, Some(text)) => text.clone(),
            (Program::Binary { .. }, Some(text), None) => text.clone(),
            (Program::Binary { .. }, None, None) => "".into(),
        };
        let arrived = is_binary.then(|| check.checked.as_ref().map(Rc::as_ptr));
        let showing = (workspace.opened, arrived, file.clone(), source.clone(), *code);
        use_effect_with(showing, move |(_, _, file, _, code)| {
            if *code == Code::Here {
                link.show(text, is_binary, file.clone());
            }
        });
    }
    {
        let (link, program) = (link.clone(), program.clone());
        use_effect_with((check.clone(), *code), move |(check, code)| {
            if let (Program::Text(text), Some(checked), Code::Here) = (program, &check.checked, code)
                && !check.is_pending()
            {
                link.set_problems(&text, &checked.problems);
            }
        });
    }
    {
        let link = link.clone();
        // Source files only have breakpoints on lines.
        let has_text = file.is_none() && !debug.breakpoints.list.is_empty();
        let text = has_text.then(|| program.text().or(disassembly).cloned()).flatten();
        let drawn = use_memo((debug.breakpoints.clone(), file.clone(), text), |(all, file, text)| {
            breakpoints::drawn(all, file.as_deref(), text.as_deref())
        });
        use_effect_with((drawn, file.clone(), *code), move |(drawn, ..)| link.set_breakpoints(drawn));
    }
    {
        let (link, text) = (link.clone(), debug.text.clone());
        let changed = text.is_some() && text.as_ref() != program.text();
        let marks = match (&file, &source) {
            (Some(file), Some(text)) if text_of(&workspace.project.sources, file).is_some() => {
                sources::marks(&debug, &sources, file, text)
            }
            (Some(_), _) => None,
            _ => debug.is_on().then(|| marks(&debug)).flatten(),
        };
        use_effect_with((marks, changed, file.clone(), source.clone(), *code), move |(marks, ..)| {
            link.show_debug(text.as_ref(), marks.as_ref())
        });
    }

    let oninput = {
        let (workspace, before) = (workspace.dispatcher(), program.text().cloned());
        Callback::from(move |event: InputEvent| {
            if let (Some(area), Some(before)) = (event.target_dyn_into::<HtmlTextAreaElement>(), &before) {
                let ending = line_endings::dominant(before, Breaks::TextArea);
                let text = line_endings::restore(before, &area.value(), ending, Breaks::TextArea);
                workspace.dispatch(WorkspaceAction::SetText(text.into()));
            }
        })
    };
    let (line, column) = *cursor;
    html! {
        <section class="editor-pane" aria-label="Editor">
            if is_binary {
                <BinaryNote />
                <SourceBar />
            }
            <div class="editor-host" ref={host} data-code={format!("{:?}", *code).to_ascii_lowercase()}>
                if *code != Code::Here {
                    <textarea
                        id="editor-fallback"
                        class="editor-fallback"
                        aria-label="WebAssembly text"
                        spellcheck="false"
                        autocapitalize="off"
                        readonly={is_binary}
                        value={program.text().or(disassembly).map(ToString::to_string).unwrap_or_default()}
                        {oninput}
                    />
                }
            </div>
            <div class="editor-below">
                <p class="editor-foot" id="editor-keys" tabindex="-1">
                    <span>{ "Line " }{ numbers::grouped(line.into()) }{ ", column " }{ numbers::grouped(column.into()) }</span>
                    <span>{ "Tab indents. To leave the editor: " }<kbd>{ "Esc" }</kbd>{ ", then " }<kbd>{ "Tab" }</kbd></span>
                    if *code == Code::Missing {
                        <span data-tone="bad">{ "The editor could not be loaded: this is a plain text box" }</span>
                    }
                </p>
                <BreakpointList />
                <SplitterBar splitter={Splitter::Problems} />
                <Problems />
            </div>
        </section>
    }
}

/// A note above the text of a binary: what it is, and how to edit it.
#[component]
fn BinaryNote() -> Html {
    let workspace = use_slice::<WorkspaceContext>();
    let check = use_slice::<CheckContext>();
    let link = use_slice::<EditorLink>();
    let engine = use_slice::<Engine>();
    let whole = check.whole_disassembly();
    let Program::Binary { file_name, bytes } = &workspace.project.program else { return html! {} };
    let edit = {
        let workspace = workspace.dispatcher();
        let whole = whole.clone();
        Callback::from(move |_: MouseEvent| {
            if let Some(text) = whole.clone() {
                engine.forget_run();
                workspace.dispatch(WorkspaceAction::ReplaceProgram(Program::Text(text)));
                link.focus();
            }
        })
    };
    let sources = use_slice::<SourcesContext>();
    let description = match (&check.disassembly, check.is_pending()) {
        _ if sources.shows_source(&workspace.project.sources) => "shown with its source, read-only",
        (Some(_), _) if whole.is_none() => "partly shown as text, read-only: it is too long to edit",
        (Some(_), _) => "shown as text, read-only",
        (None, true) => "reading",
        (None, false) => "not shown as text",
    };
    html! {
        <div class="binary-note">
            <p>
                <strong>{ &**file_name }</strong>
                { format!(" · {} · {description}", numbers::bytes(bytes.len() as u64)) }
            </p>
            if whole.is_some() {
                <button type="button" class="button" onclick={edit}>{ "Edit as WAT" }</button>
            }
        </div>
    }
}
