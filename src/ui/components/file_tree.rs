//! The file tree, with keyboard navigation; only the visible rows are drawn.

use std::rc::Rc;

use gloo_timers::callback::Timeout;
use wasm_bindgen::prelude::*;
use web_sys::{Element, HtmlElement};
use yew::prelude::*;

use super::file_row::FileRow;
use super::row_drag::use_row_drag;
use super::virtual_list::{use_measures, use_mover};
use crate::ui::selectors::files::{TreeKey, TreeRow, active_index, on_key};
use crate::ui::selectors::rows::Geometry;
use crate::ui::state::files::FilesAction;

/// How many rows beyond the visible ones are drawn, so that scrolling shows no gap.
const MARGIN: usize = 12;
/// How long a pause between letters may be before they start a new word, in milliseconds.
const WORD: u32 = 700;

/// An action on a row.
#[derive(Debug, Clone, PartialEq)]
pub enum FileAction {
    Open(Rc<str>),
    Rename(Rc<str>),
    /// Opens the dialog that asks for the target folder.
    Move(Rc<str>),
    MoveInto {
        from: Rc<str>,
        directory: Rc<str>,
    },
    Delete(Rc<str>),
}

#[derive(PartialEq, Properties)]
pub struct Props {
    pub rows: Rc<[TreeRow]>,
    pub active: Option<Rc<str>>,
    pub on_action: Callback<FilesAction>,
    pub on_file_action: Callback<FileAction>,
}

#[component]
pub fn FileTree(props: &Props) -> Html {
    let tree = use_node_ref();
    let measures = use_measures(&tree);
    let geometry = Geometry {
        size: props.rows.len() as u64,
        columns: 1,
        row_height: measures.row_height,
        viewport: measures.viewport,
    };
    let top = use_state_eq(|| 0.0_f64);
    let shown_top = top.min(geometry.last_top() as f64);
    let mover = use_mover(&tree, &geometry, &top);
    let active = active_index(&props.rows, props.active.as_deref());
    {
        let mover = mover.clone();
        use_effect_with((active, geometry), move |(active, _)| mover.reveal(*active as u64));
    }
    let onscroll = Callback::from(move |_: Event| {
        mover.scrolled();
    });
    let onkeydown = use_tree_keys(props, geometry.visible_rows() as usize);
    let onclick = {
        let (rows, on_action, tree) = (props.rows.clone(), props.on_action.clone(), tree.clone());
        Callback::from(move |event: MouseEvent| {
            let Some(row) = row_under(&event, &rows) else { return };
            if let Some(tree) = tree.cast::<HtmlElement>() {
                let _ = tree.focus();
            }
            on_action.emit(FilesAction::Activate(row.path.clone()));
            match row.unfolded {
                Some(true) => on_action.emit(FilesAction::Fold(row.path.clone())),
                Some(false) => on_action.emit(FilesAction::Unfold(row.path.clone())),
                None => {}
            }
        })
    };
    let ondblclick = {
        let (rows, on_file_action) = (props.rows.clone(), props.on_file_action.clone());
        Callback::from(move |event: MouseEvent| {
            if let Some(row) = row_under(&event, &rows).filter(|row| row.unfolded.is_none()) {
                on_file_action.emit(FileAction::Open(row.path.clone()));
            }
        })
    };
    let drag = use_row_drag(props);
    let deepest = props.rows.iter().map(|row| row.level).max().unwrap_or(1);
    let (first, end) = geometry.visible(shown_top);
    let (first, last) = ((first as usize).saturating_sub(MARGIN), (end as usize + MARGIN).min(props.rows.len()));
    // The active row is always rendered: the tree's focus refers to it.
    let beyond = (!(first..last).contains(&active)).then_some(active);
    let drawn = (first.min(last)..last).chain(beyond).filter_map(|place| Some((place, props.rows.get(place)?)));
    html! {
        <div class="file-list">
        <div
            class="file-tree"
            role="tree"
            aria-label="Files of the project"
            ref={tree}
            tabindex="0"
            aria-activedescendant={(!props.rows.is_empty()).then(|| row_id(active))}
            {onscroll}
            {onkeydown}
            {onclick}
            {ondblclick}
            ondragstart={drag.start}
            ondragover={drag.over}
            ondragleave={drag.leave}
            ondragend={drag.end}
            ondrop={drag.drop}
            data-target={(drag.target.as_deref() == Some("")).then_some("true")}
        >
            <div class="file-range" role="presentation"
                style={format!("height:{}px;--deepest:{deepest}", geometry.scroll_range() + geometry.viewport.min(geometry.size as f64 * geometry.row_height))}>
                { for drawn.map(|(place, row)| html! {
                    <FileRow key={row.path.to_string()} id={row_id(place)} row={row.clone()} active={place == active}
                        position={geometry.position(place as u64, shown_top)} is_target={drag.target.as_deref() == Some(&*row.path)} />
                }) }
            </div>
        </div>
        <span class="row-measure" aria-hidden="true">{ "0" }</span>
        </div>
    }
}

