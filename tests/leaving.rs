//! Leaving and power through the command line: the numbers of R (survival 3.5.3, stats 4.2.2) on the shared data and on a
//! table of our own, what is declined, and what the crowd rule keeps of reasons. The mathematics has tests of its own.

use crate::certified::shared::shared;
use crate::workshop::Folder;
use serde_json::Value;
use std::path::Path;

/// 480 people in 40 teams, drawn: team, arm, site, entry, days, gone, why, age, job.
const TABLE: &str = include_str!("data/leaving.csv");

fn near(a: &Value, b: f64, relative: f64) {
    let a = a.as_f64().unwrap();
    assert!((a - b).abs() <= relative * b.abs().max(1e-300), "{a} is not {b}");
}

fn answer(folder: &Folder, args: &[&str]) -> Value {
    let told = folder.oneonone(&[args, &["--format", "json", "--quiet", "--language", "en"]].concat());
    assert_eq!(told.status, 0, "{}", told.err());
    told.json()["findings"][0].clone()
}

fn own(options: &[&str]) -> Value {
    let folder = Folder::new("leaving");
    folder.write("t.csv", TABLE);
    let plain = ["attrition", "t.csv", "--arm", "arm", "--duration", "days", "--event", "gone"];
    answer(&folder, &[&plain, options].concat())
}

#[test]
fn references_of_cox_models_and_shares_come_through_the_command_line() {
    let Some(data) = shared().map(|folder| folder.join("survival")) else { return };
    let reference: Value = serde_json::from_slice(&std::fs::read(data.join("reference.json")).unwrap()).unwrap();
    let folder = Folder::new("leaving-shared");
    let cases = [
        ("rossi.csv", "fin", "1", "0", "week", "arrest", "age,race,wexp,mar,paro,prio", "rossi_cox"),
        ("veteran.csv", "trt", "2", "1", "time", "status", "celltype,karno,diagtime,age,prior", "veteran_cox"),
        ("job_retention.csv", "gender", "M", "F", "month", "left", "field,level,sentiment", "job_retention_cox"),
    ];
    for (file, arm, treatment, control, duration, event, covariates, key) in cases {
        let path = data.join(file);
        let found = answer(
            &folder,
            &[
                "attrition",
                path.to_str().unwrap(),
                "--arm",
                arm,
                "--treatment",
                treatment,
                "--control",
                control,
                "--duration",
                duration,
                "--event",
                event,
                "--covariates",
                covariates,
            ],
        );
        let expected = &reference[key];
        let model = &found["hazard"];
        for (ties, terms) in [("efron", &model["terms"]), ("breslow", &model["other_ties"])] {
            for term in terms.as_array().unwrap() {
                // R joins the column and its category: celltypelarge for C(celltype)[large].
                let name = term["term"].as_str().unwrap().replace("C(", "").replace(")[", "").replace(']', "");
                let name = name.replace("fin1", "fin").replace("trt2", "trt");
                near(&term["estimate"], expected[ties]["coef"][&name].as_f64().unwrap(), 1e-6);
                near(&term["std_error"], expected[ties]["se"][&name].as_f64().unwrap(), 1e-6);
            }
        }
        near(&model["concordance"], expected["efron"]["concordance"].as_f64().unwrap(), 1e-8);
        near(&model["schoenfeld"]["statistic"], expected["zph"]["chisq"]["GLOBAL"].as_f64().unwrap(), 1e-6);
    }
    let veteran = data.join("veteran.csv");
    let found = answer(
        &folder,
        &[
            "attrition",
            veteran.to_str().unwrap(),
            "--arm",
            "trt",
            "--treatment",
            "1",
            "--control",
            "2",
            "--duration",
            "time",
            "--event",
            "status",
        ],
    );
    for (median, expected) in
        found["medians"].as_array().unwrap().iter().zip([[103.0, 54.0, 126.0], [52.5, 43.0, 90.0]])
    {
        near(&median["median"], expected[0], 1e-12);
        near(&median["conf_low"], expected[1], 1e-12);
        near(&median["conf_high"], expected[2], 1e-12);
    }
}

#[test]
fn a_tenure_on_a_list_is_declined_and_the_shares_are_told() {
    let Some(data) = shared() else { return };
    let path = data.join("survival/ibm_attrition.csv");
    let folder = Folder::new("leaving-list");
    let path: &Path = &path;
    let told = folder.oneonone(&[
        "attrition",
        path.to_str().unwrap(),
        "--arm",
        "OverTime",
        "--treatment",
        "Yes",
        "--control",
        "No",
        "--duration",
        "YearsAtCompany",
        "--event",
        "Attrition == Yes",
        "--format",
        "json",
        "--quiet",
    ]);
    let told = told.json();
    assert_eq!(told["declines"][0]["code"], "tenure_as_duration");
    let found = &told["findings"][0];
    near(&found["risk_ratio"]["estimate"], 2.925_218_531_468_53, 1e-12);
    near(&found["risk_difference"]["conf_low"], 0.154_164_355_545_011, 1e-8);
    assert!(found["km"].as_array().unwrap().is_empty() && found["cox"].is_null() && found["logrank"].is_null());
}

