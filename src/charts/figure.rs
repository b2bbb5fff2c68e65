//! The data of each picture, with every word already in it. Holds no finding and no language: `report::figures` fills it.

/// One picture.
#[derive(Debug, Clone, PartialEq)]
pub enum Figure {
    /// The levels of the ladder as bars, lowest at the bottom, coloured by stage.
    Ladder(Ladder),
    /// Estimates with intervals, one row per term.
    Forest(Forest),
    /// Monthly lines with bands, one per group.
    Lines(Lines),
    /// Kaplan-Meier steps with numbers at risk.
    Survival(Survival),
    /// Shares of R2 as bars with intervals.
    Importance(Importance),
    /// Points with an interval in both directions, and four corners.
    Quadrant(Quadrant),
    /// Estimates without one cluster each, beside the one with all.
    LeftOut(LeftOut),
    /// The steps of a ladder: how many agree with each.
    Steps(Steps),
    /// Shares over a number, in one panel or several.
    Curves(Curves),
    /// The levels of two groups back to back.
    Pyramid(Pyramid),
    /// Shares of the stages in each group, one bar a group.
    Stacked(Stacked),
    /// Shares from every stage to every stage.
    Heat(Heat),
    /// Streams from stages before to stages after.
    Streams(Streams),
    /// Standardised differences before the start.
    Love(Love),
    /// Rows by columns, the darker the more.
    Tints(Tints),
}

impl Figure {
    /// The words around the picture.
    pub fn caption_mut(&mut self) -> &mut Caption {
        match self {
            Figure::Ladder(f) => &mut f.caption,
            Figure::Forest(f) => &mut f.caption,
            Figure::Lines(f) => &mut f.caption,
            Figure::Survival(f) => &mut f.caption,
            Figure::Importance(f) => &mut f.caption,
            Figure::Quadrant(f) => &mut f.caption,
            Figure::LeftOut(f) => &mut f.caption,
            Figure::Steps(f) => &mut f.caption,
            Figure::Curves(f) => &mut f.caption,
            Figure::Pyramid(f) => &mut f.caption,
            Figure::Stacked(f) => &mut f.caption,
            Figure::Heat(f) => &mut f.caption,
            Figure::Streams(f) => &mut f.caption,
            Figure::Love(f) => &mut f.caption,
            Figure::Tints(f) => &mut f.caption,
        }
    }
}

/// Words every picture has.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Caption {
    /// First line, large.
    pub title: String,
    /// Second line: what is shown, n, interval. May be long: it wraps.
    pub subtitle: String,
    /// Under the picture: rule of the marks, what is hidden. May be long: it wraps.
    pub note: String,
}

/// A bar of the ladder chart.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LadderBar {
    /// The level's number, as text.
    pub level: String,
    /// The statement people agreed to.
    pub statement: String,
    /// 0-based stage, for the colour.
    pub stage: usize,
    /// The stage's name (drawn once per stage).
    pub stage_name: String,
    /// Share 0-1; `None` when hidden (drawn hatched).
    pub share: Option<f64>,
    /// Interval of the share.
    pub low: Option<f64>,
    /// Interval of the share.
    pub high: Option<f64>,
    /// What is written at the end of the bar: "12.3 % (62)", "0", "hidden".
    pub label: String,
}

/// The ladder: bars in the order given, first at the bottom, never re-sorted, zero counts kept.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Ladder {
    /// Title, subtitle, note.
    pub caption: Caption,
    /// Label of the share axis.
    pub axis: String,
    /// All levels, lowest first.
    pub bars: Vec<LadderBar>,
    /// Number of stages of the ladder.
    pub stages: usize,
}

/// A row of the forest plot.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ForestRow {
    /// The term's name.
    pub label: String,
    /// Point; `None` draws the text only.
    pub estimate: Option<f64>,
    /// Interval.
    pub low: Option<f64>,
    /// Interval.
    pub high: Option<f64>,
    /// The strength mark: "++++", "", "withheld" already in words.
    pub mark: String,
    /// Numbers in words: "0.21 [0.15, 0.27]".
    pub text: String,
    /// Drawn strong (mark present) or pale.
    pub strong: bool,
}

