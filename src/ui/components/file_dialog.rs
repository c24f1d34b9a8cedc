//! Shows and edits a file of the project: text as text, anything else as bytes. Changes are saved while typing.

use std::rc::Rc;

use gloo_events::EventListener;
use gloo_timers::callback::Timeout;
use web_sys::HtmlTextAreaElement;
use yew::prelude::*;

use super::byte_inspector::ByteInspector;
use super::file_picture::FilePicture;
use super::hex_grid::HexGrid;
use super::modal::Modal;
use crate::ui::selectors::files::{as_text, picture_type};
use crate::ui::selectors::line_endings::{self, Breaks};
use crate::ui::selectors::memory::Selection;
use crate::ui::selectors::names;
use crate::ui::selectors::numbers;
use crate::ui::state::memory::HexWindow;

/// The maximum length of an editable text, in bytes.
const LONGEST_TEXT: usize = 5 << 20;
/// How long after a keystroke the file is written, in milliseconds.
const SOON: u32 = 300;

#[derive(PartialEq, Properties)]
pub struct Props {
    pub path: AttrValue,
    pub bytes: Rc<[u8]>,
    pub on_save: Callback<Vec<u8>>,
    pub on_download: Callback<()>,
    pub on_close: Callback<()>,
}

#[component]
pub fn FileDialog(props: &Props) -> Html {
    let text = as_text(&props.bytes).filter(|_| props.bytes.len() <= LONGEST_TEXT);
    let picture = picture_type(&props.bytes);
    let as_bytes = use_state_eq(|| text.is_none() && picture.is_none());
    // An SVG image is text as well; it is first shown as an image.
    let as_picture = use_state_eq(|| picture.is_some());
    let edited = use_state_eq(|| false);
    // The text that is not written yet, and the timer that will write it.
    let unsaved = use_mut_ref(|| None::<String>);
    let timer = use_mut_ref(|| None::<Timeout>);
    // The file's contents and its dominant line ending: the text area has only one line ending.
    let saved = use_mut_ref(|| {
        let text = text.unwrap_or_default();
        (text.to_owned(), line_endings::dominant(text, Breaks::TextArea))
    });
    let save = {
        let (unsaved, timer, on_save) = (unsaved.clone(), timer.clone(), props.on_save.clone());
        use_callback(on_save, move |(), on_save| {
            timer.borrow_mut().take();
            let text = unsaved.borrow_mut().take();
            if let Some(text) = text {
                let (before, ending) = &mut *saved.borrow_mut();
                *before = line_endings::restore(before, &text, ending, Breaks::TextArea);
                on_save.emit(before.clone().into_bytes());
            }
        })
    };
    {
        let save = save.clone();
        use_effect_with((), move |()| {
            // Also write what was typed just before the page was closed.
            let leaving = web_sys::window().map(|window| {
                let save = save.clone();
                EventListener::new(&window, "pagehide", move |_| save.emit(()))
            });
            move || {
                drop(leaving);
                save.emit(());
            }
        });
    }
    let oninput = {
        let (save, edited) = (save.clone(), edited.setter());
        Callback::from(move |event: InputEvent| {
            let Some(area) = event.target_dyn_into::<HtmlTextAreaElement>() else { return };
            edited.set(true);
            *unsaved.borrow_mut() = Some(area.value());
            let save = save.clone();
            // Even if the user does not pause.
            timer.borrow_mut().get_or_insert_with(|| Timeout::new(SOON, move || save.emit(())));
        })
    };
    let onkeydown = Callback::from(move |event: KeyboardEvent| {
        if event.key() == "s" && (event.ctrl_key() || event.meta_key()) {
            event.prevent_default();
            save.emit(());
        }
    });
    let switch = {
        let as_bytes = as_bytes.clone();
        Callback::from(move |_: MouseEvent| as_bytes.set(!*as_bytes))
    };
    let switch_picture = {
        let as_picture = as_picture.clone();
        Callback::from(move |_: MouseEvent| as_picture.set(!*as_picture))
    };
    let download = props.on_download.reform(|_: MouseEvent| ());
    let note = match (text.is_some(), *edited) {
        (_, true) => "changes are saved as you type".to_owned(),
        (true, false) => numbers::bytes(props.bytes.len() as u64),
        (false, false) if as_text(&props.bytes).is_some() => {
            format!("{}, too large to edit here", numbers::bytes(props.bytes.len() as u64))
        }
        (false, false) => format!("{}, binary", numbers::bytes(props.bytes.len() as u64)),
    };
    html! {
        <Modal id="file-dialog" class="wide-dialog" title={names::file(&props.path)} on_close={&props.on_close}>
            <div class="file-dialog-tools">
                <span class="panel-note" role="status">{ note }</span>
                // Edited text differs from what was loaded: its bytes are shown when the file is opened again.
                if picture.is_some() && !*edited {
                    <button type="button" class="button" onclick={switch_picture}>{ if *as_picture { "Show contents" } else { "Show picture" } }</button>
                }
                if text.is_some() && !*edited && !*as_picture {
                    <button type="button" class="button" onclick={switch}>{ if *as_bytes { "Show text" } else { "Show bytes" } }</button>
                }
                <button type="button" class="button" onclick={download}>{ "Download" }</button>
            </div>
            if let Some(media_type) = picture.filter(|_| *as_picture) {
                <FilePicture bytes={props.bytes.clone()} {media_type} name={props.path.clone()} />
            } else if let Some(text) = text.filter(|_| !*as_bytes) {
                <TextArea text={Rc::<str>::from(text)} {oninput} {onkeydown} />
            } else if props.bytes.is_empty() {
                <p class="panel-empty">{ "This file is empty." }</p>
            } else {
                <FileBytes bytes={props.bytes.clone()} />
            }
        </Modal>
    }
}

