//! Numbers, characters and texts.

use gimli::constants as dw;

use super::{FormatError, Formatter, LONGEST_TEXT, Result, Stored};
use crate::dwarf::entries::{EntryRef, Language};
use crate::dwarf::floats::{BRAIN, EXTENDED, HALF, QUAD, decimal};

/// How many bytes a number has at most that is shown, in hexadecimal where it is more than 16.
const WIDEST: u64 = 64;

impl Formatter<'_, '_> {
    pub(super) fn base(
        &mut self,
        name: &str,
        encoding: Option<dw::DwAte>,
        size: u64,
        stored: &Stored,
        ty: EntryRef,
    ) -> Result<()> {
        if size == 0 {
            self.text.push_str(if name.is_empty() { "()" } else { name });
            return Ok(());
        }
        let encoding = encoding.ok_or(FormatError::Otherwise)?;
        if size > 16 && !matches!(encoding, dw::DW_ATE_complex_float) {
            return self.very_wide(encoding, size, stored);
        }
        let is_signed = matches!(encoding, dw::DW_ATE_signed | dw::DW_ATE_signed_char);
        match encoding {
            dw::DW_ATE_float => {
                let bits = self.wide(stored, size)?;
                let shown = float(name, bits, size).ok_or(FormatError::Otherwise)?;
                self.text.push_str(&shown);
            }
            dw::DW_ATE_imaginary_float => {
                let shown = float(name, self.wide(stored, size)?, size).ok_or(FormatError::Otherwise)?;
                self.write(format_args!("{shown}i"));
            }
            dw::DW_ATE_complex_float => {
                let half = size / 2;
                let part = |at| float(name, self.wide(&stored.at(at), half)?, half).ok_or(FormatError::Otherwise);
                let (real, imaginary) = (part(0)?, part(half)?);
                let sign = if imaginary.starts_with('-') { "" } else { "+" };
                self.write(format_args!("{real}{sign}{imaginary}i"));
            }
            dw::DW_ATE_boolean => match self.wide(stored, size)? {
                0 => self.text.push_str("false"),
                1 => self.text.push_str("true"),
                other => self.write(format_args!("{other}")),
            },
            dw::DW_ATE_UTF | dw::DW_ATE_UCS | dw::DW_ATE_ASCII => {
                let bits = self.wide(stored, size)?;
                let letter = u32::try_from(bits).ok().and_then(char::from_u32);
                match letter.filter(|letter| size > 1 || letter.is_ascii()) {
                    Some(letter) => self.write(format_args!("{letter:?}")),
                    None => self.write(format_args!("{bits:#x} (not a character)")),
                }
            }
            dw::DW_ATE_address => {
                let bits = self.wide(stored, size)?;
                self.write(format_args!("{bits:#x}"));
            }
            dw::DW_ATE_signed | dw::DW_ATE_signed_char | dw::DW_ATE_unsigned | dw::DW_ATE_unsigned_char => {
                let bits = self.wide(stored, size)?;
                match is_signed {
                    true => self.write(format_args!("{}", sign_extended(bits, size))),
                    false => self.write(format_args!("{bits}")),
                }
                // C's characters are numbers too.
                let is_letter = matches!(name, "char" | "wchar_t") && self.is_c(ty);
                let letter = u32::try_from(bits).ok().and_then(char::from_u32);
                if let Some(letter) = letter.filter(|letter| is_letter && !(letter.is_control() && size > 1))
                    && (letter.is_ascii() || size > 1)
                {
                    self.write(format_args!(" {letter:?}"));
                }
            }
            // Fixed-point and decimal numbers: no compiler for this machine has them.
            _ => return Err(FormatError::Otherwise),
        }
        Ok(())
    }

