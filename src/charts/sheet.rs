//! A list of things to draw in pixels, and its drawing as SVG by plotters once the height is known. Deliberately knows
//! no chart: it escapes, rounds and writes.

use plotters::prelude::{
    Circle, DrawingArea, IntoDrawingArea, PathElement, Polygon, RGBColor, Rectangle, SVGBackend, ShapeStyle,
};
use plotters::coord::Shift;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, FontDesc, FontFamily, FontStyle, TextStyle};

use super::fonts::FAMILY;
use super::layout::{clean, shorten};
use super::theme;
use crate::Error;

/// plotters draws on whole units: a quarter of a pixel keeps rounding out of sight.
const GRAIN: f64 = 4.0;
/// plotters writes a font size divided by this.
const LINE_OF_EM: f64 = 1.24;
/// plotters hangs a text this many em under the given point.
const HANGING: f64 = 0.76;

/// Which end of a text its x is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    /// x is the left end.
    Start,
    /// x is the middle.
    Middle,
    /// x is the right end.
    End,
}

/// How a line is drawn: colour, opacity, width in pixels.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pen(pub(super) RGBColor, pub(super) f64, pub(super) f64);

/// Size and colour of a text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Type(pub(super) f64, pub(super) RGBColor);

type Spot = (f64, f64);

enum Mark {
    Text { at: Spot, anchor: Anchor, face: Type, text: String },
    Path { points: Vec<Spot>, pen: Pen },
    Area { points: Vec<Spot>, colour: RGBColor, opacity: f64 },
    Rect { from: Spot, to: Spot, colour: RGBColor },
    Disc { at: Spot, radius: f64, colour: RGBColor },
}

/// The things to draw, in drawing order, and what they tell somebody who cannot see them.
pub(super) struct Sheet {
    marks: Vec<Mark>,
    title: String,
    description: Vec<String>,
    /// Height in pixels.
    pub(super) height: f64,
}

impl Sheet {
    /// An empty sheet with its accessible title.
    pub(super) fn new(title: &str) -> Self {
        Self { marks: Vec::new(), title: clean(title), description: Vec::new(), height: 0.0 }
    }

    /// Adds a sentence to the accessible description.
    pub(super) fn describe(&mut self, text: &str) {
        let text = clean(text);
        if !text.is_empty() {
            self.description.push(text);
        }
    }

    /// A line of text whose baseline is at `at.1`; it is shortened at the edge of the paper as a last resort.
    pub(super) fn text(&mut self, at: Spot, anchor: Anchor, face: Type, text: &str) {
        let (left, right) = (at.0 - 4.0, theme::WIDTH - 4.0 - at.0);
        let room = match anchor {
            Anchor::Start => right,
            Anchor::Middle => 2.0 * left.min(right),
            Anchor::End => left,
        };
        let text = shorten(text, face.0, room);
        if !text.is_empty() {
            self.marks.push(Mark::Text { at, anchor, face, text });
        }
    }

    /// Lines of text around a middle height.
    pub(super) fn lines(&mut self, middle: Spot, anchor: Anchor, face: Type, lines: &[String]) {
        let leading = leading(face.0);
        // Half of the capitals' height (0.73 em) under the middle is where a single line stands.
        let first = middle.1 + 0.365 * face.0 - leading * (lines.len().saturating_sub(1)) as f64 / 2.0;
        for (i, line) in lines.iter().enumerate() {
            self.text((middle.0, first + leading * i as f64), anchor, face, line);
        }
    }

    /// A straight line.
    pub(super) fn line(&mut self, from: Spot, to: Spot, pen: Pen) {
        self.marks.push(Mark::Path { points: vec![from, to], pen });
    }

    /// A broken line through points.
    pub(super) fn path(&mut self, points: Vec<Spot>, pen: Pen) {
        if points.len() > 1 {
            self.marks.push(Mark::Path { points, pen });
        }
    }

    /// A dashed horizontal or vertical line.
    pub(super) fn dashes(&mut self, from: Spot, to: Spot, pen: Pen) {
        let length = (to.0 - from.0).hypot(to.1 - from.1);
        let along = |d: f64| (from.0 + (to.0 - from.0) * d / length, from.1 + (to.1 - from.1) * d / length);
        let mut start = 0.0;
        while start < length {
            self.line(along(start), along((start + 5.0).min(length)), pen);
            start += 9.0;
        }
    }

    /// A filled polygon.
    pub(super) fn area(&mut self, points: Vec<Spot>, colour: RGBColor, opacity: f64) {
        if points.len() > 2 {
            self.marks.push(Mark::Area { points, colour, opacity });
        }
    }

