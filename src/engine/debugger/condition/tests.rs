use super::*;

struct Fixed;

impl Scope for Fixed {
    fn local(&self, name: Name<'_>) -> Option<Number> {
        match name {
            Name::Text("i") | Name::Index(0) => Some(Number::Integer(3)),
            Name::Text("x.y") => Some(Number::Float(2.5)),
            _ => None,
        }
    }

    fn global(&self, name: Name<'_>) -> Option<Number> {
        (name == Name::Text("__stack_pointer")).then_some(Number::Integer(1024))
    }

    fn stack(&self, depth: u64) -> Option<Number> {
        [17, 5].get(depth as usize).map(|value| Number::Integer(*value))
    }

    fn memory(&self, address: u64, length: usize) -> Option<[u8; 8]> {
        let mut bytes = [0; 8];
        (address + length as u64 <= 2048).then(|| {
            bytes[..length].fill(0xFF);
            bytes
        })
    }

    fn depth(&self) -> u64 {
        2
    }

    fn step(&self) -> u64 {
        99
    }
}

fn eval(text: &str) -> Option<Number> {
    Condition::parse(text).unwrap_or_else(|error| panic!("{text}: {error}")).value(&Fixed)
}

#[test]
fn the_examples_of_the_documentation_hold() {
    assert_eq!(eval("local.i == 3 && stack[0] > 0x10"), Some(Number::Integer(1)));
    assert_eq!(eval("mem32[0x400] != 0"), Some(Number::Integer(1)));
}

#[test]
fn operators_bind_as_in_c() {
    assert_eq!(eval("1 + 2 * 3 - 4 / 2"), Some(Number::Integer(5)));
    assert_eq!(eval("1 << 3 | 1 & 3 ^ 2"), Some(Number::Integer(8 | (1 ^ 2))));
    assert_eq!(eval("-(2 + 3) == -5 || 1 / 0"), Some(Number::Integer(1)));
    assert_eq!(eval("!0 && ~0 == -1"), Some(Number::Integer(1)));
    assert_eq!(eval("7 - 2 - 1"), Some(Number::Integer(4)));
}

#[test]
fn floats_and_names_and_indices() {
    assert_eq!(eval("local.x.y * 2"), Some(Number::Float(5.0)));
    assert_eq!(eval("local[stack[1] - 5]"), Some(Number::Integer(3)));
    assert_eq!(eval("global.$__stack_pointer + depth + step"), Some(Number::Integer(1125)));
    assert_eq!(eval("1.5e+2"), Some(Number::Float(150.0)));
    assert_eq!(eval("local.x.y > 2 && 2.5 == local.x.y && 0.0 / 0 != 0.0 / 0"), Some(Number::Integer(1)));
    assert_eq!(eval("mem16[0] == 65535 && mem8[2047] == 255"), Some(Number::Integer(1)));
}

#[test]
fn what_is_not_there_has_no_value() {
    for text in ["local.nothing", "stack[9]", "mem8[2048]", "5 / 0", "5 % 0", "global[0] && 1", "mem8[1.5]"] {
        assert_eq!(eval(text), None, "{text}");
    }
}

#[test]
fn why_there_is_no_value_is_said_in_words() {
    for (text, words) in [
        ("local.nothing + 1", "no local `$nothing`"),
        ("global[7]", "no global `7`"),
        ("stack[9]", "no operand 9"),
        ("mem32[2046]", "the 4 bytes at 0x7fe are outside the memory"),
        ("5 / 0", "divides by zero"),
        ("5 % (1 - 1)", "divides by zero"),
        ("(1 << 63) / -1", "does not fit"),
        ("~local.x.y", "`~` have to be integers"),
        ("local.x.y & 1", "`&` have to be integers"),
        ("mem8[1.5]", "have to be integers"),
    ] {
        let condition = Condition::parse(text).expect(text);
        let said = condition.evaluate(&Fixed).expect_err(text).to_string();
        assert!(said.contains(words), "{text}: {said}");
    }
}

#[test]
fn only_a_name_is_a_place() {
    let place = |text: &str| format!("{:?}", Condition::parse(text).expect(text).place(&Fixed));
    assert_eq!(place("local.i"), r#"Ok(Some(Local(Text("i"))))"#);
    assert_eq!(place("stack[1 + 1]"), "Ok(Some(Stack(2)))");
    assert_eq!(place("(global[0])"), "Ok(Some(Global(Index(0))))");
    assert_eq!(place("local.i + 0"), "Ok(None)");
    assert!(place("local[local.nothing]").contains("Err"));
}

#[test]
fn a_mistake_is_named_with_its_place() {
    for (text, at) in
        [("local.i =", 8), ("", 0), ("stack[0", 7), ("(1", 2), ("foo == 1", 0), ("1 2", 2), ("local.", 6), ("0x", 0)]
    {
        let error = Condition::parse(text).expect_err(text);
        assert_eq!(error.at, at, "{text}: {error}");
    }
    assert!(Condition::parse(&"(".repeat(1000)).is_err());
    assert!(Condition::parse(&"-".repeat(1000)).is_err());
}
