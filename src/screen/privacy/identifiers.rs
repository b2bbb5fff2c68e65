//! Direct identifiers by the name of the column. The cells are `patterns`' and `names`' business.

use unicode_normalization::UnicodeNormalization;

/// Exact headers after folding: names, addresses, contact, birth, pay (item 1).
const PERSONAL: [&str; 62] = [
    "氏名",
    "名前",
    "姓名",
    "姓",
    "名",
    "苗字",
    "名字",
    "本名",
    "旧姓",
    "カナ",
    "フリガナ",
    "ふりがな",
    "カナ氏名",
    "ローマ字",
    "社員名",
    "従業員名",
    "部下名",
    "上司名",
    "担当者名",
    "生年月日",
    "誕生日",
    "住所",
    "現住所",
    "自宅",
    "電話",
    "電話番号",
    "携帯",
    "携帯電話",
    "携帯番号",
    "メール",
    "メールアドレス",
    "eメール",
    "口座",
    "口座番号",
    "給与",
    "給料",
    "月給",
    "年収",
    "賞与",
    "社員番号",
    "職員番号",
    "郵便番号",
    "顔写真",
    "写真",
    "name",
    "fullname",
    "firstname",
    "lastname",
    "surname",
    "givenname",
    "familyname",
    "kana",
    "namae",
    "shimei",
    "dob",
    "birthday",
    "address",
    "salary",
    "tel",
    "mobile",
    "ssn",
    "photo",
];

/// Parts that are enough wherever they stand in a header (item 1).
const PERSONAL_PARTS: [&str; 13] = [
    "氏名",
    "フリガナ",
    "ふりがな",
    "生年月日",
    "電話番号",
    "メールアドレス",
    "口座番号",
    "住所",
    "birthdate",
    "dateofbirth",
    "emailaddress",
    "phonenumber",
    "bankaccount",
];

/// Parts that name an individual identification code (item 2).
const CODE_PARTS: [&str; 13] = [
    "マイナンバー",
    "個人番号",
    "免許証",
    "旅券",
    "パスポート",
    "被保険者",
    "保険者番号",
    "年金番号",
    "指紋",
    "mynumber",
    "passport",
    "driverslicense",
    "driverlicense",
];

/// Words of an English header that are enough by themselves.
const PERSONAL_WORDS: [&str; 10] =
    ["email", "mail", "phone", "telephone", "mobile", "dob", "birthday", "birthdate", "surname", "salary"];

/// Words that make a `name` the name of something else.
const THINGS: [&str; 24] = [
    "department",
    "dept",
    "company",
    "team",
    "group",
    "unit",
    "branch",
    "section",
    "office",
    "division",
    "topic",
    "file",
    "product",
    "project",
    "site",
    "store",
    "region",
    "area",
    "stage",
    "level",
    "course",
    "column",
    "table",
    "wave",
];

/// NFKC and lower case, without spaces and joining marks.
pub fn fold(header: &str) -> String {
    let joins = |c: &char| !c.is_whitespace() && !matches!(c, '_' | '-' | '.' | '/' | '(' | ')' | '[' | ']');
    header.nfkc().flat_map(char::to_lowercase).filter(joins).collect()
}

/// The item of article 34 that forbids a column of this name, if one does.
pub fn forbidden(header: &str) -> Option<u8> {
    let folded = fold(header);
    if CODE_PARTS.iter().any(|p| folded.contains(p)) {
        return Some(2);
    }
    let words = words(header);
    let named = words.iter().any(|w| w == "name") && !words.iter().any(|w| THINGS.contains(&w.as_str()));
    let personal = PERSONAL.contains(&folded.as_str())
        || PERSONAL_PARTS.iter().any(|p| folded.contains(p))
        || words.iter().any(|w| PERSONAL_WORDS.contains(&w.as_str()))
        || named;
    personal.then_some(1)
}

/// The words of a header: split at marks and at small-to-capital steps.
fn words(header: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut small = false;
    for c in header.nfkc() {
        let step = small && c.is_uppercase();
        if (step || !c.is_alphanumeric()) && words.last().is_some_and(|w| !w.is_empty()) {
            words.push(String::new());
        }
        if c.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.extend(c.to_lowercase());
        }
        small = c.is_lowercase();
    }
    words
}