    /// A filled rectangle.
    pub(super) fn rect(&mut self, from: Spot, to: Spot, colour: RGBColor) {
        self.marks.push(Mark::Rect { from, to, colour });
    }

    /// A hatched rectangle: something is here and is not shown.
    pub(super) fn hatch(&mut self, from: Spot, to: Spot, pen: Pen) {
        let (width, height) = (to.0 - from.0, to.1 - from.1);
        let mut offset = 6.0;
        while offset < width + height {
            let a = (from.0 + (offset - height).max(0.0), from.1 + offset.min(height));
            let b = (from.0 + offset.min(width), from.1 + (offset - width).max(0.0));
            self.line(a, b, pen);
            offset += 6.0;
        }
        self.path(vec![from, (to.0, from.1), to, (from.0, to.1), from], pen);
    }

    /// A filled circle.
    pub(super) fn disc(&mut self, at: Spot, radius: f64, colour: RGBColor) {
        self.marks.push(Mark::Disc { at, radius, colour });
    }

    /// A ring on paper.
    pub(super) fn ring(&mut self, at: Spot, radius: f64, colour: RGBColor) {
        self.disc(at, radius, colour);
        self.disc(at, radius - 1.5, theme::PAPER);
    }

    /// Draws everything.
    pub(super) fn svg(&self) -> crate::Result<String> {
        let size = (unit(theme::WIDTH) as u32, unit(self.height.max(1.0)) as u32);
        let mut drawn = String::new();
        {
            let area = SVGBackend::with_string(&mut drawn, size).into_drawing_area();
            area.fill(&theme::PAPER).map_err(|_| failed())?;
            for mark in &self.marks {
                draw(&area, mark)?;
            }
            area.present().map_err(|_| failed())?;
        }
        let body = drawn.split_once('\n').map(|(_, body)| body).ok_or_else(failed)?;
        Ok(format!("{}\n{body}", self.opening(size)))
    }

    // Replaces plotters' own first line: sizes in pixels, drawing in quarter pixels, words for those who cannot see.
    fn opening(&self, (width, height): (u32, u32)) -> String {
        let title = escaped(&self.title);
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{}\" height=\"{}\" viewBox=\"0 0 {width} {height}\" \
             role=\"img\" aria-label=\"{title}\" stroke-linejoin=\"round\">\n<title>{title}</title>\n<desc>{}</desc>",
            f64::from(width) / GRAIN,
            f64::from(height) / GRAIN,
            escaped(&self.description.join(" / ")),
        )
    }
}

/// Distance between the baselines of two lines of a size.
pub(super) fn leading(size: f64) -> f64 {
    (size * 1.4).round()
}

fn draw(area: &DrawingArea<SVGBackend<'_>, Shift>, mark: &Mark) -> crate::Result<()> {
    let done = match mark {
        Mark::Text { at, anchor, face, text } => {
            let top = (at.0, at.1 - HANGING * face.0);
            area.draw_text(text, &text_style(*face, *anchor), spot(top))
        }
        Mark::Path { points, pen } => {
            area.draw(&PathElement::new(points.iter().copied().map(spot).collect::<Vec<_>>(), stroke(*pen)))
        }
        Mark::Area { points, colour, opacity } => {
            let points: Vec<_> = points.iter().copied().map(spot).collect();
            area.draw(&Polygon::new(points, colour.mix(*opacity).filled()))
        }
        Mark::Rect { from, to, colour } => area.draw(&Rectangle::new([spot(*from), spot(*to)], colour.filled())),
        Mark::Disc { at, radius, colour } => area.draw(&Circle::new(spot(*at), unit(*radius), colour.filled())),
    };
    done.map_err(|_| failed())
}

fn text_style(Type(size, colour): Type, anchor: Anchor) -> TextStyle<'static> {
    let horizontal = match anchor {
        Anchor::Start => HPos::Left,
        Anchor::Middle => HPos::Center,
        Anchor::End => HPos::Right,
    };
    let font = FontDesc::new(FontFamily::Name(FAMILY), size * GRAIN * LINE_OF_EM, FontStyle::Normal);
    let mut style = TextStyle::from(font).pos(Pos::new(horizontal, VPos::Top));
    style.color = colour.to_backend_color();
    style
}

fn stroke(Pen(colour, opacity, width): Pen) -> ShapeStyle {
    ShapeStyle { color: colour.mix(opacity), filled: false, stroke_width: unit(width).max(1) as u32 }
}

fn spot((x, y): Spot) -> (i32, i32) {
    (unit(x), unit(y))
}

fn unit(pixels: f64) -> i32 {
    (pixels * GRAIN).round() as i32
}

fn failed() -> Error {
    Error::bug("chart_draw")
}

fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}
