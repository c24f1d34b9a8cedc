//! Whether the colours of `static/css/tokens.css` can be read by those who see less well: WCAG 2.2, level AA.
#![cfg(not(target_arch = "wasm32"))]

use std::collections::BTreeMap;
use std::fs;

/// Text of the usual size (success criterion 1.4.3).
const TEXT: f64 = 4.5;
/// Edges of controls, marks and large text (1.4.11, 1.4.3).
const EDGE: f64 = 3.0;

/// What text stands on, whatever it says.
const SURFACES: &[&str] = &["color-page", "color-surface", "color-editor", "color-raised", "color-hover"];

/// The colours of code.
const CODE: &[&str] =
    &["code-keyword", "code-type", "code-number", "code-string", "code-name", "code-comment", "code-paren"];

/// What is written in which colours on what.
const PAIRS: &[(&[&str], &[&str], f64)] = &[
    (&["color-text", "color-text-muted", "color-accent"], SURFACES, TEXT),
    (&["color-text-faint"], &["color-page", "color-surface", "color-editor", "color-raised"], TEXT),
    (&["color-text"], &["color-selection", "color-match", "color-match-current", "color-active-line"], TEXT),
    (&["color-text", "color-text-muted", "color-accent"], &["color-accent-tint"], TEXT),
    (&["color-on-accent"], &["color-accent", "color-accent-hover"], TEXT),
    (&["color-error", "color-text", "color-text-muted"], &["color-error-tint"], TEXT),
    (&["color-warning", "color-text", "color-text-muted"], &["color-warning-tint"], TEXT),
    (&["color-good", "color-text", "color-text-muted"], &["color-good-tint"], TEXT),
    (&["color-error", "color-warning", "color-good"], SURFACES, TEXT),
    // Code on everything that the editor draws below it: the debugger's lines, the selection, what was searched for.
    (CODE, &["color-editor", "color-active-line", "color-selection", "color-match", "color-match-current"], TEXT),
    (CODE, &["color-debug-line", "color-debug-mark", "color-accent-tint"], TEXT),
    (&["color-debug-value"], &["color-debug-value-tint", "color-editor"], TEXT),
    (&["color-text", "color-text-muted", "color-text-faint", "color-error"], &["color-debug-line"], TEXT),
    (&["color-border-strong", "color-focus"], SURFACES, EDGE),
    (&["color-debug-edge"], &["color-editor", "color-debug-line", "color-debug-mark"], EDGE),
];

type Tokens = BTreeMap<String, String>;

fn style_sheet() -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/static/css/tokens.css");
    fs::read_to_string(path).expect("the tokens are there")
}

/// The tokens that the rule with this selector sets.
fn rule(sheet: &str, selector: &str) -> Tokens {
    let start = sheet.find(&format!("{selector} {{")).unwrap_or_else(|| panic!("there is no rule `{selector}`"));
    let body = sheet[start..].split(['{', '}']).nth(1).unwrap_or_default();
    let declarations = body.split(';').filter_map(|declaration| declaration.trim().strip_prefix("--")?.split_once(':'));
    declarations.map(|(name, value)| (name.to_owned(), value.trim().to_owned())).collect()
}

fn themes(sheet: &str) -> [(&'static str, Tokens); 2] {
    let light = rule(sheet, ":root");
    let mut dark = light.clone();
    dark.extend(rule(sheet, ":root[data-theme=\"dark\"]"));
    [("light", light), ("dark", dark)]
}

/// The relative luminance of `#rrggbb`, as WCAG 2.2 defines it.
fn luminance(colour: &str) -> f64 {
    let digits = colour.strip_prefix('#').filter(|digits| digits.len() == 6);
    let digits = digits.unwrap_or_else(|| panic!("`{colour}` is not written as #rrggbb"));
    let channel = |at: usize| {
        let value = u8::from_str_radix(&digits[at..at + 2], 16).expect("hexadecimal digits");
        let value = f64::from(value) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * channel(0) + 0.7152 * channel(2) + 0.0722 * channel(4)
}

fn contrast(one: &str, other: &str) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// What is too faint in a theme, in words.
fn too_faint(theme: &str, tokens: &Tokens) -> Vec<String> {
    let mut found = Vec::new();
    let mut check = |front: &str, back: &str, least: f64| {
        let ratio = contrast(&tokens[front], &tokens[back]);
        if ratio < least {
            found.push(format!("{theme}: {front} on {back} is {ratio:.2}, at least {least} is wanted"));
        }
    };
    for (fronts, backs, least) in PAIRS {
        for front in *fronts {
            backs.iter().for_each(|back| check(front, back, *least));
        }
    }
    // What a program prints in colour, where it is printed.
    (0..16).for_each(|colour| check(&format!("ansi-{colour}"), "color-editor", TEXT));
    found
}

#[test]
fn the_measure_is_the_one_of_the_guidelines() {
    assert!((contrast("#000000", "#ffffff") - 21.0).abs() < 1e-9);
    // Known from the guidelines' own examples.
    assert!((contrast("#777777", "#ffffff") - 4.48).abs() < 0.01);
    assert_eq!(contrast("#123456", "#123456"), 1.0);
}

#[test]
fn every_text_can_be_read_in_light_and_dark() {
    let sheet = style_sheet();
    let found: Vec<String> = themes(&sheet).iter().flat_map(|(theme, tokens)| too_faint(theme, tokens)).collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn the_first_moment_in_the_dark_looks_like_the_dark_theme() {
    let sheet = style_sheet();
    let [_, (_, dark)] = themes(&sheet);
    for (name, value) in rule(&sheet, ":root:not([data-theme])") {
        assert_eq!(dark.get(&name), Some(&value), "--{name}");
    }
}

/// Bytes that are selected in a memory, zeros too, whose colour is otherwise fainter than the selection allows.
#[test]
fn selected_bytes_are_written_in_the_text_colour() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/static/css/hex-grid.css");
    let sheet = fs::read_to_string(path).expect("the style sheet is there");
    let selected = sheet.find(".hex-letter[data-selected=\"true\"] {").expect("there is a rule for what is selected");
    let body = sheet[selected..].split(['{', '}']).nth(1).unwrap_or_default();
    assert!(body.contains("color: var(--color-text);"), "{body}");
    // Of rules that match alike, the last one counts.
    for earlier in ["data-zero", "data-changed"] {
        assert!(sheet[..selected].contains(&format!(".hex-byte[{earlier}=\"true\"] {{")), "{earlier}");
    }
}
