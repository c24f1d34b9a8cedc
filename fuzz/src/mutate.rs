//! A mutator: from a seed and inputs that mean something, an input that means almost something.

use super::SplitMix;

/// The longest input that is made, in bytes.
pub const LONGEST: usize = 64 << 10;

/// Pieces that the formats are made of, or that parsers stumble over.
const TOKENS: &[&str] = &[
    "(",
    ")",
    "((((",
    "))))",
    "(;",
    ";)",
    ";;",
    "\"",
    "\\",
    "\\ff",
    "\\u{d800}",
    "\\u{10ffff}",
    "\u{feff}",
    "\r\n",
    "\r",
    "\u{202e}",
    "\u{200b}",
    "$",
    "$x",
    "@",
    "(@custom \"x\" \"\")",
    "(module",
    "(func",
    "(param",
    "(result",
    "i32",
    "i64",
    "f32",
    "f64",
    "v128",
    "funcref",
    "externref",
    "(ref null 0)",
    "local.get 0",
    "i32.const",
    "0x",
    "-0x8000_0000",
    "0xffff_ffff_ffff_ffff",
    "nan:0x1",
    "-inf",
    "1e999",
    "0x1p-1074",
    "(if",
    "(then",
    "(else",
    "end",
    "(block",
    "(loop",
    "br_table",
    "try",
    "catch",
    "delegate",
    "(try_table",
    "call_indirect",
    "memory.grow",
    "(memory 65537)",
    "(data (i32.const 0) \"",
    "(export \"",
    "(import \"wasi_snapshot_preview1\" \"fd_write\"",
    "(start 0)",
    "(rec",
    "(type",
    "(table 4294967295 funcref)",
    "(elem",
    "(component",
    "project=",
    "mem32[",
    "stack[",
    "local.",
    "global[",
    "&&",
    "||",
    "<<",
    ">>",
    "/ 0",
    "% 0",
    "9223372036854775808",
    "\x1b[",
    "\x1b[31m",
    "\x1b]8;;",
    "../",
    "/",
    "//",
    "./",
    "\0",
    "ö",
    "日本",
    "🙂",
    "<script>",
    "{",
    "}",
    "{}",
    "%s",
];

/// Numbers at the ends of ranges.
const EDGES: &[u64] = &[
    0,
    1,
    0x7F,
    0x80,
    0xFF,
    0x100,
    0x7FFF,
    0x8000,
    0xFFFF,
    0x1_0000,
    0x7FFF_FFFF,
    0x8000_0000,
    0xFFFF_FFFF,
    0x1_0000_0000,
    0x7FFF_FFFF_FFFF_FFFF,
    0x8000_0000_0000_0000,
    0xFFFF_FFFF_FFFF_FFFF,
];

/// An input of this seed. The same seed and corpus give the same input.
pub fn input(seed: u64, corpus: &[Vec<u8>]) -> Vec<u8> {
    let mut random = SplitMix(seed);
    let mut input = pick(&mut random, corpus).to_vec();
    // Most faults need one or two changes; many changes leave nothing that is recognised.
    let rounds = [1, 1, 1, 2, 2, 3, 5, 12][below(&mut random, 8)];
    for _ in 0..rounds {
        input = mutated(&mut random, input, corpus);
        input.truncate(LONGEST);
    }
    input
}

fn mutated(random: &mut SplitMix, input: Vec<u8>, corpus: &[Vec<u8>]) -> Vec<u8> {
    // Within a section or a function's body, with the sizes around it put right, a module may stay readable.
    if input.starts_with(b"\0asm\x01\0\0\0")
        && below(random, 4) != 0
        && let Some(changed) = within_section(random, &input, corpus)
    {
        return changed;
    }
    changed(random, input, corpus)
}

/// One change anywhere.
fn changed(random: &mut SplitMix, mut input: Vec<u8>, corpus: &[Vec<u8>]) -> Vec<u8> {
    let at = below(random, input.len() + 1);
    let length = [1, 2, 4, 8, 16, 64, 256, 4096][below(random, 8)];
    let end = (at + 1 + below(random, length)).min(input.len());
    match below(random, 13) {
        0 => {
            if let Some(byte) = input.get_mut(at) {
                *byte ^= 1 << below(random, 8);
            }
        }
        1 => {
            if let Some(byte) = input.get_mut(at) {
                *byte = random.next() as u8;
            }
        }
        2 => input.truncate(at),
        3 => drop(input.drain(at.min(end)..end)),
        // The same again, once or very often: nesting, and what takes time that is not linear.
        4 => {
            let piece = input[at.min(end)..end].to_vec();
            let times = [1, 2, 10, 100, 1000, 10_000][below(random, 6)];
            insert(&mut input, at, &piece.repeat(times.min(LONGEST / piece.len().max(1))));
        }
        5 => {
            let token = TOKENS[below(random, TOKENS.len())];
            let times = [1, 1, 1, 2, 1000][below(random, 5)];
            insert(&mut input, at, token.repeat(times).as_bytes());
        }
        6 => {
            let token = TOKENS[below(random, TOKENS.len())];
            input.splice(at.min(end)..end, token.bytes());
        }
        7 => insert(&mut input, at, &leb128(EDGES[below(random, EDGES.len())])),
        8 => {
            let number = EDGES[below(random, EDGES.len())].to_le_bytes();
            let width = [1, 2, 4, 8][below(random, 4)];
            for (byte, new) in input.iter_mut().skip(at).zip(&number[..width]) {
                *byte = *new;
            }
        }
        // A piece of another.
        9 => {
            let other = pick(random, corpus);
            let from = below(random, other.len() + 1);
            let piece = &other[from..(from + length).min(other.len())];
            insert(&mut input, at, piece);
        }
        10 => {
            let other = pick(random, corpus);
            input.truncate(at);
            input.extend_from_slice(&other[below(random, other.len() + 1)..]);
        }
        // A number that is written.
        11 => {
            if let Some(digit) = input.iter().skip(at).position(u8::is_ascii_digit).map(|offset| at + offset) {
                let digits = input[digit..].iter().take_while(|byte| byte.is_ascii_digit()).count();
                let number = EDGES[below(random, EDGES.len())].to_string();
                input.splice(digit..digit + digits, number.bytes());
            }
        }
        // Two pieces in each other's place.
        _ => {
            let other = below(random, input.len() + 1);
            let (first, second) = (at.min(other), at.max(other));
            input[first..].rotate_left(second - first);
        }
    }
    input
}

