//! The user's preferences, and the limits of programs.

use serde::{Deserialize, Serialize};

use crate::protocol::{Engine, Limits};
use crate::ui::selectors::numbers::grouped;

/// Light or dark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Theme {
    #[default]
    System,
    Light,
    Dark,
}

/// Preferences; they belong to the user, not to a project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    pub theme: Theme,
    /// The size of all text, in percent.
    pub text_size: u16,
    /// The resources that a program may use.
    pub limits: Limits,
    /// Whether the calls of programs are traced.
    pub record_calls: bool,
    /// What executes programs.
    pub engine: Engine,
    /// Whether the memory scrolls to the last access at each stop of the debugger.
    pub follow_memory: bool,
    /// Whether the editor wraps long lines; until the user decides, it does where the page is narrow.
    pub wrap_long_lines: Option<bool>,
    /// The debugger's step unit in WebAssembly text, and in source.
    pub step_in_text: StepBy,
    pub step_in_source: StepBy,
}

/// The debugger's step unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum StepBy {
    Instruction,
    Line,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SettingsAction {
    NextTheme,
    LargerText,
    SmallerText,
    UsualText,
    SetLimits(Limits),
    RecordCalls(bool),
    Engine(Engine),
    FollowMemory(bool),
    WrapLines(bool),
    StepInText(StepBy),
    StepInSource(StepBy),
}

/// One of the [`Limits`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LimitKind {
    /// Typed in MiB.
    Memory,
    /// Typed in elements.
    Table,
    /// Typed in calls.
    Recursion,
    /// Typed in MiB.
    Output,
    /// Typed in seconds.
    WallTime,
}

impl LimitKind {
    /// How many of the counted parts make one of the typed unit: bytes, milliseconds, or the thing itself.
    fn unit(self) -> u64 {
        match self {
            Self::Memory | Self::Output => 1 << 20,
            Self::WallTime => 1000,
            Self::Table | Self::Recursion => 1,
        }
    }

    /// A limit in the unit in which it is typed.
    pub fn written(self, parts: u64) -> String {
        let unit = self.unit();
        if parts.is_multiple_of(unit) { (parts / unit).to_string() } else { (parts as f64 / unit as f64).to_string() }
    }
}

/// The limits with one of them as it was typed: an empty text removes it. Recursion always has a limit: without one,
/// the browser's own stack would overflow.
///
/// # Errors
///
/// What to type instead.
pub fn with_limit(limits: &Limits, kind: LimitKind, typed: &str) -> Result<Limits, String> {
    let typed = typed.trim();
    let (of_what, example) = match kind {
        LimitKind::Memory | LimitKind::Output => ("MiB", "64 or 0.5"),
        LimitKind::WallTime => ("seconds", "5 or 0.5"),
        LimitKind::Table => ("elements", "1000"),
        LimitKind::Recursion => ("calls", "1000"),
    };
    let value = match amount(typed, kind.unit()) {
        Some(value) => Some(value),
        None if typed.is_empty() && kind != LimitKind::Recursion => None,
        None => {
            let empty = if kind == LimitKind::Recursion { "" } else { ", or nothing for no limit" };
            return Err(format!("“{typed}” is not a number of {of_what}: enter one, such as {example}{empty}"));
        }
    };
    if kind == LimitKind::Recursion {
        in_range(value.unwrap_or_default(), RECURSION, of_what)?;
    }
    let mut next = limits.clone();
    match kind {
        LimitKind::Memory => next.memory = value,
        LimitKind::Table => next.table = value,
        LimitKind::Recursion => next.recursion = value.unwrap_or(RECURSION.0) as u32,
        LimitKind::Output => next.output = value,
        LimitKind::WallTime => next.wall_time = value,
    }
    Ok(next)
}

/// Converts a number of units into the smallest parts.
fn amount(typed: &str, unit: u64) -> Option<u64> {
    if let Ok(whole) = typed.parse::<u64>() {
        return whole.checked_mul(unit);
    }
    let plain = typed.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let parts = typed.parse::<f64>().ok().filter(|_| plain && unit > 1)? * unit as f64;
    (parts.is_finite() && parts < 1e15).then_some(parts as u64)
}

