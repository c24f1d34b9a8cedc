//! The root of the page: provides the slices of state and lays out the panels.

use yew::prelude::*;

use super::components::bookmark_bar::BookmarkBar;
use super::components::calls_panel::CallsRegion;
use super::components::console::ConsolePanel;
use super::components::debug_bar::DebugBar;
use super::components::drop_zone::DropZone;
use super::components::editor_pane::EditorPane;
use super::components::fault_banner::FaultBanner;
use super::components::files_panel::FilesPanel;
use super::components::help_dialog::HelpDialog;
use super::components::inspector::Inspector;
use super::components::memory_panel::MemoryRegion;
use super::components::module_panel::ModulePanel;
use super::components::notice_bar::NoticeBar;
use super::components::rest_banner::RestBanner;
use super::components::splitter::SplitterBar;
use super::components::step_sentence::StepSentence;
use super::components::tabs::{DockBar, TabBar, TabPanel};
use super::components::timeline::Timeline;
use super::components::toolbar::Toolbar;
use super::hooks::reducers::*;
use super::hooks::use_check::{use_check, use_checker};
use super::hooks::use_debugger::{Debugger, use_debugger};
use super::hooks::use_editor::{EditorLink, use_editor};
use super::hooks::use_engine::{Engine, use_engine};
use super::hooks::use_files::FilesScope;
use super::hooks::use_hotkeys::{Hotkey, use_hotkeys};
use super::hooks::use_media::use_narrow;
use super::hooks::use_projects::{Projects, use_projects};
use super::hooks::use_run::{Launcher, use_launcher};
use super::hooks::use_settings::use_settings;
use super::hooks::use_sources::use_sources;
use super::platform::storage::new_id;
use super::platform::{dom, panic};
use super::state::check::CheckState;
use super::state::console::ConsoleState;
use super::state::debug::DebugState;
use super::state::debug_notes::DebugNotes;
use super::state::layout::{LayoutAction, Panel, Splitter};
use super::state::project::{Program, Project, Workspace};
use super::state::run::{Phase, RunState};
use super::state::sources::SourcesState;
use super::state::worker::WorkerState;
use crate::protocol::DebugCommand;

/// The program in the editor at the first visit: stepping through it shows the operand stack.
const WELCOME: &str = include_str!("../../static/examples/steps.wat");

/// Mounts the page into the document.
pub fn mount() {
    panic::set_hook();
    match dom::document().get_element_by_id("app") {
        Some(root) => yew::Renderer::<App>::with_root(root).render(),
        None => yew::Renderer::<App>::new().render(),
    };
}

fn first_workspace() -> Workspace {
    Workspace::new(Project {
        id: new_id().into(),
        name: "Welcome".into(),
        program: Program::Text(WELCOME.into()),
        arguments: "".into(),
        environment: "".into(),
        sources: std::rc::Rc::new([]),
        kept: false,
        debugging: DebugNotes::of_example("steps").into(),
    })
}

