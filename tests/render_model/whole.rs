//! Findings in which every part of a model is present: drivers of a study with everything beside them, a plain model with
//! absorbed effects, a logit and an ordered logit. All numbers are made up; they only look like the real ones.

use oneonone::findings::atoms::{Args, Caution, Estimate, Flow, Why};
use oneonone::findings::regression::checks::{
    Absorbed, Beside, Diagnostics, Influence, LeaveOneOut, LeftOut, OtherCovariance, Quadrant, Stability, Test, Wild,
    WildTerm,
};
use oneonone::findings::regression::choice::{
    Choice, Effect, Likelihood, Parallel, ParallelTerm, Predicted, Threshold,
};
use oneonone::findings::regression::{Dropped, FTest, Regression, Term};
use oneonone::findings::{Draft, Finding, Findings, Provenance, seal};

const TOPICS: [&str; 7] =
    ["work_progress", "relationships", "wellbeing", "career", "skills", "private_life", "company_policy"];
const SLOPES: [f64; 7] = [1.31, 0.42, -0.11, 4.07, 2.28, 0.05, 3.66];

pub(super) fn estimate(point: f64, error: f64) -> Estimate {
    Estimate {
        estimate: Some(point),
        std_error: Some(error),
        statistic: Some(point / error),
        df: Some(38.4),
        p_value: Some((-(point / error).abs()).exp()),
        conf_low: Some(point - 2.02 * error),
        conf_high: Some(point + 2.02 * error),
        why: None,
    }
}

fn term(name: &str, point: f64, error: f64) -> Term {
    let p = (-(point / error).abs() * 1.4).exp().min(1.0);
    let beta = point / 17.0;
    let mark = |beta: f64| "+".repeat(((beta / 0.05) as usize).min(5));
    let shown = p < 0.05;
    Term {
        term: name.to_string(),
        coefficient: estimate(point, error),
        p_adjusted: Some(p),
        beta: Some(beta),
        beta_low: Some(beta - 2.02 * error / 17.0),
        beta_high: Some(beta + 2.02 * error / 17.0),
        vif: Some(1.3),
        mark: Some(if shown { mark(beta) } else { String::new() }),
        mark_low: Some(if shown { mark(beta - 0.05) } else { String::new() }),
        mark_high: Some(if shown { mark(beta + 0.05) } else { String::new() }),
        effect_p25_p75: Some(point * 0.8),
        ..Term::default()
    }
}

fn constant(point: f64) -> Term {
    Term { term: "(Intercept)".into(), coefficient: estimate(point, 3.2), ..Term::default() }
}

fn topics() -> Vec<Term> {
    let topic = |(i, (name, slope)): (usize, (&&str, f64))| {
        let share = slope.abs() * slope.abs() * 0.007 + 0.004;
        Term {
            share_lmg: Some(share),
            share_lmg_low: Some((share - 0.03).max(0.0)),
            share_lmg_high: Some(share + 0.045),
            share_johnson: Some(share * 0.94 + 0.003),
            share_johnson_low: Some((share * 0.94 - 0.03).max(0.0)),
            share_johnson_high: Some(share * 0.94 + 0.045),
            effect_step: Some(slope),
            robustness: Some(0.02 + 0.03 * slope.abs()),
            ..term(name, slope, 0.62 + 0.02 * i as f64)
        }
    };
    std::iter::once(constant(31.2)).chain(TOPICS.iter().zip(SLOPES).enumerate().map(topic)).collect()
}

fn stability() -> Stability {
    let order = ["career", "company_policy", "skills", "work_progress", "relationships", "wellbeing", "private_life"];
    let share = |i: usize, j: usize| match i.cmp(&j) {
        std::cmp::Ordering::Equal => 0.0,
        std::cmp::Ordering::Less => (0.5 + 0.09 * (j - i) as f64).min(0.99),
        std::cmp::Ordering::Greater => 1.0 - (0.5 + 0.09 * (i - j) as f64).min(0.99),
    };
    Stability {
        draws: 2000,
        unit: "clusters".into(),
        method: "bootstrap_jackknife".into(),
        order: order.map(String::from).to_vec(),
        outranks: (0..7).map(|i| (0..7).map(|j| share(i, j)).collect()).collect(),
    }
}

fn quadrant() -> Vec<Quadrant> {
    let means = [3.41, 3.78, 3.52, 2.84, 3.02, 3.9, 3.12];
    let places = ["open", "fine", "open", "strengthen", "strengthen", "fine", "strengthen"];
    let one = |(((name, slope), mean), place): (((&&str, f64), f64), &str)| Quadrant {
        term: (*name).to_string(),
        mean: estimate(mean, 0.05),
        beta: Some(slope / 17.0),
        beta_low: Some(slope / 17.0 - 0.075),
        beta_high: Some(slope / 17.0 + 0.075),
        place: place.to_string(),
    };
    TOPICS.iter().zip(SLOPES).zip(means).zip(places).map(one).collect()
}

