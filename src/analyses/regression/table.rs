//! Every covariance of the same fit side by side, with the call in R, Stata and Python that gives the same errors.

use super::errors::{TWO_WAY, errors};
use super::model::Model;
use crate::analyses::finite;
use crate::findings::Args;
use crate::findings::regression::checks::OtherCovariance;
use crate::stats::covariance::{KINDS, Kind};

/// The table: the kinds that these rows allow, in their order.
pub fn table(model: &Model<'_>, analysis: &str) -> Vec<OtherCovariance> {
    let clustered = model.design.matrix.clusters.is_some();
    let crossed = model.design.crossing.is_some();
    let kinds = KINDS.into_iter().filter(|kind| match (kind.is_clustered(), crossed) {
        (false, _) => true,
        (true, true) => *kind == Kind::Cr1,
        (true, false) => clustered,
    });
    kinds.filter_map(|kind| column(model, kind, analysis)).collect()
}

/// One kind; none where it cannot be had (leverages of several absorbed factors).
fn column(model: &Model<'_>, kind: Kind, analysis: &str) -> Option<OtherCovariance> {
    let errors = errors(model, kind, analysis).ok()?;
    // Where another kind had to stand in, it has a column of its own.
    let stands_in = errors.covariance.kind != kind;
    if stands_in {
        return None;
    }
    let inferences = errors.inferences(model.fit.k);
    Some(OtherCovariance {
        calls: calls(&errors.name, model),
        vcov: errors.name,
        std_errors: inferences.iter().map(|i| finite(i.std_error)).collect(),
        df: inferences.iter().map(|i| finite(i.df)).collect(),
        p_values: inferences.iter().map(|i| finite(i.p_value)).collect(),
    })
}

/// What a reader of another program types for the same errors; a program without them is left out. The fit is `fit` in R
/// and `model` in Python, where the formula (and the weights) stand.
fn calls(name: &str, model: &Model<'_>) -> Args {
    let cluster = model.design.cluster.clone().unwrap_or_default();
    let second = model.design.crossing.as_ref().map(|c| c.name.clone()).unwrap_or_default();
    let told = if model.absorbed.is_some() {
        absorbed_calls(name, &cluster, &second)
    } else {
        plain_calls(name, &cluster, &second, model.design.weights.is_some())
    };
    let given = [("r", told.0), ("stata", told.1), ("python", told.2)].into_iter().filter(|(_, call)| !call.is_empty());
    given.map(|(program, call)| (program.to_string(), call.into())).collect()
}

/// Calls in R, Stata and Python.
type Calls = (String, String, String);

/// Of programs that absorb: fixest, reghdfe and pyfixest count what is nested in the clusters as we do.
fn absorbed_calls(name: &str, cluster: &str, second: &str) -> Calls {
    let all = |r: String, stata: &str, python: String| {
        let stata = if stata.is_empty() { String::new() } else { format!("reghdfe, absorb() {stata}") };
        (
            format!("fixest::feols(f, d, fixef.rm = \"singleton\", {r})"),
            stata,
            format!("pyfixest.feols(f, d, vcov={python})"),
        )
    };
    match name {
        "iid" => all("vcov = \"iid\"".to_string(), "vce(unadjusted)", "\"iid\"".to_string()),
        "HC1" => all("vcov = \"hetero\"".to_string(), "vce(robust)", "\"hetero\"".to_string()),
        "CR1" => all(
            format!("cluster = ~ {cluster}"),
            &format!("vce(cluster {cluster})"),
            format!("{{\"CRV1\": \"{cluster}\"}}"),
        ),
        TWO_WAY => {
            let both = format!("cluster = ~ {cluster} + {second}, ssc = ssc(cluster.df = \"conventional\")");
            all(both, "", format!("{{\"CRV1\": \"{cluster}+{second}\"}}, ssc=ssc(cluster_df=\"conventional\")"))
        }
        _ => Calls::default(),
    }
}

fn plain_calls(name: &str, cluster: &str, second: &str, weighted: bool) -> Calls {
    let hc = |kind: &str| format!("sandwich::vcovHC(fit, type = \"{kind}\")");
    let cr = |kind: &str| format!("clubSandwich::vcovCR(fit, cluster = d${cluster}, type = \"{kind}\")");
    let python = |kind: &str| format!("model.fit(cov_type=\"{kind}\")");
    let stata = |errors: &str| format!("regress{}{errors}", if weighted { " [aw=w]" } else { "" });
    match name {
        "iid" => ("vcov(fit)".to_string(), stata(""), "model.fit()".to_string()),
        "HC0" => (hc("HC0"), String::new(), python("HC0")),
        "HC1" => (hc("HC1"), stata(", vce(robust)"), python("HC1")),
        "HC2" => (hc("HC2"), stata(", vce(hc2)"), python("HC2")),
        "HC3" => (hc("HC3"), stata(", vce(hc3)"), python("HC3")),
        "CR0" => (
            cr("CR0"),
            String::new(),
            format!(
                "model.fit(cov_type=\"cluster\", cov_kwds={{\"groups\": d[\"{cluster}\"], \"use_correction\": False}})"
            ),
        ),
        "CR1" => (
            format!("sandwich::vcovCL(fit, cluster = ~ {cluster}, type = \"HC1\")"),
            stata(&format!(", vce(cluster {cluster})")),
            format!("model.fit(cov_type=\"cluster\", cov_kwds={{\"groups\": d[\"{cluster}\"]}})"),
        ),
        "CR2" => (
            format!("clubSandwich::coef_test(fit, vcov = \"CR2\", cluster = d${cluster}, test = \"Satterthwaite\")"),
            if weighted { String::new() } else { stata(&format!(", vce(hc2 {cluster}, dfadjust)")) },
            String::new(),
        ),
        "CR3" => (if weighted { String::new() } else { cr("CR3") }, String::new(), String::new()),
        TWO_WAY => (
            format!("sandwich::vcovCL(fit, cluster = ~ {cluster} + {second}, type = \"HC1\", multi0 = FALSE)"),
            String::new(),
            format!(
                "pyfixest.feols(f, d, vcov={{\"CRV1\": \"{cluster}+{second}\"}}, ssc=ssc(cluster_df=\"conventional\"))"
            ),
        ),
        _ => Calls::default(),
    }
}
