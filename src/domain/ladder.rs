//! The ladder of the relationship: ordered levels grouped in ordered stages. Holds codes only; the statements, stage
//! names and levers are in `text`.

/// A stage of the ladder: its code, as in the data and the output.
pub type Stage = String;

/// An ordered ladder: level `i` belongs to stage `stage_of[i]`; stages are numbered in rising order without gaps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ladder {
    stages: Vec<Stage>,
    stage_of: Vec<usize>,
}

/// How the level is made from yes or no to each level's item.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Rule {
    /// The highest level such that it and all below are agreed.
    #[default]
    Unbroken,
    /// The highest level agreed, whatever is below.
    Highest,
    /// As many levels up as are agreed.
    Count,
}

impl Rule {
    /// Its name in study files and results.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unbroken => "unbroken",
            Self::Highest => "highest",
            Self::Count => "count",
        }
    }

    /// How many items up a person stands: 0 for none. `None` when an answer that decides is missing.
    pub fn steps(self, agreed: impl DoubleEndedIterator<Item = Option<bool>> + ExactSizeIterator) -> Option<usize> {
        match self {
            Self::Unbroken => {
                let mut steps = 0;
                for answer in agreed {
                    if !answer? {
                        break;
                    }
                    steps += 1;
                }
                Some(steps)
            }
            Self::Highest => {
                let mut left = agreed.len();
                for answer in agreed.rev() {
                    if answer? {
                        return Some(left);
                    }
                    left -= 1;
                }
                Some(0)
            }
            Self::Count => agreed.into_iter().try_fold(0, |steps, answer| Some(steps + usize::from(answer?))),
        }
    }
}

impl Default for Ladder {
    /// 17 levels in 10 stages.
    fn default() -> Self {
        let stages =
            ["wary", "doubtful", "easing", "opening", "credit", "trust", "motivation", "insight", "output", "outcome"];
        Self {
            stages: stages.map(String::from).to_vec(),
            stage_of: vec![0, 0, 1, 2, 3, 3, 3, 4, 4, 4, 5, 5, 5, 6, 7, 8, 9],
        }
    }
}

impl Ladder {
    /// A ladder from the stage of each level, lowest first. `None` with fewer than two levels, or when the levels of a
    /// stage do not stand together.
    pub fn from_stages(stage_of_level: &[Stage]) -> Option<Self> {
        if stage_of_level.len() < 2 {
            return None;
        }
        let mut stages: Vec<Stage> = stage_of_level.to_vec();
        stages.dedup();
        let stage_of = stage_of_level.iter().map(|s| stages.iter().position(|t| t == s)).collect::<Option<Vec<_>>>()?;
        stage_of.is_sorted().then_some(Self { stages, stage_of })
    }

    /// How many levels; answers are `0..levels()`.
    pub fn levels(&self) -> usize {
        self.stage_of.len()
    }

    /// The stage codes, lowest first.
    pub fn stages(&self) -> &[Stage] {
        &self.stages
    }

    /// The stage number (0-based) of a level, if there is such a level.
    pub fn stage_index(&self, level: usize) -> Option<usize> {
        self.stage_of.get(level).copied()
    }

    /// The stage code of a level; empty when there is no such level.
    pub fn stage_code(&self, level: usize) -> &str {
        self.stage_index(level).and_then(|s| self.stages.get(s)).map_or("", String::as_str)
    }

    /// The stage number of a stage code, case-insensitive.
    pub fn stage_by_code(&self, code: &str) -> Option<usize> {
        self.stages.iter().position(|s| s.eq_ignore_ascii_case(code))
    }
}
