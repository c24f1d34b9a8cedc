//! Joins screenshots to an animated PNG.

use std::error::Error;
use std::fs::File;
use std::io::{BufWriter, Cursor};
use std::path::Path;

use png::{BitDepth, BlendOp, ColorType, Decoder, DisposeOp, Encoder};

const CHANNELS: usize = 3;

/// A decoded screenshot: rows of red, green, blue.
struct Picture {
    width: usize,
    height: usize,
    bytes: Vec<u8>,
}

/// A part of a picture.
struct Area {
    left: usize,
    top: usize,
    width: usize,
    height: usize,
}

/// Writes an animation of these PNG files, all of one size, that repeats for ever. Each is shown for its time in
/// milliseconds, and stores only the rectangle in which it differs from the one before.
///
/// # Errors
///
/// If a picture is not a PNG of colors, if the sizes differ, or if the file cannot be written.
pub fn write(path: &Path, frames: &[(Vec<u8>, u16)]) -> Result<(), Box<dyn Error>> {
    let pictures = frames.iter().map(|(png, _)| decode(png)).collect::<Result<Vec<Picture>, _>>()?;
    let first = pictures.first().ok_or("there is no picture")?;
    if pictures.iter().any(|picture| (picture.width, picture.height) != (first.width, first.height)) {
        return Err("the pictures differ in size".into());
    }
    let mut encoder =
        Encoder::new(BufWriter::new(File::create(path)?), u32::try_from(first.width)?, u32::try_from(first.height)?);
    encoder.set_color(ColorType::Rgb);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_compression(png::Compression::High);
    encoder.set_animated(u32::try_from(pictures.len())?, 0)?;
    encoder.set_dispose_op(DisposeOp::None)?;
    encoder.set_blend_op(BlendOp::Source)?;
    let mut writer = encoder.write_header()?;
    for (index, (picture, (_, milliseconds))) in pictures.iter().zip(frames).enumerate() {
        writer.set_frame_delay(*milliseconds, 1_000)?;
        let area = match index {
            0 => Area { left: 0, top: 0, width: picture.width, height: picture.height },
            _ => picture.difference(&pictures[index - 1]),
        };
        if index > 0 {
            writer.reset_frame_position()?;
            writer.set_frame_dimension(u32::try_from(area.width)?, u32::try_from(area.height)?)?;
            writer.set_frame_position(u32::try_from(area.left)?, u32::try_from(area.top)?)?;
        }
        writer.write_image_data(&picture.part(&area))?;
    }
    writer.finish()?;
    Ok(())
}

fn decode(png: &[u8]) -> Result<Picture, Box<dyn Error>> {
    let mut reader = Decoder::new(Cursor::new(png)).read_info()?;
    let mut bytes = vec![0; reader.output_buffer_size().ok_or("the picture is too large")?];
    let info = reader.next_frame(&mut bytes)?;
    let channels = match (info.color_type, info.bit_depth) {
        (ColorType::Rgb, BitDepth::Eight) => 3,
        (ColorType::Rgba, BitDepth::Eight) => 4,
        other => return Err(format!("{other:?} is not a screenshot's format").into()),
    };
    let bytes = bytes[..info.buffer_size()].chunks_exact(channels).flat_map(|pixel| &pixel[..CHANNELS]).copied();
    Ok(Picture { width: info.width as usize, height: info.height as usize, bytes: bytes.collect() })
}

impl Picture {
    /// The smallest rectangle outside of which both are equal; a single pixel if they are equal everywhere.
    fn difference(&self, other: &Self) -> Area {
        let row = self.width * CHANNELS;
        let rows = self.bytes.chunks_exact(row).zip(other.bytes.chunks_exact(row));
        let (mut left, mut right, mut top, mut bottom) = (usize::MAX, 0, usize::MAX, 0);
        for (y, (mine, theirs)) in rows.enumerate() {
            let pixels = mine.as_chunks::<CHANNELS>().0.iter().zip(theirs.as_chunks::<CHANNELS>().0);
            for (x, _) in pixels.enumerate().filter(|(_, (mine, theirs))| mine != theirs) {
                (left, right) = (left.min(x), right.max(x));
                (top, bottom) = (top.min(y), bottom.max(y));
            }
        }
        if left > right {
            return Area { left: 0, top: 0, width: 1, height: 1 };
        }
        Area { left, top, width: right - left + 1, height: bottom - top + 1 }
    }

    fn part(&self, area: &Area) -> Vec<u8> {
        let rows = self.bytes.chunks_exact(self.width * CHANNELS).skip(area.top).take(area.height);
        rows.flat_map(|row| &row[area.left * CHANNELS..(area.left + area.width) * CHANNELS]).copied().collect()
    }
}