/// The smallest and the largest limit on recursion: deeper recursion exhausts the worker before the limit is reached.
const RECURSION: (u64, u64) = (1, 1_000_000);

/// Reports a number that is too small or too large, with the smallest or the largest that can be entered.
fn in_range(value: u64, (least, most): (u64, u64), of_what: &str) -> Result<(), String> {
    match value {
        value if value < least => {
            Err(format!("{} is too small: enter {} or more {of_what}", grouped(value), grouped(least)))
        }
        value if value > most => {
            Err(format!("{} is too large: enter {} {of_what} or fewer", grouped(value), grouped(most)))
        }
        _ => Ok(()),
    }
}

/// The available text sizes, in percent; the largest is for the last row of a lecture hall.
const TEXT_SIZES: [u16; 8] = [80, 90, 100, 115, 130, 150, 175, 200];

impl Default for Settings {
    fn default() -> Self {
        Self {
            theme: Theme::System,
            text_size: 100,
            limits: Limits::default(),
            record_calls: false,
            engine: Engine::Wasmi,
            follow_memory: true,
            wrap_long_lines: None,
            step_in_text: StepBy::Instruction,
            step_in_source: StepBy::Line,
        }
    }
}

impl Settings {
    pub fn apply(&self, action: SettingsAction) -> Self {
        let mut next = self.clone();
        match action {
            SettingsAction::NextTheme => {
                next.theme = match self.theme {
                    Theme::System => Theme::Light,
                    Theme::Light => Theme::Dark,
                    Theme::Dark => Theme::System,
                }
            }
            SettingsAction::LargerText => {
                next.text_size = TEXT_SIZES.into_iter().find(|size| *size > self.text_size).unwrap_or(self.text_size);
            }
            SettingsAction::SmallerText => {
                next.text_size =
                    TEXT_SIZES.into_iter().rev().find(|size| *size < self.text_size).unwrap_or(self.text_size);
            }
            SettingsAction::UsualText => next.text_size = 100,
            SettingsAction::SetLimits(limits) => next.limits = limits,
            SettingsAction::RecordCalls(record) => next.record_calls = record,
            SettingsAction::Engine(engine) => next.engine = engine,
            SettingsAction::FollowMemory(follow) => next.follow_memory = follow,
            SettingsAction::WrapLines(wrap) => next.wrap_long_lines = Some(wrap),
            SettingsAction::StepInText(by) => next.step_in_text = by,
            SettingsAction::StepInSource(by) => next.step_in_source = by,
        }
        next
    }

    /// Whether the editor wraps long lines on a page of this width.
    pub fn wraps_lines(&self, narrow: bool) -> bool {
        self.wrap_long_lines.unwrap_or(narrow)
    }

    /// The debugger's step unit, for a program with or without source.
    pub fn step_by(&self, in_source: bool) -> StepBy {
        if in_source { self.step_in_source } else { self.step_in_text }
    }

