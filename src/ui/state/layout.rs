//! The positions and sizes of the panels.

use serde::{Deserialize, Serialize};

/// A panel that is a tab on a narrow screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Panel {
    #[default]
    Editor,
    Console,
    Files,
    Module,
    Memory,
    Calls,
    Inspector,
}

impl Panel {
    /// In tab order.
    pub const ALL: [Panel; 7] =
        [Panel::Editor, Panel::Console, Panel::Module, Panel::Files, Panel::Memory, Panel::Calls, Panel::Inspector];

    /// The panels that share a place on a wide screen, too.
    pub const DOCK: [Panel; 2] = [Panel::Console, Panel::Calls];

    /// The name of the tab and of the region.
    pub fn name(self) -> &'static str {
        match self {
            Panel::Editor => "Editor",
            Panel::Console => "Console",
            Panel::Files => "Files",
            Panel::Module => "Module",
            Panel::Memory => "Memory",
            Panel::Calls => "System calls",
            Panel::Inspector => "Inspector",
        }
    }

    /// The name where there is little room. The call stack, which is in the Inspector, is not mistaken for it.
    pub fn short_name(self) -> &'static str {
        match self {
            Panel::Calls => "Syscalls",
            other => other.name(),
        }
    }

    /// The panel's id in the document.
    pub fn id(self) -> &'static str {
        match self {
            Panel::Editor => "panel-editor",
            Panel::Console => "panel-console",
            Panel::Files => "panel-files",
            Panel::Module => "panel-module",
            Panel::Memory => "panel-memory",
            Panel::Calls => "panel-calls",
            Panel::Inspector => "panel-inspector",
        }
    }

    /// The tab among `panels` that is `steps` further, wrapping around.
    pub fn neighbour(self, panels: &[Panel], steps: isize) -> Panel {
        let here = panels.iter().position(|panel| *panel == self).unwrap_or(0) as isize;
        let there = (here + steps).rem_euclid((panels.len() as isize).max(1));
        panels.get(there as usize).copied().unwrap_or(self)
    }
}

/// The panels of Presentation view.
const PRESENTED: [Panel; 2] = [Panel::Editor, Panel::Inspector];

/// A draggable divider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Splitter {
    /// Between the left column and the centre.
    Left,
    /// Between the centre and the right column.
    Right,
    /// Between the editor and the console.
    Console,
    /// Between the module above and the files below.
    Files,
    /// Between the editor's text and its problems.
    Problems,
    /// Between the inspector above and the memory below, while debugging.
    Memory,
}

/// Sizes in hundredths of a `rem`, so that they grow with the text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Layout {
    /// Width of the left column.
    pub left: u32,
    /// Width of the inspector.
    pub right: u32,
    /// Height of the console.
    pub console: u32,
    /// Height of the files below the module.
    pub files: u32,
    /// Height of the problems below the text.
    pub problems: u32,
    /// Height of the memory below the inspector.
    pub memory: u32,
    /// The tab that is shown on a narrow screen.
    pub tab: Panel,
    /// The panel of [`Panel::DOCK`] that is shown on a wide screen.
    pub dock: Panel,
    /// The panels that the user has hidden on a wide screen; never the editor.
    pub hidden: Vec<Panel>,
    /// Presentation view shows only code, the sentence on the step, and the stack.
    pub presentation: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LayoutAction {
    Resize {
        splitter: Splitter,
        size: u32,
    },
    /// Resets to the default size.
    Reset {
        splitter: Splitter,
    },
    Show {
        panel: Panel,
    },
    /// Hides a panel on a wide screen, or shows it again.
    Toggle {
        panel: Panel,
    },
    /// Turns Presentation view on or off.
    Present,
    /// Turns it off.
    EndPresentation,
}

impl Default for Layout {
    fn default() -> Self {
        // The inspector is wide enough for sixteen bytes per row.
        Self {
            left: 1800,
            right: 3100,
            console: 1500,
            files: 1500,
            problems: 1100,
            memory: 2200,
            tab: Panel::Editor,
            dock: Panel::Console,
            hidden: Vec::new(),
            presentation: false,
        }
    }
}