#[derive(PartialEq, Properties)]
struct TextAreaProps {
    text: Rc<str>,
    oninput: Callback<InputEvent>,
    onkeydown: Callback<KeyboardEvent>,
}

/// The text area. The browser holds what is typed.
#[component]
fn TextArea(props: &TextAreaProps) -> Html {
    let area = use_node_ref();
    {
        let area = area.clone();
        use_effect_with(props.text.clone(), move |text| {
            if let Some(area) = area.cast::<HtmlTextAreaElement>() {
                area.set_value(text);
                let _ = area.set_selection_range(0, 0);
                let _ = area.focus();
            }
        });
    }
    html! {
        <textarea
            class="file-text"
            autofocus=true
            ref={area}
            aria-label="Contents"
            spellcheck="false"
            autocapitalize="off"
            oninput={&props.oninput}
            onkeydown={&props.onkeydown}
        />
    }
}

#[derive(PartialEq, Properties)]
struct FileBytesProps {
    bytes: Rc<[u8]>,
}

#[component]
fn FileBytes(props: &FileBytesProps) -> Html {
    let selection = use_state_eq(Selection::default);
    let jump = use_state_eq(|| (0_u32, 0_u64));
    let window = use_memo(props.bytes.clone(), |bytes| HexWindow::whole(bytes.clone()));
    let on_select = {
        let selection = selection.setter();
        use_callback((), move |selected, ()| selection.set(selected))
    };
    let on_show = {
        let (jump, start) = (jump.clone(), selection.start());
        Callback::from(move |()| jump.set((jump.0 + 1, start)))
    };
    let size = props.bytes.len() as u64;
    html! {
        <div class="file-bytes">
            <HexGrid id="file-grid" label="Bytes of the file" {size} window={(*window).clone()} selection={*selection} {on_select} jump={*jump} />
            <ByteInspector {size} window={(*window).clone()} selection={*selection} {on_show} />
        </div>
    }
}