/// Estimates with intervals.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Forest {
    /// Title, subtitle, note.
    pub caption: Caption,
    /// Label of the axis.
    pub axis: String,
    /// Heading over the mark column.
    pub mark_heading: String,
    /// Heading over the numbers column.
    pub text_heading: String,
    /// Rows, first on top.
    pub rows: Vec<ForestRow>,
    /// Position of the reference line (0 for betas).
    pub reference: f64,
    /// Positive band limits, drawn as faint lines.
    pub bands: Vec<f64>,
    /// On which sides of the reference the bands lie.
    pub sides: Sides,
}

/// On which sides of the reference line a band has a limit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Sides {
    /// Below and above.
    #[default]
    Both,
    /// Above only.
    Above,
}

/// A point of a line.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Point {
    /// Value.
    pub y: f64,
    /// Band.
    pub low: Option<f64>,
    /// Band.
    pub high: Option<f64>,
}

/// One group's line.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Series {
    /// Its name.
    pub label: String,
    /// 0 = treatment colour, 1 = control colour, 2.. = further colours.
    pub role: usize,
    /// One entry per x position; `None` = no value (the line breaks).
    pub points: Vec<Option<Point>>,
}

/// Monthly lines with bands.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Lines {
    /// Title, subtitle, note.
    pub caption: Caption,
    /// Label of the value axis.
    pub y_label: String,
    /// x labels ("2024-01"), as many as fit are drawn.
    pub x_labels: Vec<String>,
    /// A horizontal reference (100) with its label.
    pub reference: Option<(f64, String)>,
    /// A vertical marker before this x position (the start), with its label.
    pub marker: Option<(usize, String)>,
    /// The groups.
    pub series: Vec<Series>,
    /// Text drawn instead of an empty plot when no series has a point.
    pub empty: String,
}

/// A step of a survival curve: survival from `time` on.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Step {
    /// Time.
    pub time: f64,
    /// Share still there.
    pub survival: f64,
    /// Band.
    pub low: Option<f64>,
    /// Band.
    pub high: Option<f64>,
}

/// One group's curve.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Curve {
    /// Its name.
    pub label: String,
    /// 0 = treatment colour, 1 = control colour.
    pub role: usize,
    /// Steps by time; the curve starts at (0, 1).
    pub steps: Vec<Step>,
    /// People at risk at each of `Survival::risk_times`.
    pub at_risk: Vec<Option<u64>>,
}

/// Kaplan-Meier with numbers at risk below the axis.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Survival {
    /// Title, subtitle, note.
    pub caption: Caption,
    /// Label of the time axis.
    pub x_label: String,
    /// Label of the share axis.
    pub y_label: String,
    /// Heading of the numbers at risk.
    pub risk_label: String,
    /// Times at which numbers at risk are printed.
    pub risk_times: Vec<f64>,
    /// The groups.
    pub curves: Vec<Curve>,
}

/// A bar of the picture of importance.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ShareRow {
    /// The term's name.
    pub label: String,
    /// Share 0-1; `None` draws the text only.
    pub share: Option<f64>,
    /// Interval of the share.
    pub low: Option<f64>,
    /// Interval of the share.
    pub high: Option<f64>,
    /// The share by a second method, drawn as a dot under the bar.
    pub second: Option<f64>,
    /// Numbers in words: "12.3% [8.1%, 16.9%]".
    pub text: String,
}

/// Shares of R2.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Importance {
    /// Title, subtitle, note.
    pub caption: Caption,
    /// Label of the share axis.
    pub axis: String,
    /// Heading over the numbers column.
    pub text_heading: String,
    /// What a bar is.
    pub bar_label: String,
    /// What a dot is; drawn only where some row has one.
    pub dot_label: String,
    /// Rows, first on top.
    pub rows: Vec<ShareRow>,
}

/// A point with an interval in both directions.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Placed {
    /// Its name.
    pub label: String,
    /// Where it stands; `None` is not drawn.
    pub x: Option<f64>,
    /// Interval.
    pub x_low: Option<f64>,
    /// Interval.
    pub x_high: Option<f64>,
    /// Where it stands; `None` is not drawn.
    pub y: Option<f64>,
    /// Interval.
    pub y_low: Option<f64>,
    /// Interval.
    pub y_high: Option<f64>,
    /// Its place can be told: drawn strong; else pale.
    pub strong: bool,
}