pub(super) fn covariances(terms: usize, kinds: &[&str]) -> Vec<OtherCovariance> {
    let one = |(k, kind): (usize, &&str)| {
        let errors =
            (0..terms).map(|i| (i != 3 || k != 2).then_some(0.6 + 0.02 * (i * 7 % 5) as f64 + 0.03 * k as f64));
        let calls = [
            ("python", format!("smf.ols(formula, d).fit(cov_type='{kind}')")),
            ("r", format!("coeftest(m, vcovCL(m, cluster = ~ manager_id, type = \"{kind}\"))")),
            ("stata", "regress engagement work_progress relationships, vce(cluster manager_id)".to_string()),
        ];
        OtherCovariance {
            vcov: (*kind).to_string(),
            std_errors: errors.collect(),
            df: vec![Some(38.4); terms],
            p_values: (0..terms).map(|i| Some(0.0004 * 3f64.powi(i as i32))).collect(),
            calls: calls.into_iter().map(|(name, call)| (name.to_string(), call.into())).collect(),
        }
    };
    kinds.iter().enumerate().map(one).collect()
}

fn diagnostics() -> Diagnostics {
    let left = |(i, (name, slope)): (usize, (&&str, f64))| {
        let estimates: Vec<f64> = (0..48).map(|k| slope + 0.35 * f64::from(k * (i as i32 + 2)).sin()).collect();
        let mut estimates = estimates;
        estimates.sort_by(f64::total_cmp);
        LeftOut {
            term: (*name).to_string(),
            estimate: Some(slope),
            low: estimates.first().copied(),
            high: estimates.last().copied(),
            sign_changes: estimates.iter().filter(|e| **e * slope < 0.0).count() as u64,
            rows: (0..estimates.len() as u64).map(|k| if k % 12 == 5 { 3 } else { 9 }).collect(),
            estimates,
        }
    };
    let influence = |(i, name): (usize, &&str)| Influence {
        term: (*name).to_string(),
        max_dfbetas: Some(0.21 + 0.03 * i as f64),
        rows_above: 12 + i as u64,
    };
    Diagnostics {
        condition_number: Some(14.2),
        heteroscedasticity: Some(Test { statistic: Some(19.4), df: 7.0, p_value: Some(0.007) }),
        max_leverage: Some(0.083),
        rows_above_2k_n: Some(21),
        rows_above_3k_n: Some(4),
        max_cooks_distance: Some(0.061),
        influence: TOPICS.iter().enumerate().map(influence).collect(),
        leave_one_out: Some(LeaveOneOut {
            cluster: "manager_id".into(),
            clusters: 48,
            hidden: 4,
            terms: TOPICS.iter().zip(SLOPES).enumerate().map(left).collect(),
        }),
    }
}

fn beside() -> Vec<Beside> {
    let args = |items: &[(&str, serde_json::Value)]| -> Args {
        items.iter().map(|(name, value)| ((*name).to_string(), value.clone())).collect()
    };
    let pairs = |first: &str, second: &str| -> Vec<Term> {
        ["career", "skills"]
            .iter()
            .flat_map(|t| [term(&format!("{t}{first}"), 2.1, 0.6), term(&format!("{t}{second}"), 4.4, 1.9)])
            .collect()
    };
    let same = |shift: f64| TOPICS.iter().zip(SLOPES).map(|(t, s)| term(t, s + shift, 0.66)).collect::<Vec<Term>>();
    let mut flow = Flow::of("people", 500);
    flow.lose("no_later_wave", None, 88);
    let model = |kind: &str, made_with: Args, terms: Vec<Term>| Beside {
        kind: kind.into(),
        made_with,
        n: 412,
        n_clusters: Some(50),
        r_squared: Some(0.298),
        vcov: "CR2".into(),
        terms,
        flow: flow.clone(),
        ..Beside::default()
    };
    vec![
        model("within_between", Args::new(), pairs(":within", ":between")),
        model("lagged", args(&[("waves", 7.into())]), same(-0.9)),
        Beside {
            cautions: vec![Caution::new("imputed_much").with("share", 0.37)],
            ..model(
                "imputed",
                args(&[
                    ("imputations", 20.into()),
                    ("share_imputed", 0.37.into()),
                    ("missing_information", 0.31.into()),
                ]),
                same(0.2),
            )
        },
        Beside {
            cautions: vec![Caution::new("weights_uneven").with("effective", 231.0)],
            ..model(
                "weighted",
                args(&[
                    ("response_on", "engagement, career".into()),
                    ("effective_n", 231.0.into()),
                    ("trimmed", 3.into()),
                ]),
                same(0.3),
            )
        },
    ]
}

