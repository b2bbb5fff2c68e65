//! Numbers that belong to a person: telephone, My Number, payment card. Looks at one normalised text; decides nothing
//! about a column.

/// What the digits of one text look like.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Numbers {
    /// A Japanese telephone number.
    pub phone: bool,
    /// A number of 12 digits that could be a My Number.
    pub my_number: Candidate,
    /// A number of a card's length with an issuer's prefix.
    pub card: Candidate,
}

/// A number with a check digit: luck passes one in ten, so the writing or the column must confirm it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Candidate {
    /// None of this length.
    #[default]
    None,
    /// The length is right, the check digit is not.
    Fails,
    /// The check digit is right.
    Passes,
    /// The check digit is right and the digits are grouped as people write them.
    Grouped,
}

struct Group {
    start: usize,
    end: usize,
}

/// Looks through a text that is already NFKC with plain hyphens (see `patterns::fold`); `named` = the text or its
/// column speaks of a telephone.
pub fn look(text: &[char], named: bool) -> Numbers {
    let groups = groups(text);
    let mut found = Numbers::default();
    for first in 0..groups.len() {
        if !opens(text, groups[first].start) {
            continue;
        }
        let mut digits: Vec<u8> = Vec::with_capacity(20);
        for last in first..groups.len().min(first + 5) {
            if last > first && !joined(text, &groups[last - 1], &groups[last]) {
                break;
            }
            let group = &groups[last];
            digits.extend(text[group.start..group.end].iter().filter_map(|c| c.to_digit(10)).map(|d| d as u8));
            if closes(text, group.end) {
                let alone = !groups.get(last + 1).is_some_and(|next| joined(text, group, next));
                judge(text, &groups[first..=last], &digits, alone, named, &mut found);
            }
        }
    }
    found
}

fn groups(text: &[char]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for (at, _) in text.iter().enumerate().filter(|(_, c)| c.is_ascii_digit()) {
        match groups.last_mut() {
            Some(group) if group.end == at => group.end = at + 1,
            _ => groups.push(Group { start: at, end: at + 1 }),
        }
    }
    groups
}

fn opens(text: &[char], start: usize) -> bool {
    let before = start.checked_sub(1).and_then(|at| text.get(at));
    !before.is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | ',' | '-' | '/' | ':'))
}

fn closes(text: &[char], end: usize) -> bool {
    let further = text.get(end + 1).is_some_and(char::is_ascii_digit);
    match text.get(end) {
        Some('-' | '.' | ',' | '/' | ':') => !further,
        Some(c) => !(c.is_ascii_alphanumeric() || *c == '_'),
        None => true,
    }
}

fn joined(text: &[char], a: &Group, b: &Group) -> bool {
    let between = &text[a.end..b.start];
    between.len() <= 2 && between.iter().all(|c| matches!(c, '-' | ' ' | '(' | ')'))
}

fn judge(text: &[char], groups: &[Group], digits: &[u8], alone: bool, named: bool, found: &mut Numbers) {
    let lengths: Vec<usize> = groups.iter().map(|g| g.end - g.start).collect();
    let plus = groups.first().and_then(|g| g.start.checked_sub(1)).and_then(|at| text.get(at)) == Some(&'+');
    let ends = (groups.first().map_or(0, |g| g.start), groups.last().map_or(0, |g| g.end));
    let marked = text[ends.0..ends.1].iter().any(|c| matches!(c, '-' | '(' | ')'));
    found.phone |= phone(digits, &lengths, plus, marked, named);
    if alone && (lengths == [12] || lengths == [4, 4, 4]) {
        found.my_number = found.my_number.max(graded(is_my_number(digits), lengths.len() > 1));
    }
    let grouped = lengths == [4, 4, 4, 4] || lengths == [4, 6, 5] || lengths == [4, 6, 4];
    if alone && (lengths.len() == 1 || grouped) && has_issuer(digits) {
        found.card = found.card.max(graded(passes_luhn(digits), grouped));
    }
}

fn graded(passes: bool, grouped: bool) -> Candidate {
    match (passes, grouped) {
        (false, _) => Candidate::Fails,
        (true, false) => Candidate::Passes,
        (true, true) => Candidate::Grouped,
    }
}

/// Numbers as Japan writes them: 050, 070, 080, 090 and eight digits; 0120 and six, 0800 and seven; an area and a local
/// number of ten digits, which must be separated (or named) to be told from an identifier; +81 before nine or ten.
fn phone(digits: &[u8], lengths: &[usize], plus: bool, marked: bool, named: bool) -> bool {
    if plus && digits.starts_with(&[8, 1]) {
        let rest = digits[2..].strip_prefix(&[0]).unwrap_or(&digits[2..]);
        return matches!(rest.len(), 9 | 10) && rest.first() != Some(&0);
    }
    let first = lengths.first().copied().unwrap_or(0);
    match (digits.len(), digits) {
        (11, [0, 8, 0, 0, ..]) => matches!(first, 3 | 4 | 7 | 11),
        (11, [0, 5 | 7 | 8 | 9, 0, ..]) => matches!(first, 3 | 7 | 11),
        (10, [0, 1, 2, 0, ..]) => (first == 4 && lengths.len() > 1) || named,
        (10, [0, area, ..]) if *area != 0 => {
            let separated = marked && lengths.len() > 1 && (2..=6).contains(&first) && lengths.last() == Some(&4);
            separated || named
        }
        _ => false,
    }
}

/// Whether twelve digits end in the check digit of a My Number: 11 - (sum of P_n Q_n mod 11), 0 when the remainder is
/// at most 1; P_1 is the lowest of the first eleven, Q_n = n + 1 up to 6 and n - 5 from 7 (Ordinance 85 of 2014, art. 5).
pub fn is_my_number(digits: &[u8]) -> bool {
    let [body @ .., check] = digits else { return false };
    if body.len() != 11 {
        return false;
    }
    let sum: usize =
        body.iter().rev().zip(1usize..).map(|(p, n)| usize::from(*p) * if n <= 6 { n + 1 } else { n - 5 }).sum();
    let remainder = sum % 11;
    usize::from(*check) == if remainder <= 1 { 0 } else { 11 - remainder }
}

/// Luhn's sum (ISO/IEC 7812-1): every second digit from the right doubled, digits of the products added, mod 10 = 0.
pub fn passes_luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(at, d)| match (at % 2, u32::from(*d)) {
            (0, d) => d,
            (_, d) if d > 4 => 2 * d - 9,
            (_, d) => 2 * d,
        })
        .sum();
    !digits.is_empty() && sum.is_multiple_of(10)
}

/// Whether the digits begin as the large issuers' cards do, at their lengths.
fn has_issuer(digits: &[u8]) -> bool {
    let lead = |n: usize| digits.iter().take(n).fold(0u32, |sum, d| sum * 10 + u32::from(*d));
    match digits.len() {
        14 => matches!(lead(3), 300..=305) || matches!(lead(2), 36 | 38 | 39),
        15 => matches!(lead(2), 34 | 37),
        16 => {
            lead(1) == 4
                || matches!(lead(2), 51..=55 | 62 | 65)
                || matches!(lead(4), 2221..=2720 | 3528..=3589 | 6011)
                || matches!(lead(3), 644..=649)
        }
        _ => false,
    }
}