/// Provides every slice of state to the page. Each is a context of its own, so that a keystroke in the editor does not
/// redraw the console, nor a line of output the memory.
#[component]
pub fn App() -> Html {
    let workspace = use_reducer_eq(first_workspace);
    let worker = use_reducer_eq(WorkerState::default);
    let run = use_reducer_eq(RunState::default);
    let console = use_reducer_eq(ConsoleState::default);
    let check = use_reducer_eq(CheckState::default);
    let debug = use_reducer_eq(DebugState::default);
    let sources = use_reducer_eq(SourcesState::default);
    let (settings, layout) = use_settings();
    let engine = use_engine(&worker, &run, &console, &check, &debug);
    let editor = use_editor(&workspace, &sources);
    let checker = use_checker(&engine);
    let launcher = use_launcher(&engine, &editor, &workspace, &settings, &layout, &debug, &check, &run, &checker);
    let debugger = use_debugger(&engine, &editor, &debug, &workspace, &sources, &settings);
    let projects = use_projects(&workspace, &engine, &editor);
    use_check(&checker, &workspace, &check, &worker);
    use_sources(&engine, &workspace, &check, &debug, &sources);
    html! {
        <ContextProvider<Engine> context={engine}>
        <ContextProvider<EditorLink> context={editor}>
        <ContextProvider<Launcher> context={launcher}>
        <ContextProvider<Debugger> context={debugger}>
        <ContextProvider<DebugContext> context={debug}>
        <ContextProvider<SourcesContext> context={sources}>
        <ContextProvider<Projects> context={projects}>
        <ContextProvider<SettingsContext> context={settings}>
        <ContextProvider<LayoutContext> context={layout}>
        <ContextProvider<WorkerContext> context={worker}>
        <ContextProvider<WorkspaceContext> context={workspace}>
        <ContextProvider<CheckContext> context={check}>
        <ContextProvider<RunContext> context={run}>
        <ContextProvider<ConsoleContext> context={console}>
            <FilesScope><Page /></FilesScope>
        </ContextProvider<ConsoleContext>>
        </ContextProvider<RunContext>>
        </ContextProvider<CheckContext>>
        </ContextProvider<WorkspaceContext>>
        </ContextProvider<WorkerContext>>
        </ContextProvider<LayoutContext>>
        </ContextProvider<SettingsContext>>
        </ContextProvider<Projects>>
        </ContextProvider<SourcesContext>>
        </ContextProvider<DebugContext>>
        </ContextProvider<Debugger>>
        </ContextProvider<Launcher>>
        </ContextProvider<EditorLink>>
        </ContextProvider<Engine>>
    }
}

/// The panels: columns on a wide screen, tabs on a narrow one.
#[component]
fn Page() -> Html {
    let layout = use_slice::<LayoutContext>();
    let help = use_state_eq(|| false);
    let debugging = use_slice::<DebugContext>().is_on();
    let settings = use_slice::<SettingsContext>();
    // In Presentation view, code and stack alone fit side by side even in large text.
    let fits = !use_narrow(100);
    let narrow = use_narrow(if layout.presentation { 100 } else { settings.text_size });
    // On a narrow screen, the inspector, which introduces the page, is another tab.
    let is_idle = use_slice::<RunContext>().phase == Phase::Idle;
    let is_new = is_idle && !debugging;
    use_page_keys(help.setter());
    let open_help = {
        let help = help.setter();
        Callback::from(move |()| help.set(true))
    };
    let close_help = {
        let help = help.setter();
        Callback::from(move |()| help.set(false))
    };
    let presentation = layout.presentation && !narrow;
    let shows = |panel: Panel| layout.shows(panel, narrow, debugging);
    let any = |panels: [Panel; 2]| narrow || panels.into_iter().any(shows);
    let both = |panels: [Panel; 2]| panels.into_iter().all(shows);
    let (left, right) = ([Panel::Module, Panel::Files], [Panel::Inspector, Panel::Memory]);
    html! {
        <div class="page" data-narrow={narrow.to_string()} data-presentation={presentation.to_string()} style={format!("{}; --text-size: {}", layout.style(), settings.text_size)}>
            <Toolbar on_help={open_help} {narrow} presents={fits} />
            <DebugBar />
            <FaultBanner />
            <RestBanner />
            <BookmarkBar />
            <main class="workbench">
                <div class="workbench-left" hidden={!any(left)}>
                    <TabPanel panel={Panel::Module} {narrow}><ModulePanel /></TabPanel>
                    if both(left) { <SplitterBar splitter={Splitter::Files} /> }
                    <TabPanel panel={Panel::Files} {narrow}><FilesPanel /></TabPanel>
                </div>
                if any(left) { <SplitterBar splitter={Splitter::Left} /> }
                <div class="workbench-stage">
                    if narrow && is_new { <p class="tagline">{ "See inside WebAssembly: run a program, or debug it step by step, forwards and backwards." }</p> }
                    <TabPanel panel={Panel::Editor} {narrow}><EditorPane /></TabPanel>
                    <NoticeBar />
                    // Each in an element that is always there: Yew 0.23.0 panics when it inserts what comes before a
                    // component that draws nothing, in the same update in which what follows that is removed.
                    <div class="stage-slot">
                        if debugging { <StepSentence /> }
                        <Timeline />
                    </div>
                    <div class="stage-slot">
                        if any(Panel::DOCK) { <SplitterBar splitter={Splitter::Console} /> }
                    </div>
                    <div class="workbench-dock" hidden={!any(Panel::DOCK)}>
                        if !narrow { <DockBar /> }
                        <TabPanel panel={Panel::Console} {narrow}><ConsolePanel /></TabPanel>
                        <TabPanel panel={Panel::Calls} {narrow}><CallsRegion /></TabPanel>
                    </div>
                </div>
                if any(right) && !presentation { <SplitterBar splitter={Splitter::Right} /> }
                <div class="workbench-right" id="column-right" data-debugging={debugging.to_string()} hidden={!any(right)}>
                    <TabPanel panel={Panel::Inspector} {narrow}><Inspector /></TabPanel>
                    if debugging && both(right) { <SplitterBar splitter={Splitter::Memory} /> }
                    <TabPanel panel={Panel::Memory} {narrow}><MemoryRegion /></TabPanel>
                </div>
            </main>
            if narrow { <TabBar /> }
            <DropZone />
            <HelpDialog open={*help} on_close={close_help} />
        </div>
    }
}