/// One change within one section of a module, or within one function's body, and the sizes made to fit.
fn within_section(random: &mut SplitMix, module: &[u8], corpus: &[Vec<u8>]) -> Option<Vec<u8>> {
    const CODE: u8 = 10;
    let mut sections = sections(module)?;
    // Custom sections are many; of what is not custom, code is most.
    let index = below(random, sections.len());
    match below(random, 8) {
        0 => drop(sections.remove(index)),
        1 => sections.insert(below(random, index + 1), sections[index].clone()),
        2 => sections.swap(index, index.saturating_sub(1)),
        _ => {
            let (id, contents) = &mut sections[index];
            *contents = match (*id, bodies(contents)) {
                (CODE, Some(mut bodies)) if !bodies.is_empty() => {
                    let body = below(random, bodies.len());
                    bodies[body] = changed(random, std::mem::take(&mut bodies[body]), corpus);
                    let mut code = leb128(bodies.len() as u64);
                    for body in bodies {
                        code.extend(leb128(body.len() as u64));
                        code.extend(body);
                    }
                    code
                }
                // Names of custom sections stay, or nobody would look into them.
                (0, _) => {
                    let (length, at) = read_leb128(contents)?;
                    let name_end = (at + usize::try_from(length).ok()?).min(contents.len());
                    let data = changed(random, contents.split_off(name_end), corpus);
                    [std::mem::take(contents), data].concat()
                }
                _ => changed(random, std::mem::take(contents), corpus),
            };
        }
    }
    let mut changed = module[..8].to_vec();
    for (id, contents) in sections {
        changed.push(id);
        changed.extend(leb128(contents.len() as u64));
        changed.extend(contents);
    }
    Some(changed)
}

/// The sections of a module; `None` where there are none, or one does not fit.
fn sections(module: &[u8]) -> Option<Vec<(u8, Vec<u8>)>> {
    let mut rest = module.get(8..)?;
    let mut sections = Vec::new();
    while let [id, after @ ..] = rest {
        let (length, at) = read_leb128(after)?;
        let (contents, next) = after.get(at..)?.split_at_checked(usize::try_from(length).ok()?)?;
        sections.push((*id, contents.to_vec()));
        rest = next;
    }
    (!sections.is_empty()).then_some(sections)
}

/// The bodies in a code section.
fn bodies(code: &[u8]) -> Option<Vec<Vec<u8>>> {
    let (count, at) = read_leb128(code)?;
    let mut rest = code.get(at..)?;
    let mut bodies = Vec::new();
    for _ in 0..count {
        let (length, at) = read_leb128(rest)?;
        let (body, next) = rest.get(at..)?.split_at_checked(usize::try_from(length).ok()?)?;
        bodies.push(body.to_vec());
        rest = next;
    }
    rest.is_empty().then_some(bodies)
}

/// A number and how many bytes it takes.
fn read_leb128(bytes: &[u8]) -> Option<(u64, usize)> {
    let mut value = 0;
    for (index, byte) in bytes.iter().enumerate().take(5) {
        value |= u64::from(byte & 0x7F) << (7 * index);
        if byte & 0x80 == 0 {
            return Some((value, index + 1));
        }
    }
    None
}

fn leb128(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let byte = (value & 0x7F) as u8;
        value >>= 7;
        if value == 0 {
            bytes.push(byte);
            return bytes;
        }
        bytes.push(byte | 0x80);
    }
}

fn insert(input: &mut Vec<u8>, at: usize, piece: &[u8]) {
    input.splice(at..at, piece.iter().copied());
}

fn pick<'a>(random: &mut SplitMix, corpus: &'a [Vec<u8>]) -> &'a [u8] {
    if corpus.is_empty() { &[] } else { &corpus[below(random, corpus.len())] }
}

pub fn below(random: &mut SplitMix, end: usize) -> usize {
    (random.next() % end.max(1) as u64) as usize
}

/// What is left of an input that still fails when pieces are taken out of it, within so many attempts.
pub fn shrunk(input: &[u8], attempts: usize, mut fails: impl FnMut(&[u8]) -> bool) -> Vec<u8> {
    let mut input = input.to_vec();
    let mut left = attempts;
    let mut length = input.len() / 2;
    while length > 0 && left > 0 {
        let mut at = 0;
        while at < input.len() && left > 0 {
            let mut shorter = input.clone();
            shorter.drain(at..(at + length).min(input.len()));
            left -= 1;
            if fails(&shorter) {
                input = shorter;
            } else {
                at += length;
            }
        }
        length /= 2;
    }
    input
}