fn row_id(place: usize) -> String {
    format!("file-row-{place}")
}

pub(super) fn row_under(event: &MouseEvent, rows: &[TreeRow]) -> Option<TreeRow> {
    let target: Element = event.target()?.dyn_into().ok()?;
    let path = target.closest("[data-path]").ok()??.get_attribute("data-path")?;
    rows.iter().find(|row| *row.path == *path).cloned()
}

/// `page`: how many rows a page key moves by.
#[hook]
fn use_tree_keys(props: &Props, page: usize) -> Callback<KeyboardEvent> {
    let typed = use_mut_ref(String::new);
    let forget = use_mut_ref(|| None::<Timeout>);
    let (rows, active) = (props.rows.clone(), props.active.clone());
    let (on_action, on_file_action) = (props.on_action.clone(), props.on_file_action.clone());
    Callback::from(move |event: KeyboardEvent| {
        if event.ctrl_key() || event.alt_key() || event.meta_key() {
            return;
        }
        let Some(row) = rows.get(active_index(&rows, active.as_deref())) else { return };
        let path = row.path.clone();
        let key = match event.key().as_str() {
            "ArrowUp" => TreeKey::Up,
            "ArrowDown" => TreeKey::Down,
            "ArrowLeft" => TreeKey::Left,
            "ArrowRight" => TreeKey::Right,
            "PageUp" => TreeKey::PageUp(page),
            "PageDown" => TreeKey::PageDown(page),
            "Home" => TreeKey::Home,
            "End" => TreeKey::End,
            "*" => TreeKey::Star,
            "Enter" | " " => {
                event.prevent_default();
                match row.unfolded {
                    Some(true) => on_action.emit(FilesAction::Fold(path)),
                    Some(false) => on_action.emit(FilesAction::Unfold(path)),
                    None => on_file_action.emit(FileAction::Open(path)),
                }
                return;
            }
            "F2" => {
                event.prevent_default();
                on_file_action.emit(FileAction::Rename(path));
                return;
            }
            "F6" => {
                event.prevent_default();
                on_file_action.emit(FileAction::Move(path));
                return;
            }
            "Delete" => {
                event.prevent_default();
                on_file_action.emit(FileAction::Delete(path));
                return;
            }
            letter if letter.chars().count() == 1 => {
                typed.borrow_mut().push_str(letter);
                let later = typed.clone();
                *forget.borrow_mut() = Some(Timeout::new(WORD, move || later.borrow_mut().clear()));
                TreeKey::Type(typed.borrow().clone())
            }
            _ => return,
        };
        event.prevent_default();
        // While typing a name, shortcuts of the page, such as `?`, must not fire.
        event.stop_propagation();
        on_key(&rows, active.as_deref(), &key).into_iter().for_each(|action| on_action.emit(action));
    })
}