impl Layout {
    pub fn apply(&self, action: LayoutAction) -> Self {
        let mut next = self.clone();
        match action {
            LayoutAction::Resize { splitter, size } => *next.size_mut(splitter) = clamp(splitter, size),
            LayoutAction::Reset { splitter } => *next.size_mut(splitter) = Self::default().size(splitter),
            LayoutAction::Show { panel } => {
                next.tab = panel;
                if Panel::DOCK.contains(&panel) {
                    next.dock = panel;
                }
                next.hidden.retain(|hidden| *hidden != panel);
                next.presentation &= PRESENTED.contains(&panel) || Panel::DOCK.contains(&panel);
            }
            LayoutAction::Toggle { panel } => {
                let was_hidden = next.hidden.contains(&panel);
                next.hidden.retain(|hidden| *hidden != panel);
                if !was_hidden && panel != Panel::Editor {
                    next.hidden.push(panel);
                }
                next.presentation = false;
                next.dock = next.shown_in_dock();
            }
            LayoutAction::Present => next.presentation = !next.presentation,
            LayoutAction::EndPresentation => next.presentation = false,
        }
        next
    }

    /// The panel of the dock that is shown: the chosen one, or the other if that is hidden.
    fn shown_in_dock(&self) -> Panel {
        let shown = |panel: &Panel| !self.hidden.contains(panel);
        [self.dock].into_iter().chain(Panel::DOCK).find(shown).unwrap_or(self.dock)
    }

    /// Whether a panel is visible. On a narrow screen, a debugged program's stack is shown with its code, and has all the
    /// room in its own tab.
    pub fn shows(&self, panel: Panel, narrow: bool, debugging: bool) -> bool {
        if narrow {
            let both = debugging && self.tab == Panel::Editor;
            return self.tab == panel || both && panel == Panel::Inspector;
        }
        if self.presentation {
            // What a program prints or asks is below the code, until the code is asked for again.
            return PRESENTED.contains(&panel) || panel == self.dock && Panel::DOCK.contains(&self.tab);
        }
        !self.hidden.contains(&panel) && (self.dock == panel || !Panel::DOCK.contains(&panel))
    }

    pub fn size(&self, splitter: Splitter) -> u32 {
        match splitter {
            Splitter::Left => self.left,
            Splitter::Right => self.right,
            Splitter::Console => self.console,
            Splitter::Files => self.files,
            Splitter::Problems => self.problems,
            Splitter::Memory => self.memory,
        }
    }

    fn size_mut(&mut self, splitter: Splitter) -> &mut u32 {
        match splitter {
            Splitter::Left => &mut self.left,
            Splitter::Right => &mut self.right,
            Splitter::Console => &mut self.console,
            Splitter::Files => &mut self.files,
            Splitter::Problems => &mut self.problems,
            Splitter::Memory => &mut self.memory,
        }
    }

    /// The sizes as custom properties for the page's grid.
    pub fn style(&self) -> String {
        let rem = |size: u32| format!("{}.{:02}rem", size / 100, size % 100);
        format!(
            "--left-size: {}; --right-size: {}; --console-size: {}; --files-size: {}; --problems-size: {}; --memory-size: {}",
            rem(self.left),
            rem(self.right),
            rem(self.console),
            rem(self.files),
            rem(self.problems),
            rem(self.memory)
        )
    }

    /// Restores a stored layout and corrects values that are out of range: storage is not trusted.
    pub fn restored(json: &str) -> Self {
        let mut layout: Self = serde_json::from_str(json).unwrap_or_default();
        for splitter in
            [Splitter::Left, Splitter::Right, Splitter::Console, Splitter::Files, Splitter::Problems, Splitter::Memory]
        {
            let size = clamp(splitter, layout.size(splitter));
            *layout.size_mut(splitter) = size;
        }
        if !Panel::DOCK.contains(&layout.dock) {
            layout.dock = Panel::Console;
        }
        layout.hidden.retain(|panel| *panel != Panel::Editor);
        layout.dock = layout.shown_in_dock();
        layout
    }
}

/// The minimum and maximum size of the panel at a splitter; CSS keeps the rest of the page visible.
pub fn range(splitter: Splitter) -> (u32, u32) {
    match splitter {
        Splitter::Left => (1000, 4000),
        Splitter::Right => (1400, 7000),
        Splitter::Console => (700, 5000),
        Splitter::Files => (600, 5000),
        Splitter::Problems => (400, 3000),
        Splitter::Memory => (600, 5000),
    }
}

