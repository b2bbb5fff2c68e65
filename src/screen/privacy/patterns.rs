//! Personal data by the look of a single cell: e-mail, address, account, identification code, name with a title,
//! besides the numbers of `digits`. Never keeps or returns what it saw.

use super::digits::{self, Numbers};
use super::names;
use unicode_normalization::UnicodeNormalization;

/// What one cell shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Seen {
    /// local@domain.tld.
    pub email: bool,
    /// Street address or postal mark with a code.
    pub address: bool,
    /// Bank and account number.
    pub account: bool,
    /// Insurance, licence, passport or pension number.
    pub code: bool,
    /// A listed surname before a title (さん, 様, 部長 …).
    pub titled_name: bool,
    /// Telephone, My Number, card.
    pub numbers: Numbers,
    /// A tag that a browser would obey.
    pub markup: bool,
    /// A spreadsheet would run it.
    pub formula: bool,
    /// A control character that a terminal or log could obey.
    pub control: bool,
}

/// Long cells are free text or an attack; so many characters tell which.
const ENOUGH: usize = 20_000;

/// NFKC of the first 20,000 characters, with every kind of hyphen and long dash as `-`.
pub fn fold(cell: &str) -> Vec<char> {
    let dash = |c| match c {
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{30fc}' | '\u{2500}' => '-',
        c => c,
    };
    cell.chars().take(ENOUGH).nfkc().map(dash).collect()
}

/// Looks at an id: an e-mail address, a formula or a control character is no code.
pub fn look_at_id(cell: &str) -> Seen {
    let email = cell.contains(['@', '＠']) && has_email(&fold(cell));
    Seen { formula: is_formula(cell), control: has_control(cell), email, ..Seen::default() }
}

/// Looks at a cell; `column` is the folded header, which may name what the cells do not.
pub fn look(cell: &str, column: &str) -> Seen {
    let (formula, control, markup) = (is_formula(cell), has_control(cell), has_markup(cell));
    let mut seen = Seen { formula, control, markup, ..Seen::default() };
    if !worth_a_look(cell) {
        return seen;
    }
    let text = fold(cell);
    let plain: String = text.iter().collect();
    let has = |words: &[&str]| words.iter().any(|w| plain.contains(w) || column.contains(w));
    let digits = text.iter().filter(|c| c.is_ascii_digit()).count();
    seen.email = has_email(&text);
    if digits >= 7 {
        let named = has(&["電話", "携帯", "連絡先", "TEL", "Tel", "tel", "FAX", "fax", "phone", "Phone"]);
        seen.numbers = digits::look(&text, named);
    }
    if !plain.is_ascii() {
        seen.address = has_address(&plain, &text);
        let bank = has(&["銀行", "信用金庫", "信金", "信用組合", "労働金庫", "農協", "ゆうちょ", "口座"]);
        seen.account = digits >= 6 && bank && has(&["普通", "当座", "口座", "貯蓄"]);
        seen.titled_name = names::has_titled(&plain);
    }
    seen.code = digits >= 6 && names_a_code(&plain, column);
    seen
}

/// A cell of a few ASCII letters and digits can hold none of the patterns.
fn worth_a_look(cell: &str) -> bool {
    !cell.is_ascii() || cell.contains('@') || cell.bytes().filter(u8::is_ascii_digit).count() >= 6
}

/// Begins as a formula in a spreadsheet does (after spaces): `=`, `@`, `+`, `-` and their full-width forms, or a tab or
/// a return. A plain signed number, a dash alone and a telephone number of the form +81 are none.
pub fn is_formula(cell: &str) -> bool {
    let body = cell.trim_start_matches([' ', '\u{3000}', '\u{a0}']);
    match body.chars().next() {
        Some('=' | '＝' | '@' | '＠' | '\t' | '\r') => body.chars().count() > 1,
        Some('+' | '-' | '＋' | '－') => {
            let rest: String = body.chars().skip(1).collect();
            let number = rest.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ',' | '%' | ' ' | '(' | ')'));
            let dashes = rest.chars().all(|c| matches!(c, '-' | '－' | ' '));
            let dialled = |c: char| c.is_ascii_digit() || matches!(c, '-' | ' ' | '(' | ')');
            let phone = rest.starts_with("81") && rest.chars().all(dialled);
            !(number || dashes || phone)
        }
        _ => false,
    }
}

