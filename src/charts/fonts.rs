//! The one font of every picture: where it comes from, and how wide a text is in it. Deliberately looks at no font of
//! the machine, so that a picture is the same everywhere.

use std::io::Read;
use std::sync::{Arc, OnceLock};

use plotters::style::{FontDesc, FontFamily, FontStyle, register_font};
use resvg::usvg::fontdb;

use crate::Error;

/// The family name in the font's own name table, used in every SVG text and to be used in `@font-face`.
pub const FAMILY: &str = "Noto Sans CJK JP";

static PACKED: &[u8] = include_bytes!("fonts/NotoSansJP-cp932-Regular.otf.gz");
static WEB: &[u8] = include_bytes!("fonts/NotoSansJP-cp932-Regular.woff2");

/// What plotters calls a size is the line height of ascent and descent; with this size one em is 1000 units.
const MEASURING_SIZE: f64 = 1448.0;

/// The font as woff2, for an `@font-face` of the name [`FAMILY`] in an HTML page.
pub fn font_woff2() -> &'static [u8] {
    WEB
}

/// Unpacks and registers the font, once per process.
pub(super) fn ready() -> crate::Result<()> {
    outlines().map(|_| ())
}

fn outlines() -> crate::Result<&'static [u8]> {
    static FONT: OnceLock<Option<&'static [u8]>> = OnceLock::new();
    FONT.get_or_init(unpack).ok_or_else(|| Error::bug("chart_font"))
}

// plotters wants the bytes for the whole life of the process: they are leaked, once.
fn unpack() -> Option<&'static [u8]> {
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(PACKED).read_to_end(&mut bytes).ok()?;
    let bytes: &'static [u8] = Box::leak(bytes.into_boxed_slice());
    register_font(FAMILY, FontStyle::Normal, bytes).ok()?;
    Some(bytes)
}

/// The font for resvg, alone in its database.
pub(super) fn database() -> crate::Result<Arc<fontdb::Database>> {
    static DATABASE: OnceLock<Arc<fontdb::Database>> = OnceLock::new();
    let font = outlines()?;
    let shared = DATABASE.get_or_init(|| {
        let mut database = fontdb::Database::new();
        database.load_font_source(fontdb::Source::Binary(Arc::new(font)));
        for set in [
            fontdb::Database::set_serif_family,
            fontdb::Database::set_sans_serif_family,
            fontdb::Database::set_monospace_family,
        ] {
            set(&mut database, FAMILY.to_owned());
        }
        Arc::new(database)
    });
    Ok(Arc::clone(shared))
}

/// Width in pixels of `text` at `size` pixels per em.
pub(super) fn width(text: &str, size: f64) -> f64 {
    if text.is_empty() || ready().is_err() {
        return 0.0;
    }
    let desc = FontDesc::new(FontFamily::Name(FAMILY), MEASURING_SIZE, FontStyle::Normal);
    match desc.box_size(text) {
        Ok((units, _)) => f64::from(units) / 1000.0 * size,
        // The font is registered by now; one em per character is never too narrow.
        Err(_) => text.chars().count() as f64 * size,
    }
}