#[test]
fn reasons_strata_truncation_and_rates_are_those_of_r() {
    let found = own(&["--reason", "why", "--strata", "site"]);
    near(&found["logrank_stratified"]["statistic"], 0.664_411_157_601, 1e-9);
    near(&found["rate_ratio"]["ratio"]["estimate"], 0.874_737_524_282, 1e-9);
    near(&found["rate_ratio"]["ratio"]["conf_low"], 0.614_062_658_811, 1e-9);
    near(&found["rate_ratio"]["ratio"]["conf_high"], 1.243_930_051_426, 1e-9);
    near(&found["rate_ratio"]["p_value"], 0.440_201_250_576, 1e-9);
    // survfit(Surv(days, reason) ~ arm) at 365, and the cause-specific coxph.
    let expected = [
        (
            "moved",
            [0.175_150_546_223, 0.025_671_613_718_1],
            [0.191_064_520_709, 0.026_749_446_125_8],
            [-0.107_211_808_635, 0.222_402_423_356],
        ),
        (
            "pay",
            [0.114_479_451_957, 0.021_695_322_879_2],
            [0.133_233_998_110, 0.023_208_222_324_9],
            [-0.178_800_668_759, 0.272_945_975_503],
        ),
    ];
    for (reason, (name, new, old, hazard)) in found["reasons"]["reasons"].as_array().unwrap().iter().zip(expected) {
        assert_eq!(reason["reason"], name);
        for (group, [share, error]) in reason["groups"].as_array().unwrap().iter().zip([new, old]) {
            near(&group["incidence"], share, 1e-9);
            near(&group["std_error"], error, 1e-9);
        }
        near(&reason["hazard"]["estimate"], hazard[0], 1e-6);
        near(&reason["hazard"]["std_error"], hazard[1], 1e-6);
    }
    let found = own(&["--entry", "entry", "--covariates", "age,job", "--strata", "site"]);
    let coefficients = [-0.126_831_055_266, 0.002_293_528_097_78, 0.105_731_952_748, 0.161_390_257_566];
    for (term, expected) in found["hazard"]["terms"].as_array().unwrap().iter().zip(coefficients) {
        near(&term["estimate"], expected, 1e-6);
    }
    near(&found["hazard"]["schoenfeld"]["statistic"], 2.679_609_495_125, 1e-6);
    near(&found["hazard"]["other_ties"][0]["estimate"], -0.126_811_037_298, 1e-6);
    let last = |group: &str| {
        let points = found["km"].as_array().unwrap().clone();
        points.into_iter().rfind(|point| point["group"] == group).unwrap()
    };
    near(&last("old")["survival"], 0.668_663_397_782, 1e-9);
    near(&last("new")["std_error"], 0.031_465_564_733_0, 1e-9);
}

#[test]
fn units_lead_and_what_is_not_shown_says_what_it_would_take() {
    let found = own(&["--unit", "team", "--design", "randomised"]);
    assert_eq!(found["lead"], "rmst", "no share can be told of people lost early");
    assert!(found["rmst"]["by_unit"]["df"].as_f64().unwrap() < 40.0);
    let claim = &found["claims"][0];
    assert_eq!((claim["verdict"].as_str(), claim["grade"].as_str()), (Some("not_shown"), Some("D")));
    assert!(found["needed"]["people"].as_u64().unwrap() > 480 && found["needed"]["units"].as_u64().unwrap() > 40);
    let folder = Folder::new("leaving-words");
    folder.write("t.csv", TABLE);
    let plain = ["attrition", "t.csv", "--arm", "arm", "--duration", "days", "--event", "gone", "--unit", "team"];
    for (language, words) in [("en", "would be needed"), ("ja", "必要です")] {
        let told = folder.oneonone(&[&plain[..], &["--language", language, "--quiet"]].concat()).out();
        assert!(told.replace(['\n', ' '], "").contains(&words.replace(' ', "")), "{told}");
    }
}

#[test]
fn too_few_units_and_too_few_leavers_are_declined() {
    let folder = Folder::new("leaving-few");
    let row =
        |team: usize, gone: bool| format!("t{team},{},10,{}\n", if team == 0 { "a" } else { "b" }, u8::from(gone));
    let rows: String = (0..60).map(|i| row(i % 3, i % 4 == 0)).collect();
    folder.write("units.csv", format!("team,arm,days,gone\n{rows}"));
    let rows: String = (0..60).map(|i| row(i % 2, i < 4)).collect();
    folder.write("events.csv", format!("team,arm,days,gone\n{rows}"));
    let cases = [("units.csv", "team", "too_few_units_left"), ("events.csv", "", "too_few_events")];
    for (file, unit, code) in cases {
        let plain = ["attrition", file, "--arm", "arm", "--duration", "days", "--event", "gone", "--format", "json"];
        let unit = if unit.is_empty() { vec![] } else { vec!["--unit", unit] };
        let told = folder.oneonone(&[&plain[..], &unit].concat());
        assert_eq!(told.status, 1);
        assert_eq!(told.json()["declines"][0]["code"], code);
    }
}