/// Points among four corners.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Quadrant {
    /// Title, subtitle, note.
    pub caption: Caption,
    /// Label of the axis from left to right.
    pub x_label: String,
    /// Label of the axis from below to above.
    pub y_label: String,
    /// Border between left and right, with its words.
    pub x_border: Option<(f64, String)>,
    /// Border between below and above, with its words.
    pub y_border: Option<(f64, String)>,
    /// Words of the corners: above left, above right, below left, below right.
    pub corners: [String; 4],
    /// The points.
    pub points: Vec<Placed>,
}

/// A term with its estimates without one cluster each.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LeftOutRow {
    /// The term's name.
    pub label: String,
    /// With all clusters.
    pub estimate: Option<f64>,
    /// Interval with all clusters.
    pub low: Option<f64>,
    /// Interval with all clusters.
    pub high: Option<f64>,
    /// Without one cluster each, in any order.
    pub without: Vec<f64>,
    /// Numbers in words: "0.21; 0.18 to 0.24".
    pub text: String,
    /// No estimate has the other sign: drawn strong; else pale.
    pub strong: bool,
}

/// How rows are laid on the paper.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Scales {
    /// One axis for all rows.
    #[default]
    Shared,
    /// A scale for each row, because their units differ; 0 stands in the same place in all.
    Own,
}

/// Estimates without one cluster each.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LeftOut {
    /// Title, subtitle, note.
    pub caption: Caption,
    /// Label of the axis.
    pub axis: String,
    /// Heading over the numbers column.
    pub text_heading: String,
    /// What the dot with its line is.
    pub dot_label: String,
    /// What a small stroke is.
    pub stroke_label: String,
    /// One axis, or one for each row.
    pub scales: Scales,
    /// Rows, first on top.
    pub rows: Vec<LeftOutRow>,
}

/// A step of a ladder.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StepRow {
    /// The item.
    pub label: String,
    /// Share that agrees, or mean answer; `None` draws the text only.
    pub value: Option<f64>,
    /// Interval.
    pub low: Option<f64>,
    /// Interval.
    pub high: Option<f64>,
    /// More agree than with the step before, significantly: drawn in the second colour.
    pub rises: bool,
    /// Numbers in words.
    pub text: String,
}

/// The steps of a ladder in the order declared, lowest on top.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Steps {
    /// Title, subtitle, note.
    pub caption: Caption,
    /// Label of the axis.
    pub axis: String,
    /// Heading over the numbers column.
    pub text_heading: String,
    /// What a dot is.
    pub fine_label: String,
    /// What a dot in the second colour is; drawn only where some row has one.
    pub rises_label: String,
    /// Right end of the axis; the left end is 0.
    pub highest: f64,
    /// Whether the axis is per cent.
    pub percent: bool,
    /// Rows, lowest step first.
    pub rows: Vec<StepRow>,
}

/// A line over a number.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Trace {
    /// Its name; empty for none.
    pub label: String,
    /// 0 = treatment colour, 1 = control colour, 2.. = further colours.
    pub role: usize,
    /// Holds its value until the next point, else a straight line.
    pub stepwise: bool,
    /// Where it goes: x, and the share with its band.
    pub points: Vec<(f64, Point)>,
}

/// One of several pictures with the same axes.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Panel {
    /// What it shows; empty for a single one.
    pub title: String,
    /// Its lines.
    pub traces: Vec<Trace>,
}

/// Shares over a number.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Curves {
    /// Title, subtitle, note.
    pub caption: Caption,
    /// Label of the axis from left to right.
    pub x_label: String,
    /// Label of the axis of shares.
    pub y_label: String,
    /// The axis of shares goes from 0 to 100 %, else as high as it must.
    pub whole: bool,
    /// A share to be reached, with its words.
    pub reference: Option<(f64, String)>,
    /// A place on the other axis, with its words.
    pub marker: Option<(f64, String)>,
    /// The pictures.
    pub panels: Vec<Panel>,
}

