use super::*;

struct Fixed;

impl Scope for Fixed {
    fn local(&self, name: Name<'_>) -> Option<Number> {
        match name {
            Name::Text("i") | Name::Index(0) => Some(Number::I32(3)),
            Name::Text("x.y") => Some(Number::F64(2.5)),
            Name::Text("minus") => Some(Number::I32(-1)),
            Name::Text("both") => Some(Number::I32(1)),
            Name::Text("most") => Some(Number::I32(i32::MAX)),
            Name::Text("least") => Some(Number::I32(i32::MIN)),
            Name::Text("long") => Some(Number::I64(1 << 40)),
            Name::Text("single") => Some(Number::F32(0.1)),
            Name::Text("my-i" | "a-1" | "a-b-c" | "i==3" | "my \"name\"" | "größe}" | "i-step") => {
                Some(Number::I32(70))
            }
            _ => None,
        }
    }

    fn global(&self, name: Name<'_>) -> Option<Number> {
        match name {
            Name::Text("__stack_pointer") => Some(Number::I32(1024)),
            Name::Text("both") => Some(Number::I32(2)),
            _ => None,
        }
    }

    fn stack(&self, depth: u64) -> Option<Number> {
        [17, 5].get(depth as usize).map(|value| Number::I32(*value))
    }

    fn find_memory(&self, memory: Name<'_>) -> Option<u32> {
        match memory {
            Name::Text("other" | "the-other" | "an other") => Some(1),
            Name::Index(index @ 0..=1) => Some(index as u32),
            _ => None,
        }
    }

