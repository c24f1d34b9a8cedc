//! The running program's memory, byte by byte.

use std::rc::Rc;

use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use super::byte_inspector::{ByteInspector, Written};
use super::hex_grid::HexGrid;
use super::watch_buttons::WatchButtons;
use crate::protocol::{self, AccessKind, BreakpointKind, ByteForm, LastAccess, MemoryWatch, ValueChange, WriteTarget};
use crate::ui::hooks::reducers::{CheckContext, DebugContext, SettingsContext, WorkspaceContext, use_slice};
use crate::ui::hooks::use_debugger::Debugger;
use crate::ui::hooks::use_memory::use_memory;
use crate::ui::platform::dom;
use crate::ui::selectors::bytes::hex_length;
use crate::ui::selectors::memory::{Selection, parse_address, watch};
use crate::ui::selectors::numbers;
use crate::ui::selectors::rows::Geometry;
use crate::ui::state::memory::MemoryState;
use crate::ui::state::settings::SettingsAction;

/// The longest value that an instruction loads or stores, in bytes: a `v128`.
const LONGEST_VALUE: u64 = 16;

/// The panel, with the state that the worker sends.
#[component]
pub fn MemoryRegion() -> Html {
    let opened = use_slice::<WorkspaceContext>().opened;
    let memory = use_memory(opened);
    let on_choose = {
        let memory = memory.clone();
        Callback::from(move |index| memory.choose(index))
    };
    let on_watch = use_callback(memory.clone(), |watch, memory| memory.watch(watch));
    let debug = use_slice::<DebugContext>();
    let debugger = use_slice::<Debugger>();
    let on_write = {
        let memory = memory.state.memory;
        Callback::from(move |Written { address, form, text }| {
            debugger.change(ValueChange::Memory { memory, address, form, text });
        })
    };
    let mut shown = (*memory.state).clone();
    let mut units: Vec<(u64, u64)> = Vec::new();
    if let Some(view) = debug.view() {
        shown.window = shown.window.marked(&view.written, &view.read, shown.memory);
        let here = view.written.iter().chain(&view.read).filter(|(memory, ..)| *memory == shown.memory);
        units.extend(here.map(|(_, start, length)| (*start, *length)).filter(|(_, length)| *length <= LONGEST_VALUE));
    }
    let address = debug.address;
    let settings = use_slice::<SettingsContext>();
    let reveal = use_state_eq(|| (0_u32, 0_u64));
    {
        // A stop without another access leaves the view where the user has scrolled it.
        let access = debug.view().filter(|_| settings.follow_memory).and_then(|view| view.last_access);
        let (memory, reveal) = (memory.clone(), reveal.clone());
        use_effect_with(access, move |access| {
            if let Some(LastAccess { memory: index, address, .. }) = *access {
                if memory.state.memory != index {
                    memory.choose(index);
                }
                // A trap may be past the end.
                let last = memory.state.size.saturating_sub(1);
                reveal.set((reveal.0 + 1, address.min(last)));
            }
        });
    }
    let on_follow = {
        let settings = settings.dispatcher();
        Callback::from(move |follow| settings.dispatch(SettingsAction::FollowMemory(follow)))
    };
    let follow = settings.follow_memory;
    {
        // These addresses refer to the first memory.
        let memory = memory.clone();
        use_effect_with(address, move |(request, _)| {
            if *request > 0 {
                memory.choose(0);
            }
        });
    }
    let regions = debug.view().filter(|_| shown.memory == 0).map(|view| view.regions.clone()).unwrap_or_default();
    html! { <MemoryPanel memory={shown} units={Rc::from(units)} {regions} {address} is_debugged={debug.is_on()} reveal={*reveal} {follow} {on_follow} {on_choose} {on_watch} {on_write} /> }
}

/// A watchpoint on the selected bytes.
fn watched(memory: u32, selection: Selection) -> BreakpointKind {
    BreakpointKind::Memory { memory, start: selection.start(), length: selection.length(), access: AccessKind::Change }
}

fn target(memory: u32, selection: Selection) -> WriteTarget {
    WriteTarget::Memory { memory, start: selection.start(), length: selection.length() }
}