/// C0 and C1 controls except tab and line ends (a tab or return that leads is a formula).
fn has_control(cell: &str) -> bool {
    if cell.bytes().all(|b| (0x20..0x7f).contains(&b)) {
        return false;
    }
    cell.chars().any(|c| c.is_control() && !matches!(c, '\t' | '\n' | '\r'))
        || cell.chars().any(|c| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'))
}

/// `<` before a letter, `/` or `!`, and a `>` after it.
fn has_markup(cell: &str) -> bool {
    cell.match_indices('<').any(|(at, _)| {
        let rest = cell.get(at + 1..).unwrap_or("");
        rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/' || c == '!') && rest.contains('>')
    })
}

fn has_email(text: &[char]) -> bool {
    let local = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '%' | '+' | '-');
    text.iter().enumerate().filter(|(_, c)| **c == '@').any(|(at, _)| {
        let before = at.checked_sub(1).and_then(|b| text.get(b)).is_some_and(local);
        let domain: String =
            text[at + 1..].iter().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-')).collect();
        let domain = domain.trim_end_matches(['.', '-']);
        let top = domain.rsplit_once('.').map_or("", |(rest, top)| if rest.is_empty() { "" } else { top });
        before && top.len() >= 2 && top.chars().all(|c| c.is_ascii_alphabetic())
    })
}

const PREFECTURES: [&str; 47] = [
    "北海道",
    "青森県",
    "岩手県",
    "宮城県",
    "秋田県",
    "山形県",
    "福島県",
    "茨城県",
    "栃木県",
    "群馬県",
    "埼玉県",
    "千葉県",
    "東京都",
    "神奈川県",
    "新潟県",
    "富山県",
    "石川県",
    "福井県",
    "山梨県",
    "長野県",
    "岐阜県",
    "静岡県",
    "愛知県",
    "三重県",
    "滋賀県",
    "京都府",
    "大阪府",
    "兵庫県",
    "奈良県",
    "和歌山県",
    "鳥取県",
    "島根県",
    "岡山県",
    "広島県",
    "山口県",
    "徳島県",
    "香川県",
    "愛媛県",
    "高知県",
    "福岡県",
    "佐賀県",
    "長崎県",
    "熊本県",
    "大分県",
    "宮崎県",
    "鹿児島県",
    "沖縄県",
];

/// A postal mark before a code; or a prefecture or municipality before a block and house number.
fn has_address(plain: &str, text: &[char]) -> bool {
    let prefecture = PREFECTURES.iter().any(|p| plain.contains(p));
    let postal = has_postal_code(text);
    if postal && (prefecture || plain.contains('〒')) {
        return true;
    }
    let Some(town) = text.iter().position(|c| matches!(c, '市' | '区' | '町' | '村' | '郡')) else { return false };
    let rest = &text[town + 1..];
    if prefecture {
        return has_house_number(rest) || has_block(rest);
    }
    has_block(rest)
}

fn has_postal_code(text: &[char]) -> bool {
    text.windows(8).enumerate().any(|(at, w)| {
        let digits = |range: &[char]| range.iter().all(char::is_ascii_digit);
        let free = |at: Option<usize>| !at.and_then(|a| text.get(a)).is_some_and(|c| c.is_ascii_digit() || *c == '-');
        digits(&w[..3]) && w[3] == '-' && digits(&w[4..]) && free(at.checked_sub(1)) && free(Some(at + 8))
    })
}

fn is_numeral(c: char) -> bool {
    c.is_ascii_digit() || matches!(c, '一' | '二' | '三' | '四' | '五' | '六' | '七' | '八' | '九' | '十')
}

/// 三丁目, 12番地, 1番3号.
fn has_block(text: &[char]) -> bool {
    let after = |at: usize, word: &str| {
        text.get(at..at + word.chars().count()).is_some_and(|s| s.iter().copied().eq(word.chars()))
    };
    text.iter().enumerate().any(|(at, c)| {
        let numbered_house = || text.get(at + 2).is_some_and(|c| is_numeral(*c)) && text[at..].contains(&'号');
        is_numeral(*c) && (after(at + 1, "丁目") || after(at + 1, "番地") || (after(at + 1, "番") && numbered_house()))
    })
}

/// 1-1, 2-3-4.
fn has_house_number(text: &[char]) -> bool {
    text.windows(3).any(|w| w[0].is_ascii_digit() && w[1] == '-' && w[2].is_ascii_digit())
}

/// Words beside which a number is an identification code of art. 2(2) of the Act.
fn names_a_code(plain: &str, column: &str) -> bool {
    let has = |word: &str| plain.contains(word) || column.contains(word);
    let insurance = (has("記号") && has("番号")) || has("被保険者") || has("保険証");
    insurance || has("免許証") || has("運転免許") || has("旅券番号") || has("パスポート") || has("年金番号")
}