#[test]
fn a_reason_that_few_gave_is_not_told_and_cannot_be_had_back() {
    let rows: Vec<String> = TABLE.lines().map(String::from).collect();
    let mut rare = 0;
    let changed = rows.iter().map(|row| {
        // Three of those who moved were dismissed.
        let dismissed = rare < 3 && row.contains(",new,") && row.contains("moved");
        rare += usize::from(dismissed);
        if dismissed { row.replace("moved", "dismissed") } else { row.clone() }
    });
    let table: String = changed.map(|row| row + "\n").collect();
    let folder = Folder::new("leaving-reasons");
    folder.write("t.csv", table);
    let plain = ["attrition", "t.csv", "--arm", "arm", "--duration", "days", "--event", "gone", "--reason", "why"];
    let told = folder.oneonone(&[&plain[..], &["--crowd", "5", "--format", "json", "--quiet"]].concat());
    assert!(!told.out().contains("dismissed"));
    let reasons = &told.json()["findings"][0]["reasons"];
    assert_eq!(reasons["hidden"], 1);
    for reason in reasons["reasons"].as_array().unwrap() {
        let of_new = &reason["groups"][0];
        let told = of_new["leavers"].as_u64();
        assert!(told.is_none_or(|n| n == 0 || n >= 5));
        assert!(
            reason["curve"].as_array().unwrap().is_empty(),
            "the curve of staying less the others is the hidden one"
        );
    }
    // The leavers of the group are told: with one reason hidden, another must be too.
    let hidden = reasons["reasons"].as_array().unwrap().iter().filter(|r| r["groups"][0]["hidden"] == true).count();
    assert_eq!(hidden, 1);
    let whole = folder.oneonone(&[&plain[..], &["--format", "csv", "--quiet"]].concat()).out();
    assert!(whole.contains("dismissed"));
}

#[test]
fn powers_sizes_and_effects_are_those_of_r() {
    let folder = Folder::new("power");
    let power = |args: &[&str]| answer(&folder, &[&["power"], args].concat());
    // power.prop.test and power.t.test.
    let shares = ["--kind", "share", "--base", "0.12"];
    near(&power(&[&shares[..], &["--effect", "-0.024", "--people", "500"]].concat())["power"], 0.136_480_360_83, 1e-9);
    near(&power(&[&shares[..], &["--effect", "-20%"]].concat())["units_exact"], 2_624.271_023_8, 1e-8);
    let means = ["--kind", "mean", "--sd", "20", "--effect", "5"];
    near(&power(&[&means[..], &["--people", "200"]].concat())["power"], 0.420_438_329_419, 1e-9);
    near(&power(&[&means[..], &["--power", "0.9"]].concat())["units_exact"], 337.200_798_089, 1e-8);
    near(&power(&["--kind", "mean", "--sd", "1", "--people", "126"])["effect"], 0.503_077_250_265, 1e-6);
    // Schoenfeld (1983): 4 (z + z)^2 / ln(0.8)^2 leavers, over the share that leaves.
    let hazards = power(&["--kind", "survival", "--base", "0.12", "--effect", "0.8"]);
    near(
        &hazards["events"],
        4.0 * (1.959_963_984_540_054_f64 + 0.841_621_233_572_914_3).powi(2) / 0.8f64.ln().powi(2),
        1e-6,
    );
    // Teams of 9 at 0.02 need 1.16 times the people, and a little more for t.
    let teams = power(&[&shares[..], &["--effect", "-20%", "--unit-size", "9", "--icc", "0.02"]].concat());
    let ratio = teams["people"].as_f64().unwrap() / 5_250.0;
    assert!((1.16..1.18).contains(&ratio), "{ratio}");
    near(&teams["design_effect"], 1.16, 1e-12);
}

#[test]
fn a_plan_without_something_to_find_or_to_find_it_by_is_told_so() {
    let folder = Folder::new("power-usage");
    let cases: [(&[&str], &str); 5] = [
        (&["--kind", "share", "--base", "0.1"], "--effect"),
        (&["--kind", "share", "--base", "1.2", "--people", "100"], "between 0 and 1"),
        (&["--kind", "mean", "--people", "100"], "--sd"),
        (
            &["--kind", "share", "--base", "0.1", "--effect", "-10%", "--people", "9", "--power", "0.8"],
            "nothing to find",
        ),
        (&["--kind", "share", "--base", "0.1", "--unit-size", "9", "--people", "90"], "--icc"),
    ];
    for (args, words) in cases {
        let told = folder.oneonone(&[&["power", "--language", "en"], args].concat());
        assert_eq!(told.status, 2, "{args:?}");
        assert!(told.err().contains(words), "{args:?}: {}", told.err());
    }
    let impossible =
        folder.oneonone(&["power", "--kind", "share", "--base", "0.1", "--effect", "-0.2", "--format", "json"]);
    assert_eq!(impossible.status, 1);
    assert_eq!(impossible.json()["declines"][0]["code"], "impossible_effect");
}
