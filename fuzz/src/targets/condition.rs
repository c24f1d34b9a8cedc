//! Conditions and watch expressions are parsed and evaluated, or the error says where in the text it is.

use wasmoscope::engine::debugger::condition::{Condition, Name, Number, Scope};

struct Fixed;

impl Scope for Fixed {
    fn local(&self, name: Name<'_>) -> Option<Number> {
        match name {
            Name::Index(0) | Name::Text("i") => Some(Number::I32(i32::MIN)),
            Name::Index(1) | Name::Text("long") => Some(Number::I64(i64::MIN)),
            Name::Index(2) | Name::Text("f") => Some(Number::F32(f32::NAN)),
            Name::Index(3) | Name::Text("d") => Some(Number::F64(f64::MAX)),
            _ => None,
        }
    }

    fn global(&self, name: Name<'_>) -> Option<Number> {
        (name == Name::Index(0)).then_some(Number::I32(-1))
    }

    fn stack(&self, depth: u64) -> Option<Number> {
        (depth < 3).then_some(Number::I64(-1))
    }

    fn find_memory(&self, memory: Name<'_>) -> Option<u32> {
        matches!(memory, Name::Index(0) | Name::Text("other")).then_some(0)
    }

    fn memory(&self, _memory: u32, address: u64, length: usize) -> Option<[u8; 8]> {
        let end = address.checked_add(length as u64)?;
        (end <= 65_536).then_some([0x80, 0xFF, 0, 1, 2, 3, 4, 0x7F])
    }

    fn depth(&self) -> u64 {
        u64::MAX
    }

    fn step(&self) -> u64 {
        u64::MAX
    }
}

pub fn run(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    match Condition::parse(&text) {
        Ok(condition) => {
            assert_eq!(condition.text(), text.trim());
            let evaluated = condition.evaluate(&Fixed);
            match &evaluated {
                Ok(number) => drop((number.holds(), number.to_string())),
                Err(reason) => assert!(!reason.to_string().is_empty()),
            }
            assert_eq!(condition.value(&Fixed).is_some(), evaluated.is_ok());
            let _ = condition.place(&Fixed);
            let again = Condition::parse(condition.text()).expect("its text is a condition");
            assert_eq!(again.text(), condition.text());
        }
        Err(error) => {
            assert!(!error.message.is_empty());
            assert!(error.at <= text.len() && text.is_char_boundary(error.at), "{error:?}");
        }
    }
}