    fn memory(&self, memory: u32, address: u64, length: usize) -> Option<[u8; 8]> {
        let mut bytes = [0; 8];
        if memory == 1 {
            bytes[..length].fill(1);
            return (address + length as u64 <= 16).then_some(bytes);
        }
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

const TRUE: Option<Number> = Some(Number::I32(1));

fn whole(value: i64) -> Option<Number> {
    Some(Number::whole(value))
}

#[test]
fn the_examples_of_the_documentation_hold() {
    assert_eq!(eval("local.i == 3 && stack[0] > 0x10"), TRUE);
    assert_eq!(eval("mem32[0x400] != 0"), TRUE);
    assert_eq!(eval("local.minus == 0xFFFFFFFF"), TRUE);
}

#[test]
fn operators_bind_as_in_c() {
    assert_eq!(eval("1 + 2 * 3 - 4 / 2"), whole(5));
    assert_eq!(eval("1 << 3 | 1 & 3 ^ 2"), whole(8 | (1 ^ 2)));
    assert_eq!(eval("-(2 + 3) == -5 || 1 / 0"), TRUE);
    assert_eq!(eval("!0 && ~0 == -1"), TRUE);
    assert_eq!(eval("7 - 2 - 1"), whole(4));
}

#[test]
fn floats_and_names_and_indices() {
    assert_eq!(eval("local.x.y * 2"), Some(Number::F64(5.0)));
    assert_eq!(eval("local[stack[1] - 5]"), Some(Number::I32(3)));
    assert_eq!(eval("global.$__stack_pointer + depth + step"), Some(Number::I32(1125)));
    assert_eq!(eval("1.5e+2"), Some(Number::Fraction(150.0)));
    assert_eq!(eval("local.x.y > 2 && 2.5 == local.x.y && 0.0 / 0 != 0.0 / 0"), TRUE);
    assert_eq!(eval("mem16[0] == 65535 && mem8[2047] == 255"), TRUE);
}

/// The type that a value has, with the value.
fn typed(text: &str) -> String {
    match Condition::parse(text).expect(text).evaluate(&Fixed) {
        Ok(Number::I32(value)) => format!("i32 {value}"),
        Ok(Number::I64(value)) => format!("i64 {value}"),
        Ok(Number::F32(value)) => format!("f32 {value}"),
        Ok(Number::F64(value)) => format!("f64 {value}"),
        Ok(Number::Whole { value, .. }) => format!("a whole number, {value}"),
        Ok(Number::Fraction(value)) => format!("a fraction, {value}"),
        Err(reason) => reason.to_string(),
    }
}

#[test]
fn what_is_calculated_has_the_type_of_what_it_is_calculated_from() {
    let description = [
        // It wraps as the type does.
        "local.most + 1",
        "local.most + local.i",
        "local.least - 1",
        "local.most * 2",
        "-local.least",
        "~local.i",
        "local.i << 31",
        "1 << local.i",
        "local.minus >> 1",
        "local.least / local.minus",
        "local.least % local.minus",
        "local.long + 1",
        "local.long * local.long",
        // A literal takes the other operand's type, if it fits.
        "local.i + 0xFFFFFFFF",
        "local.minus == 4294967295",
        "local.minus < 4294967295",
        "local.i + 4294967296",
        "local.single + 0.5",
        "local.single == 0.1",
        "local.x.y == 0.1",
        "1 + 2",
        "1 / 2.0",
        // Two types are converted to the wider.
        "local.i + local.long",
        "local.minus + local.long",
        "local.single + local.x.y",
        "local.i * local.x.y",
        "local.i * 0.5",
        "local.long / local.single",
        // Comparisons.
        "local.long > local.i",
        "!local.x.y",
        "local.i && local.long",
        "(local.i == 3) + 1",
        // Memory.
        "mem8[0]",
        "mem16[0]",
        "mem32[0]",
        "mem32[0] == local.minus",
        "mem64[0]",
        "memf32[0] == memf32[0]",
        "mem32[local.i + 1]",
        "mem8[local.minus]",
        "local.i & local.x.y",
        "depth + 1",
    ];
    let description: Vec<String> = description.into_iter().map(|text| format!("{text}: {}", typed(text))).collect();
    insta::assert_snapshot!(description.join("\n"), @r#"
    local.most + 1: i32 -2147483648
    local.most + local.i: i32 -2147483646
    local.least - 1: i32 2147483647
    local.most * 2: i32 -2
    -local.least: i32 -2147483648
    ~local.i: i32 -4
    local.i << 31: i32 -2147483648
    1 << local.i: i32 8
    local.minus >> 1: i32 -1
    local.least / local.minus: integer overflow: the quotient does not fit in 32 bits
    local.least % local.minus: i32 0
    local.long + 1: i64 1099511627777
    local.long * local.long: i64 0
    local.i + 0xFFFFFFFF: i32 2
    local.minus == 4294967295: i32 1
    local.minus < 4294967295: i32 1
    local.i + 4294967296: i64 4294967299
    local.single + 0.5: f32 0.6
    local.single == 0.1: i32 1
    local.x.y == 0.1: i32 0
    1 + 2: a whole number, 3
    1 / 2.0: a fraction, 0.5
    local.i + local.long: i64 1099511627779
    local.minus + local.long: i64 1099511627775
    local.single + local.x.y: f64 2.600000001490116
    local.i * local.x.y: f64 7.5
    local.i * 0.5: f64 1.5
    local.long / local.single: f64 10995116113920.002
    local.long > local.i: i32 1
    !local.x.y: i32 0
    local.i && local.long: i32 1
    (local.i == 3) + 1: i32 2
    mem8[0]: i32 255
    mem16[0]: i32 65535
    mem32[0]: i32 -1
    mem32[0] == local.minus: i32 1
    mem64[0]: i64 -1
    memf32[0] == memf32[0]: i32 0
    mem32[local.i + 1]: i32 -1
    mem8[local.minus]: the byte at 0xffffffff is outside the memory
    local.i & local.x.y: an index, an address and the operands of `&` must be integers
    depth + 1: a whole number, 3
    "#);
}

#[test]
fn a_missing_name_has_no_value() {
    for text in ["local.nothing", "stack[9]", "mem8[2048]", "5 / 0", "5 % 0", "global[0] && 1", "mem8[1.5]"] {
        assert_eq!(eval(text), None, "{text}");
    }
}

#[test]
fn evaluation_errors_are_described() {
    for (text, words) in [
        ("local.nothing + 1", "no local `$nothing`"),
        ("global[7]", "no global `7`"),
        ("stack[9]", "no operand 9"),
        ("mem32[2046]", "the 4 bytes at 0x7fe are outside the memory"),
        ("5 / 0", "division by zero"),
        ("5 % (1 - 1)", "division by zero"),
        ("(1 << 63) / -1", "does not fit in 64 bits"),
        ("local.least / -1", "does not fit in 32 bits"),
        ("~local.x.y", "`~` must be integers"),
        ("local.x.y & 1", "`&` must be integers"),
        ("mem8[1.5]", "must be integers"),
    ] {
        let condition = Condition::parse(text).expect(text);
        let message = condition.evaluate(&Fixed).expect_err(text).to_string();
        assert!(message.contains(words), "{text}: {message}");
    }
}

#[test]
fn memories_are_chosen_by_name_or_index() {
    assert_eq!(typed("mem8[$other][4]"), "i32 1");
    assert_eq!(typed("mem8[ 1 ] [4] + mem8[0][4]"), "i32 256");
    assert_eq!(typed("mem8[local.i - 2][mem8[$other][2]]"), "i32 1");
    assert_eq!(typed("mem32[$other][13]"), "the 4 bytes at 0xd are outside memory $other");
    assert_eq!(typed("mem8[1][16]"), "the byte at 0x10 is outside memory 1");
    assert_eq!(typed("mem32[2][0]"), "there is no memory `2`");
    assert_eq!(typed("mem32[$another][0]"), "there is no memory `$another`");
    for (text, at) in [("mem32[$other]", 13), ("mem32[$][0]", 7), ("mem32[1][", 9)] {
        assert_eq!(Condition::parse(text).expect_err(text).at, at, "{text}");
    }
}

#[test]
fn only_a_name_is_a_named_place() {
    let place = |text: &str| format!("{:?}", Condition::parse(text).expect(text).place(&Fixed));
    assert_eq!(place("local.i"), r#"Ok(Some(Local(Text("i"))))"#);
    assert_eq!(place("stack[1 + 1]"), "Ok(Some(Stack(2)))");
    assert_eq!(place("(global[0])"), "Ok(Some(Global(Index(0))))");
    assert_eq!(place("local.i + 0"), "Ok(None)");
    assert!(place("local[local.nothing]").contains("Err"));
}

#[test]
fn an_error_has_its_position() {
    for (text, at) in
        [("local.i =", 8), ("", 0), ("stack[0", 7), ("(1", 2), ("foo == 1", 0), ("1 2", 2), ("local.", 6), ("0x", 0)]
    {
        let error = Condition::parse(text).expect_err(text);
        assert_eq!(error.at, at, "{text}: {error}");
    }
    for (text, message) in [
        ("i == 7", "`i` may be a local or a global: write `local.i` or `global.i`"),
        ("3 + $", "expected a number, `$name`"),
        ("$[0]", "expected a number, `$name`"),
        ("local.i = 7", "to compare, write `==`"),
        ("(local.i = 7)", "to compare, write `==`"),
        ("mem32[local.i = 7]", "to compare, write `==`"),
        // What is not a name must not be mistaken for one.
        ("locals.i == 7", "expected a number"),
        ("mem[8] == 7", "expected a number"),
        ("", "expected a number"),
    ] {
        let error = Condition::parse(text).expect_err(text).to_string();
        assert!(error.contains(message), "{text}: {error}");
    }
    assert!(Condition::parse(&"(".repeat(1000)).is_err());
    assert!(Condition::parse(&"-".repeat(1000)).is_err());
}

/// A chain of operators is a deep tree, and evaluating it must not overflow the stack.
#[test]
fn a_long_row_of_operators_is_refused_and_a_shorter_one_is_evaluated() {
    let row = |operators: usize| format!("1{}", " + 1".repeat(operators));
    assert_eq!(eval(&row(500)), whole(501));
    let error = Condition::parse(&row(100_000)).expect_err("it is too long");
    assert_eq!(error.to_string(), "the expression has more than 500 operators: make it shorter, at character 2004");
}

#[test]
fn a_hyphen_within_a_name_belongs_to_it() {
    assert_eq!(eval("local.my-i + 1"), Some(Number::I32(71)));
    assert_eq!(eval("local.$my-i==70"), TRUE);
    assert_eq!(eval("local.a-b-c"), Some(Number::I32(70)));
    assert_eq!(eval("local.$a-1"), Some(Number::I32(70)));
    assert_eq!(eval("mem8[$the-other][4]"), Some(Number::I32(1)));
}

#[test]
fn a_minus_stays_a_minus() {
    for text in ["local.i - 1", "local.i-1", "local.$i - 1", "local.i- 1", "local.i -1", "local.my-i-68", "stack[1]-3"]
    {
        assert_eq!(eval(text), Some(Number::I32(2)), "{text}");
    }
    assert_eq!(eval("local.i-local.i"), Some(Number::I32(0)));
    assert_eq!(eval("local.i-depth"), Some(Number::I32(1)));
    assert_eq!(eval("local.my-i-mem8[$other][0]"), Some(Number::I32(69)));
    assert_eq!(eval("local.i--1"), Some(Number::I32(4)));
}

#[test]
fn a_name_alone_is_the_local_or_global_that_has_it() {
    assert_eq!(eval("$i == 3 && $my-i == 70 && $x.y > 2"), TRUE);
    assert_eq!(eval("$__stack_pointer - $i"), Some(Number::I32(1021)));
    assert_eq!(
        typed("$both"),
        "there are both a local and a global `$both` here: write `local.$both` or `global.$both`"
    );
    assert_eq!(typed("local.$both + global.$both"), "i32 3");
    assert_eq!(typed("$nothing + 1"), "there is no local or global `$nothing` here");
    let place = |text: &str| format!("{:?}", Condition::parse(text).expect(text).place(&Fixed));
    assert_eq!(place("$i"), "Ok(Some(Local(Text(\"i\"))))");
    assert_eq!(place("$__stack_pointer"), "Ok(Some(Global(Text(\"__stack_pointer\"))))");
}

#[test]
fn any_name_can_be_written_between_quotes() {
    for name in ["my-i", "a-1", "a-b-c", "i==3", "my \"name\"", "größe}", "i-step"] {
        let written = parse::written_name(name);
        assert_eq!(eval(&format!("local.{written}")), Some(Number::I32(70)), "{written}");
        assert_eq!(eval(&format!("local.{written}-local.i")), Some(Number::I32(67)), "{written}");
    }
    assert_eq!(parse::written_name("my-i"), "my-i");
    assert_eq!(parse::written_name("a-1"), "\"a-1\"");
    assert_eq!(parse::written_name("$i"), "\"$i\"");
    assert_eq!(eval(r#"local.$"my \22name\22" == local."my \u{22}name\"""#), TRUE);
    assert_eq!(eval(r#"mem8[$"an other"][4]"#), Some(Number::I32(1)));
    for text in [r#"local."my"#, r#"local."\u{zz}""#, r#"local."\q""#, r#"local."\"#, r#"local."\u"#, r#"local."\4"#] {
        assert_eq!(Condition::parse(text).expect_err(text).at, 6, "{text}");
    }
    assert_eq!(eval("$a-1 == 70"), TRUE);
    assert_eq!(eval(r#"$"my \22name\22" + 1"#), Some(Number::I32(71)));
    assert_eq!(Name::Text("my name").to_string(), "$\"my name\"");
}

#[test]
fn a_message_may_hold_names_with_braces() {
    let describe = |text: &str| {
        fill_in(text, |expression| eval(expression).map_or_else(|| "?".to_owned(), |value| value.to_string()))
    };
    assert_eq!(describe(r#"{local."größe}"} of {local.i}"#), "70 of 3");
    assert_eq!(describe(r#"say "{local.i}" and {open"#), r#"say "3" and {open"#);
}