#[derive(PartialEq, Properties)]
pub struct Props {
    pub memory: MemoryState,
    /// The values that the last step wrote and read in it: address and length.
    #[prop_or_else(|| Rc::from([]))]
    pub units: Rc<[(u64, u64)]>,
    /// An address to show, preceded by a request counter.
    #[prop_or_default]
    pub address: (u32, u64),
    /// An address to scroll to if it is out of view, preceded by a request counter.
    #[prop_or_default]
    pub reveal: (u32, u64),
    /// Whether the view scrolls to the last access at each stop.
    #[prop_or_default]
    pub follow: bool,
    #[prop_or_default]
    pub on_follow: Callback<bool>,
    /// The named regions of the memory.
    #[prop_or_default]
    pub regions: Vec<protocol::MemoryRegion>,
    /// Whether its bytes can be watched, and their last write can be found.
    #[prop_or_default]
    pub is_debugged: bool,
    pub on_choose: Callback<u32>,
    /// The window to request.
    pub on_watch: Callback<MemoryWatch>,
    /// Called with the bytes that the user typed, while the program is debugged.
    pub on_write: Callback<Written>,
}

#[component]
pub fn MemoryPanel(props: &Props) -> Html {
    let selection = use_state_eq(Selection::default);
    let jump = use_state_eq(|| (0_u32, 0_u64));
    let memory = &props.memory;
    let has_memory = use_slice::<CheckContext>().module().is_none_or(|module| !module.memories.is_empty());
    let on_view = use_callback(
        (memory.memory, memory.watch, props.on_watch.clone()),
        |(geometry, top): (Geometry, f64), (index, current, on_watch)| {
            let watch = watch(&geometry, *current, *index, top);
            if *current != Some(watch) {
                on_watch.emit(watch);
            }
        },
    );
    let on_select = {
        let selection = selection.setter();
        use_callback((), move |selected, ()| selection.set(selected))
    };
    let go = {
        let (jump, selection) = (jump.clone(), selection.setter());
        Callback::from(move |address: u64| {
            selection.set(Selection::at(address));
            jump.set((jump.0 + 1, address));
        })
    };
    {
        let go = go.clone();
        use_effect_with(props.address, move |(request, address)| {
            if *request > 0 {
                go.emit(*address);
            }
        });
    }
    // Bytes can be edited by typing in the grid, or by clicking them in the inspector. Afterwards, the focus goes to
    // the grid, behind the bytes that were written.
    let request = use_state_eq(|| (0_u32, None::<char>));
    let behind = use_mut_ref(|| 0_u64);
    let on_type = props.is_debugged.then(|| {
        let request = request.clone();
        Callback::from(move |digit| request.set((request.0 + 1, digit)))
    });
    let on_write = props.is_debugged.then(|| {
        let (behind, on_write, last) = (behind.clone(), props.on_write.clone(), memory.size.saturating_sub(1));
        Callback::from(move |written: Written| {
            if written.form == ByteForm::Bytes {
                *behind.borrow_mut() = written.address.saturating_add(hex_length(&written.text)).min(last);
            }
            on_write.emit(written);
        })
    });
    let on_left = {
        let selection = selection.setter();
        Callback::from(move |done: bool| {
            if done {
                selection.set(Selection::at(*behind.borrow()));
            }
            dom::focus("memory-grid");
        })
    };
    let on_show = {
        let (jump, start) = (jump.clone(), selection.start());
        Callback::from(move |()| jump.set((jump.0 + 1, start)))
    };
    html! {
        <section class="memory-panel" aria-label="Memory">
            <div class="panel-head">
                <h2>{ "Memory" }</h2>
                if memory.size > 0 { <span class="panel-note">{ numbers::bytes(memory.size) }</span> }
                if memory.memories > 1 { <MemoryChoice memory={memory.memory} memories={memory.memories} on_choose={&props.on_choose} /> }
                if memory.size > 0 && props.is_debugged { <FollowChoice follow={props.follow} on_follow={&props.on_follow} /> }
                if memory.size > 0 { <JumpForm size={memory.size} on_jump={go.clone()} /> }
            </div>
            if memory.size > 0 && !props.regions.is_empty() {
                <ul class="memory-regions" aria-label="Regions">
                    { for props.regions.iter().map(|region| {
                        let (go, start) = (go.clone(), region.start);
                        let show = Callback::from(move |_: MouseEvent| go.emit(start));
                        let here = (region.start..region.end).contains(&selection.cursor);
                        html! {
                            <li><button type="button" class="memory-region" aria-current={here.then_some("true")} onclick={show}
                                title={format!("{:#x} to {:#x}, {}", region.start, region.end, numbers::bytes(region.end - region.start))}
                            >{ &region.name }</button></li>
                        }
                    }) }
                </ul>
            }
            if memory.size == 0 {
                <p class="panel-empty">{
                    if memory.memories > 0 { "This memory is empty." }
                    else if !has_memory { "This program has no memory: it computes with its stack, locals and globals only." }
                    else { "The bytes of the program's memory appear here when a program that has one runs." }
                }</p>
                // Tell the worker where to look before there is anything to show.
                <WatchStart on_view={on_view.clone()} />
            } else {
                <HexGrid
                    id="memory-grid"
                    label="Memory bytes"
                    size={memory.size}
                    window={memory.window.clone()}
                    selection={*selection}
                    units={&props.units}
                    {on_select}
                    jump={*jump}
                    reveal={props.reveal}
                    {on_type}
                    {on_view}
                />
                <ByteInspector size={memory.size} window={memory.window.clone()} selection={*selection} {on_show} {on_write} request={*request} {on_left}>
                    if props.is_debugged {
                        <WatchButtons of="the selected bytes" wide=true kind={watched(memory.memory, *selection)} target={target(memory.memory, *selection)} />
                    }
                </ByteInspector>
            }
        </section>
    }
}

