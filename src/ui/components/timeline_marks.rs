//! The marks on the timeline, below the slider; clicking one goes there.

use web_sys::HtmlElement;
use yew::prelude::*;

use crate::protocol::{MarkKind, TimelineMark};
use crate::ui::hooks::reducers::use_slice;
use crate::ui::hooks::use_debugger::Debugger;
use crate::ui::selectors::timeline::{WIDTH, describe, kinds, name, nearest, outline, word};

#[derive(PartialEq, Properties)]
pub struct Props {
    pub marks: std::rc::Rc<[TimelineMark]>,
    pub furthest: u64,
}

/// For pointer users; the buttons next to the slider go to the same positions by keyboard.
#[component]
pub fn TimelineMarks(props: &Props) -> Html {
    let debugger = use_slice::<Debugger>();
    let meant = use_state_eq(|| None::<TimelineMark>);
    let find = {
        let (marks, furthest) = (props.marks.clone(), props.furthest);
        move |event: &MouseEvent| {
            let strip =
                event.current_target().and_then(|target| wasm_bindgen::JsCast::dyn_into::<HtmlElement>(target).ok())?;
            let bounds = strip.get_bounding_client_rect();
            let at = (f64::from(event.client_x()) - bounds.left()) / bounds.width().max(1.0) * f64::from(WIDTH);
            nearest(&marks, at, furthest)
        }
    };
    let onmousemove = {
        let (meant, find) = (meant.setter(), find.clone());
        Callback::from(move |event: MouseEvent| meant.set(find(&event)))
    };
    let onclick = Callback::from(move |event: MouseEvent| {
        if let Some(mark) = find(&event) {
            debugger.jump(mark.step);
        }
    });
    let path = |kind: MarkKind| {
        let lane = match kind {
            MarkKind::Call => (0, 5),
            MarkKind::Output => (7, 12),
            MarkKind::Breakpoint | MarkKind::Fork | MarkKind::End | MarkKind::Trap => (0, 12),
        };
        let d = outline(&props.marks, kind, props.furthest, lane);
        if d.is_empty() {
            html! {}
        } else {
            html! { <path class="mark" data-kind={word(kind)} {d} /> }
        }
    };
    html! {
        <div class="timeline-marks" title={meant.map(|mark| format!("{} · press to go there", describe(mark)))}
            data-meant={meant.is_some().then_some("true")} {onmousemove} {onclick}>
            <svg viewBox={format!("0 0 {WIDTH} 12")} preserveAspectRatio="none" aria-hidden="true" focusable="false">
                { for crate::ui::selectors::timeline::KINDS.into_iter().map(path) }
            </svg>
        </div>
    }
}

#[derive(PartialEq, Properties)]
pub struct LegendProps {
    pub marks: std::rc::Rc<[TimelineMark]>,
}

/// A legend of the kinds of mark that occur. It is there before the first one does, so that nothing moves then.
#[component]
pub fn MarksLegend(props: &LegendProps) -> Html {
    let kinds = kinds(&props.marks);
    html! {
        <ul class="timeline-legend" aria-label="Marks on the timeline" data-empty={kinds.is_empty().then_some("true")}>
            { for kinds.into_iter().map(|kind| html! {
                <li><span class="legend-sign" data-kind={word(kind)} aria-hidden="true" />{ name(kind) }</li>
            }) }
        </ul>
    }
}