fn drivers() -> Regression {
    let mut flow = Flow::of("people", 500);
    flow.lose("no_outcome", None, 18);
    flow.lose("no_rating_in_window", None, 30);
    flow.lose("no_cluster", Some("manager_id"), 0);
    Regression {
        outcome: "engagement".into(),
        n: 452,
        n_clusters: Some(52),
        cluster: Some("manager_id".into()),
        r_squared: Some(0.312),
        adj_r_squared: Some(0.301),
        sigma: Some(9.87),
        df_residual: 444.0,
        vcov: "CR2".into(),
        f_test: Some(FTest { statistic: Some(22.1), df1: 7.0, df2: 41.3, p_value: Some(1e-9) }),
        adjust: "holm".into(),
        family: 7,
        terms: topics(),
        mark_bands: vec![0.05, 0.10, 0.15, 0.20, 0.25],
        window_days: Some(180.into()),
        flow,
        vcov_table: covariances(8, &["iid", "HC1", "HC3", "CR0", "CR1", "CR2", "CR3", "two-way", "wild"]),
        wild: Some(wild(4096, false)),
        diagnostics: Some(diagnostics()),
        stability: Some(stability()),
        quadrant: quadrant(),
        quadrant_border: Some(3.37),
        beside: beside(),
        cautions: vec![
            Caution::new("headline_moves").with("term", "career").with("model", "imputed").with("errors", 0.72),
            Caution::new("few_treated_clusters").with("term", "career").with("clusters", 4),
        ],
        ..Regression::default()
    }
}

fn wild(draws: u64, exact: bool) -> Wild {
    let one = |(i, (name, slope)): (usize, (&&str, f64))| WildTerm {
        term: (*name).to_string(),
        p_value: Some((-slope.abs()).exp()),
        conf_low: (i != 5).then_some(slope - 1.4),
        conf_high: (i != 5).then_some(slope + 1.5),
        why: (i == 5).then_some(Why::Unbounded),
    };
    Wild {
        weights: if exact { "rademacher" } else { "webb" }.into(),
        draws,
        exact,
        smallest_p: 2.0 / draws as f64,
        terms: TOPICS.iter().zip(SLOPES).enumerate().map(one).collect(),
    }
}

fn plain() -> Regression {
    let mut flow = Flow::of("rows", 1200);
    flow.lose("not_where", Some("year >= 2020"), 210);
    flow.lose("zero_weight", Some("hours"), 3);
    flow.lose("singleton", Some("firm"), 7);
    let terms = vec![
        Term { robustness: Some(0.14), effect_step: Some(0.21), ..term("log(capital)", 0.42, 0.07) },
        Term { robustness: Some(0.02), ..term("age:union", -0.003, 0.004) },
    ];
    Regression {
        outcome: "log(sales)".into(),
        formula: Some("log(sales) ~ log(capital) + age:union + overall | firm + year".into()),
        condition: Some("year >= 2020 & !missing(union)".into()),
        weights: Some("hours".into()),
        n: 980,
        n_clusters: Some(31),
        cluster: Some("firm,region".into()),
        absorbed: vec![
            Absorbed { name: "firm".into(), levels: 140, counted: 0, nested: true },
            Absorbed { name: "year".into(), levels: 5, counted: 4, nested: false },
        ],
        dropped: vec![Dropped { term: "overall".into(), relation: "overall = 0.5 age + 0.5 union".into() }],
        r_squared: Some(0.81),
        adj_r_squared: Some(0.79),
        within_r_squared: Some(0.093),
        sigma: Some(0.31),
        df_residual: 30.0,
        vcov: "two-way".into(),
        adjust: "none".into(),
        family: 2,
        terms,
        mark_bands: vec![0.05, 0.10, 0.15, 0.20, 0.25],
        flow,
        cautions: vec![Caution::new("two_way_repaired")],
        not_run: vec!["diagnostics".into(), "vcov_table".into()],
        ..Regression::default()
    }
}

fn odds(name: &str, point: f64, error: f64) -> Term {
    Term {
        odds_ratio: Some(point.exp()),
        odds_low: Some((point - 1.96 * error).exp()),
        odds_high: Some((point + 1.96 * error).exp()),
        beta: None,
        beta_low: None,
        beta_high: None,
        mark: None,
        ..term(name, point, error)
    }
}

