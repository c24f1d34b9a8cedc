use super::*;
use crate::compile::old_names;

/// Whether the text format's own parser accepts a name as an instruction.
fn is_known(name: &str) -> bool {
    let text = format!("(module (func {name}))");
    match wast::parser::ParseBuffer::new(&text).and_then(|buffer| wast::parser::parse::<wast::Wat>(&buffer).map(drop)) {
        Ok(()) => true,
        Err(error) => !error.message().contains("unknown operator"),
    }
}

fn text(word: &str) -> String {
    advice(word, Position::Folded).unwrap_or_else(|| panic!("{word}: nothing")).text
}

fn proposals(word: &str) -> Vec<String> {
    advice(word, Position::Folded).map(|advice| advice.proposals).unwrap_or_default()
}

/// The instructions that a text names.
fn named(text: &str) -> Vec<String> {
    let quoted = text.split('`').skip(1).step_by(2);
    let words = quoted.flat_map(|part| part.split([' ', '(', ')'])).map(str::to_owned);
    words.filter(|word| word.contains('.') && !word.starts_with('.') && *word != "...").collect()
}

fn space(name: &str) -> &str {
    name.split_once('.').map_or("", |(space, _)| space)
}

#[test]
fn every_name_is_one_of_the_text_format() {
    let not_instructions = ["then", "param", "result", "local"];
    for name in INSTRUCTIONS.iter().filter(|name| !not_instructions.contains(&name.as_str())) {
        assert!(is_known(name), "{name} is none");
    }
}

#[test]
fn every_old_name_has_a_new_one_and_is_none_itself() {
    let mut count = 0;
    for (old, new) in old_names::all() {
        count += 1;
        assert!(!is_known(old), "{old} is an instruction of today");
        assert!(new == "funcref" || is_known(new), "{old}: {new} is no instruction");
        assert!(new == "funcref" || is_instruction(new), "{new} is not in the list");
        assert_eq!(proposals(old), [new]);
        assert_eq!(text(old), format!("`{old}` is an old name; it is written `{new}` now"));
    }
    assert!(count > 150, "{count}");
    for (old, how) in old_names::all_removed() {
        assert!(!is_known(old), "{old} is an instruction of today");
        for name in named(how) {
            assert!(is_known(&name), "{old}: {name} is no instruction");
        }
        assert!(text(old).contains(how));
    }
}

/// Ways in which a name is misspelled, or written in other languages.
fn misspellings(name: &str) -> Vec<String> {
    let mut all = vec![name.to_uppercase(), name.replace('.', "_"), name.replace('_', "")];
    for at in 0..name.len() {
        let (before, after) = name.split_at(at);
        all.push(format!("{before}{}", &after[1..]));
        all.push(format!("{before}x{}", &after[1..]));
        all.push(format!("{before}{0}{after}", &after[..1]));
        if after.len() > 1 {
            all.push(format!("{before}{}{}{}", &after[1..2], &after[..1], &after[2..]));
        }
    }
    for suffix in ["_s", "_u"] {
        all.push(name.trim_end_matches(suffix).to_owned());
        all.push(format!("{name}{suffix}"));
    }
    all
}

#[test]
fn suggestions_exist_and_have_the_same_type() {
    let value_types = ["i32", "i64", "f32", "f64", "v128", "i8x16", "i16x8", "i32x4", "i64x2", "f32x4", "f64x2"];
    let renamed: Vec<&str> = old_names::all().map(|(old, _)| old).collect();
    let mut proposed = 0;
    for name in INSTRUCTIONS.iter() {
        let words = misspellings(name).into_iter().filter(|word| !is_instruction(word));
        for (index, word) in words.enumerate() {
            // The position matters little: some of the words show that it is taken into account.
            let positions = [Position::Folded, Position::Flat, Position::Constant];
            for position in positions.into_iter().take(if index % 7 == 0 { 3 } else { 1 }) {
                let Some(Advice { text, proposals }) = advice(&word, position) else { continue };
                for name in &proposals {
                    proposed += 1;
                    assert!(is_instruction(name), "{word}: {text}");
                    let same = space(name) == space(&word) || !value_types.contains(&space(&word));
                    assert!(same || renamed.contains(&word.as_str()), "{word}: {text}");
                    let (_, said) = unsigned(&word);
                    let (_, sign) = unsigned(name);
                    assert!(said.is_none() || sign.is_none() || said == sign, "{word}: {text}");
                    if position == Position::Folded {
                        assert!(!matches!(name.as_str(), "end" | "else"), "{word}: {text}");
                    }
                }
                if position == Position::Constant {
                    assert!(proposals.is_empty() || proposals.iter().any(|name| is_constant(name)), "{word}: {text}");
                }
                for name in named(&text) {
                    assert!(is_instruction(&name) || word == name || text.starts_with("there is no"), "{word}: {text}");
                }
            }
        }
    }
    assert!(proposed > 10_000, "{proposed}");
}

