//! Groups of people by their score on the other items, large enough to compare. Knows nothing of what is compared.

use super::Answers;

/// People in groups of rising rest score.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RestGroups {
    /// Group of each person.
    pub(super) of: Vec<u32>,
    /// People in each group.
    pub(super) sizes: Vec<u64>,
}

/// The smallest group worth comparing among n people: a tenth of 500 or more, a fifth of 251 or more, else a third, and
/// never under 50 (Molenaar & Sijtsma 2000, MSP5).
pub(super) fn smallest_group(n: usize) -> usize {
    match n {
        500.. => n / 10,
        251.. => n / 5,
        _ => (n / 3).max(50),
    }
}

/// Groups by the sum of the answers without the items `left_out`; scores are joined from below until a group is large
/// enough, and a remainder that is not joins the group under it. `None` below two groups. Complete answers only.
pub(super) fn rest_groups(answers: &Answers, left_out: &[usize]) -> Option<RestGroups> {
    let n = answers.people();
    let score = |row: &[u8]| -> usize {
        let all: usize = row.iter().map(|answer| usize::from(*answer)).sum();
        all - left_out.iter().map(|item| usize::from(row[*item])).sum::<usize>()
    };
    let scores: Vec<usize> = answers.rows().map(score).collect();
    let mut counts = vec![0u64; scores.iter().max()? + 1];
    scores.iter().for_each(|score| counts[*score] += 1);
    let enough = smallest_group(n) as u64;
    let (mut group_of, mut sizes) = (vec![0u32; counts.len()], vec![0u64]);
    for (score, count) in counts.iter().enumerate() {
        if sizes.last().is_some_and(|size| *size >= enough) && *count > 0 {
            sizes.push(0);
        }
        group_of[score] = sizes.len() as u32 - 1;
        if let Some(size) = sizes.last_mut() {
            *size += count;
        }
    }
    if sizes.len() > 1 && sizes.last().is_some_and(|size| *size < enough) {
        let rest = sizes.pop().unwrap_or(0);
        let last = sizes.len() as u32 - 1;
        group_of.iter_mut().for_each(|group| *group = (*group).min(last));
        *sizes.last_mut()? += rest;
    }
    (sizes.len() > 1).then(|| RestGroups { of: scores.iter().map(|score| group_of[*score]).collect(), sizes })
}