#[derive(PartialEq, Properties)]
struct FollowProps {
    follow: bool,
    on_follow: Callback<bool>,
}

#[component]
fn FollowChoice(props: &FollowProps) -> Html {
    let onchange = props
        .on_follow
        .reform(|event: Event| event.target_dyn_into::<HtmlInputElement>().is_some_and(|input| input.checked()));
    html! {
        <label class="follow-choice" title="Scroll to the last access at each stop">
            <input type="checkbox" checked={props.follow} {onchange} />{ " Follow" }
        </label>
    }
}

#[derive(PartialEq, Properties)]
struct WatchStartProps {
    on_view: Callback<(Geometry, f64)>,
}

/// Requests the beginning of the memory.
#[component]
fn WatchStart(props: &WatchStartProps) -> Html {
    use_effect_with(props.on_view.clone(), |on_view| {
        on_view.emit((Geometry { size: 0, columns: 16, row_height: 20.0, viewport: 800.0 }, 0.0));
    });
    Html::default()
}

#[derive(PartialEq, Properties)]
struct ChoiceProps {
    memory: u32,
    memories: u32,
    on_choose: Callback<u32>,
}

#[component]
fn MemoryChoice(props: &ChoiceProps) -> Html {
    let check = use_slice::<CheckContext>();
    let module = check.checked.as_ref().and_then(|checked| checked.module.as_ref());
    let names = module.map_or(&[][..], |module| &module.memory_names);
    let describe = |index: u32| match names.get(index as usize) {
        Some(Some(name)) => format!("memory {index}, ${name}"),
        Some(None) | None => format!("memory {index}"),
    };
    let onchange = {
        let on_choose = props.on_choose.clone();
        Callback::from(move |event: Event| {
            let select = event.target_dyn_into::<HtmlSelectElement>();
            if let Some(index) = select.and_then(|select| select.value().parse().ok()) {
                on_choose.emit(index);
            }
        })
    };
    html! {
        <select class="select memory-choice" aria-label="Memory index" {onchange}>
            { for (0..props.memories).map(|index| html! {
                <option value={index.to_string()} selected={index == props.memory}>{ describe(index) }</option>
            }) }
        </select>
    }
}

#[derive(PartialEq, Properties)]
struct JumpProps {
    size: u64,
    on_jump: Callback<u64>,
}

#[component]
fn JumpForm(props: &JumpProps) -> Html {
    let input = use_node_ref();
    let problem = use_state_eq(|| None::<String>);
    let onsubmit = {
        let (input, problem) = (input.clone(), problem.setter());
        let (size, on_jump) = (props.size, props.on_jump.clone());
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let Some(input) = input.cast::<HtmlInputElement>() else { return };
            match parse_address(&input.value(), size) {
                Ok(address) => {
                    problem.set(None);
                    on_jump.emit(address);
                }
                Err(message) => problem.set(Some(message)),
            }
        })
    };
    let oninput = {
        let problem = problem.setter();
        Callback::from(move |_: InputEvent| problem.set(None))
    };
    html! {
        <form class="jump-form" {onsubmit} novalidate=true>
            <input
                ref={input}
                class="text-box jump-field"
                type="text"
                aria-label="Go to address"
                placeholder="Go to 0x…"
                autocomplete="off"
                autocapitalize="off"
                spellcheck="false"
                aria-invalid={problem.is_some().then_some("true")}
                aria-describedby={problem.is_some().then_some("jump-problem")}
                {oninput}
            />
            <button type="submit" class="button">{ "Go" }</button>
            if let Some(problem) = &*problem { <p id="jump-problem" class="jump-problem" role="alert">{ problem }</p> }
        </form>
    }
}
