//! Words by which people say yes or no to a statement. Knows no scale: numbers are for those who know the question.

const YES: [&str; 21] = [
    "yes",
    "y",
    "true",
    "agree",
    "agreed",
    "はい",
    "そう思う",
    "ややそう思う",
    "強くそう思う",
    "とてもそう思う",
    "あてはまる",
    "ややあてはまる",
    "とてもあてはまる",
    "当てはまる",
    "該当",
    "該当する",
    "○",
    "〇",
    "◯",
    "◎",
    "有",
];

const NO: [&str; 20] = [
    "no",
    "n",
    "false",
    "disagree",
    "disagreed",
    "いいえ",
    "そう思わない",
    "あまりそう思わない",
    "全くそう思わない",
    "まったくそう思わない",
    "あてはまらない",
    "あまりあてはまらない",
    "全くあてはまらない",
    "まったくあてはまらない",
    "当てはまらない",
    "該当しない",
    "非該当",
    "×",
    "✕",
    "無",
];

/// Whether a word agrees; `None` for a word that says neither.
pub fn agrees(word: &str) -> Option<bool> {
    let word = word.trim().to_lowercase();
    let is = |words: &[&str]| words.contains(&word.as_str());
    if is(&YES) { Some(true) } else { is(&NO).then_some(false) }
}
