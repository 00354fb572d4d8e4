//! A decoded picture: three planes, and how to read them.

/// How samples become colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour {
    /// Luma is 0..255, else 16..235.
    pub full_range: bool,
    /// Matrix coefficients after ITU-T H.273, table 4; 2 = not said.
    pub matrix: u16,
}

/// 8 bit, 4:2:0, cropped. Chroma sides are half of luma's, rounded up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Pixels across.
    pub width: usize,
    /// Pixels down.
    pub height: usize,
    /// Width to height of one pixel.
    pub pixel_aspect: (u32, u32),
    /// How samples become colours.
    pub colour: Colour,
    /// Y, U, V.
    pub planes: [Plane; 3],
}

/// Rows of samples, some of which may be cut off by cropping.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plane {
    /// All samples.
    pub samples: Vec<u8>,
    /// Samples from one row to the next.
    pub stride: usize,
    /// Index of the first visible sample.
    pub first: usize,
    /// Visible samples in a row.
    pub width: usize,
    /// Visible rows.
    pub height: usize,
}

impl Plane {
    /// A plane without any cropping.
    pub fn whole(samples: Vec<u8>, width: usize, height: usize) -> Self {
        Self { samples, stride: width, first: 0, width, height }
    }

    /// A row from the top; empty past the bottom.
    pub fn row(&self, y: usize) -> &[u8] {
        let start = self.first + y * self.stride;
        if y >= self.height {
            return &[];
        }
        self.samples.get(start..start + self.width).unwrap_or_default()
    }

    /// All rows.
    pub fn rows(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.height).map(|y| self.row(y))
    }
}