    /// Restores stored settings and corrects values that are out of range: storage is not trusted.
    pub fn restored(json: &str) -> Self {
        let mut settings: Self = serde_json::from_str(json).unwrap_or_default();
        settings.text_size = settings.text_size.clamp(TEXT_SIZES[0], TEXT_SIZES[TEXT_SIZES.len() - 1]);
        settings
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_grows_and_shrinks_within_bounds() {
        let grown = (0..20).fold(Settings::default(), |settings, _| settings.apply(SettingsAction::LargerText));
        assert_eq!(grown.text_size, 200);
        let shrunk = (0..20).fold(grown, |settings, _| settings.apply(SettingsAction::SmallerText));
        assert_eq!(shrunk.text_size, 80);
        assert_eq!(shrunk.apply(SettingsAction::UsualText).text_size, 100);
    }

    #[test]
    fn the_theme_goes_round() {
        let themes: Vec<Theme> = std::iter::successors(Some(Settings::default()), |settings| {
            Some(settings.apply(SettingsAction::NextTheme))
        })
        .take(4)
        .map(|settings| settings.theme)
        .collect();
        assert_eq!(themes, [Theme::System, Theme::Light, Theme::Dark, Theme::System]);
    }

    #[test]
    fn limits_are_typed_in_their_units() {
        let limits = Limits::default();
        let with = |kind, typed| with_limit(&limits, kind, typed);
        let taken = |kind, typed| with(kind, typed).unwrap();
        assert_eq!(taken(LimitKind::Memory, " 64 ").memory, Some(64 << 20));
        assert_eq!(taken(LimitKind::Memory, "1.5").memory, Some(3 << 19));
        assert_eq!(taken(LimitKind::WallTime, "5").wall_time, Some(5000));
        assert_eq!(taken(LimitKind::WallTime, "0.5").wall_time, Some(500));
        assert_eq!(taken(LimitKind::Output, "").output, None);
        assert_eq!(taken(LimitKind::Recursion, "1").recursion, 1);
        assert_eq!(taken(LimitKind::Recursion, "1000000").recursion, 1_000_000);
        for (kind, typed) in [
            (LimitKind::Table, "many"),
            (LimitKind::Table, "1.5"),
            (LimitKind::Recursion, ""),
            (LimitKind::Memory, "99999999999999999999"),
            (LimitKind::Memory, "1,5"),
            (LimitKind::Memory, "-5"),
            (LimitKind::Memory, "inf"),
            (LimitKind::Memory, "1e3"),
            (LimitKind::WallTime, "1s"),
        ] {
            let description = with(kind, typed).unwrap_err();
            assert!(description.contains(&format!("“{typed}”")) && description.contains("such as"), "{description}");
        }
        let written = [3 << 19, 64 << 20].map(|bytes| LimitKind::Memory.written(bytes));
        assert_eq!((written, LimitKind::WallTime.written(500).as_str()), (["1.5", "64"].map(str::to_owned), "0.5"));
    }

    #[test]
    fn a_limit_out_of_range_is_refused_with_the_range() {
        let recursion = |typed| with_limit(&Limits::default(), LimitKind::Recursion, typed).unwrap_err();
        assert_eq!(recursion("0"), "0 is too small: enter 1 or more calls");
        assert_eq!(recursion("10000000"), "10,000,000 is too large: enter 1,000,000 calls or fewer");
    }

    #[test]
    fn steps_are_chosen_for_source_and_text_apart() {
        let settings = Settings::default();
        assert_eq!((settings.step_by(true), settings.step_by(false)), (StepBy::Line, StepBy::Instruction));
        let settings = settings.apply(SettingsAction::StepInText(StepBy::Line));
        let settings = settings.apply(SettingsAction::StepInSource(StepBy::Instruction));
        assert_eq!((settings.step_by(true), settings.step_by(false)), (StepBy::Instruction, StepBy::Line));
        // Stored by a page that did not have this setting.
        assert_eq!(Settings::restored("{}").step_in_source, StepBy::Line);
    }

    #[test]
    fn lines_wrap_on_a_narrow_page_until_the_user_decides() {
        let both = |settings: &Settings| [true, false].map(|narrow| settings.wraps_lines(narrow));
        let settings = Settings::default();
        assert_eq!(both(&settings), [true, false]);
        assert_eq!(both(&settings.apply(SettingsAction::WrapLines(false))), [false; 2]);
        assert_eq!(both(&settings.apply(SettingsAction::WrapLines(true))), [true; 2]);
        // Stored by a page in which this was off until it was switched on.
        assert_eq!(Settings::restored(r#"{"wrap_lines":false}"#).wrap_long_lines, None);
    }

    #[test]
    fn settings_survive_storage_and_nonsense_in_it() {
        let settings = Settings { theme: Theme::Dark, text_size: 130, ..Settings::default() };
        let json = serde_json::to_string(&settings).expect("plain values serialize");
        assert_eq!(Settings::restored(&json), settings);
        assert_eq!(Settings::restored("{"), Settings::default());
        assert_eq!(Settings::restored(r#"{"text_size": 9000}"#).text_size, 200);
    }
}