#[test]
fn a_family_of_instructions_is_listed() {
    for (word, members) in [
        ("i32.div", "i32.div_s i32.div_u"),
        ("i64.rem", "i64.rem_s i64.rem_u"),
        ("i32.mod", "i32.rem_s i32.rem_u"),
        ("i32.shr", "i32.shr_s i32.shr_u"),
        ("i32.lt", "i32.lt_s i32.lt_u"),
        ("i32.gt", "i32.gt_s i32.gt_u"),
        ("i64.le", "i64.le_s i64.le_u"),
        ("i64.ge", "i64.ge_s i64.ge_u"),
        ("i32.load8", "i32.load8_s i32.load8_u"),
        ("i64.load32", "i64.load32_s i64.load32_u"),
        ("i32.trunc_f32", "i32.trunc_f32_s i32.trunc_f32_u"),
        ("i32.extend8", "i32.extend8_s"),
        ("i32x4.shr", "i32x4.shr_s i32x4.shr_u"),
        ("f64.div_s", "f64.div"),
        ("i32.add_u", "i32.add"),
        ("u32.div", "i32.div_u"),
        ("i32.sar", "i32.shr_s"),
        ("i32.load32", "i32.load"),
        ("f32.convert_f64", "f32.demote_f64"),
        ("i32.convert_f64_s", "i32.trunc_f64_s"),
        ("i32.extend_i64_s", "i32.wrap_i64"),
        ("i32.dvi", "i32.div_s i32.div_u"),
        ("i32.divs", "i32.div_s"),
        ("local_get", "local.get"),
        ("get_locla", "local.get"),
        ("i23.add", "i32.add"),
        ("add", "i32.add i64.add f32.add f64.add"),
        ("nopp", "nop"),
        ("neg", "f32.neg f64.neg"),
    ] {
        assert_eq!(proposals(word).join(" "), members, "{word}: {}", text(word));
    }
}

#[test]
fn a_missing_instruction_is_reported_with_the_alternative() {
    for (word, part) in [
        ("f64.rem", "floats have no remainder"),
        ("i32.neg", "`(i32.sub (i32.const 0) ...)`"),
        ("i32.not", "`(i32.xor ... (i32.const -1))`"),
        ("i64.inc", "`(i64.add ... (i64.const 1))`"),
        ("i32.min", "i32.lt_s"),
        ("i32.min_u", "i32.lt_u"),
        ("i32.max", "i32.gt_s"),
        ("i32.abs", "`(select "),
        ("i32.extend8_u", "0xFF"),
        ("i32x4.div", "cannot be divided"),
        ("i32x4.and", "`v128.and`"),
        ("i32x4.const", "`v128.const i32x4 ...`, with 4 numbers"),
        ("i64x2.lt_u", "only the signed"),
        ("f32.shl", "i32.reinterpret_f32"),
        ("f64.sin", "no such function"),
        ("i8.add", "compute in `i32`"),
        ("pop", "`drop`"),
        ("push", "i32.const 1"),
        ("mov", "local.set"),
        ("goto", "`br $label`"),
        ("jmp", "`br $label`"),
        ("call_import", "`call $name`"),
        ("i32.frobnicate", "there is no instruction `i32.frobnicate`"),
    ] {
        assert!(text(word).contains(part), "{word}: {}", text(word));
        assert_eq!(proposals(word), Vec::<String>::new(), "{word}");
        for name in named(&text(word)).into_iter().filter(|name| name != word) {
            assert!(is_known(&name), "{word}: {name}");
        }
    }
    assert!(text("neg").contains("`(i32.sub (i32.const 0) ...)`"), "{}", text("neg"));
    assert_eq!(advice("xyzzy_plugh", Position::Flat), None);
}

#[test]
fn every_bare_word_names_what_exists() {
    for (word, text) in BARE {
        let is_part = matches!(*word, "else" | "then" | "param" | "result" | "local");
        assert!(!is_known(word) || is_part, "{word} is an instruction");
        for name in named(text) {
            assert!(is_known(&name), "{word}: {name}");
        }
    }
    for (word, operation) in SYNONYMS {
        assert!(!SCALARS.iter().any(|ty| is_instruction(&format!("{ty}.{word}"))), "{word}");
        let known = SCALARS.iter().any(|ty| !family(ty, None, operation).is_empty());
        assert!(known || absent("i32", operation, None).is_some(), "{word}: {operation}");
    }
}

#[test]
fn hints_in_a_constant_expression_name_only_constant_instructions() {
    let advised = |word| advice(word, Position::Constant).map(|advice| advice.text).unwrap_or_default();
    assert!(advised("i32.div").starts_with("a constant is expected here"));
    assert_eq!(advised("i32.ad"), "did you mean `i32.add`?");
    assert_eq!(advised("get_global"), "`get_global` is an old name; it is written `global.get` now");
}
