//! A row of the Files tree.

use yew::prelude::*;

use crate::protocol::FileKind;
use crate::ui::selectors::files::TreeRow;
use crate::ui::selectors::names;
use crate::ui::selectors::numbers;
use crate::ui::state::files::Mark;

#[derive(PartialEq, Properties)]
pub struct Props {
    pub row: TreeRow,
    /// The element's ID.
    pub id: AttrValue,
    pub active: bool,
    /// Where it is drawn, in pixels from the start of the list.
    pub position: f64,
    /// Whether the dragged entry would be dropped here.
    #[prop_or_default]
    pub is_target: bool,
}

#[component]
pub fn FileRow(props: &Props) -> Html {
    let row = &props.row;
    let (picture, kind) = match (row.kind, row.unfolded) {
        (FileKind::Directory, Some(true)) => ("▾", "folder"),
        (FileKind::Directory, _) => ("▸", "folder"),
        (FileKind::File, _) => ("", "file"),
        (FileKind::Symlink, _) => ("↪", "link"),
    };
    let mark = match (row.mark, row.mark_below) {
        (Some(Mark::Created), _) => Some(("new", "N", "created by the last run")),
        (Some(Mark::Changed), _) => Some(("changed", "C", "changed by the last run")),
        // A removed entry no longer has a row.
        (Some(Mark::Removed), _) => None,
        (None, true) => Some(("below", "•", "holds what the last run created, changed or removed")),
        (None, false) => None,
    };
    let name = names::file(&row.name);
    let size = (row.kind == FileKind::File).then(|| numbers::bytes(row.size));
    // Starts with the visible text, in its order (WCAG 2.2, success criterion 2.5.3).
    let label = [Some(name.to_string()), size.clone(), Some(kind.to_owned()), mark.map(|(_, _, text)| text.to_owned())];
    html! {
        <div
            id={props.id.clone()}
            class="file-row"
            role="treeitem"
            draggable="true"
            data-target={props.is_target.then_some("true")}
            style={format!("--level:{};top:{}px", row.level, props.position)}
            title={names::file(&row.path)}
            aria-label={label.into_iter().flatten().collect::<Vec<_>>().join(", ")}
            aria-level={row.level.to_string()}
            aria-posinset={row.place.to_string()}
            aria-setsize={row.siblings.to_string()}
            aria-expanded={row.unfolded.map(|unfolded| unfolded.to_string())}
            aria-selected={props.active.to_string()}
            data-path={row.path.to_string()}
            data-kind={kind}
            data-mark={mark.map(|(name, ..)| name)}
        >
            <span class="file-picture" aria-hidden="true">{ picture }</span>
            <span class="file-name">{ name }</span>
            if let Some((_, letter, text)) = mark { <span class="file-mark" aria-hidden="true" title={text} data-letter={letter} /> }
            // Invisible; separates the words for assistive technology.
            { " " }
            if let Some(size) = size { <span class="file-size">{ size }</span> }
        </div>
    }
}
