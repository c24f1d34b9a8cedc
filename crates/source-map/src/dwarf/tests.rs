//! Values shown by debug information that is written by hand: what no compiler at hand makes, and what is damaged.

use std::borrow::Cow;

use gimli::constants as dw;

use super::entries::{Entries, EntryRef};
use super::files::Files;
use super::index::Index;
use super::scopes;
use super::sections::Sections;
use super::show::{Evaluate, Formatter, Stored};
use super::units::Units;
use super::variables::State;
use super::work::Work;

/// What an attribute is.
enum Value {
    Number(u8),
    Signed(i8),
    Text(&'static str),
    To(&'static str),
    Block(Vec<u8>),
    Expression(Vec<u8>),
    Flag,
}

struct Die {
    label: &'static str,
    tag: dw::DwTag,
    attributes: Vec<(dw::DwAt, Value)>,
    children: Vec<Die>,
}

fn die(tag: dw::DwTag, label: &'static str, attributes: Vec<(dw::DwAt, Value)>, children: Vec<Die>) -> Die {
    Die { label, tag, attributes, children }
}

/// The sections of a unit, and where each entry with a label is.
#[derive(Default)]
struct Unit {
    info: Vec<u8>,
    abbreviations: Vec<u8>,
    codes: u32,
    labels: Vec<(&'static str, usize)>,
    references: Vec<(usize, &'static str)>,
}

impl Unit {
    fn of(language: dw::DwLang, dies: Vec<Die>) -> Self {
        let mut unit = Self::default();
        // Length (set below), version 4, abbreviations at 0, addresses of 4 bytes.
        unit.info.extend([0, 0, 0, 0, 4, 0, 0, 0, 0, 0, 4]);
        let language = vec![(dw::DW_AT_language, Value::Number(language.0 as u8))];
        unit.add(&die(dw::DW_TAG_compile_unit, "unit", language, dies));
        let length = (unit.info.len() - 4) as u32;
        unit.info[..4].copy_from_slice(&length.to_le_bytes());
        for (at, label) in &unit.references {
            let (_, offset) = unit.labels.iter().find(|(known, _)| known == label).expect("the label is there");
            unit.info[*at..at + 4].copy_from_slice(&(*offset as u32).to_le_bytes());
        }
        unit.abbreviations.push(0);
        unit
    }

    fn add(&mut self, die: &Die) {
        self.labels.push((die.label, self.info.len()));
        self.codes += 1;
        let code = leb128(self.codes);
        self.info.extend(&code);
        self.abbreviations.extend(code);
        self.abbreviations.extend(leb128(u32::from(die.tag.0)));
        self.abbreviations.push(u8::from(!die.children.is_empty()));
        for (name, value) in &die.attributes {
            let form = match value {
                Value::Number(number) => {
                    self.info.push(*number);
                    dw::DW_FORM_data1
                }
                Value::Signed(number) => {
                    self.info.push(number.cast_unsigned() & 0x7F);
                    dw::DW_FORM_sdata
                }
                Value::Text(text) => {
                    self.info.extend(text.bytes().chain([0]));
                    dw::DW_FORM_string
                }
                Value::To(label) => {
                    self.references.push((self.info.len(), label));
                    self.info.extend([0; 4]);
                    dw::DW_FORM_ref4
                }
                Value::Block(bytes) | Value::Expression(bytes) => {
                    self.info.push(bytes.len() as u8);
                    self.info.extend(bytes);
                    if matches!(value, Value::Block(_)) { dw::DW_FORM_block1 } else { dw::DW_FORM_exprloc }
                }
                Value::Flag => dw::DW_FORM_flag_present,
            };
            self.abbreviations.extend(leb128(u32::from(name.0)));
            self.abbreviations.extend(leb128(u32::from(form.0)));
        }
        self.abbreviations.extend([0, 0]);
        for child in &die.children {
            self.add(child);
        }
        if !die.children.is_empty() {
            self.info.push(0);
        }
    }

    /// The bytes as a value of the type with that label, which begin at address 0 of the memory.
    fn shown(&self, label: &str, memory: &[u8]) -> String {
        self.shown_of(label, &Stored::Memory(0), memory)
    }

    fn shown_of(&self, label: &str, stored: &Stored, memory: &[u8]) -> String {
        let mut wasm = b"\0asm\x01\0\0\0".to_vec();
        for (name, section) in [(".debug_info", &self.info), (".debug_abbrev", &self.abbreviations)] {
            let mut contents = leb128(name.len() as u32);
            contents.extend(name.bytes().chain(section.iter().copied()));
            wasm.push(0);
            wasm.extend(leb128(contents.len() as u32));
            wasm.extend(contents);
        }
        let (sections, mut work) = (Sections::find(&wasm), Work::default());
        let (units, _) = Units::read(&sections, &mut work);
        let mut index = Index::of_units(vec![0]);
        scopes::read(&units, &sections, &mut Files::default(), &mut index, &mut work);
        let entries = Entries::of(&wasm, &index);
        let (_, offset) = self.labels.iter().find(|(known, _)| *known == label).expect("the label is there");
        let state = Memory(memory.to_vec());
        Formatter::new(&entries, &state, &Nothing).value(EntryRef { unit: 0, offset: *offset }, stored)
    }
}

fn leb128(mut value: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let byte = (value & 0x7F) as u8;
        value >>= 7;
        bytes.push(if value == 0 { byte } else { byte | 0x80 });
        if value == 0 {
            return bytes;
        }
    }
}

struct Memory(Vec<u8>);

impl State for Memory {
    fn memory_size(&self) -> u64 {
        self.0.len() as u64
    }

    fn memory(&self, address: u64, length: u64) -> Option<Cow<'_, [u8]>> {
        let range = usize::try_from(address).ok()?..usize::try_from(address.checked_add(length)?).ok()?;
        self.0.get(range).map(Cow::Borrowed)
    }

    fn local(&self, _: u32) -> Option<u64> {
        None
    }

    fn global(&self, _: u32) -> Option<u64> {
        None
    }
}

struct Nothing;

impl Evaluate for Nothing {
    fn variable(&self, _: EntryRef) -> Option<u64> {
        None
    }

    fn attribute(&self, _: EntryRef, _: dw::DwAt, _: Option<u64>) -> Option<u64> {
        None
    }
}

fn number(label: &'static str, encoding: dw::DwAte, size: u8) -> Die {
    let attributes = vec![
        (dw::DW_AT_name, Value::Text(label)),
        (dw::DW_AT_encoding, Value::Number(encoding.0)),
        (dw::DW_AT_byte_size, Value::Number(size)),
    ];
    die(dw::DW_TAG_base_type, label, attributes, Vec::new())
}

fn member(name: &'static str, ty: &'static str, offset: u8, more: Vec<(dw::DwAt, Value)>) -> Die {
    let mut attributes = vec![
        (dw::DW_AT_name, Value::Text(name)),
        (dw::DW_AT_type, Value::To(ty)),
        (dw::DW_AT_data_member_location, Value::Number(offset)),
    ];
    attributes.extend(more);
    die(dw::DW_TAG_member, "", attributes, Vec::new())
}

fn structure(label: &'static str, size: u8, children: Vec<Die>) -> Die {
    let attributes = vec![(dw::DW_AT_name, Value::Text(label)), (dw::DW_AT_byte_size, Value::Number(size))];
    die(dw::DW_TAG_structure_type, label, attributes, children)
}

/// An enum with a tag of one byte, and variants of that name that are known by that attribute.
fn enumeration(tag: &'static str, variants: Vec<(&'static str, Option<(dw::DwAt, Value)>)>) -> Vec<Die> {
    let mut parts = vec![die(
        dw::DW_TAG_member,
        "tag",
        vec![(dw::DW_AT_type, Value::To(tag)), (dw::DW_AT_data_member_location, Value::Number(0))],
        Vec::new(),
    )];
    let names: Vec<&'static str> = variants.iter().map(|(name, _)| *name).collect();
    parts.extend(variants.into_iter().map(|(name, known)| {
        die(dw::DW_TAG_variant, "", known.into_iter().collect(), vec![member(name, name, 0, Vec::new())])
    }));
    let part = die(dw::DW_TAG_variant_part, "", vec![(dw::DW_AT_discr, Value::To("tag"))], parts);
    let mut dies = vec![number("u8", dw::DW_ATE_unsigned, 1), number("i8", dw::DW_ATE_signed, 1)];
    dies.extend(names.iter().map(|name| structure(name, 1, Vec::new())));
    dies.push(structure("Enum", 1, vec![part]));
    dies
}

#[test]
fn variants_are_found_by_values_lists_and_default() {
    let list = |bytes: &[u8]| Some((dw::DW_AT_discr_list, Value::Block(bytes.to_vec())));
    let unit = Unit::of(
        dw::DW_LANG_Rust,
        enumeration(
            "u8",
            vec![
                ("One", Some((dw::DW_AT_discr_value, Value::Number(1)))),
                ("High", Some((dw::DW_AT_discr_value, Value::Signed(-1)))),
                ("Listed", list(&[0, 3, 1, 5, 0xC8, 1])),
                ("Rest", None),
            ],
        ),
    );
    let shown = [1, 0xFF, 3, 5, 200, 201, 0].map(|tag| unit.shown("Enum", &[tag]));
    assert_eq!(shown, ["One", "High", "Listed", "Listed", "Listed", "Rest", "Rest"]);
    assert_eq!(unit.shown("Enum", &[]), "(outside the memory)");
    let signed = Unit::of(
        dw::DW_LANG_Rust,
        enumeration(
            "i8",
            vec![("Around", list(&[1, 0x7E, 2])), ("Low", Some((dw::DW_AT_discr_value, Value::Signed(-5))))],
        ),
    );
    let shown = [0xFE, 0, 2, 3, 0xFB].map(|tag| signed.shown("Enum", &[tag]));
    assert_eq!(shown, ["Around", "Around", "Around", "(unknown)", "Low"]);
}

#[test]
fn a_variant_that_cannot_be_known_is_not_guessed() {
    let value = |number| Some((dw::DW_AT_discr_value, Value::Number(number)));
    // A list that is cut short may have been of any value, and two are of the same.
    let unreadable =
        vec![("One", value(1)), ("Cut", Some((dw::DW_AT_discr_list, Value::Block(vec![1, 5])))), ("Rest", None)];
    let unit = Unit::of(dw::DW_LANG_Rust, enumeration("u8", unreadable));
    assert_eq!([1, 2].map(|tag| unit.shown("Enum", &[tag])), ["One", "(unknown)"]);
    let unit =
        Unit::of(dw::DW_LANG_Rust, enumeration("u8", vec![("One", value(1)), ("Other", value(1)), ("Two", value(2))]));
    assert_eq!([1, 2, 3].map(|tag| unit.shown("Enum", &[tag])), ["(unknown)", "Two", "(unknown)"]);
    let unit = Unit::of(dw::DW_LANG_Rust, enumeration("u8", vec![("One", None), ("Other", None)]));
    assert_eq!(unit.shown("Enum", &[0]), "(unknown)");
}

#[test]
fn bit_fields_are_counted_from_either_end() {
    let bits = |length, from: dw::DwAt, start| {
        vec![
            (dw::DW_AT_bit_size, Value::Number(length)),
            (dw::DW_AT_byte_size, Value::Number(4)),
            (from, Value::Number(start)),
        ]
    };
    let members = |from: dw::DwAt, starts: [u8; 3]| {
        vec![
            member("a", "unsigned", 0, bits(3, from, starts[0])),
            member("b", "int", 0, bits(4, from, starts[1])),
            member("c", "unsigned", 0, bits(25, from, starts[2])),
        ]
    };
    let unit = Unit::of(
        dw::DW_LANG_C11,
        vec![
            number("unsigned", dw::DW_ATE_unsigned, 4),
            number("int", dw::DW_ATE_signed, 4),
            structure("low", 4, members(dw::DW_AT_data_bit_offset, [0, 3, 7])),
            structure("high", 4, members(dw::DW_AT_bit_offset, [29, 25, 0])),
            structure("wrong", 4, vec![member("a", "unsigned", 0, bits(200, dw::DW_AT_data_bit_offset, 0))]),
            structure("far", 4, vec![member("a", "unsigned", 0, bits(3, dw::DW_AT_bit_offset, 255))]),
        ],
    );
    let memory = (5_u32 | 0b1101 << 3 | 1000 << 7).to_le_bytes();
    for label in ["low", "high"] {
        assert_eq!(unit.shown(label, &memory), "{ a: 5, b: -3, c: 1000 }");
    }
    assert_eq!(unit.shown("wrong", &memory), "{ a: (unknown) }");
    assert!(unit.shown("far", &memory).contains('('), "{}", unit.shown("far", &memory));
}

#[test]
fn what_is_only_known_in_part_is_shown_in_part() {
    let unit = Unit::of(
        dw::DW_LANG_C11,
        vec![
            number("short", dw::DW_ATE_signed, 2),
            number("odd", dw::DW_ATE_float, 3),
            number("wide", dw::DW_ATE_unsigned, 32),
            number("fixed", dw::DW_ATE_signed_fixed, 4),
            structure("pair", 4, vec![member("a", "short", 0, Vec::new()), member("b", "short", 2, Vec::new())]),
            die(
                dw::DW_TAG_structure_type,
                "opaque",
                vec![(dw::DW_AT_name, Value::Text("opaque")), (dw::DW_AT_declaration, Value::Flag)],
                Vec::new(),
            ),
        ],
    );
    let stored = Stored::Bytes(vec![Some(7), Some(0), None, None]);
    assert_eq!(unit.shown_of("pair", &stored, &[]), "{ a: 7, b: (unknown) }");
    assert_eq!(unit.shown_of("pair", &Stored::Bytes(vec![Some(7)]), &[]), "{ a: (unknown), b: (unknown) }");
    let memory = [1; 40];
    assert_eq!(["odd", "fixed", "opaque"].map(|label| unit.shown(label, &memory)), ["(unknown)"; 3]);
    assert_eq!(unit.shown("wide", &memory), format!("0x{}", "01".repeat(32)));
}

#[test]
fn types_that_are_made_of_themselves_end() {
    let named = |label| vec![(dw::DW_AT_name, Value::Text(label)), (dw::DW_AT_type, Value::To(label))];
    let cell = structure("UnsafeCell", 4, vec![member("value", "UnsafeCell", 0, Vec::new())]);
    let inner = die(dw::DW_TAG_namespace, "", vec![(dw::DW_AT_name, Value::Text("cell"))], vec![cell]);
    let core = die(dw::DW_TAG_namespace, "", vec![(dw::DW_AT_name, Value::Text("core"))], vec![inner]);
    let many = (0..10).map(|_| member("m", "many", 0, Vec::new())).collect();
    let tagged = die(
        dw::DW_TAG_variant_part,
        "",
        vec![(dw::DW_AT_discr, Value::To("own tag"))],
        vec![die(dw::DW_TAG_member, "own tag", vec![(dw::DW_AT_type, Value::To("tagged"))], Vec::new())],
    );
    let element = vec![(dw::DW_AT_type, Value::To("array"))];
    let count = vec![(dw::DW_AT_count, Value::Number(3))];
    let size = vec![(dw::DW_AT_bit_size, Value::Number(3)), (dw::DW_AT_bit_offset, Value::Number(3))];
    let unit = Unit::of(
        dw::DW_LANG_Rust,
        vec![
            core,
            die(dw::DW_TAG_enumeration_type, "enum", named("enum"), Vec::new()),
            die(dw::DW_TAG_typedef, "alias", named("alias"), Vec::new()),
            structure("many", 4, many),
            structure("tagged", 4, vec![tagged]),
            die(dw::DW_TAG_array_type, "array", element, vec![die(dw::DW_TAG_subrange_type, "", count, Vec::new())]),
            die(dw::DW_TAG_structure_type, "bits", Vec::new(), vec![member("b", "bits", 0, size)]),
            die(dw::DW_TAG_reference_type, "reference", named("reference"), Vec::new()),
        ],
    );
    for label in ["UnsafeCell", "enum", "alias", "many", "tagged", "array", "bits", "reference"] {
        let shown = unit.shown(label, &[0; 64]);
        assert!(shown.len() < 2_000, "{label}: {shown}");
    }
    assert_eq!(["UnsafeCell", "enum", "alias"].map(|label| unit.shown(label, &[0; 64])), ["(unknown)"; 3]);
}

#[test]
fn a_length_that_is_computed_in_no_call_is_not_known() {
    let of = vec![(dw::DW_AT_type, Value::To("int"))];
    let count = vec![(dw::DW_AT_upper_bound, Value::Expression(vec![dw::DW_OP_lit0.0 + 2]))];
    let unit = Unit::of(
        dw::DW_LANG_C11,
        vec![
            number("int", dw::DW_ATE_signed, 4),
            die(dw::DW_TAG_array_type, "array", of, vec![die(dw::DW_TAG_subrange_type, "", count, Vec::new())]),
        ],
    );
    assert_eq!(unit.shown("array", &[0; 64]), "(of unknown length)");
}
