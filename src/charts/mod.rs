//! Pictures: a `Figure` (data with its words already in it) becomes SVG or PNG. Knows no finding, no language, and computes nothing beyond scaling.

mod axis;
mod curves;
pub mod figure;
mod fonts;
mod forest;
mod frame;
mod heat;
mod importance;
mod ladder;
mod layout;
mod left_out;
mod lines;
mod love;
mod pyramid;
mod quadrant;
mod raster;
mod rows;
mod sheet;
mod stacked;
mod steps;
mod streams;
mod survival;
mod theme;
mod tints;

pub use figure::Figure;
pub use fonts::{FAMILY, font_woff2};
pub use raster::png;

/// Draws a figure as a self-contained SVG text: `width`, `height` and `viewBox` in pixels and quarter pixels, 960 px
/// wide, as high as its words need, `role="img"` with title and description. Text is text in the family [`FAMILY`].
/// The same figure gives the same bytes.
///
/// # Errors
/// Only a fault of the program itself: the embedded font cannot be read (`chart_font`) or drawing failed
/// (`chart_draw`). Data never fail: what is not a number is not drawn.
pub fn svg(figure: &Figure) -> crate::Result<String> {
    fonts::ready()?;
    let sheet = match figure {
        Figure::Ladder(ladder) => ladder::sheet(ladder),
        Figure::Forest(forest) => forest::sheet(forest),
        Figure::Lines(lines) => lines::sheet(lines),
        Figure::Survival(survival) => survival::sheet(survival),
        Figure::Importance(importance) => importance::sheet(importance),
        Figure::Quadrant(quadrant) => quadrant::sheet(quadrant),
        Figure::LeftOut(left_out) => left_out::sheet(left_out),
        Figure::Steps(steps) => steps::sheet(steps),
        Figure::Curves(curves) => curves::sheet(curves),
        Figure::Pyramid(pyramid) => pyramid::sheet(pyramid),
        Figure::Stacked(stacked) => stacked::sheet(stacked),
        Figure::Heat(heat) => heat::sheet(heat),
        Figure::Streams(streams) => streams::sheet(streams),
        Figure::Love(love) => love::sheet(love),
        Figure::Tints(tints) => tints::sheet(tints),
    };
    sheet.svg()
}
