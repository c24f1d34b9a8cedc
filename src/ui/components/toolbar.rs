//! The bar at the top: the open program, running it, sharing it, and the page's appearance.

use yew::prelude::*;

use super::entry_choice::EntryChoice;
use super::icon::{Icon, Picture};
use super::panels_menu::PanelsMenu;
use super::run_controls::RunControls;
use super::source_tools::SourceTools;
use crate::ui::hooks::reducers::{LayoutContext, SettingsContext, use_slice};
use crate::ui::hooks::use_editor::EditorLink;
use crate::ui::state::layout::LayoutAction;
use crate::ui::state::settings::{SettingsAction, Theme};

#[derive(PartialEq, Properties)]
pub struct Props {
    pub on_help: Callback<()>,
    /// Whether panels are tabs.
    pub narrow: bool,
    /// Whether there is room for Presentation view.
    pub presents: bool,
}

#[component]
pub fn Toolbar(props: &Props) -> Html {
    let settings = use_slice::<SettingsContext>();
    let act = |action: SettingsAction| {
        let settings = settings.dispatcher();
        Callback::from(move |_: MouseEvent| settings.dispatch(action.clone()))
    };
    let editor = use_slice::<EditorLink>();
    let skip = Callback::from(move |_: MouseEvent| editor.focus());
    let help = {
        let on_help = props.on_help.clone();
        Callback::from(move |_: MouseEvent| on_help.emit(()))
    };
    let layout = use_slice::<LayoutContext>();
    let present = {
        let layout = layout.dispatcher();
        Callback::from(move |_: MouseEvent| layout.dispatch(LayoutAction::Present))
    };
    let wraps = settings.wraps_lines(props.narrow);
    let theme = match settings.theme {
        Theme::System => "Theme: system",
        Theme::Light => "Theme: light",
        Theme::Dark => "Theme: dark",
    };
    html! {
        <header class="toolbar">
            <button type="button" class="skip-link" onclick={skip}>{ "Skip to the editor" }</button>
            <h1 class="brand"><span class="brand-mark" aria-hidden="true" /><span class="brand-name">{ "Wasmoscope" }</span></h1>
            <RunControls />
            <EntryChoice />
            <div class="toolbar-source"><SourceTools /></div>
            <div class="toolbar-view" role="group" aria-label="View">
                <button type="button" class="quiet-button" data-at-once="true" aria-label={theme} title={theme}
                    onclick={act(SettingsAction::NextTheme)}><Icon picture={Picture::Theme} /></button>
                <button type="button" class="quiet-button" aria-label="Wrap long lines" title="Wrap long lines"
                    aria-pressed={wraps.to_string()} onclick={act(SettingsAction::WrapLines(!wraps))}
                ><Icon picture={Picture::WrapLines} /></button>
                if !props.narrow {
                    <PanelsMenu />
                }
                if props.presents {
                    <button type="button" class="quiet-button" aria-label="Presentation view" title="Presentation view: code and stack, large (Alt+P)"
                        aria-keyshortcuts="Alt+P" aria-pressed={layout.presentation.to_string()} onclick={present}
                    ><Icon picture={Picture::Presentation} /></button>
                }
                <button type="button" class="quiet-button" aria-label="Help" title="Keys and help (?)" aria-keyshortcuts="?"
                    onclick={help}><Icon picture={Picture::Help} /></button>
                // The last button: it stays under the pointer while the text grows.
                <button type="button" class="quiet-button" data-at-once="true" aria-label="Smaller text" title="Smaller text"
                    onclick={act(SettingsAction::SmallerText)}><Icon picture={Picture::SmallerText} /></button>
                <button type="button" class="quiet-button" data-at-once="true" aria-label="Larger text" title="Larger text"
                    onclick={act(SettingsAction::LargerText)}><Icon picture={Picture::LargerText} /></button>
            </div>
        </header>
    }
}