    /// An integer that is wider than any of Rust's.
    fn very_wide(&mut self, encoding: dw::DwAte, size: u64, stored: &Stored) -> Result<()> {
        if size > WIDEST || !matches!(encoding, dw::DW_ATE_signed | dw::DW_ATE_unsigned) {
            return Err(FormatError::Otherwise);
        }
        let bytes = self.bytes(stored, size)?;
        self.text.push_str("0x");
        for byte in bytes.iter().rev() {
            self.write(format_args!("{byte:02x}"));
        }
        Ok(())
    }

    fn is_c(&self, ty: EntryRef) -> bool {
        matches!(self.entries.language(ty.unit), Language::C | Language::Cpp)
    }

    pub(super) fn enumeration(
        &mut self,
        names: &[(String, i128)],
        is_signed: bool,
        size: u64,
        stored: &Stored,
    ) -> Result<()> {
        let bits = self.wide(stored, size)?;
        let value = sign_extended(bits, size);
        self.entries.spend(names.len() as u64 / 16)?;
        // A value is noted in as many bits as the compiler liked.
        match names.iter().find(|(_, known)| sign_extended(known.cast_unsigned(), size) == value) {
            Some((name, _)) => self.text.push_str(name),
            None if is_signed => self.write(format_args!("{value}")),
            None => self.write(format_args!("{bits}")),
        }
        Ok(())
    }

    pub(super) fn text_at(&mut self, address: u64, length: u64) -> Result<()> {
        // Where it is empty, the pointer may be to anywhere.
        if length > 0 && !self.state.is_in_memory(address, length) {
            return Err(FormatError::Outside);
        }
        let bytes = match length.min(LONGEST_TEXT) {
            0 => Vec::new(),
            shown => self.state.memory(address, shown).ok_or(FormatError::Outside)?.into_owned(),
        };
        self.text_of(&bytes, length);
        Ok(())
    }

    /// The first bytes of a text, of so many that it has.
    pub(super) fn text_of(&mut self, bytes: &[u8], length: u64) {
        let bytes = &bytes[..bytes.len().min(LONGEST_TEXT as usize)];
        let is_cut = (bytes.len() as u64) < length;
        self.text.push('"');
        let mut rest = bytes;
        while !rest.is_empty() {
            let (valid, bad) = match std::str::from_utf8(rest) {
                Ok(valid) => (valid, 0),
                Err(error) => {
                    let valid = std::str::from_utf8(&rest[..error.valid_up_to()]).unwrap_or_default();
                    // A character is not cut in two.
                    let bad = error.error_len().unwrap_or(if is_cut { 0 } else { rest.len() - valid.len() });
                    (valid, bad)
                }
            };
            let quoted = format!("{valid:?}");
            self.text.push_str(&quoted[1..quoted.len() - 1]);
            for byte in &rest[valid.len()..valid.len() + bad] {
                self.write(format_args!("\\x{byte:02x}"));
            }
            if bad == 0 {
                break;
            }
            rest = &rest[valid.len() + bad..];
        }
        self.text.push('"');
        if is_cut {
            self.write(format_args!("… ({length} bytes)"));
        }
    }
}

/// A floating-point number of any size; `None` where its format is not known.
fn float(name: &str, bits: u128, size: u64) -> Option<String> {
    Some(match size {
        2 if name.contains("bf16") => decimal(bits, BRAIN),
        2 => decimal(bits, HALF),
        4 => format!("{:?}", f32::from_bits(bits as u32)),
        8 => format!("{:?}", f64::from_bits(bits as u64)),
        10 => decimal(bits, EXTENDED),
        16 if name == "f80" => decimal(bits & ((1 << 80) - 1), EXTENDED),
        16 => decimal(bits, QUAD),
        _ => return None,
    })
}

/// The number with a sign that this many bytes are.
pub(super) fn sign_extended(bits: u128, size: u64) -> i128 {
    match size {
        1..=15 => {
            let shift = 128 - 8 * size as u32;
            (bits << shift).cast_signed() >> shift
        }
        _ => bits.cast_signed(),
    }
}
