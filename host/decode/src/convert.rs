//! Pictures as analyzers ask for them: scaled down, upright, in their layout. Integers all the way: the same bytes everywhere.

use std::sync::Arc;

use rushes_model::media::PixelFormat;

use crate::video::{Picture, Plane};

mod area;
mod rgb;
mod size;
mod turn;

use area::Area;
pub use size::shown_size;

/// Makes one kind of output of a track's pictures.
pub struct Converter {
    pixels: PixelFormat,
    max_side: Option<u32>,
    rotation: u16,
    scalers: Vec<Area>,
    scaled: Vec<u8>,
    laid_out: Vec<u8>,
}

/// A picture as it was asked for, rows from the top without padding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Converted {
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// 0..255, else luma is 16..235 as coded.
    pub full_range: bool,
    /// The bytes.
    pub data: Arc<[u8]>,
}

impl Converter {
    /// `rotation` is the clockwise turn in degrees that makes the track upright.
    pub fn new(pixels: PixelFormat, max_side: Option<u32>, rotation: u16) -> Self {
        Self { pixels, max_side, rotation, scalers: Vec::new(), scaled: Vec::new(), laid_out: Vec::new() }
    }

    /// Scales first and turns then: fewer pixels to turn.
    pub fn convert(&mut self, picture: &Picture) -> Converted {
        let (width, height) = self.size_of(picture);
        self.laid_out.clear();
        self.put(&picture.planes[0], width, height);
        let (shown_width, shown_height) = if self.turns_sides() { (height, width) } else { (width, height) };
        if self.pixels != PixelFormat::Gray8 {
            for chroma in &picture.planes[1..] {
                self.put(chroma, width.div_ceil(2), height.div_ceil(2));
            }
        }
        let data = match self.pixels {
            PixelFormat::Gray8 | PixelFormat::Yuv420p => Arc::from(self.laid_out.as_slice()),
            PixelFormat::Rgb8 => {
                let colours = rgb::Matrix::of(picture.colour, picture.height);
                colours.convert(&self.laid_out, shown_width, shown_height)
            }
        };
        Converted {
            width: shown_width as u32,
            height: shown_height as u32,
            full_range: picture.colour.full_range || self.pixels == PixelFormat::Rgb8,
            data,
        }
    }

    /// Before turning.
    fn size_of(&self, picture: &Picture) -> (usize, usize) {
        let (width, height) = (picture.width as u32, picture.height as u32);
        let (width, height) = shown_size(width, height, picture.pixel_aspect, 0, self.max_side);
        (width as usize, height as usize)
    }

    fn turns_sides(&self) -> bool {
        matches!(self.rotation, 90 | 270)
    }

    /// Appends a plane, scaled and turned.
    fn put(&mut self, plane: &Plane, width: usize, height: usize) {
        if self.rotation == 0 {
            scaler(&mut self.scalers, plane, width, height).scale(plane, &mut self.laid_out);
            return;
        }
        self.scaled.clear();
        scaler(&mut self.scalers, plane, width, height).scale(plane, &mut self.scaled);
        turn::turn(&self.scaled, width, self.rotation, &mut self.laid_out);
    }
}

/// The scaler for these sizes, made when they come for the first time.
fn scaler<'a>(scalers: &'a mut Vec<Area>, plane: &Plane, width: usize, height: usize) -> &'a mut Area {
    let fits = |area: &Area| area.fits(plane, width, height);
    let index = scalers.iter().position(fits).unwrap_or_else(|| {
        // Luma and chroma; more only while a stream changes its size.
        scalers.truncate(3);
        scalers.insert(0, Area::new((plane.width, plane.height), (width, height)));
        0
    });
    &mut scalers[index]
}

#[cfg(test)]
mod tests;
