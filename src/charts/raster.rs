//! SVG to PNG with the embedded font only. Deliberately draws nothing itself.

use resvg::{tiny_skia, usvg};

use super::fonts;
use crate::Error;

/// No side of a picture may be longer, in pixels: a slip in `scale` must not eat the memory.
const LONGEST_SIDE: f32 = 20_000.0;

/// Turns an SVG of [`super::svg`] into PNG bytes; `scale` 1 gives 960 pixels of width, 2 twice as many.
///
/// # Errors
/// `chart_svg` when the text is not an SVG, `chart_scale` when the scale is not positive or the picture would have a
/// side of no pixel or of more than 20,000, `chart_font` when the embedded font cannot be read.
pub fn png(svg: &str, scale: f32) -> crate::Result<Vec<u8>> {
    let options =
        usvg::Options { fontdb: fonts::database()?, font_family: fonts::FAMILY.to_owned(), ..usvg::Options::default() };
    let tree = usvg::Tree::from_str(svg, &options).map_err(|e| Error::bug("chart_svg").because(e))?;
    let (width, height) = (side(tree.size().width(), scale)?, side(tree.size().height(), scale)?);
    let mut picture = tiny_skia::Pixmap::new(width, height).ok_or_else(|| Error::bug("chart_scale"))?;
    resvg::render(&tree, tiny_skia::Transform::from_scale(scale, scale), &mut picture.as_mut());
    picture.encode_png().map_err(|e| Error::bug("chart_draw").because(e))
}

fn side(length: f32, scale: f32) -> crate::Result<u32> {
    let pixels = (length * scale).round();
    // Written so that a scale that is not a number is refused too.
    if scale > 0.0 && (1.0..=LONGEST_SIDE).contains(&pixels) { Ok(pixels as u32) } else { Err(Error::bug("chart_scale")) }
}