fn clamp(splitter: Splitter, size: u32) -> u32 {
    let (least, most) = range(splitter);
    size.clamp(least, most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panel_cannot_be_dragged_away() {
        let layout = Layout::default().apply(LayoutAction::Resize { splitter: Splitter::Left, size: 0 });
        assert_eq!(layout.left, 1000);
        let layout = layout.apply(LayoutAction::Resize { splitter: Splitter::Left, size: 1_000_000 });
        assert_eq!(layout.left, 4000);
        assert_eq!(layout.apply(LayoutAction::Reset { splitter: Splitter::Left }), Layout::default());
    }

    #[test]
    fn tabs_go_round() {
        assert_eq!(Panel::Editor.neighbour(&Panel::ALL, -1), Panel::Inspector);
        assert_eq!(Panel::Inspector.neighbour(&Panel::ALL, 1), Panel::Editor);
        assert_eq!(Panel::Editor.neighbour(&Panel::ALL, 1), Panel::Console);
    }

    #[test]
    fn console_and_calls_share_a_place_on_a_wide_screen() {
        let layout = Layout::default();
        let shows = |layout: &Layout, panel| layout.shows(panel, false, false);
        assert!(shows(&layout, Panel::Console) && !shows(&layout, Panel::Calls));
        let layout = layout.apply(LayoutAction::Show { panel: Panel::Calls });
        assert!(!shows(&layout, Panel::Console) && shows(&layout, Panel::Calls));
        assert!(shows(&layout, Panel::Memory) && !layout.shows(Panel::Memory, true, false));
        let layout = layout.apply(LayoutAction::Show { panel: Panel::Memory });
        assert!(shows(&layout, Panel::Calls), "another panel leaves the place as it is");
        assert_eq!(Layout::restored(r#"{"dock": "Memory"}"#).dock, Panel::Console);
    }

    #[test]
    fn every_panel_but_the_editor_can_be_hidden_and_comes_back() {
        let mut layout = Layout::default();
        for panel in Panel::ALL {
            layout = layout.apply(LayoutAction::Toggle { panel });
            assert_eq!(layout.shows(panel, false, false), panel == Panel::Editor, "{panel:?}");
        }
        for panel in Panel::ALL {
            layout = layout.apply(LayoutAction::Show { panel });
            assert!(layout.shows(panel, false, false), "{panel:?}");
        }
        let layout = layout.apply(LayoutAction::Show { panel: Panel::Console });
        let layout = layout.apply(LayoutAction::Toggle { panel: Panel::Console });
        assert!(layout.shows(Panel::Calls, false, false), "the other of the two takes its place");
    }

    #[test]
    fn presentation_view_shows_code_and_stack_until_another_panel_is_asked_for() {
        let layout = Layout::default().apply(LayoutAction::Present);
        let shown: Vec<_> = Panel::ALL.into_iter().filter(|panel| layout.shows(*panel, false, true)).collect();
        assert_eq!(shown, PRESENTED);
        assert!(!layout.apply(LayoutAction::Show { panel: Panel::Memory }).presentation);
        // A program that runs, or asks, has its console below the code, until the code is asked for again.
        let console = layout.apply(LayoutAction::Show { panel: Panel::Console });
        assert!(console.presentation && console.shows(Panel::Console, false, true));
        assert!(!console.apply(LayoutAction::Show { panel: Panel::Editor }).shows(Panel::Console, false, true));
        assert!(!layout.apply(LayoutAction::Present).presentation);
        assert!(!layout.apply(LayoutAction::EndPresentation).apply(LayoutAction::EndPresentation).presentation);
    }

    #[test]
    fn a_narrow_screen_shows_code_and_stack_together_while_debugging_and_the_stack_alone_in_its_tab() {
        let layout = Layout::default();
        assert!(!layout.shows(Panel::Inspector, true, false));
        assert!(layout.shows(Panel::Editor, true, true) && layout.shows(Panel::Inspector, true, true));
        let layout = layout.apply(LayoutAction::Show { panel: Panel::Inspector });
        assert!(!layout.shows(Panel::Editor, true, true) && layout.shows(Panel::Inspector, true, true));
        let layout = layout.apply(LayoutAction::Show { panel: Panel::Memory });
        assert!(!layout.shows(Panel::Editor, true, true));
    }

    #[test]
    fn the_layout_survives_storage_and_nonsense_in_it() {
        let layout = Layout::default().apply(LayoutAction::Show { panel: Panel::Memory });
        let json = serde_json::to_string(&layout).expect("plain values serialize");
        assert_eq!(Layout::restored(&json), layout);
        assert_eq!(Layout::restored(r#"{"left": 1}"#).left, 1000);
        assert_eq!(Layout::restored("no json"), Layout::default());
    }
}