fn effects(categories: &[&str]) -> Vec<Effect> {
    let of = |(i, term): (usize, &str)| -> Vec<Effect> {
        categories
            .iter()
            .enumerate()
            .map(|(j, category)| Effect {
                term: term.into(),
                category: (*category).into(),
                effect: estimate(0.021 * (j as f64 - 1.3) * (1.0 - i as f64 * 0.8), 0.008),
            })
            .collect()
    };
    ["career", "tenure"].into_iter().enumerate().flat_map(of).collect()
}

fn predicted(categories: &[&str]) -> Vec<Predicted> {
    let mut all = Vec::new();
    for (at, value) in [("p25", 2.0), ("p75", 4.0)] {
        all.extend(categories.iter().enumerate().map(|(j, category)| Predicted {
            term: "career".into(),
            at: at.into(),
            value,
            category: (*category).into(),
            probability: estimate(0.15 + 0.04 * j as f64, 0.021),
        }));
    }
    all
}

fn likelihood() -> Likelihood {
    Likelihood {
        log_likelihood: Some(-231.4),
        null_log_likelihood: Some(-262.9),
        deviance: Some(462.8),
        mcfadden: Some(0.12),
        aic: Some(468.8),
    }
}

fn logit() -> Regression {
    Regression {
        outcome: "left".into(),
        formula: Some("left ~ career + tenure".into()),
        model: Some("logit".into()),
        n: 480,
        n_clusters: Some(52),
        cluster: Some("manager_id".into()),
        vcov: "CR1".into(),
        df_residual: 477.0,
        adjust: "holm".into(),
        family: 2,
        terms: vec![constant(-1.1), odds("career", -0.61, 0.16), odds("tenure", 0.04, 0.09)],
        flow: Flow::of("rows", 480),
        choice: Some(Choice {
            categories: vec!["0".into(), "1".into()],
            counts: vec![402, 78],
            likelihood: likelihood(),
            effects: effects(&["1"]),
            predicted: predicted(&["1"]),
            ..Choice::default()
        }),
        cautions: vec![Caution::new("full_leverage").with("count", 2)],
        ..Regression::default()
    }
}

fn ordinal() -> Regression {
    let categories = ["1", "2", "3", "4", "5"];
    let between =
        |(j, name): (usize, &str)| Threshold { between: name.into(), value: estimate(j as f64 * 1.2 - 2.0, 0.21) };
    let tested = |(term, statistic, p): (&str, f64, f64)| ParallelTerm {
        term: term.into(),
        test: Test { statistic: Some(statistic), df: 3.0, p_value: Some(p) },
    };
    Regression {
        outcome: "satisfaction".into(),
        formula: Some("satisfaction ~ career + tenure".into()),
        model: Some("ordinal".into()),
        n_clusters: None,
        cluster: None,
        vcov: "HC1".into(),
        terms: vec![odds("career", 0.72, 0.11), odds("tenure", -0.02, 0.05)],
        choice: Some(Choice {
            categories: categories.map(String::from).to_vec(),
            counts: vec![31, 82, 160, 141, 66],
            likelihood: likelihood(),
            thresholds: ["1|2", "2|3", "3|4", "4|5"].into_iter().enumerate().map(between).collect(),
            effects: effects(&categories),
            predicted: predicted(&categories),
            parallel: Some(Parallel {
                all: Some(Test { statistic: Some(15.1), df: 6.0, p_value: Some(0.019) }),
                terms: [("career", 11.9, 0.008), ("tenure", 2.8, 0.42)].map(tested).to_vec(),
            }),
        }),
        cautions: vec![Caution::new("parallel_lines").with("p", 0.019)],
        ..logit()
    }
}

/// Only the models given.
pub(super) fn of(models: Vec<Finding>) -> Findings {
    let provenance =
        Provenance { program: "oneonone".into(), version: "0.1.0".into(), seed: 1, ..Provenance::default() };
    seal(Draft { findings: models, provenance, title: "Models with everything".into(), ..Draft::default() }, 5)
}

/// All of them.
pub(super) fn whole() -> Findings {
    of(vec![
        Finding::Drivers(drivers()),
        Finding::Regression(plain()),
        Finding::Regression(logit()),
        Finding::Regression(ordinal()),
    ])
}

/// A model that has nothing beside its terms.
pub(super) fn bare() -> Findings {
    let bare = Regression {
        vcov_table: Vec::new(),
        wild: None,
        diagnostics: None,
        stability: None,
        quadrant: Vec::new(),
        beside: Vec::new(),
        cautions: Vec::new(),
        terms: SLOPES.iter().zip(TOPICS).map(|(s, t)| term(t, *s, 0.7)).collect(),
        ..drivers()
    };
    of(vec![Finding::Drivers(bare)])
}
