//! Makes Yew reducers of the state slices. The slices themselves know nothing of Yew and are tested without it.

use std::rc::Rc;

use yew::prelude::*;

use crate::ui::state::calls::{CallsAction, CallsState};
use crate::ui::state::check::{CheckAction, CheckState};
use crate::ui::state::console::{ConsoleAction, ConsoleState};
use crate::ui::state::debug::{DebugAction, DebugState};
use crate::ui::state::files::{FilesAction, FilesState};
use crate::ui::state::layout::{Layout, LayoutAction};
use crate::ui::state::memory::{MemoryAction, MemoryState};
use crate::ui::state::project::{Workspace, WorkspaceAction};
use crate::ui::state::run::{RunAction, RunState};
use crate::ui::state::settings::{Settings, SettingsAction};
use crate::ui::state::sources::{SourcesAction, SourcesState};
use crate::ui::state::worker::{WorkerAction, WorkerState};

macro_rules! reducible {
    ($($state:ty, $action:ty;)*) => {$(
        impl Reducible for $state {
            type Action = $action;

            fn reduce(self: Rc<Self>, action: Self::Action) -> Rc<Self> {
                Rc::new(self.apply(action))
            }
        }
    )*};
}

reducible! {
    CallsState, CallsAction;
    CheckState, CheckAction;
    ConsoleState, ConsoleAction;
    DebugState, DebugAction;
    FilesState, FilesAction;
    Layout, LayoutAction;
    MemoryState, MemoryAction;
    RunState, RunAction;
    Settings, SettingsAction;
    SourcesState, SourcesAction;
    WorkerState, WorkerAction;
    Workspace, WorkspaceAction;
}

/// The slices' handles, as components get them from context.
pub type CheckContext = UseReducerHandle<CheckState>;
pub type ConsoleContext = UseReducerHandle<ConsoleState>;
pub type DebugContext = UseReducerHandle<DebugState>;
pub type LayoutContext = UseReducerHandle<Layout>;
pub type RunContext = UseReducerHandle<RunState>;
pub type SettingsContext = UseReducerHandle<Settings>;
pub type SourcesContext = UseReducerHandle<SourcesState>;
pub type WorkerContext = UseReducerHandle<WorkerState>;
pub type WorkspaceContext = UseReducerHandle<Workspace>;

/// Returns a slice; for components below [`crate::ui::app::App`], which provides them all.
#[hook]
pub fn use_slice<T: Clone + PartialEq + 'static>() -> T {
    use_context::<T>().expect("App provides every slice")
}