/// The shortcuts that work everywhere.
#[hook]
fn use_page_keys(help: UseStateSetter<bool>) {
    let engine = use_slice::<Engine>();
    let launcher = use_slice::<Launcher>();
    let layout = use_slice::<LayoutContext>();
    let run = use_slice::<RunContext>();
    let debugger = use_slice::<Debugger>();
    let debugging = use_slice::<DebugContext>().is_on();
    let paused = run.phase == Phase::Paused;
    // A panel that was hidden can take the focus only after it has been drawn.
    let went = use_state_eq(|| (0_u32, None::<Panel>));
    {
        let editor = use_slice::<EditorLink>();
        use_effect_with(*went, move |(_, panel)| match panel {
            Some(Panel::Editor) => editor.focus(),
            Some(panel) => dom::focus(panel.id()),
            None => {}
        });
    }
    let on_key = use_callback(
        (engine, launcher, debugger, layout.dispatcher(), paused, debugging, went),
        move |hotkey, (engine, launcher, debugger, layout, paused, debugging, went)| match hotkey {
            Hotkey::Run => launcher.run(),
            Hotkey::Stop => engine.stop(),
            Hotkey::Debug if *debugging => debugger.press(DebugCommand::Continue),
            Hotkey::Debug => launcher.debug(),
            Hotkey::Step { command, held: true } if *debugging => debugger.hold(command),
            Hotkey::Step { command, .. } if *debugging => debugger.press(command),
            // As in other debuggers, a step can start debugging.
            Hotkey::Step { command: DebugCommand::Into | DebugCommand::Over, .. } => launcher.debug(),
            Hotkey::Step { .. } => {}
            Hotkey::ToggleBreakpoint => debugger.toggle_breakpoint_here(),
            Hotkey::RunToCursor if *debugging => debugger.run_to_here(),
            Hotkey::RunToCursor => {}
            Hotkey::PauseOrContinue if *debugging => debugger.pause(),
            Hotkey::PauseOrContinue if *paused => engine.resume(),
            Hotkey::PauseOrContinue => engine.pause(),
            Hotkey::Help => help.set(true),
            Hotkey::Present => layout.dispatch(LayoutAction::Present),
            Hotkey::Escape => layout.dispatch(LayoutAction::EndPresentation),
            Hotkey::Panel(index) => {
                if let Some(panel) = Panel::ALL.get(index) {
                    layout.dispatch(LayoutAction::Show { panel: *panel });
                    went.set((went.0 + 1, Some(*panel)));
                }
            }
        },
    );
    use_hotkeys(on_key, debugging);
}
