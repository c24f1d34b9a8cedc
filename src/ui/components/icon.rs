//! Icons next to text. They are decoration: the text is always there.

use yew::prelude::*;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Picture {
    Run,
    Stop,
    Pause,
    Copy,
    Done,
    SmallerText,
    LargerText,
    Theme,
    Help,
    Search,
    Clear,
    Error,
    Warning,
    NewFile,
    NewFolder,
    Upload,
    UploadFolder,
    Download,
    Open,
    Rename,
    Move,
    Duplicate,
    Delete,
    Unpack,
    Debug,
    StepInto,
    StepOver,
    StepOut,
    StepBack,
    BackOver,
    BackOut,
    ReverseContinue,
    PlayBack,
    ToStart,
    ToEnd,
    PreviousMark,
    NextMark,
    Watch,
    LastWrite,
    Panels,
    Presentation,
    WrapLines,
}

impl Picture {
    /// The outline on a 16 by 16 grid.
    fn path(self) -> &'static str {
        match self {
            Picture::Run => "M4.5 2.8v10.4L13 8z",
            Picture::Stop => "M4 4h8v8H4z",
            Picture::Pause => "M4.5 3.5h2.4v9H4.5zM9.1 3.5h2.4v9H9.1z",
            Picture::Copy => "M5.5 5.5h7v7h-7zM3.5 10.5v-7h7",
            Picture::Done => "M3.5 8.5l3 3 6-7",
            Picture::SmallerText => "M2 13L6 3l4 10M3.5 9.5h5M11.5 8h3.5",
            Picture::LargerText => "M2 13L6 3l4 10M3.5 9.5h5M11.5 8h3.5M13.2 6.2v3.6",
            Picture::Theme => "M8 2.5a5.5 5.5 0 1 0 0 11zM8 2.5a5.5 5.5 0 0 1 0 11",
            Picture::Help => "M6 6.2a2 2 0 1 1 2.9 1.8c-.6.3-.9.7-.9 1.4M8 11.9v.1",
            Picture::Search => "M7 3a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM10 10l3.2 3.2",
            Picture::Clear => "M4 4l8 8M12 4l-8 8",
            Picture::Error => "M8 2.2l5.8 5.8L8 13.8 2.2 8zM8 5.4v3.2M8 10.6v.1",
            Picture::Warning => "M8 2.8l6 10.4H2zM8 6.6v3M8 11.3v.1",
            Picture::NewFile => "M9 2.5H4v11h8v-8zM9 2.5v3h3M8 7.5v4M6 9.5h4",
            Picture::NewFolder => "M2 12.5v-9h4.5l1.5 2h6v7zM8 7v4M6 9h4",
            Picture::Upload => "M8 10.5v-7M5 6l3-3 3 3M3 10v3h10v-3",
            Picture::UploadFolder => "M2 12.5v-9h4.5l1.5 2h6v7zM8 11.2V7.4M6.2 9L8 7.2 9.8 9",
            Picture::Download => "M8 3v7.5M5 8l3 3 3-3M3 11v2.5h10V11",
            Picture::Open => "M1.8 8c3-5.2 9.4-5.2 12.4 0-3 5.2-9.4 5.2-12.4 0zM8 6.2a1.8 1.8 0 1 0 .01 0z",
            Picture::Rename => "M3 13v-2.6l7.4-7.4L13 5.6 5.6 13zM8.8 4.6l2.6 2.6",
            Picture::Move => "M2 12.5v-9h4.5l1.5 2h6v7zM5 9h5.5M8.5 7l2 2-2 2",
            Picture::Duplicate => "M6.5 6.5h7v7h-7zM2.5 9.5v-7h7M10 8.3v3.4M8.3 10h3.4",
            Picture::Delete => "M3 4.5h10M6.5 4.5v-2h3v2M4.5 4.5l.7 9h5.6l.7-9M6.8 7v4M9.2 7v4",
            Picture::Unpack => "M2.5 6.5v7h11v-7M2.5 6.5l1.8-3h7.4l1.8 3zM8 13V8.2M6 10l2-2 2 2",
            Picture::Debug => {
                "M5.5 6a2.5 2.5 0 0 1 5 0v4a2.5 2.5 0 0 1-5 0zM5.5 8h5M2.5 5l3 1.5M13.5 5l-3 1.5M2 9h3.5M14 9h-3.5M3 13l2.8-1.8M13 13l-2.8-1.8"
            }
            Picture::StepInto => "M8 2v6.5M5 6l3 3 3-3M8 12.2a1 1 0 1 0 .01 0z",
            Picture::StepOver => "M2.5 9a5.6 5.6 0 0 1 10.4-2M13.2 3.5V7H9.7M8 11.2a1 1 0 1 0 .01 0z",
            Picture::StepOut => "M8 9V2.5M5 5l3-3 3 3M8 12.2a1 1 0 1 0 .01 0z",
            Picture::StepBack => "M13 8H3.5M7 4.5L3.5 8 7 11.5",
            Picture::BackOver => "M13.5 9A5.6 5.6 0 0 0 3.1 7M2.8 3.5V7h3.5M8 11.2a1 1 0 1 0 .01 0z",
            Picture::BackOut => "M12.5 12.5V7.5H4M7 4.5l-3 3 3 3",
            Picture::ReverseContinue | Picture::PlayBack => "M11.5 2.8v10.4L3 8z",
            Picture::ToStart => "M12.5 3v10L6 8zM3.5 3v10h1.2V3z",
            Picture::ToEnd => "M3.5 3v10L10 8zM11.3 3v10h1.2V3z",
            Picture::PreviousMark => "M7 4L3 8l4 4M3.2 8H10M13 3v10",
            Picture::NextMark => "M9 4l4 4-4 4M12.8 8H6M3 3v10",
            Picture::Watch => "M1.8 8c2.6-5 9.8-5 12.4 0-2.6 5-9.8 5-12.4 0zM8 6.4a1.6 1.6 0 1 0 .01 0z",
            Picture::Panels => "M2 3h12v10H2zM6 3v10M6 9.5h8",
            Picture::Presentation => "M2 3h12v8H2zM8 11v2.5M5 13.5h6",
            Picture::WrapLines => "M2 4h12M2 8h9.5a2.2 2.2 0 0 1 0 4.4H8M9.8 10.4l-2 2 2 2M2 12.4h3",
            Picture::LastWrite => "M8.5 11.5l-2.8.8.8-2.8 5.6-5.6 2 2zM1.8 4.5h5M3.8 2.5l-2 2 2 2",
        }
    }

    fn is_filled(self) -> bool {
        matches!(
            self,
            Picture::Run
                | Picture::Stop
                | Picture::Pause
                | Picture::ReverseContinue
                | Picture::PlayBack
                | Picture::ToStart
                | Picture::ToEnd
        )
    }
}

#[derive(PartialEq, Properties)]
pub struct Props {
    pub picture: Picture,
}

#[component]
pub fn Icon(props: &Props) -> Html {
    let filled = props.picture.is_filled().to_string();
    html! {
        <svg class="icon" viewBox="0 0 16 16" aria-hidden="true" data-filled={filled}>
            <path d={props.picture.path()} />
        </svg>
    }
}
