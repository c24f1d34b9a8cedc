//! Dragging rows of the Files tree onto folders. The drop zone handles files from outside.

use std::rc::Rc;

use yew::prelude::*;

use super::file_tree::{FileAction, Props, row_under};
use crate::ui::selectors::files::TreeRow;

/// The tree's event handlers, and the folder that would receive what is dragged; the empty path is the root.
pub struct RowDrag {
    pub target: Option<Rc<str>>,
    pub start: Callback<DragEvent>,
    pub over: Callback<DragEvent>,
    pub leave: Callback<DragEvent>,
    pub end: Callback<DragEvent>,
    pub drop: Callback<DragEvent>,
}

#[hook]
pub fn use_row_drag(props: &Props) -> RowDrag {
    let dragged = use_mut_ref(|| None::<Rc<str>>);
    let target = use_state_eq(|| None::<Rc<str>>);
    let rows = props.rows.clone();
    let start = {
        let (rows, dragged) = (rows.clone(), dragged.clone());
        Callback::from(move |event: DragEvent| {
            let Some(row) = row_under(&event, &rows) else { return };
            if let Some(transfer) = event.data_transfer() {
                transfer.set_effect_allowed("move");
                // Firefox only starts a drag that has some data.
                let _ = transfer.set_data("text/plain", &row.path);
            }
            *dragged.borrow_mut() = Some(row.path);
        })
    };
    let over = {
        let (rows, dragged, target) = (rows.clone(), dragged.clone(), target.setter());
        Callback::from(move |event: DragEvent| {
            if dragged.borrow().is_some() {
                event.prevent_default();
                target.set(Some(folder_under(&event, &rows)));
            }
        })
    };
    let leave = {
        let target = target.setter();
        Callback::from(move |_: DragEvent| target.set(None))
    };
    let end = {
        let (dragged, target) = (dragged.clone(), target.setter());
        Callback::from(move |_: DragEvent| {
            dragged.take();
            target.set(None);
        })
    };
    let drop = {
        let (on_file_action, target) = (props.on_file_action.clone(), target.setter());
        Callback::from(move |event: DragEvent| {
            target.set(None);
            if let Some(from) = dragged.take() {
                event.prevent_default();
                on_file_action.emit(FileAction::MoveInto { from, directory: folder_under(&event, &rows) });
            }
        })
    };
    RowDrag { target: (*target).clone(), start, over, leave, end, drop }
}

/// The folder under the pointer, or the one that contains the entry under it.
fn folder_under(event: &DragEvent, rows: &[TreeRow]) -> Rc<str> {
    match row_under(event, rows) {
        None => "".into(),
        Some(row) if row.unfolded.is_some() => row.path,
        Some(row) => row.path.rsplit_once('/').map_or("", |(parent, _)| parent).into(),
    }
}