/// One level of two groups.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PyramidRow {
    /// The level's number, as text.
    pub level: String,
    /// 0-based stage, for the colour.
    pub stage: usize,
    /// The stage's name (drawn once per stage).
    pub stage_name: String,
    /// Share of the left and of the right group; `None` when hidden (drawn hatched).
    pub shares: [Option<f64>; 2],
    /// What is written at the end of the bars.
    pub labels: [String; 2],
}

/// Two groups back to back: lowest level at the bottom, never re-sorted.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Pyramid {
    /// Title, subtitle, note.
    pub caption: Caption,
    /// Names of the left and of the right group.
    pub groups: [String; 2],
    /// All levels, lowest first.
    pub rows: Vec<PyramidRow>,
    /// Number of stages of the ladder.
    pub stages: usize,
}

/// One group's shares.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StackedRow {
    /// The group.
    pub label: String,
    /// What stands behind the bar: "n = 62".
    pub text: String,
    /// Share of each stage, lowest first, and what is written in it; `None` when hidden: all hidden ones are drawn together,
    /// hatched.
    pub parts: Vec<Option<(f64, String)>>,
}

/// Shares of the stages by group.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Stacked {
    /// Title, subtitle, note.
    pub caption: Caption,
    /// Names of the stages, lowest first.
    pub stages: Vec<String>,
    /// The word for the hatched part.
    pub hidden: String,
    /// Groups, first on top; `None` a heading over those that follow.
    pub rows: Vec<Result<StackedRow, String>>,
}

/// One cell of the heat map.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct HeatCell {
    /// Row, from the lowest stage.
    pub from: usize,
    /// Column, from the lowest stage.
    pub to: usize,
    /// Share of the row; `None` when hidden.
    pub share: Option<f64>,
    /// What is written in it.
    pub text: String,
}

/// Shares from every stage to every stage.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Heat {
    /// Title, subtitle, note.
    pub caption: Caption,
    /// Names of the stages, lowest first.
    pub stages: Vec<String>,
    /// Over the rows and over the columns.
    pub axes: [String; 2],
    /// Cells that are not empty.
    pub cells: Vec<HeatCell>,
}

/// A stream from a stage to a stage.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Stream {
    /// Stage before.
    pub from: usize,
    /// Stage after.
    pub to: usize,
    /// Its width, in people.
    pub people: f64,
}

/// Streams from stages before to stages after.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Streams {
    /// Title, subtitle, note.
    pub caption: Caption,
    /// Names of the stages, lowest first.
    pub stages: Vec<String>,
    /// Over the left and over the right side.
    pub sides: [String; 2],
    /// The streams shown.
    pub streams: Vec<Stream>,
}

/// One covariate's difference.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LoveRow {
    /// The covariate, or a category of it.
    pub label: String,
    /// Difference of people; infinite where the groups share no value.
    pub people: Option<f64>,
    /// Difference of the means of units.
    pub units: Option<f64>,
    /// Numbers in words.
    pub text: String,
}

/// Standardised differences.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Love {
    /// Title, subtitle, note.
    pub caption: Caption,
    /// Label of the axis.
    pub axis: String,
    /// Heading over the numbers column.
    pub text_heading: String,
    /// What a dot is.
    pub people_label: String,
    /// What a ring is.
    pub units_label: String,
    /// Size under which a difference is small, dashed on both sides.
    pub border: f64,
    /// Rows, first on top.
    pub rows: Vec<LoveRow>,
}

/// A cell of a table of tinted cells.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TintCell {
    /// How dark; `None` = there is no such cell: drawn empty.
    pub value: Option<f64>,
    /// Written in the cell where it fits.
    pub label: String,
    /// Hidden: drawn hatched.
    pub hidden: bool,
}

/// A row of a table of tinted cells.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TintRow {
    /// Its name.
    pub label: String,
    /// One cell a column.
    pub cells: Vec<TintCell>,
}

/// A table of tinted cells.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tints {
    /// Title, subtitle, note.
    pub caption: Caption,
    /// What the tint means.
    pub scale_label: String,
    /// The palest and the darkest end in words.
    pub ends: [String; 2],
    /// The palest tint is 0, not the smallest value.
    pub from_zero: bool,
    /// Names of the columns, from left to right.
    pub columns: Vec<String>,
    /// Rows, first on top.
    pub rows: Vec<TintRow>,
}
