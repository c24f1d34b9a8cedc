//! What the program is; if it cannot run here, why, and how to build one that can.

use yew::prelude::*;

use super::copy_button::CopyButton;
use super::prose::Prose;
use crate::protocol::{Detected, DetectedKind};
use crate::ui::selectors::numbers;

#[derive(PartialEq, Properties)]
pub struct Props {
    pub detected: Detected,
    /// The module's size in bytes, in the binary format.
    pub size: Option<u64>,
}

#[component]
pub fn DetectionCard(props: &Props) -> Html {
    let Detected { kind, description, advice, command } = &props.detected;
    html! {
        <div class="detection" data-runs={runs(*kind).to_string()}>
            <p class="detection-kind">
                <strong>{ name(*kind) }</strong>
                if let Some(size) = props.size { <span>{ numbers::bytes(size) }</span> }
            </p>
            <p><Prose text={description.clone()} /></p>
            if let Some(advice) = advice {
                <p><Prose text={advice.clone()} /></p>
            }
            if let Some(command) = command.clone() {
                <div class="command">
                    <code>{ &command }</code>
                    <CopyButton label="Copy the command" text={Callback::from(move |()| command.clone())} />
                </div>
            }
        </div>
    }
}

fn name(kind: DetectedKind) -> &'static str {
    match kind {
        DetectedKind::NoProgram => "No program yet",
        DetectedKind::BrokenText => "Text that does not compile",
        DetectedKind::Invalid => "Not valid",
        DetectedKind::Command => "Command",
        DetectedKind::Reactor => "Reactor",
        DetectedKind::Library => "Library",
        DetectedKind::WasmBindgen => "Module for wasm-bindgen",
        DetectedKind::Component => "Component",
        DetectedKind::UnsupportedProposal => "Needs a newer interpreter",
        DetectedKind::NotWebAssembly => "Not WebAssembly",
    }
}

fn runs(kind: DetectedKind) -> bool {
    matches!(kind, DetectedKind::NoProgram | DetectedKind::Command | DetectedKind::Reactor | DetectedKind::Library)
}
